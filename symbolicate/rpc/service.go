package rpc

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/nativesym/nativesym/symbolicate"
	"github.com/nativesym/nativesym/symbolicate/eventpb"
)

// service is nativesym.v1.Symbolicator as gRPC is told of it.
func (s *Server) service() *grpc.ServiceDesc {
	return &grpc.ServiceDesc{
		ServiceName: Symbolicator_ServiceDesc.ServiceName,
		HandlerType: (*any)(nil),
		Streams: []grpc.StreamDesc{
			method(s, "SymbolicateEvent", s.event, func(r *SymbolicateEventRequest) *durationpb.Duration { return r.GetOptions().GetTimeout() }),
			method(s, "SymbolicateStacktraces", s.stacktraces, (*SymbolicateStacktracesRequest).GetTimeout),
			method(s, "LookupAddresses", s.addresses, func(*LookupAddressesRequest) *durationpb.Duration { return nil }),
			method(s, "ImageStatus", s.image, func(*ImageStatusRequest) *durationpb.Duration { return nil }),
			{StreamName: "SymbolicateEvents", Handler: s.symbolicateEvents, ServerStreams: true, ClientStreams: true},
		},
		Metadata: Symbolicator_ServiceDesc.Metadata,
	}
}

// A message is a pointer to a request.
type message[Q any] interface {
	*Q
	proto.Message
}

// method returns a call with one message each way; [asStreams] says why it is a stream.
func method[Q any, P message[Q], A proto.Message](s *Server, name string, do func(context.Context, P) (A, error), timeout func(P) *durationpb.Duration) grpc.StreamDesc {
	return grpc.StreamDesc{StreamName: name, ServerStreams: true, Handler: func(_ any, stream grpc.ServerStream) error {
		request := P(new(Q))
		if err := stream.RecvMsg(request); err != nil {
			return err
		}
		ctx := stream.Context()
		answer, err := s.answer(ctx, proto.Size(request), func() (mem.BufferSlice, error) {
			answer, err := guarded(ctx, s, request, timeout(request), do)
			if err != nil {
				return nil, err
			}
			return s.codec.Marshal(answer)
		})
		if err != nil {
			return typed(err)
		}
		return s.outbox.send(stream, answer)
	}}
}

// answer answers a request of a size when it is its turn. An answer for which there
// is no room is made again when there is.
func (s *Server) answer(ctx context.Context, size int, do func() (mem.BufferSlice, error)) (*parcel, error) {
	if size > s.opts.MaxEventBytes {
		return nil, tooLarge(size, s.opts.MaxEventBytes)
	}
	if err := s.gate.enter(ctx, size); err != nil {
		return nil, err
	}
	data, err := do()
	s.gate.leave()
	if err != nil {
		return nil, err
	}
	made := int64(data.Len())
	if p := s.outbox.pack(data, 0, false); p != nil {
		return p, nil
	}
	if !s.gate.reserve(1, size) { // it waits again
		return nil, overloaded()
	}
	defer s.gate.reserve(-1, -size)
	return s.again(ctx, made, do)
}

// again makes an answer for which there was no room, in the room that it took then.
func (s *Server) again(ctx context.Context, size int64, do func() (mem.BufferSlice, error)) (*parcel, error) {
	for {
		room, err := s.outbox.reserve(ctx, size)
		if err != nil {
			return nil, err
		}
		data, err := s.inside(ctx, do)
		if err != nil {
			s.outbox.room.Release(room)
			return nil, err
		}
		size = int64(data.Len())
		if p := s.outbox.pack(data, room, false); p != nil {
			return p, nil
		}
	}
}

// inside does something inside the gate.
func (s *Server) inside(ctx context.Context, do func() (mem.BufferSlice, error)) (mem.BufferSlice, error) {
	if err := s.gate.wait(ctx); err != nil {
		return nil, err
	}
	defer s.gate.leave()
	return do()
}

// guarded answers a request in the time that it has. A panic is the end of this
// request only.
func guarded[Q, A any](ctx context.Context, s *Server, request Q, timeout *durationpb.Duration, do func(context.Context, Q) (A, error)) (answer A, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeFor(ctx, timeout))
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			s.opts.Report(ctx, &Fault{Value: p, Stack: debug.Stack()})
			err = internalFault()
		}
	}()
	answer, err = do(ctx, request)
	return answer, typed(err)
}

// A Fault is a panic while a request was worked on.
type Fault struct {
	Value any    // of the panic
	Stack []byte // of the goroutine
}

func (f *Fault) Error() string { return fmt.Sprintf("panic: %v\n%s", f.Value, f.Stack) }

// Of a call's time, a part is kept for the way of the answer: what is known in time
// should also arrive in time.
const (
	wayShare = 10 // one part of so many
	wayMost  = 100 * time.Millisecond
)

// timeFor returns how long a request may take.
func (s *Server) timeFor(ctx context.Context, timeout *durationpb.Duration) time.Duration {
	limit := s.opts.MaxDeadline
	if d := timeout.AsDuration(); timeout != nil && d < limit {
		limit = d
	}
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline)
		limit = min(limit, left-min(left/wayShare, wayMost))
	}
	return limit
}

// engineFor returns the engine of a scope.
func (s *Server) engineFor(scope string, fromRaw bool) (*symbolicate.Symbolicator, error) {
	engine := s.engine
	if scope != "" {
		engine = s.opts.Scopes[scope]
	}
	if engine == nil {
		return nil, unknownScope(scope)
	}
	if fromRaw {
		return engine.FromRaw(), nil
	}
	return engine, nil
}

// event symbolicates an event.
func (s *Server) event(ctx context.Context, r *SymbolicateEventRequest) (*SymbolicateEventResponse, error) {
	engine, err := s.engineFor(r.GetScope(), r.GetOptions().GetFromRaw())
	if err != nil {
		return nil, err
	}
	var answer SymbolicateEventResponse
	var report *symbolicate.Report
	switch ev := r.GetEvent().(type) {
	case *SymbolicateEventRequest_Json:
		var text []byte
		if r.GetOptions().GetExplain() {
			text, report, err = engine.Explain(ctx, ev.Json)
		} else {
			text, err = engine.AppendEvent(ctx, s.texts.take(), ev.Json)
		}
		answer.Event = &SymbolicateEventResponse_Json{Json: s.texts.fit(text)}
	case *SymbolicateEventRequest_Protobuf:
		var out *eventpb.Event
		out, report, err = eventpb.Symbolicate(ctx, engine, ev.Protobuf)
		if err != nil && ctx.Err() == nil {
			err = newError(codes.InvalidArgument, ErrorReason_INVALID_REQUEST, nil, err.Error(), violation("protobuf", err.Error()))
		}
		answer.Event = &SymbolicateEventResponse_Protobuf{Protobuf: out}
	default:
		return nil, badField("event", "neither protobuf nor json is set")
	}
	if err != nil {
		return nil, err
	}
	if r.GetOptions().GetExplain() {
		answer.Report = fromReport(report)
	}
	return &answer, nil
}
