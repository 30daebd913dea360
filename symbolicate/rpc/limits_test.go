package rpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/status"
)

// smallWindows keep answers at the server until their calls are read.
var smallWindows = DialOptions{GRPC: []grpc.DialOption{grpc.WithStaticStreamWindowSize(64 << 10), grpc.WithStaticConnWindowSize(64 << 10)}}

// largeEvent is an event of 100 KB, as is its answer.
func largeEvent(n int) []byte { return append(eventWith(n), bytes.Repeat([]byte(" "), 100_000)...) }

// unread starts a call, which the caller may read.
func unread(t *testing.T, c *Client, request any) grpc.ClientStream {
	t.Helper()
	desc := &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}
	stream, err := c.conn.NewStream(t.Context(), desc, Symbolicator_SymbolicateEvent_FullMethodName)
	if err != nil {
		t.Fatal(err)
	}
	if request != nil {
		if err := stream.SendMsg(request); err != nil {
			t.Fatal(err)
		}
		if err := stream.CloseSend(); err != nil {
			t.Fatal(err)
		}
	}
	return stream
}

// bytesKept returns what all answers have that are not sent.
func bytesKept(o *outbox) (n int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for p := range o.kept {
		n += p.size
	}
	return n
}

// Answers to calls that nobody reads take no more than their room; who has it for too
// long, and no one else, is cut off when others want some.
func TestUnreadCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		close(h.letGo)
		s := NewServer(engineOf(t, h), Options{MaxAnswerBytes: 1 << 20})
		c := inMemory(t, s, smallWindows)
		var calls []grpc.ClientStream
		for i := range 50 {
			calls = append(calls, unread(t, c, c.request(largeEvent(i), false)))
			synctest.Wait()
		}
		if n := bytesKept(s.outbox); n == 0 || n > 1<<20 {
			t.Errorf("%d bytes of answers are kept", n)
		}
		time.Sleep(2 * readPatience)
		for i, call := range calls {
			if err := call.RecvMsg(new(SymbolicateEventResponse)); status.Code(err) != codes.Unavailable {
				t.Errorf("call %d: %v", i, err)
			}
		}
		synctest.Wait()
		if n := bytesKept(s.outbox); n != 0 {
			t.Errorf("%d bytes of answers are kept for nobody", n)
		}
		if _, err := c.Event(t.Context(), largeEvent(50)); err != nil {
			t.Error(err)
		}
	})
}

// A client that does not read is left alone as long as nobody is in need.
func TestUnreadAndAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		close(h.letGo)
		c := inMemory(t, NewServer(engineOf(t, h), Options{}), smallWindows)
		call := unread(t, c, c.request(largeEvent(1), false))
		time.Sleep(time.Hour)
		if err := call.RecvMsg(new(SymbolicateEventResponse)); err != nil {
			t.Error(err)
		}
	})
}

// Answers that wait for their turn are given up when there is no room, and are there
// when it is their turn: streams with more answers than there is room for end, in order.
func TestAnswersAreMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		h.asked = make(chan string, 10_000)
		close(h.letGo)
		s := NewServer(engineOf(t, h), Options{MaxAnswerBytes: 250_000})
		c := inMemory(t, s, smallWindows)
		const streams, events = 5, 30
		var wg sync.WaitGroup
		for range streams {
			stream, err := c.rpc.SymbolicateEvents(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				for i := range events {
					if err := stream.Send(&SymbolicateEventsRequest{Id: fmt.Sprint(i), Request: c.request(largeEvent(i), false)}); err != nil {
						t.Error(err)
						return
					}
				}
				if err := stream.CloseSend(); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				for i := range events {
					time.Sleep(time.Second)
					r, err := stream.Recv()
					if err != nil || r.GetId() != fmt.Sprint(i) || r.GetError() != nil || len(r.GetResponse().GetJson()) < 100_000 {
						t.Errorf("answer %d: %v, %v", i, r.GetId(), err)
						return
					}
					if n := bytesKept(s.outbox); n > 250_000 {
						t.Errorf("%d bytes of answers are kept", n)
					}
				}
				if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
					t.Errorf("the stream ends with %v", err)
				}
			})
		}
		wg.Wait()
	})
}

