package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Events is [symbolicate.Symbolicator.Events]: it yields the answers in the order of
// the events, of which it keeps as many under way as the server works on. When the
// stream breaks, as it does when a server is replaced, another takes up what has no
// answer yet. Should no server be there, every event that was taken gets that
// error, and Events ends.
//
// An event must not change before its answer was yielded.
func (c *Client) Events(ctx context.Context, events iter.Seq[[]byte]) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		f := flow{c: c, ctx: ctx}
		defer f.receivers.Wait()
		defer cancel()
		for event := range events {
			f.send(event)
			for len(f.pending) >= maxAhead || len(f.answers) > 0 {
				if !f.yield(yield) {
					return
				}
			}
		}
		f.finish()
		for len(f.pending) > 0 {
			if !f.yield(yield) {
				return
			}
		}
	}
}

// A flow is the client's side of a stream of events, and of those that replace it.
type flow struct {
	c       *Client
	ctx     context.Context
	pending [][]byte // sent, and not answered
	first   int      // number of the first of them in the flow, which is its id
	ended   bool     // no more will be sent
	tries   int      // of getting the answer for the first

	connected bool // when the stream was opened
	stream    grpc.BidiStreamingClient[SymbolicateEventsRequest, SymbolicateEventsResponse]
	answers   chan answer // from the stream; the last is an error
	receivers sync.WaitGroup
}

type answer struct {
	response *SymbolicateEventsResponse
	err      error
}

// send sends an event. That the stream is broken shows where answers are read.
func (f *flow) send(event []byte) {
	f.pending = append(f.pending, event)
	if f.stream == nil {
		f.open()
		return
	}
	_ = f.stream.Send(f.message(len(f.pending) - 1))
}

// message returns the request of a pending event.
func (f *flow) message(i int) *SymbolicateEventsRequest {
	return &SymbolicateEventsRequest{Id: strconv.Itoa(f.first + i), Request: f.c.request(f.pending[i], false)}
}

// finish tells the server that no more events come.
func (f *flow) finish() {
	f.ended = true
	if f.stream != nil {
		_ = f.stream.CloseSend()
	}
}

// open starts a stream with the pending events.
func (f *flow) open() {
	f.connected = f.c.connect(f.ctx)
	f.answers = make(chan answer, maxAhead+1)
	stream, err := f.c.rpc.SymbolicateEvents(f.ctx)
	if err != nil {
		f.answers <- answer{err: err}
		return
	}
	f.stream = stream
	answers := f.answers
	f.receivers.Go(func() { receive(stream, answers) })
	for i := range f.pending {
		_ = stream.Send(f.message(i))
	}
	if f.ended {
		f.finish()
	}
}

// receive puts what a stream has into answers: those to maxAhead events, and the end.
func receive(stream grpc.BidiStreamingClient[SymbolicateEventsRequest, SymbolicateEventsResponse], answers chan<- answer) {
	for {
		response, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			err = status.Error(codes.Unavailable, "the stream ended before its last answer")
		case err == nil && len(answers) == maxAhead:
			err = status.Error(codes.Internal, "more answers than events")
		}
		answers <- answer{response, err}
		if err != nil {
			return
		}
	}
}

// yield waits for the next answer and yields it. It reports whether to go on.
func (f *flow) yield(yield func([]byte, error) bool) bool {
	a := <-f.answers
	if id := strconv.Itoa(f.first); a.err == nil && a.response.GetId() != id {
		a.err = status.Error(codes.Internal, fmt.Sprintf("an answer to event %q where event %s's is next", a.response.GetId(), id))
	}
	if a.err != nil {
		return f.broken(&Error{status.Convert(a.err)}, yield)
	}
	f.pending, f.first, f.tries = f.pending[1:], f.first+1, 0
	if st := a.response.GetError(); st != nil {
		return yield(nil, &Error{status.FromProto(st)})
	}
	return yield(a.response.GetResponse().GetJson(), nil)
}

// broken opens another stream, unless that is hopeless.
func (f *flow) broken(err *Error, yield func([]byte, error) bool) bool {
	if f.tries++; f.connected && f.c.again(f.ctx, f.tries, err) {
		f.stream = nil
		f.open()
		return true
	}
	for range f.pending {
		if !yield(nil, err) {
			break
		}
	}
	return false
}
