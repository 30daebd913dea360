package serve

import (
	"crypto/tls"
	"log/slog"
	"net"
	"sync"
)

// A tlsListener accepts connections with TLS, and logs those that it does not come
// to: nobody else in this process hears of them. Any stranger can make such lines,
// so they are for debugging.
type tlsListener struct {
	net.Listener
	config *tls.Config
	log    *slog.Logger
}

// Accept waits for a connection. It says nothing on it yet: a slow stranger must not
// keep others waiting.
func (l *tlsListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &tlsConn{Conn: tls.Server(conn, l.config), log: l.log}, nil
}

// A tlsConn shakes hands when it is used for the first time.
type tlsConn struct {
	*tls.Conn
	log   *slog.Logger
	greet sync.Once
}

func (c *tlsConn) Read(p []byte) (int, error) {
	c.greet.Do(c.shakeHands)
	return c.Conn.Read(p)
}

func (c *tlsConn) Write(p []byte) (int, error) {
	c.greet.Do(c.shakeHands)
	return c.Conn.Write(p)
}

// shakeHands leaves an error to what reads or writes next, which gets it again.
func (c *tlsConn) shakeHands() {
	if err := c.Handshake(); err != nil {
		c.log.Debug("no TLS", "client", c.RemoteAddr().String(), "error", err)
	}
}
