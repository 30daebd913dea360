package symbolicate

import "context"

// A gate lets so many through at once. Its channel holds a token for each.
type gate chan struct{}

func newGate(places int) gate { return make(gate, places) }

// enter waits for a place. The error is the context's.
func (g gate) enter(ctx context.Context) error {
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enterMore takes up to n more places that nobody has, and returns how many.
func (g gate) enterMore(n int) int {
	for i := range n {
		select {
		case g <- struct{}{}:
		default:
			return i
		}
	}
	return n
}

// leave gives n places back.
func (g gate) leave(n int) {
	for range n {
		<-g
	}
}
