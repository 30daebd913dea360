package rpc

import (
	"net"
	"sync"
)

// frameSize is what HTTP/2 frames of gRPC have at most; it is read into buffers of
// that size.
const frameSize = 16 << 10

// A frames is a pool of the buffers that frames are read into. Unlike gRPC's it does
// not clear them: every byte is read over before anybody sees it.
type frames struct{ pool sync.Pool }

// Get returns a buffer with a length.
func (f *frames) Get(length int) *[]byte {
	if length > frameSize {
		buf := make([]byte, length)
		return &buf
	}
	buf, ok := f.pool.Get().(*[]byte)
	if !ok {
		buf = new([]byte)
		*buf = make([]byte, frameSize)
	}
	*buf = (*buf)[:length]
	return buf
}

// Put takes a buffer back.
func (f *frames) Put(buf *[]byte) {
	if cap(*buf) == frameSize {
		f.pool.Put(buf)
	}
}

// A roomy listener gives Unix sockets room for an answer of a megabyte, so that the
// server need not wait for the client in the middle of it. TCP's grow by themselves.
type roomy struct{ net.Listener }

const socketRoom = 2 << 20

func (l roomy) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	makeRoom(conn)
	return conn, err
}

// makeRoom does what it can: the system has limits of its own.
func makeRoom(conn net.Conn) {
	if u, ok := conn.(*net.UnixConn); ok {
		_ = u.SetWriteBuffer(socketRoom)
	}
}
