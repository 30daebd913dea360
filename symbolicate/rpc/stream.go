package rpc

import (
	"context"
	"errors"
	"io"
	"sync"

	"golang.org/x/sync/semaphore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// How far a stream runs ahead of its reader: so many events, of so many bytes or
// one that has more. Answers are some ten times as large as events, so this bounds
// what a client that does not read makes the server keep.
const (
	maxAhead      = 16
	maxAheadBytes = 1 << 20
)

// SymbolicateEvents symbolicates a stream of events. One goroutine reads them, this
// one writes the answers in order, and in between each event has its own.
func (v *service) SymbolicateEvents(stream grpc.BidiStreamingServer[SymbolicateEventsRequest, SymbolicateEventsResponse]) error {
	p := pipeline{s: v.s, stream: stream, ahead: make(chan pending, maxAhead), bytes: semaphore.NewWeighted(maxAheadBytes)}
	ctx, cancel := context.WithCancel(stream.Context())
	defer p.stop(cancel)
	go p.read(ctx)
	for {
		next, err := p.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return typed(err)
		}
		if err := stream.Send(<-next.answer); err != nil {
			return err
		}
		p.bytes.Release(next.weight)
	}
}

// A pipeline is the work on a stream.
type pipeline struct {
	s      *Server
	stream grpc.BidiStreamingServer[SymbolicateEventsRequest, SymbolicateEventsResponse]
	ahead  chan pending        // in the order of the requests; closed when there are no more
	end    error               // why there are no more; set when ahead is closed
	bytes  *semaphore.Weighted // of those in ahead

	mu      sync.Mutex // of stopped and of starting a worker
	stopped bool
	workers sync.WaitGroup
}

// A pending request has been taken, and gets an answer.
type pending struct {
	answer chan *SymbolicateEventsResponse
	weight int64 // of pipeline.bytes
}

// read takes requests, as many as there is room for, and starts the work on them.
// It ends when the client does or ctx is done, and no later than the call.
func (p *pipeline) read(ctx context.Context) {
	defer close(p.ahead)
	for p.end == nil {
		p.end = p.take(ctx)
	}
}

// take takes a request.
func (p *pipeline) take(ctx context.Context) error {
	r, err := p.stream.Recv()
	if err != nil {
		return err
	}
	next := pending{make(chan *SymbolicateEventsResponse, 1), int64(min(proto.Size(r), maxAheadBytes))}
	if err := p.bytes.Acquire(ctx, next.weight); err != nil {
		return err
	}
	if p.s.draining.Err() != nil {
		return shuttingDown()
	}
	select {
	case p.ahead <- next:
	case <-ctx.Done():
		return ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.stopped {
		p.workers.Go(func() { next.answer <- p.answer(ctx, r) })
	}
	return nil
}

// stop ends the workers and waits for them.
func (p *pipeline) stop(cancel func()) {
	cancel()
	p.mu.Lock()
	p.stopped = true
	p.mu.Unlock()
	p.workers.Wait()
}

// next returns the request to be answered next. A server that shuts down answers
// what it has taken, and takes no more.
func (p *pipeline) next() (pending, error) {
	select {
	case next, ok := <-p.ahead:
		return p.received(next, ok)
	case <-p.s.draining.Done():
	}
	select {
	case next, ok := <-p.ahead:
		return p.received(next, ok)
	default:
		return pending{}, shuttingDown()
	}
}

func (p *pipeline) received(next pending, ok bool) (pending, error) {
	if !ok {
		return pending{}, p.end
	}
	return next, nil
}

// answer returns the answer to a request.
func (p *pipeline) answer(ctx context.Context, r *SymbolicateEventsRequest) *SymbolicateEventsResponse {
	response, err := p.event(ctx, r.GetRequest())
	if err != nil {
		return &SymbolicateEventsResponse{Id: r.GetId(), Result: &SymbolicateEventsResponse_Error{Error: status.Convert(err).Proto()}}
	}
	return &SymbolicateEventsResponse{Id: r.GetId(), Result: &SymbolicateEventsResponse_Response{Response: response}}
}

func (p *pipeline) event(ctx context.Context, r *SymbolicateEventRequest) (*SymbolicateEventResponse, error) {
	if size := proto.Size(r); size > p.s.opts.MaxEventBytes {
		return nil, tooLarge(size, p.s.opts.MaxEventBytes)
	}
	if err := p.s.gate.wait(ctx); err != nil {
		return nil, typed(err)
	}
	defer p.s.gate.leave()
	return guarded(ctx, p.s, r, r.GetOptions().GetTimeout(), p.s.event)
}
