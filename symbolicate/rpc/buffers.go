package rpc

import (
	"bytes"
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

// A textPool is a pool of the memory of large texts that are sent: they come back when
// the connection is done with them. New memory of a megabyte costs a twentieth of an
// event: it is cleared, and its pages are met for the first time.
type textPool struct{ pool sync.Pool }

// Sizes of memory that is worth being kept, and not too much to keep.
const (
	minText = 128 << 10
	maxText = 16 << 20
)

// take returns memory for a text, empty but not nil: an answer that is written there
// shares nothing with the request.
func (p *textPool) take() []byte {
	if buf, ok := p.pool.Get().(*[]byte); ok {
		return (*buf)[:0]
	}
	return []byte{}
}

// fit returns a text that takes little more memory than it has bytes, as those that
// wait for their reader should.
func (p *textPool) fit(text []byte) []byte {
	if cap(text) < minText || cap(text) <= 2*len(text) {
		return text
	}
	own := bytes.Clone(text)
	p.Put(&text)
	return own
}

// Put takes memory back: it is what [mem.NewBuffer] calls when a text is sent.
func (p *textPool) Put(buf *[]byte) {
	if minText <= cap(*buf) && cap(*buf) <= maxText {
		p.pool.Put(buf)
	}
}

// Get makes textPool a [mem.BufferPool]; nobody calls it.
func (p *textPool) Get(length int) *[]byte {
	buf := make([]byte, length)
	return &buf
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