// Streams that nobody reads do not keep others from their answers.
func TestUnreadStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		h.asked = make(chan string, 10_000)
		close(h.letGo)
		s := NewServer(engineOf(t, h), Options{MaxAnswerBytes: 1 << 20})
		c := inMemory(t, s, smallWindows)
		var senders sync.WaitGroup
		for range 30 {
			stream, err := c.rpc.SymbolicateEvents(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			senders.Go(func() {
				for i := range 100 {
					if stream.Send(&SymbolicateEventsRequest{Request: c.request(largeEvent(i), false)}) != nil {
						return // cut off
					}
				}
			})
		}
		synctest.Wait()
		if n := bytesKept(s.outbox); n == 0 || n > 1<<20 {
			t.Errorf("%d bytes of answers are kept", n)
		}
		time.Sleep(2 * readPatience)
		senders.Wait()
		if _, err := c.Event(t.Context(), largeEvent(50)); err != nil {
			t.Error(err)
		}
	})
}

// A few bytes cannot become a message of many.
func TestCompressedIsRefused(t *testing.T) {
	c := dial(t, listen(t, NewServer(newEngine(t), Options{}), "unix"), DialOptions{GRPC: []grpc.DialOption{
		grpc.WithDefaultCallOptions(grpc.UseCompressor(gzip.Name)),
	}})
	const want = `Unimplemented: messages compressed with "gzip", where none may be`
	if _, err := c.Event(t.Context(), largeEvent(1)); fmt.Sprint(err) != want {
		t.Errorf("a call: %v, want %s", err, want)
	}
	if err := c.Ready(t.Context()); fmt.Sprint(err) != want {
		t.Errorf("the health: %v, want %s", err, want)
	}
	for _, err := range c.Events(t.Context(), one(largeEvent(1))) {
		if fmt.Sprint(err) != want {
			t.Errorf("a stream: %v, want %s", err, want)
		}
	}
}

// Calls whose messages do not come are ended, and keep no others out for longer.
func TestMessagesThatDoNotCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		close(h.letGo)
		c := inMemory(t, NewServer(engineOf(t, h), Options{MaxConcurrent: 3}), DialOptions{})
		start := time.Now()
		var calls []grpc.ClientStream
		for range 3 {
			calls = append(calls, unread(t, c, nil))
		}
		synctest.Wait()
		if _, err := c.Event(t.Context(), eventWith(1)); err != nil || time.Since(start) > receiveTime {
			t.Errorf("another is answered after %v: %v", time.Since(start), err)
		}
		for _, call := range calls {
			if err := call.RecvMsg(new(SymbolicateEventResponse)); status.Code(err) != codes.DeadlineExceeded || time.Since(start) != receiveTime {
				t.Errorf("after %v: %v", time.Since(start), err)
			}
		}
	})
}

// Streams are refused that are too many; others may come when there are fewer.
func TestTooManyStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		s := NewServer(engineOf(t, h), Options{MaxStreams: 1})
		c := inMemory(t, s, DialOptions{})
		first, err := c.rpc.SymbolicateEvents(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		stream, err := c.rpc.SymbolicateEvents(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := stream.Recv(); (&Error{status.Convert(err)}).Reason() != ErrorReason_OVERLOADED {
			t.Errorf("another stream gets %v", err)
		}
		if err := first.CloseSend(); err != nil {
			t.Fatal(err)
		}
		if _, err := first.Recv(); !errors.Is(err, io.EOF) {
			t.Errorf("the first gets %v", err)
		}
		close(h.letGo)
		for out, err := range c.Events(t.Context(), slices.Values([][]byte{eventWith(1)})) {
			if err != nil {
				t.Errorf("one after it gets %s, %v", out, err)
			}
		}
	})
}

// Connections that are too many are closed; others may come when there are fewer.
func TestTooManyConnections(t *testing.T) {
	s := NewServer(newEngine(t), Options{MaxConnections: 1})
	target := listen(t, s, "unix")
	first := dial(t, target, DialOptions{})
	if err := first.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := dial(t, target, DialOptions{ConnectTimeout: 20 * time.Millisecond})
	if err := second.Ready(t.Context()); status.Code(err) != codes.Unavailable {
		t.Errorf("a second connection: %v", err)
	}
	second.Close() // or it would try again, and take the place
	first.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := dial(t, target, DialOptions{}).Ready(ctx); err != nil {
		t.Errorf("when the first is closed: %v", err)
	}
}

// What a caller invents comes back in part.
func TestLongNames(t *testing.T) {
	c := dial(t, listen(t, NewServer(newEngine(t), Options{}), "unix"), DialOptions{Scope: strings.Repeat("é", 1000)})
	_, err := c.Event(t.Context(), eventWith(1))
	if want := `no scope "` + strings.Repeat("é", maxName/2) + `…"`; fmt.Sprint(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
