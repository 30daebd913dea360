// Package serve runs the engine as a server beside a pipeline: configuration,
// listening, readiness, draining, metrics, traces and logs.
//
// What answers requests is package rpc; everything here is about the process. Its
// threat model: whoever may connect may ask for symbolication and fill the cache;
// who that is, is for modes of sockets and TLS to say. The operators' port is for
// operators. Secrets come from files and the environment, and neither they nor
// anything of an event but ids and names of images is ever logged.
package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/nativesym/nativesym/symbolicate/rpc"
)

// Run serves until ctx is done, then answers what it has accepted and returns. The
// error says what kept it from serving, or from answering everything.
func Run(ctx context.Context, c *Config, logTo io.Writer) error {
	limitMemory(int64(c.MemoryLimit))
	s, err := newServer(ctx, c, newLogger(c, logTo))
	if err != nil {
		return err
	}
	defer s.close()
	return s.run(ctx)
}

// A server is the process around the service.
type server struct {
	config *Config
	log    *slog.Logger
	engine *Engine
	traces *tracing
	keys   *keyring // nil: without TLS
	ready  readiness
	rpc    *rpc.Server
	admin  *http.Server

	listeners []net.Listener
	operators net.Listener // nil: there is no port for them
	running   sync.WaitGroup
	failed    chan error // that ended something that should go on
}

// newServer returns a server whose ports are open, and on which nobody is answered
// yet. The caller closes it.
func newServer(ctx context.Context, c *Config, log *slog.Logger) (_ *server, err error) {
	s := &server{config: c, log: log}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	m := newMetrics()
	if s.engine, err = c.open(&watch{log: log, metrics: m}); err != nil {
		return nil, err
	}
	if len(c.Symbols)+len(c.Scopes) == 0 && !c.OnNet() {
		log.Warn("no source of debug files is configured: none will be found")
	}
	if s.keys, err = newKeyring(c, log); err != nil {
		return nil, err
	}
	if s.traces, err = startTracing(ctx, log); err != nil {
		return nil, err
	}
	s.ready.folders, s.ready.cache = s.engine.folders, s.engine.cacheDir
	s.rpc = rpc.NewServer(s.engine.Symbolicator, s.options(&observer{log: log, metrics: m}))
	m.registry.MustRegister(&numbers{s.engine, s.rpc, &s.ready})
	s.admin = newAdmin(m.registry, &s.ready)
	return s, s.open(ctx)
}

// close ends what a server has begun.
func (s *server) close() {
	closeAll(s.listeners)
	if s.operators != nil {
		s.operators.Close()
	}
	s.traces.stop(s.log)
	if s.engine != nil {
		s.engine.Close()
	}
}

// options returns how the service is run.
func (s *server) options(o *observer) rpc.Options {
	return rpc.Options{
		Scopes:        s.engine.Scopes,
		MaxConcurrent: s.config.MaxConcurrent,
		MaxQueue:      s.config.MaxQueue,
		MaxQueueBytes: int(s.config.MaxQueueBytes),
		MaxEventBytes: int(s.config.MaxEvent),

		MaxStreams:     s.config.MaxStreams,
		MaxConnections: s.config.MaxConnections,
		MaxAnswerBytes: int(s.config.MaxAnswers),

		MaxDeadline: s.config.Deadline,
		Ready:       func(context.Context) error { return s.ready.check() },
		Report: func(ctx context.Context, err error) {
			s.log.ErrorContext(ctx, "a fault of this program", "request", requestID(ctx), "error", err)
		},
		GRPC: append([]grpc.ServerOption{grpc.StatsHandler(o)}, s.traces.options()...),
	}
}

// open opens all ports.
func (s *server) open(ctx context.Context) (err error) {
	if s.listeners, err = s.config.listen(ctx); err != nil {
		return err
	}
	if s.config.Admin == "" {
		return nil
	}
	if s.operators, err = new(net.ListenConfig).Listen(ctx, "tcp", s.config.Admin); err != nil {
		return fmt.Errorf("admin: %w", err)
	}
	return nil
}

// run serves on the open ports until ctx is done.
func (s *server) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer s.running.Wait()
	defer stop()
	s.failed = make(chan error, len(s.listeners)+1)
	for _, l := range s.listeners {
		s.log.Info("serving", "address", addressOf(l))
		s.start(func() error { return s.rpc.Serve(s.secured(l)) })
	}
	if s.operators != nil {
		s.log.Info("serving operators", "address", addressOf(s.operators))
		s.start(s.serveOperators)
		defer s.admin.Close()
	}
	s.ready.serving.Store(true)
	if err := s.ready.check(); err != nil {
		s.log.Warn("not ready", "error", err)
	}
	s.running.Go(func() { watchdog(ctx) })
	s.tell("READY=1")
	select {
	case err := <-s.failed:
		return errors.Join(err, s.drain())
	case <-ctx.Done():
		return s.drain()
	}
}

// secured returns a listener whose connections are TLS, if that is configured. Who
// may use a Unix socket is for its mode to say.
func (s *server) secured(l net.Listener) net.Listener {
	if s.keys == nil || l.Addr().Network() == "unix" {
		return l
	}
	return &tlsListener{l, s.keys.serverConfig(), s.log}
}

func (s *server) serveOperators() error {
	if err := s.admin.Serve(s.operators); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("admin: %w", err)
	}
	return nil
}

// start runs something that only a fault ends before it is told to.
func (s *server) start(serve func() error) {
	s.running.Go(func() {
		if err := serve(); err != nil {
			s.failed <- err
		}
	})
}

// drain answers what was accepted, as long as the configuration allows.
func (s *server) drain() error {
	s.ready.serving.Store(false)
	s.log.Info("draining", "limit", s.config.Drain)
	s.tell("STOPPING=1")
	ctx, cancel := context.WithTimeout(context.Background(), s.config.Drain)
	defer cancel()
	start := time.Now()
	if s.rpc.Shutdown(ctx) != nil {
		return fmt.Errorf("requests were cut off that took longer than --drain %v", s.config.Drain)
	}
	s.log.Info("stopped", "took", time.Since(start))
	return nil
}

// tell tells systemd.
func (s *server) tell(state string) {
	if err := notify(state); err != nil {
		s.log.Warn("systemd was not told", "state", state, "error", err)
	}
}
