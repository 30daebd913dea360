package rpc

import (
	"context"
	"errors"
	"io"
	"sync"

	"golang.org/x/sync/semaphore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// How far a stream runs ahead of its reader: so many events, of so many bytes or
// one that has more. What the answers to them take is the outbox's.
const (
	maxAhead      = 16
	maxAheadBytes = 1 << 20
)

// symbolicateEvents symbolicates a stream of events. One goroutine reads them, this
// one writes the answers in order, and in between each event has its own.
func (s *Server) symbolicateEvents(_ any, stream grpc.ServerStream) error {
	p := pipeline{s: s, stream: stream, ahead: make(chan pending, maxAhead), bytes: semaphore.NewWeighted(maxAheadBytes)}
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
		if err := p.send(ctx, next); err != nil {
			return typed(err)
		}
	}
}

// A pipeline is the work on a stream.
type pipeline struct {
	s      *Server
	stream grpc.ServerStream
	ahead  chan pending        // in the order of the requests; closed when there are no more
	end    error               // why there are no more; set when ahead is closed
	bytes  *semaphore.Weighted // of those in ahead

	mu      sync.Mutex // of stopped and of starting a worker
	stopped bool
	workers sync.WaitGroup
}

// A pending request has been taken, and gets an answer.
type pending struct {
	request *SymbolicateEventsRequest
	answer  chan ahead
	weight  int64 // of pipeline.bytes
	more    int64 // of Server.large
}

// An ahead is an answer made before its turn, or how large it was if there was no
// room for it.
type ahead struct {
	parcel *parcel
	size   int64
}

// send sends the answer to a request whose turn it is.
func (p *pipeline) send(ctx context.Context, next pending) (err error) {
	defer p.release(next)
	made := <-next.answer
	if made.parcel == nil || !p.s.outbox.claim(made.parcel) {
		if made.parcel, err = p.s.again(ctx, made.size, func() (mem.BufferSlice, error) { return p.answer(ctx, next.request) }); err != nil {
			return err
		}
	}
	return p.s.outbox.send(p.stream, made.parcel)
}

// release gives back what a request takes.
func (p *pipeline) release(next pending) {
	p.bytes.Release(next.weight)
	p.s.large.Release(next.more)
}

// read takes requests, as many as there is room for, and starts the work on them.
// It ends when the client does or ctx is done, and no later than the call.
func (p *pipeline) read(ctx context.Context) {
	defer close(p.ahead)
	for p.end == nil {
		p.end = p.take(ctx)
	}
}

// take takes a request. Until there is room for it, the next stays where it comes from.
func (p *pipeline) take(ctx context.Context) error {
	r := new(SymbolicateEventsRequest)
	if err := p.stream.RecvMsg(r); err != nil {
		return err
	}
	size := int64(proto.Size(r))
	next := pending{request: r, answer: make(chan ahead, 1), weight: min(size, maxAheadBytes)}
	if err := p.bytes.Acquire(ctx, next.weight); err != nil {
		return err
	}
	more := min(size-next.weight, int64(p.s.opts.MaxQueueBytes))
	if err := p.s.outbox.acquire(ctx, p.s.large, more); err != nil {
		return err
	}
	next.more = more
	if err := p.put(ctx, next); err != nil {
		p.release(next)
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.stopped {
		p.workers.Go(func() { next.answer <- p.early(ctx, r) })
	}
	return nil
}

// put puts a request behind those before it.
func (p *pipeline) put(ctx context.Context, next pending) error {
	if p.s.draining.Err() != nil {
		return shuttingDown()
	}
	select {
	case p.ahead <- next:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// early returns the answer to a request, whose turn it may not be.
func (p *pipeline) early(ctx context.Context, r *SymbolicateEventsRequest) ahead {
	data, err := p.s.inside(ctx, func() (mem.BufferSlice, error) { return p.answer(ctx, r) })
	if err != nil {
		return ahead{} // the stream has ended
	}
	size := int64(data.Len())
	return ahead{p.s.outbox.pack(data, 0, true), size}
}

// stop ends the workers, waits for them and gives back what nobody will send. The
// goroutine that reads ends with the stream, so another waits for it.
func (p *pipeline) stop(cancel func()) {
	cancel()
	p.mu.Lock()
	p.stopped = true
	p.mu.Unlock()
	p.workers.Wait()
	p.s.handlers.Go(func() {
		for next := range p.ahead {
			p.release(next)
			select {
			case made := <-next.answer:
				if made.parcel != nil {
					p.s.outbox.release(made.parcel)
				}
			default: // no worker was started
			}
		}
	})
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
func (p *pipeline) answer(ctx context.Context, r *SymbolicateEventsRequest) (mem.BufferSlice, error) {
	answer := &SymbolicateEventsResponse{Id: r.GetId()}
	if response, err := p.event(ctx, r.GetRequest()); err != nil {
		answer.Result = &SymbolicateEventsResponse_Error{Error: status.Convert(err).Proto()}
	} else {
		answer.Result = &SymbolicateEventsResponse_Response{Response: response}
	}
	return p.s.codec.Marshal(answer)
}

func (p *pipeline) event(ctx context.Context, r *SymbolicateEventRequest) (*SymbolicateEventResponse, error) {
	if size := proto.Size(r); size > p.s.opts.MaxEventBytes {
		return nil, tooLarge(size, p.s.opts.MaxEventBytes)
	}
	return guarded(ctx, p.s, r, r.GetOptions().GetTimeout(), p.s.event)
}
