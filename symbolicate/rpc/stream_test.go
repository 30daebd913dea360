package rpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/internal/fixture"
)

// A slow source has nothing, and takes the longer the smaller the code id is.
type slow struct{}

func (slow) Find(_ context.Context, im *debugimage.Image) (source.Result, error) {
	var n int
	_, _ = fmt.Sscanf(im.CodeID, "%x", &n)
	time.Sleep(time.Minute / time.Duration(n))
	return source.Result{}, nil
}

func numbered(n int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := range n {
			if !yield(eventWith(i + 1)) {
				return
			}
		}
	}
}

// The answers of a stream have the order of its events, though each event takes
// less time than the one before, and some are no events.
func TestStreamOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, NewServer(engineOf(t, slow{}), Options{}), DialOptions{})
		atOnce := engineOf(t, source.NewDir(t.TempDir()))
		const events = 3 * maxAhead
		sent := func(yield func([]byte) bool) {
			for i := range events {
				event := eventWith(i + 1)
				if i%5 == 0 {
					event = fmt.Appendf(nil, "[%*s!", i, "")
				}
				if !yield(event) {
					return
				}
			}
		}
		start, i := time.Now(), 0
		for out, err := range c.Events(t.Context(), sent) {
			want, wantErr := atOnce.Event(t.Context(), slices.Collect(sent)[i])
			if !bytes.Equal(out, want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Errorf("answer %d is %s, %v\nwant %s, %v", i, out, err, want, wantErr)
			}
			i++
		}
		if i != events {
			t.Errorf("%d answers, want %d", i, events)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("it takes %v: one event after the other", took)
		}
	})
}

// A client that stops reading makes the server keep what it has taken, and take no
// more; when it reads on, nothing is missing.
func TestBackPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		close(h.letGo)
		// An answer fills what the connection holds, so the server waits with the next.
		filler := bytes.Repeat([]byte(" "), 100_000)
		c := inMemory(t, NewServer(engineOf(t, h), Options{}), DialOptions{GRPC: []grpc.DialOption{
			grpc.WithStaticStreamWindowSize(64 << 10), grpc.WithStaticConnWindowSize(64 << 10),
		}})
		stream, err := c.rpc.SymbolicateEvents(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		const events = 100
		sent := make(chan error, 1)
		go func() {
			for i := range events {
				r := c.request(append(eventWith(i), filler...), false)
				if err := stream.Send(&SymbolicateEventsRequest{Id: fmt.Sprint(i), Request: r}); err != nil {
					sent <- err
					return
				}
			}
			sent <- stream.CloseSend()
		}()
		synctest.Wait()
		select {
		case err := <-sent:
			t.Fatalf("everything could be sent: %v", err)
		default:
		}
		// Ten events have a megabyte; the answer to one more is on its way.
		if taken := len(h.asked); taken < 2 || taken > 2+maxAheadBytes/len(filler) {
			t.Errorf("the server has taken %d events from a client that does not read", taken)
		}
		for i := range events {
			r, err := stream.Recv()
			if err != nil || r.GetId() != fmt.Sprint(i) || r.GetError() != nil {
				t.Fatalf("answer %d: %v, %v", i, r.GetId(), err)
			}
		}
		if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
			t.Errorf("the stream ends with %v", err)
		}
		if err := <-sent; err != nil {
			t.Error(err)
		}
	})
}

// Many small events are bounded by their number.
func TestStreamRunsAheadSoFar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		c := inMemory(t, NewServer(engineOf(t, h), Options{}), DialOptions{})
		stream, err := c.rpc.SymbolicateEvents(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 * maxAhead {
			if err := stream.Send(&SymbolicateEventsRequest{Request: c.request(eventWith(i), false)}); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if taken := len(h.asked); taken < maxAhead || taken > maxAhead+1 {
			t.Errorf("the server works on %d events of a stream at once, want %d", taken, maxAhead)
		}
		close(h.letGo)
	})
}

// One event that is too large, or of a scope that is not there, is one answer.
func TestBadEventsDoNotEndTheStream(t *testing.T) {
	c := dial(t, listen(t, NewServer(newEngine(t), Options{MaxEventBytes: 5000}), "unix"), DialOptions{})
	events := [][]byte{bytes.Repeat([]byte(" "), 6000), []byte("{"), fixture.Read(t, "events/linux-arm64-crash.json")}
	want := []string{
		"a request of 6005 bytes, where 5000 are the most",
		`event: not JSON: byte 1: want a key or }`,
		"<nil>",
	}
	var got []string
	for _, err := range c.Events(t.Context(), slices.Values(events)) {
		got = append(got, fmt.Sprint(err))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// A caller that stops early leaves nothing behind.
func TestStopEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		c := inMemory(t, NewServer(engineOf(t, h), Options{MaxConcurrent: maxAhead}), DialOptions{})
		go func() {
			<-h.asked
			close(h.letGo)
		}()
		for _, err := range c.Events(t.Context(), numbered(100)) {
			if err != nil {
				t.Error(err)
			}
			break
		}
		synctest.Wait()
		if _, err := c.Event(t.Context(), eventWith(1000)); err != nil {
			t.Error(err)
		}
	})
}

