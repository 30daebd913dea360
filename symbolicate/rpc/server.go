// Package rpc is the engine as a gRPC service, and a client for it.
//
// nativesym.proto describes the service, for authors in any language. A [Server]
// puts it in front of a [symbolicate.Symbolicator]; a [Client] has the methods of
// one and gives the same answers, byte for byte.
//
// Requests come from strangers, over connections that they need not read. What they
// may cost is bounded: how many connections, streams and calls are open, the size of
// a message and the time until it is there, how many are read and worked on at a time,
// how many wait and with how many bytes, for how long, and the bytes of answers that
// are not sent. Compressed messages are refused: few bytes would become many. A client
// that does not read its answers is left alone until others need the room; then its
// connection is cut off. What goes wrong with one request is the answer to it, be it a
// panic. Who may connect is decided by TLS and by the permissions of a socket; a scope
// is no authorization.
//
// With the names of [Options], requests and answers take no more memory than
//
//	MaxConcurrent × (3 × MaxEventBytes + an answer)  read, decoded and worked on
//	+ 2 × MaxQueueBytes                              waiting, of calls and of streams
//	+ MaxStreams × (2 × MaxEventBytes + 1 MiB)       read and decoded ahead
//	+ 2 × MaxAnswerBytes                             not sent; memory has up to twice the bytes
//	+ 544 × 1 MiB                                    arrived and not read, a window for each call
//	+ MaxConnections × 512 KiB                       buffers
//
// beside tables and what the engine needs for an answer.
package rpc

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/experimental"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"github.com/nativesym/nativesym/symbolicate"
)

// Options say what a Server does besides the engine's work. The zero value serves
// whoever connects, with limits for a process of some hundred megabytes.
type Options struct {
	// Scopes are the engines of requests that name a scope. Those that name none
	// get the engine that the server was made for.
	Scopes map[string]*symbolicate.Symbolicator

	// MaxConcurrent is how many requests are worked on at the same time, downloads
	// included. Zero means 32.
	MaxConcurrent int

	// MaxQueue is how many calls may wait for that; further ones are refused. Events
	// of streams wait where they come from. Zero means 256.
	MaxQueue int

	// MaxQueueBytes is how large the calls that wait may be, together. Zero means 64 MiB.
	MaxQueueBytes int

	// MaxStreams is how many streams of events may be open; further ones are refused.
	// Zero means 64.
	MaxStreams int

	// MaxConnections is how many connections may be open; further ones are closed at
	// once. Zero means 256.
	MaxConnections int

	// MaxAnswerBytes is how large the answers may be that are not sent yet, together.
	// When others wait for room, connections are cut off that do not take theirs.
	// Zero means 256 MiB.
	MaxAnswerBytes int

	// MaxEventBytes is how large a request may be. Zero means 32 MiB.
	MaxEventBytes int

	// MaxDeadline is how long a request may take whose caller allows more or has no
	// deadline. Zero means 5 minutes.
	MaxDeadline time.Duration

	// TLS, if not nil, is what connections are secured with; ClientAuth in it asks
	// for certificates of clients.
	TLS *tls.Config

	// Ready, if not nil, returns why the server is not ready to serve. The health
	// service asks it for every answer, so it has to be quick.
	Ready func(context.Context) error

	// Report, if not nil, is told of every [*Fault] of this program. It is called by
	// several goroutines at once.
	Report func(context.Context, error)

	// GRPC are further options: interceptors of streams, which all calls
	// are here, and a handler of statistics. What they see of
	// an answer is used again when it is sent: they must not keep it.
	GRPC []grpc.ServerOption
}

// withDefaults returns o with a value in every field that has a default.
func (o Options) withDefaults() Options {
	positive := func(n *int, def int) {
		if *n <= 0 {
			*n = def
		}
	}
	positive(&o.MaxConcurrent, 32)
	positive(&o.MaxQueue, 256)
	positive(&o.MaxQueueBytes, 64<<20)
	positive(&o.MaxStreams, 64)
	positive(&o.MaxConnections, 256)
	positive(&o.MaxAnswerBytes, 256<<20)
	positive(&o.MaxEventBytes, 32<<20)
	if o.MaxDeadline <= 0 {
		o.MaxDeadline = 5 * time.Minute
	}
	if o.Ready == nil {
		o.Ready = func(context.Context) error { return nil }
	}
	if o.Report == nil {
		o.Report = func(context.Context, error) {}
	}
	return o
}

