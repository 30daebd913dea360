package symbolicate

import (
	"context"
	"iter"
	"sync"
)

// Events symbolicates a stream of events, up to atOnce of them at a time, and
// yields the results in the order of the events: what [Symbolicator.Event]
// returns for each. An event that is not JSON does not end the stream.
//
// An event is taken from the stream when there is room for it, and must not
// change before its result was yielded. When the caller stops early, those under
// way are cancelled, and Events returns when they have ended.
func (s *Symbolicator) Events(ctx context.Context, events iter.Seq[[]byte], atOnce int) iter.Seq2[[]byte, error] {
	type result struct {
		event []byte
		err   error
	}
	return func(yield func([]byte, error) bool) {
		var wg sync.WaitGroup
		defer wg.Wait()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		var pending []chan result // in the order of the events
		next := func() bool {
			r := <-pending[0]
			pending = pending[1:]
			return yield(r.event, r.err)
		}
		for event := range events {
			done := make(chan result, 1)
			pending = append(pending, done)
			wg.Go(func() {
				out, err := s.Event(ctx, event)
				done <- result{out, err}
			})
			if len(pending) >= atOnce && !next() {
				return
			}
		}
		for len(pending) > 0 {
			if !next() {
				return
			}
		}
	}
}
