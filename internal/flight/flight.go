// Package flight lets calls that want the same thing at the same time share one
// run of the work.
//
// It differs from golang.org/x/sync/singleflight in what cancelling means: each
// caller has its own context, a run has one of its own, and the run is cancelled
// when nobody waits for it any more. What a run costs has no limit here; how
// many run at once, for different keys, is the caller's to bound.
package flight

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// A Group runs work by key. The zero Group is ready to use; it must not be
// copied. It keeps no results: a call after the end of a run starts another.
type Group[K comparable, V any] struct {
	mu   sync.Mutex
	runs map[K]*run[V]
}

// A run is one execution of the work of a key.
type run[V any] struct {
	waiters int // guarded by Group.mu; 0 when it was cancelled
	cancel  context.CancelFunc
	done    chan struct{} // closed when value and err are final
	value   V
	err     error
}

// Do returns what f does. If f is running for key already, Do waits for that run
// and returns its result; two runs of a key never overlap. f has the values of
// the context that started it, but not its end: its context is cancelled when
// the last caller that waits has gone.
//
// A caller whose ctx ends returns at once with context.Cause(ctx). A run that
// nobody waits for winds down behind it, and a caller that comes meanwhile waits
// for that, then starts another. If f panics, everyone gets a *[PanicError].
//
// Do may be called from several goroutines at once, and from f for another key.
func (g *Group[K, V]) Do(ctx context.Context, key K, f func(context.Context) (V, error)) (V, error) {
	var none V
	for {
		if ctx.Err() != nil {
			return none, context.Cause(ctx)
		}
		r, joined := g.join(ctx, key, f)
		select {
		case <-r.done:
			if joined {
				return r.value, r.err
			}
		case <-ctx.Done():
			if joined {
				g.leave(r)
			}
			return none, context.Cause(ctx)
		}
	}
}

// join returns the run of key, which it starts if there is none, and whether the
// caller takes part in it: not in one that was cancelled.
func (g *Group[K, V]) join(ctx context.Context, key K, f func(context.Context) (V, error)) (*run[V], bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r := g.runs[key]; r != nil {
		if r.waiters == 0 {
			return r, false
		}
		r.waiters++
		return r, true
	}
	if g.runs == nil {
		g.runs = make(map[K]*run[V])
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &run[V]{waiters: 1, cancel: cancel, done: make(chan struct{})}
	g.runs[key] = r
	go func() {
		defer g.end(key, r)
		r.do(ctx, f)
	}()
	return r, true
}

// leave takes a caller out of a run, and cancels it when that was the last.
func (g *Group[K, V]) leave(r *run[V]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.waiters--; r.waiters == 0 {
		r.cancel()
	}
}

// end makes the result known. It is deferred, so that even a run that leaves by
// runtime.Goexit ends.
func (g *Group[K, V]) end(key K, r *run[V]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.runs, key)
	r.cancel()
	close(r.done)
}

// errGoexit is the error of a run that called runtime.Goexit, as a test does
// that fails.
var errGoexit = errors.New("the goroutine of the run exited")

func (r *run[V]) do(ctx context.Context, f func(context.Context) (V, error)) {
	r.err = errGoexit
	defer func() {
		if v := recover(); v != nil {
			r.err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	r.value, r.err = f(ctx)
}

// A PanicError is the error of a run that panicked: the panic of one run must
// not end a process that serves many.
type PanicError struct {
	Value any    // what it panicked with
	Stack []byte // where, as text
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap returns the value if it is an error, as that of a runtime panic is.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