// A server that shuts down is not ready, takes nothing more, and answers what it
// has taken.
func TestShutdownAnswersWhatWasTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		s := NewServer(engineOf(t, h), Options{})
		c := inMemory(t, s, DialOptions{})
		health, err := grpc_health_v1.NewHealthClient(c.conn).Watch(t.Context(), &grpc_health_v1.HealthCheckRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if r, err := health.Recv(); err != nil || r.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
			t.Fatalf("%v, %v", r, err)
		}
		stream, err := c.rpc.SymbolicateEvents(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		const events = 3
		for i := range events {
			if err := stream.Send(&SymbolicateEventsRequest{Id: fmt.Sprint(i), Request: c.request(eventWith(i), false)}); err != nil {
				t.Fatal(err)
			}
		}
		idle, err := c.rpc.SymbolicateEvents(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		call := make(chan error, 1)
		go func() {
			_, err := c.rpc.SymbolicateEvent(t.Context(), c.request(eventWith(events), false))
			call <- err
		}()
		synctest.Wait()

		ended := make(chan error, 1)
		go func() { ended <- s.Shutdown(t.Context()) }()
		if r, err := health.Recv(); err != nil || r.GetStatus() != grpc_health_v1.HealthCheckResponse_NOT_SERVING {
			t.Errorf("while it shuts down: %v, %v", r, err)
		}
		if _, err := idle.Recv(); (&Error{status.Convert(err)}).Reason() != ErrorReason_SHUTTING_DOWN {
			t.Errorf("a stream without events ends with %v", err)
		}
		synctest.Wait()
		select {
		case err := <-ended:
			t.Errorf("it has not waited: %v", err)
		default:
		}
		close(h.letGo)
		for i := range events {
			if r, err := stream.Recv(); err != nil || r.GetId() != fmt.Sprint(i) || r.GetError() != nil {
				t.Errorf("answer %d: %v, %v", i, r, err)
			}
		}
		_, err = stream.Recv()
		if e := (&Error{status.Convert(err)}); e.Reason() != ErrorReason_SHUTTING_DOWN || e.st.Code() != codes.Unavailable {
			t.Errorf("the stream ends with %v", err)
		}
		if err := <-call; err != nil {
			t.Errorf("the call gets %v", err)
		}
		if err := <-ended; err != nil {
			t.Errorf("Shutdown returns %v", err)
		}
	})
}

// A client that never stops sending does not keep a server from shutting down.
func TestShutdownUnderLoad(t *testing.T) {
	s := NewServer(newEngine(t), Options{})
	c := dial(t, listen(t, s, "unix"), DialOptions{})
	stream, err := c.rpc.SymbolicateEvents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var sender sync.WaitGroup
	defer sender.Wait()
	sender.Go(func() {
		for i := 0; ; i++ {
			if stream.Send(&SymbolicateEventsRequest{Id: fmt.Sprint(i), Request: c.request(eventWith(i), false)}) != nil {
				return
			}
		}
	})
	ended := make(chan error, 1)
	for i := 0; ; i++ {
		r, err := stream.Recv()
		if err != nil {
			if (&Error{status.Convert(err)}).Reason() != ErrorReason_SHUTTING_DOWN {
				t.Errorf("the stream ends with %v", err)
			}
			break
		}
		if r.GetId() != fmt.Sprint(i) {
			t.Errorf("answer %d is %s's", i, r.GetId())
		}
		if i == 100 {
			go func() { ended <- s.Shutdown(t.Context()) }()
		}
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A shutdown that has no more time cancels what is left, and waits for that.
func TestShutdownInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		s := NewServer(engineOf(t, h), Options{})
		c := inMemory(t, s, DialOptions{})
		stream, err := c.rpc.SymbolicateEvents(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := stream.Send(&SymbolicateEventsRequest{Request: c.request(eventWith(1), false)}); err != nil {
			t.Fatal(err)
		}
		<-h.asked
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Minute {
			t.Errorf("Shutdown returns %v after %v", err, time.Since(start))
		}
		if _, err := stream.Recv(); status.Code(err) != codes.Unavailable {
			t.Errorf("the stream ends with %v", err)
		}
	})
}

// When a server is replaced by another, a client's stream goes on: nothing is lost,
// twice or in another order.
func TestEventsOutliveAServer(t *testing.T) {
	e := newEngine(t)
	first := NewServer(e, Options{})
	target := listen(t, first, "unix")
	c := dial(t, target, DialOptions{})
	const events = 200
	got := 0
	for out, err := range c.Events(t.Context(), numbered(events)) {
		want, wantErr := e.Event(t.Context(), eventWith(got+1))
		if err != nil || wantErr != nil || !bytes.Equal(out, want) {
			t.Fatalf("answer %d is %s, %v, want %s", got, out, err, want)
		}
		if got++; got == events/2 {
			if err := first.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			l, err := Listen(target)
			if err != nil {
				t.Fatal(err)
			}
			serve(t, NewServer(e, Options{}), l)
		}
	}
	if got != events {
		t.Errorf("%d answers, want %d", got, events)
	}
}

// When there is no server any more, all that was taken gets that error.
func TestEventsWithoutAServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewServer(engineOf(t, slow{}), Options{})
		c := inMemory(t, s, DialOptions{ConnectTimeout: time.Second})
		if _, err := c.Event(t.Context(), eventWith(1000)); err != nil {
			t.Fatal(err)
		}
		if err := s.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		taken, got := 0, 0
		endless := func(yield func([]byte) bool) {
			for taken < 10 {
				taken++
				if !yield(eventWith(taken)) {
					return
				}
			}
		}
		for out, err := range c.Events(t.Context(), endless) {
			var e *Error
			if out != nil || !errors.As(err, &e) || e.st.Code() != codes.Unavailable {
				t.Errorf("got %s, %v", out, err)
			}
			got++
		}
		if got == 0 || got != taken {
			t.Errorf("%d errors for %d events", got, taken)
		}
	})
}
