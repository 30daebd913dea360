package rpc

import (
	"fmt"
	"net"
	"strings"
)

// split returns the network and the address of a target: "unix:PATH" or
// "HOST:PORT", of which HOST may be empty for a listener.
func split(target string) (network, address string, err error) {
	if path, ok := strings.CutPrefix(target, "unix:"); ok {
		if path == "" {
			return "", "", fmt.Errorf("%q has no path", target)
		}
		return "unix", path, nil
	}
	if _, _, err := net.SplitHostPort(target); err != nil {
		return "", "", fmt.Errorf("%q is neither HOST:PORT nor unix:PATH", target)
	}
	return "tcp", target, nil
}

// Listen returns a listener for a target, "HOST:PORT" or "unix:PATH".
func Listen(target string) (net.Listener, error) {
	network, address, err := split(target)
	if err != nil {
		return nil, err
	}
	return net.Listen(network, address)
}