// A Server serves an engine, its own health and the description of its services.
// It is safe for concurrent use.
type Server struct {
	engine *symbolicate.Symbolicator
	opts   Options
	gate   gate
	texts  textPool
	codec  codec
	outbox *outbox

	receiving *semaphore.Weighted // calls whose message is being read
	large     *semaphore.Weighted // bytes of streams' events, each beyond maxAheadBytes

	connections atomic.Int64
	calls       atomic.Int64
	streams     atomic.Int64
	handlers    sync.WaitGroup // goroutines of calls that may outlive them for a moment

	draining context.Context // done when the server shuts down
	drain    context.CancelFunc
	grpc     *grpc.Server
}

// How connections are kept. A client may ask as often as [Dial]'s do whether the
// server is there; one that has vanished is noticed within two minutes.
const (
	pingAtMostEvery = 10 * time.Second
	pingIdleAfter   = time.Minute
	pingTimeout     = 20 * time.Second
)

// Windows and buffers for messages of a megabyte. What a client has sent and
// nobody has read is bounded by the windows.
const (
	requestWindow     = 1 << 20
	requestConnWindow = 4 << 20
	answerWindow      = 8 << 20
	answerConnWindow  = 16 << 20
	socketBuffer      = 128 << 10
)

// maxStreams is how many calls and streams a connection may have at a time; its next
// ones wait at the client.
const maxStreams = 128

// headroom is what a message may have beyond MaxEventBytes until it is refused before
// it is read: up to there the request gets an answer that says what is wrong.
const headroom = 64 << 10

// NewServer returns a server of an engine.
func NewServer(engine *symbolicate.Symbolicator, opts Options) *Server {
	opts = opts.withDefaults()
	s := &Server{engine: engine, opts: opts}
	s.gate = gate{inside: make(chan struct{}, opts.MaxConcurrent), room: opts.MaxQueue, bytes: opts.MaxQueueBytes}
	s.codec = newCodec(&s.texts)
	s.outbox = newOutbox(opts.MaxAnswerBytes)
	s.receiving = semaphore.NewWeighted(int64(opts.MaxConcurrent))
	s.large = semaphore.NewWeighted(int64(opts.MaxQueueBytes))
	s.draining, s.drain = context.WithCancel(context.Background())
	s.grpc = grpc.NewServer(append([]grpc.ServerOption{
		grpc.Creds(transport(opts.TLS)),
		grpc.ForceServerCodecV2(s.codec),
		grpc.ChainStreamInterceptor(s.admit),
		grpc.MaxRecvMsgSize(opts.MaxEventBytes + headroom),
		grpc.StaticStreamWindowSize(requestWindow),
		grpc.StaticConnWindowSize(requestConnWindow),
		grpc.ReadBufferSize(socketBuffer),
		grpc.WriteBufferSize(socketBuffer),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: pingAtMostEvery, PermitWithoutStream: true}),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: pingIdleAfter, Timeout: pingTimeout}),
		grpc.MaxConcurrentStreams(maxStreams),
		grpc.WaitForHandlers(true),
		experimental.BufferPool(new(frames)),
	}, opts.GRPC...)...)
	s.grpc.RegisterService(s.service(), s)
	s.grpc.RegisterService(asStreams(grpc_health_v1.Health_ServiceDesc), &health{s: s})
	reflection.Register(s.grpc)
	return s
}

func transport(config *tls.Config) credentials.TransportCredentials {
	if config == nil {
		return insecure.NewCredentials()
	}
	return credentials.NewTLS(config)
}

// Serve answers the connections of a listener until the server shuts down, and
// closes it then. It may be called for several listeners.
func (s *Server) Serve(l net.Listener) error {
	return s.grpc.Serve(counted{roomy{l}, &s.connections, int64(s.opts.MaxConnections), s.outbox})
}

// Shutdown stops the server. It is not ready from then on, takes no connections
// and no requests, and answers those that it has. When ctx is done it waits no
// longer: calls are cancelled, and Shutdown returns the context's error when they
// have ended.
func (s *Server) Shutdown(ctx context.Context) error {
	s.drain()
	defer s.handlers.Wait()
	drained := make(chan struct{})
	go func() {
		s.grpc.GracefulStop()
		close(drained)
	}()
	select {
	case <-drained:
		return nil
	case <-ctx.Done():
		s.grpc.Stop()
		<-drained
		return context.Cause(ctx)
	}
}
