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

// tryEnter takes a place if there is one, and reports whether there was.
func (g gate) tryEnter() bool {
	select {
	case g <- struct{}{}:
		return true
	default:
		return false
	}
}

// leave gives a place back.
func (g gate) leave() { <-g }

// free returns how many places there are now.
func (g gate) free() int { return cap(g) - len(g) }
