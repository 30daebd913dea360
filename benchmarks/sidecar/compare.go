package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/nativesym/nativesym/symbolicate"
	"github.com/nativesym/nativesym/symbolicate/rpc"
)

// A cost is what an event takes in the library and in the server.
type cost struct {
	event, answer   int // bytes
	library, server effort
}

// An effort is how long something takes, and how long processors work on it: of the
// server's event, those of both processes, at once where there are several.
type effort struct{ time, work time.Duration }

// overhead is the part of the library's time that the server takes on top of it.
func (c *cost) overhead() float64 { return float64(c.server.time)/float64(c.library.time) - 1 }

// An event goes either way rounds times, inRow times one after the other, so that
// both are warm. What else the machine does makes some of them slow, and both ways
// alike, so medians are compared.
const (
	rounds = 40
	inRow  = 5
)

// compare sends events to the library and to the server in turn.
func compare(ctx context.Context, engine *symbolicate.Symbolicator, s *server, events [][]byte) (costs []cost, err error) {
	c, err := rpc.Dial(s.target, rpc.DialOptions{})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	for _, event := range events {
		want, err := engine.Event(ctx, event)
		if err != nil {
			return nil, err
		}
		sides := []func(context.Context, []byte) ([]byte, error){engine.Event, c.Event}
		times := make([][]time.Duration, len(sides))
		work := make([]time.Duration, len(sides))
		for range rounds {
			for i, side := range sides {
				before := s.work()
				for range inRow {
					start := time.Now()
					got, err := side(ctx, event)
					times[i] = append(times[i], time.Since(start))
					if err != nil {
						return nil, err
					}
					if !bytes.Equal(got, want) {
						return nil, fmt.Errorf("an answer has %d bytes and is not the library's of %d", len(got), len(want))
					}
				}
				work[i] += s.work() - before
			}
		}
		costs = append(costs, cost{
			event: len(event), answer: len(want),
			library: effort{median(times[0]), work[0] / (rounds * inRow)},
			server:  effort{median(times[1]), work[1] / (rounds * inRow)},
		})
	}
	return costs, nil
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}
