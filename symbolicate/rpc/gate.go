package rpc

import (
	"context"
	"sync"
	"sync/atomic"
)

// A gate lets a number of requests in at a time. Others wait, in order; those that
// are not patient only while there are not too many that wait. They hold their
// memory, so their bytes are counted, too.
type gate struct {
	inside chan struct{} // its capacity is how many may be inside

	waiting atomic.Int64 // all of them, patient or not

	mu      sync.Mutex
	room    int // for more that wait
	bytes   int // that these may have
	refused uint64
}

// enter waits until a request of a size is let in; leave lets the next one in. The
// error is the context's or OVERLOADED.
func (g *gate) enter(ctx context.Context, size int) error {
	select {
	case g.inside <- struct{}{}:
		return nil
	default:
	}
	if !g.reserve(1, size) {
		return overloaded()
	}
	defer g.reserve(-1, -size)
	return g.wait(ctx)
}

// wait is enter for the patient, of whom there are few: one for each stream.
func (g *gate) wait(ctx context.Context) error {
	g.waiting.Add(1)
	defer g.waiting.Add(-1)
	select {
	case g.inside <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *gate) leave() { <-g.inside }

// reserve takes room for some more that wait, if there is any.
func (g *gate) reserve(n, size int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n > g.room || size > g.bytes {
		g.refused++
		return false
	}
	g.room -= n
	g.bytes -= size
	return true
}

// refuse counts one that did not come as far as the gate, and returns OVERLOADED.
func (g *gate) refuse() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refused++
	return overloaded()
}

// Stats are numbers about a server's requests: calls, and events of streams.
type Stats struct {
	Running      int    // worked on now
	Waiting      int    // for that, now
	WaitingBytes int    // that the waiting calls have
	Refused      uint64 // calls, because too many waited or were open
}

// Stats returns the numbers as they are now.
func (s *Server) Stats() Stats {
	g := &s.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	return Stats{
		Running:      len(g.inside),
		Waiting:      int(g.waiting.Load()),
		WaitingBytes: s.opts.MaxQueueBytes - g.bytes,
		Refused:      g.refused,
	}
}
