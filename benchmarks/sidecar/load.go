package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/nativesym/nativesym/symbolicate/eventpb"
	"github.com/nativesym/nativesym/symbolicate/rpc"
)

// A load is what became of the requests.
type load struct {
	took    time.Duration
	bytes   int64           // of events and answers in JSON
	streams []time.Duration // for each event of a stream, from when it was taken
	calls   []time.Duration
	errors  []error
}

// putLoad has clients ask for as long as they are told to, each on a connection of
// its own: half of them stream, the others call, every fourth with protobuf.
func putLoad(ctx context.Context, target string, inputs []input, o options) (load, error) {
	all := make([]*client, o.clients)
	for i := range all {
		c, err := rpc.Dial(target, rpc.DialOptions{})
		if err != nil {
			return load{}, err
		}
		defer c.Close()
		all[i] = &client{Client: c, number: i, inputs: inputs}
	}
	start := time.Now()
	end := start.Add(o.duration)
	var wg sync.WaitGroup
	for i, c := range all {
		wg.Go(func() {
			switch i % 4 {
			case 0, 2:
				c.stream(ctx, end)
			case 1:
				c.call(ctx, end, c.json)
			case 3:
				c.call(ctx, end, c.protobuf)
			}
		})
	}
	wg.Wait()
	l := load{took: time.Since(start)}
	for _, c := range all {
		l.bytes += c.load.bytes
		l.streams = append(l.streams, c.load.streams...)
		l.calls = append(l.calls, c.load.calls...)
		l.errors = append(l.errors, c.load.errors...)
	}
	slices.Sort(l.streams)
	slices.Sort(l.calls)
	return l, nil
}

// err returns what went wrong, the first few of it.
func (l *load) err() error {
	if len(l.errors) == 0 {
		return nil
	}
	return fmt.Errorf("%d wrong answers or errors: %w", len(l.errors), errors.Join(l.errors[:min(5, len(l.errors))]...))
}

// A client asks one thing after the other.
type client struct {
	*rpc.Client
	number int
	inputs []input
	load   load
}

// request returns the n-th input of a client, and the number that goes with it.
// Clients begin in different places.
func (c *client) request(n int) (input, string) {
	return c.inputs[(n+7*c.number)%len(c.inputs)], strconv.Itoa(c.number) + "-" + strconv.Itoa(n)
}

// stream sends events on one stream, until the time is over.
func (c *client) stream(ctx context.Context, end time.Time) {
	var sent []time.Time // of those without an answer
	n := 0
	events := func(yield func([]byte) bool) {
		for time.Now().Before(end) {
			in, number := c.request(n + len(sent))
			sent = append(sent, time.Now())
			if !yield(numbered(in.text, number)) {
				return
			}
		}
	}
	for got, err := range c.Events(ctx, events) {
		in, number := c.request(n)
		c.load.streams = append(c.load.streams, time.Since(sent[0]))
		c.check(number, err, len(in.text), got, numbered(in.want, number))
		sent, n = sent[1:], n+1
	}
	if len(sent) > 0 {
		c.load.errors = append(c.load.errors, fmt.Errorf("client %d: %d events without an answer", c.number, len(sent)))
	}
}

// call calls until the time is over.
func (c *client) call(ctx context.Context, end time.Time, do func(context.Context, input, string)) {
	for n := 0; time.Now().Before(end); n++ {
		in, number := c.request(n)
		start := time.Now()
		do(ctx, in, number)
		c.load.calls = append(c.load.calls, time.Since(start))
	}
}

func (c *client) json(ctx context.Context, in input, number string) {
	got, err := c.Event(ctx, numbered(in.text, number))
	c.check(number, err, len(in.text), got, numbered(in.want, number))
}

func (c *client) protobuf(ctx context.Context, in input, number string) {
	ev, err := eventpb.Unmarshal(in.protobuf)
	if err != nil {
		c.check(number, err, 0, nil, nil)
		return
	}
	ev.HasRelease = &eventpb.Event_Release{Release: number}
	ev, _, err = c.Protobuf(ctx, ev)
	if err == nil && ev.GetRelease() != number {
		err = fmt.Errorf("the answer is event %s's", ev.GetRelease())
	}
	if err != nil {
		c.check(number, err, 0, nil, nil)
		return
	}
	ev.HasRelease = nil
	got, err := eventpb.Marshal(ev)
	c.check(number, err, 0, got, in.wantProtobuf)
}

// check counts an answer, and keeps what is wrong with it.
func (c *client) check(number string, err error, size int, got, want []byte) {
	c.load.bytes += int64(size + len(got))
	switch {
	case err != nil:
		c.load.errors = append(c.load.errors, fmt.Errorf("event %s: %w", number, err))
	case !bytes.Equal(got, want):
		c.load.errors = append(c.load.errors, fmt.Errorf("event %s: the answer has %d bytes and is not the %d that the library gives", number, len(got), len(want)))
	}
}
