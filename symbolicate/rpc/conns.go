package rpc

import (
	"context"
	"net"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc/peer"
)

// A counted listener has at most a number of connections open; further ones are
// closed at once. A connection that is closed leaves no answers in the outbox.
type counted struct {
	net.Listener
	open   *atomic.Int64 // of all listeners of the server
	most   int64
	outbox *outbox
}

// Accept returns the next connection.
func (l counted) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) <= l.most {
			return &conn{Conn: c, l: l}, nil
		}
		l.open.Add(-1)
		_ = c.Close()
	}
}

// A conn is a connection that can be found from the context of a call.
type conn struct {
	net.Conn
	l      counted
	once   sync.Once
	unsent int64 // bytes of answers; guarded by the outbox's mutex
}

// Close closes the connection. What was handed over since it was closed for the first
// time is not sent either.
func (c *conn) Close() error {
	c.once.Do(func() { c.l.open.Add(-1) })
	err := c.Conn.Close()
	c.l.outbox.closed(c)
	return err
}

// RemoteAddr returns the address of the client.
func (c *conn) RemoteAddr() net.Addr { return address{c.Conn.RemoteAddr(), c} }

// An address is that of a client, and knows its connection: gRPC passes on no other
// part of it, and TLS neither.
type address struct {
	net.Addr
	conn *conn
}

// connOf returns the connection of a call, or nil if it is not one of ours.
func connOf(ctx context.Context) *conn {
	if p, ok := peer.FromContext(ctx); ok {
		if a, ok := p.Addr.(address); ok {
			return a.conn
		}
	}
	return nil
}
