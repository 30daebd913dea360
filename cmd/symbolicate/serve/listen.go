package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
)

// listen opens all addresses to serve on. systemd's sockets are served in place of
// them when it has passed some.
func (c *Config) listen(ctx context.Context) (_ []net.Listener, err error) {
	listeners, err := passedSockets()
	if err != nil || len(listeners) > 0 {
		return listeners, err
	}
	defer func() {
		if err != nil {
			closeAll(listeners)
		}
	}()
	for _, address := range c.Listen {
		l, err := listen(ctx, address, fs.FileMode(c.SocketMode))
		if err != nil {
			return listeners, err
		}
		listeners = append(listeners, l)
	}
	if len(listeners) == 0 {
		return nil, errors.New("listen: names no address to serve on")
	}
	return listeners, nil
}

func closeAll(listeners []net.Listener) {
	for _, l := range listeners {
		l.Close()
	}
}

// listen opens HOST:PORT or unix:PATH. A socket that a dead process left behind
// is replaced; one that someone still answers on is not.
func listen(ctx context.Context, address string, mode fs.FileMode) (net.Listener, error) {
	var config net.ListenConfig
	path, unix := strings.CutPrefix(address, "unix:")
	if !unix {
		return config.Listen(ctx, "tcp", address)
	}
	l, err := config.Listen(ctx, "unix", path)
	if errors.Is(err, syscall.EINVAL) {
		return nil, fmt.Errorf("listen unix:%s: a path of %d bytes is too long for a socket: Linux takes 107", path, len(path))
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		if err := removeStale(ctx, path); err != nil {
			return nil, err
		}
		l, err = config.Listen(ctx, "unix", path)
	}
	if err != nil {
		return nil, err
	}
	// Until here it has what the umask leaves, which is usually less: connecting
	// takes the right to write.
	if err := os.Chmod(path, mode); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// removeStale removes the socket at path if nobody answers on it.
func removeStale(ctx context.Context, path string) error {
	if info, err := os.Lstat(path); err != nil || info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("listen unix:%s: there is something that is no socket", path)
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", path)
	switch {
	case err == nil:
		conn.Close()
		return fmt.Errorf("listen unix:%s: another process serves there", path)
	case !errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("listen unix:%s: somebody may serve there: %w", path, err)
	}
	return os.Remove(path)
}

// addressOf returns an address as --listen takes it.
func addressOf(l net.Listener) string {
	if l.Addr().Network() == "unix" {
		return "unix:" + l.Addr().String()
	}
	return l.Addr().String()
}
