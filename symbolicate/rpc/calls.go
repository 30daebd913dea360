package rpc

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// What is taken from strangers before their requests are read. A call that is not
// being read holds a window, and one that is a whole message.
const (
	maxCalls       = 512              // open at a time, streams included; further ones are refused
	maxHealthCalls = 32               // more that ask for the health, and nothing else
	receiveTime    = 10 * time.Second // in which a call's message must be there, once it is read
)

// asStreams returns a service whose calls are streams of one message each way. That
// is the same on the wire, but what intercepts streams runs before a message is read.
func asStreams(desc grpc.ServiceDesc) *grpc.ServiceDesc {
	streams := desc.Streams[:len(desc.Streams):len(desc.Streams)]
	for _, m := range desc.Methods {
		streams = append(streams, grpc.StreamDesc{StreamName: m.MethodName, ServerStreams: true, Handler: func(srv any, stream grpc.ServerStream) error {
			answer, err := m.Handler(srv, stream.Context(), stream.RecvMsg, nil)
			if err != nil {
				return err
			}
			return stream.SendMsg(answer)
		}})
	}
	desc.Methods, desc.Streams = nil, streams
	return &desc
}

// admit is the interceptor of all calls: it decides which are answered.
func (s *Server) admit(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	most := int64(maxCalls)
	if strings.HasPrefix(info.FullMethod, "/"+grpc_health_v1.Health_ServiceDesc.ServiceName+"/") {
		most += maxHealthCalls
	}
	defer s.calls.Add(-1)
	if s.calls.Add(1) > most {
		return s.gate.refuse()
	}
	if name := compression(stream.Context()); name != "" && name != "identity" {
		return compressed(name)
	}
	if !info.IsClientStream {
		return s.oneMessage(srv, stream, handle)
	}
	defer s.streams.Add(-1)
	if s.streams.Add(1) > int64(s.opts.MaxStreams) {
		return s.gate.refuse()
	}
	return handle(srv, stream)
}

// compression returns how the messages of a call are compressed. A few bytes can
// become a large message then, so none is taken.
func compression(ctx context.Context) string {
	if t, ok := grpc.ServerTransportStreamFromContext(ctx).(interface{ RecvCompress() string }); ok {
		return t.RecvCompress()
	}
	return ""
}

// oneMessage handles a call with one message. What ends it too early ends the call:
// only that makes gRPC stop reading.
func (s *Server) oneMessage(srv any, stream grpc.ServerStream, handle grpc.StreamHandler) error {
	c := &call{ServerStream: stream, s: s, tooLate: make(chan struct{}, 1)}
	handled := make(chan error, 1)
	s.handlers.Go(func() { handled <- handle(srv, c) })
	select {
	case err := <-handled:
		return err
	case <-c.tooLate:
		return status.Error(codes.DeadlineExceeded, "the request was not there in "+receiveTime.String())
	}
}

// A call has one message to be received.
type call struct {
	grpc.ServerStream
	s       *Server
	tooLate chan struct{} // told when it should have been there; takes it without waiting
}

// RecvMsg receives the message, when it is its turn.
func (c *call) RecvMsg(m any) error {
	ctx := c.Context()
	if err := c.s.receiving.Acquire(ctx, 1); err != nil {
		return typed(err)
	}
	defer c.s.receiving.Release(1)
	defer time.AfterFunc(receiveTime, func() { c.tooLate <- struct{}{} }).Stop()
	return c.ServerStream.RecvMsg(m)
}
