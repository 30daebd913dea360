package rpc

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/nativesym/nativesym/symbolicate"
	"github.com/nativesym/nativesym/symbolicate/eventpb"
)

// service has the methods of nativesym.v1.Symbolicator.
type service struct {
	UnimplementedSymbolicatorServer
	s *Server
}

// SymbolicateEvent symbolicates an event.
func (v *service) SymbolicateEvent(ctx context.Context, r *SymbolicateEventRequest) (*SymbolicateEventResponse, error) {
	return call(ctx, v.s, r, r.GetOptions().GetTimeout(), v.s.event)
}

// SymbolicateStacktraces symbolicates stack traces.
func (v *service) SymbolicateStacktraces(ctx context.Context, r *SymbolicateStacktracesRequest) (*SymbolicateStacktracesResponse, error) {
	return call(ctx, v.s, r, r.GetTimeout(), v.s.stacktraces)
}

// LookupAddresses looks addresses of an image up.
func (v *service) LookupAddresses(ctx context.Context, r *LookupAddressesRequest) (*LookupAddressesResponse, error) {
	return call(ctx, v.s, r, nil, v.s.addresses)
}

// ImageStatus finds the debug file of an image.
func (v *service) ImageStatus(ctx context.Context, r *ImageStatusRequest) (*ImageStatusResponse, error) {
	return call(ctx, v.s, r, nil, v.s.image)
}

// call answers a request when it is its turn.
func call[Q proto.Message, A any](ctx context.Context, s *Server, request Q, timeout *durationpb.Duration, do func(context.Context, Q) (A, error)) (answer A, err error) {
	size := proto.Size(request)
	if size > s.opts.MaxEventBytes {
		return answer, tooLarge(size, s.opts.MaxEventBytes)
	}
	if err := s.gate.enter(ctx, size); err != nil {
		return answer, typed(err)
	}
	defer s.gate.leave()
	return guarded(ctx, s, request, timeout, do)
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
