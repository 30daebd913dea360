package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/nativesym/nativesym/symbolicate/rpc"
)

// Check reports what would keep a server from starting with this configuration,
// but for addresses that are taken. It writes nothing to the cache: whoever checks
// may be somebody else than who serves, whose files would be in the way.
func (c *Config) Check() error {
	checked := *c
	if c.Cache != "" {
		if info, err := os.Stat(c.Cache); err == nil && !info.IsDir() {
			return fmt.Errorf("cache: %s is not a folder", c.Cache)
		}
		dir, err := os.MkdirTemp("", "nativesym-check-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		checked.Cache = dir
	}
	engine, err := checked.Open()
	if err != nil {
		return err
	}
	engine.Close()
	_, err = newKeyring(c, slog.New(slog.DiscardHandler))
	return err
}

// healthTime is how long a server may take to say how it is.
const healthTime = 2 * time.Second

// Health asks the server that runs with this configuration whether it is ready: on
// its port for operators, or else on a socket, or else without TLS.
func (c *Config) Health(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	if c.Admin != "" {
		return askReady(ctx, here(c.Admin))
	}
	target := ""
	for _, address := range c.Listen {
		if strings.HasPrefix(address, "unix:") || c.TLSCert == "" {
			target = address
		}
	}
	if target == "" {
		return errors.New("with TLS on every address, --health needs one for --admin")
	}
	target = here(target)
	if err := answers(ctx, target); err != nil {
		return err
	}
	client, err := rpc.Dial(target, rpc.DialOptions{})
	if err != nil {
		return err
	}
	defer client.Close()
	return client.Ready(ctx)
}

// answers returns why nobody answers at an address. A client would go on trying.
func answers(ctx context.Context, address string) error {
	network := "tcp"
	if path, unix := strings.CutPrefix(address, "unix:"); unix {
		network, address = "unix", path
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return err
	}
	return conn.Close()
}

// here returns the address on which this machine reaches what listens on one. A
// container may not know the name localhost.
func here(address string) string {
	switch host, port, _ := net.SplitHostPort(address); host {
	case "", "0.0.0.0":
		if port != "" {
			return net.JoinHostPort("127.0.0.1", port)
		}
	case "::":
		return net.JoinHostPort("::1", port)
	}
	return address
}

// askReady asks a port for operators.
func askReady(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("not ready: %s", strings.TrimSpace(string(text)))
	}
	return err
}
