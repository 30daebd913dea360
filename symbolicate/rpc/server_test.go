package rpc

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/symbolicate"
	"github.com/nativesym/nativesym/symbolicate/eventpb"
)

// listen serves s until the test ends, on a target of a kind: "unix" or "tcp".
func listen(t testing.TB, s *Server, kind string) (target string) {
	t.Helper()
	target = "127.0.0.1:0"
	if kind == "unix" {
		target = "unix:" + filepath.Join(t.TempDir(), "s")
	}
	l, err := Listen(target)
	if err != nil {
		t.Fatal(err)
	}
	if kind == "tcp" {
		target = l.Addr().String()
	}
	serve(t, s, l)
	return target
}

func serve(t testing.TB, s *Server, l net.Listener) {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = s.Shutdown(ctx)
		if err := <-ended; err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			t.Errorf("Serve returns %v", err)
		}
	})
}

func dial(t testing.TB, target string, opts DialOptions) *Client {
	t.Helper()
	c, err := Dial(target, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// inMemory returns a client of a server in the same bubble.
func inMemory(t testing.TB, s *Server, opts DialOptions) *Client {
	t.Helper()
	l := bufconn.Listen(64 << 10)
	serve(t, s, l)
	opts.GRPC = append(opts.GRPC, grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return l.DialContext(ctx) }))
	return dial(t, "memory:0", opts)
}

// A held source has nothing, and says so when it is let go or the time runs out.
type held struct {
	letGo chan struct{}
	asked chan string // the code ids that were asked for
}

func newHeld() *held { return &held{make(chan struct{}), make(chan string, 1000)} }

func (h *held) Find(ctx context.Context, im *debugimage.Image) (source.Result, error) {
	h.asked <- im.CodeID
	select {
	case <-h.letGo:
		return source.Result{}, nil
	case <-ctx.Done():
		return source.Result{}, ctx.Err()
	}
}

// newEngine returns an engine with the repository's debug files.
func newEngine(t testing.TB) *symbolicate.Symbolicator {
	t.Helper()
	return engineOf(t, source.NewDir(fixture.Path(t, "symbols")))
}

// engineOf returns an engine with one source.
func engineOf(t testing.TB, s symbolicate.Source) *symbolicate.Symbolicator {
	t.Helper()
	e := symbolicate.New(symbolicate.Options{Sources: []symbolicate.Source{s}})
	t.Cleanup(e.Close)
	return e
}

// eventWith is an event of one frame in an image with a code id of its own.
func eventWith(n int) []byte {
	return fmt.Appendf(nil, `{"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x1010"}]},
		"debug_meta":{"images":[{"type":"elf","code_id":"%040x","image_addr":"0x1000","image_size":4096}]}}`, n)
}

var eventNames = []string{
	"linux-arm64-crash.json", "linux-x86_64-crash.json", "macos-arm64-watchdog.json", "macos-x86_64-apple.json", "windows-x86_64-crash.json",
}

// A client gives the answers of the library, byte for byte, whatever is in between.
func TestSameAsTheLibrary(t *testing.T) {
	serverTLS, clientTLS := newCertificates(t)
	for _, tt := range []struct {
		name, kind     string
		server, client *tls.Config
	}{
		{"tcp", "tcp", nil, nil},
		{"unix", "unix", nil, nil},
		{"tcp with certificates of both sides", "tcp", serverTLS, clientTLS},
		{"unix with certificates of both sides", "unix", serverTLS, clientTLS},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEngine(t)
			c := dial(t, listen(t, NewServer(e, Options{TLS: tt.server}), tt.kind), DialOptions{TLS: tt.client})
			for _, name := range eventNames {
				sameEvent(t, e, c, fixture.Read(t, "events/"+name))
			}
			sameEvent(t, e, c, []byte(`{"platform":`))
			sameEvent(t, e, c, []byte(`{"debug_meta":{"images":[{"type":"elf","code_file":"/`+"\xff"+`","code_id":"ff"}]},"stacktrace":{"frames":[{"instruction_addr":"0x5"}]}}`))
			sameEvent(t, e, c, nil)
		})
	}
}

func sameEvent(t *testing.T, e *symbolicate.Symbolicator, c *Client, text []byte) {
	t.Helper()
	same := func(what string, want, got any, wantErr, gotErr error) {
		t.Helper()
		if fmt.Sprint(wantErr) != fmt.Sprint(gotErr) {
			t.Errorf("%s: error %v, want %v", what, gotErr, wantErr)
		}
		if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
			t.Errorf("%s (-library +client):\n%s", what, diff)
		}
	}
	want, wantErr := e.Event(t.Context(), text)
	got, err := c.Event(t.Context(), text)
	same("Event", string(want), string(got), wantErr, err)
	want, wantReport, wantErr := e.Explain(t.Context(), text)
	got, report, err := c.Explain(t.Context(), text)
	same("Explain", string(want), string(got), wantErr, err)
	same("report", cleaned(wantReport), report, wantErr, err)
	ev, _, err := eventpb.FromJSON(text)
	if err != nil {
		return
	}
	wantEvent, wantReport, wantErr := eventpb.Symbolicate(t.Context(), e, ev)
	gotEvent, report, err := c.Protobuf(t.Context(), ev)
	same("Protobuf", wantEvent, gotEvent, wantErr, err)
	same("Protobuf's report", cleaned(wantReport), report, wantErr, err)
}

// cleaned returns a report with UTF-8 only, as messages have it.
func cleaned(r *symbolicate.Report) *symbolicate.Report {
	if r == nil {
		return nil
	}
	return toReport(fromReport(r))
}

// The client's option reads what an earlier run has kept.
func TestFromRaw(t *testing.T) {
	e := newEngine(t)
	target := listen(t, NewServer(e, Options{}), "unix")
	first, err := engineOf(t, source.NewDir(t.TempDir())).Event(t.Context(), fixture.Read(t, "events/linux-x86_64-crash.json"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := e.FromRaw().Event(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	got, err := dial(t, target, DialOptions{FromRaw: true}).Event(t.Context(), first)
	if err != nil || string(got) != string(want) || string(got) == string(first) {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
}

// Nothing of one scope is served to another.
func TestScopes(t *testing.T) {
	empty := engineOf(t, source.NewDir(t.TempDir()))
	mine := empty.Scoped("mine", []symbolicate.Source{source.NewDir(fixture.Path(t, "symbols"))}, nil)
	target := listen(t, NewServer(empty, Options{Scopes: map[string]*symbolicate.Symbolicator{
		"mine":   mine,
		"theirs": empty.Scoped("theirs", nil, nil),
	}}), "unix")
	event := fixture.Read(t, "events/linux-x86_64-crash.json")
	for _, tt := range []struct {
		scope string
		found bool
		err   string
	}{
		{"mine", true, "<nil>"},
		{"theirs", false, "<nil>"},
		{"", false, "<nil>"},
		{"no such", false, `no scope "no such"`},
	} {
		c := dial(t, target, DialOptions{Scope: tt.scope})
		out, err := c.Event(t.Context(), event)
		if found := strings.Contains(string(out), "catalogue.h"); found != tt.found || fmt.Sprint(err) != tt.err {
			t.Errorf("scope %q: found %v, %v, want %v, %s", tt.scope, found, err, tt.found, tt.err)
		}
		for out, err := range c.Events(t.Context(), one(event)) {
			if found := strings.Contains(string(out), "catalogue.h"); found != tt.found || fmt.Sprint(err) != tt.err {
				t.Errorf("scope %q on a stream: found %v, %v, want %v, %s", tt.scope, found, err, tt.found, tt.err)
			}
		}
	}
}

func one(event []byte) func(func([]byte) bool) {
	return func(yield func([]byte) bool) { yield(event) }
}

// Errors say what is wrong in a form that programs can read.
func TestErrors(t *testing.T) {
	c := dial(t, listen(t, NewServer(newEngine(t), Options{MaxEventBytes: 1000}), "unix"), DialOptions{})
	json := func(text string) *SymbolicateEventRequest {
		return &SymbolicateEventRequest{Event: &SymbolicateEventRequest_Json{Json: []byte(text)}}
	}
	image := func(i uint32) *SymbolicateStacktracesRequest {
		return &SymbolicateStacktracesRequest{Stacktraces: []*Stacktrace{{Frames: []*Address{{Image: &i}}}}}
	}
	for _, tt := range []struct {
		name   string
		call   func(context.Context) error
		code   codes.Code
		reason ErrorReason
		meta   map[string]string
		field  string
		text   string
	}{
		{
			"not JSON", func(ctx context.Context) error { _, err := c.rpc.SymbolicateEvent(ctx, json(`{"a":!}`)); return err },
			codes.InvalidArgument, ErrorReason_INVALID_JSON,
			map[string]string{"offset": "5"},
			"json", "event: not JSON: byte 5: want a value",
		},
		{
			"no event", func(ctx context.Context) error {
				_, err := c.rpc.SymbolicateEvent(ctx, &SymbolicateEventRequest{})
				return err
			},
			codes.InvalidArgument, ErrorReason_INVALID_REQUEST, nil, "event", "event: neither protobuf nor json is set",
		},
		{
			"a number that JSON does not have", func(ctx context.Context) error {
				nan := &structpb.Value{Kind: &structpb.Value_NumberValue{NumberValue: math.NaN()}}
				_, _, err := c.Protobuf(ctx, &eventpb.Event{HasTimestamp: &eventpb.Event_Timestamp{Timestamp: nan}})
				return err
			},
			codes.InvalidArgument, ErrorReason_INVALID_REQUEST, nil, "protobuf", "event: NaN is no number in JSON",
		},
		{
			"too large", func(ctx context.Context) error {
				_, err := c.rpc.SymbolicateEvent(ctx, json(strings.Repeat(" ", 1000)))
				return err
			},
			codes.InvalidArgument, ErrorReason_EVENT_TOO_LARGE,
			map[string]string{"limit": "1000"},
			"", "a request of 1003 bytes, where 1000 are the most",
		},
		{
			"much too large", func(ctx context.Context) error {
				_, err := c.rpc.SymbolicateEvent(ctx, json(strings.Repeat(" ", 1000+headroom)))
				return err
			},
			codes.ResourceExhausted, ErrorReason_ERROR_REASON_UNSPECIFIED, nil, "", "ResourceExhausted: grpc: received message larger than max (66540 vs. 66536)",
		},
		{
			"no such scope", func(ctx context.Context) error {
				_, err := c.rpc.ImageStatus(ctx, &ImageStatusRequest{Scope: "x"})
				return err
			},
			codes.NotFound, ErrorReason_UNKNOWN_SCOPE,
			map[string]string{"scope": "x"},
			"", `no scope "x"`,
		},
		{
			"no such image", func(ctx context.Context) error { _, err := c.rpc.SymbolicateStacktraces(ctx, image(0)); return err },
			codes.InvalidArgument, ErrorReason_INVALID_REQUEST, nil, "stacktraces[0].frames[0].image", "stacktraces[0].frames[0].image: 0, of 0 images",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := &Error{status.Convert(tt.call(t.Context()))}
			if err.st.Code() != tt.code || err.Reason() != tt.reason || err.Error() != tt.text {
				t.Errorf("got %v %v %q, want %v %v %q", err.st.Code(), err.Reason(), err, tt.code, tt.reason, tt.text)
			}
			var meta map[string]string
			field := ""
			for _, d := range err.st.Details() {
				switch d := d.(type) {
				case *errdetails.ErrorInfo:
					meta = d.GetMetadata()
				case *errdetails.BadRequest:
					field = d.GetFieldViolations()[0].GetField()
				}
			}
			if diff := cmp.Diff(tt.meta, meta); diff != "" || field != tt.field {
				t.Errorf("field %q, want %q; metadata (-want +got):\n%s", field, tt.field, diff)
			}
		})
	}
}

// What is over the limits is refused, and told when to come again.
func TestOverload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, limits := range []Options{
			{MaxConcurrent: 1, MaxQueue: 1},
			{MaxConcurrent: 1, MaxQueueBytes: 300}, // of an event's 230 or so
		} {
			h := newHeld()
			server := NewServer(engineOf(t, h), limits)
			c := inMemory(t, server, DialOptions{})
			call := func(n int) error {
				_, err := c.rpc.SymbolicateEvent(t.Context(), c.request(eventWith(n), false))
				return err
			}
			done := make(chan error, 2)
			for n := range cap(done) {
				go func() { done <- call(n) }()
				synctest.Wait()
			}
			err := &Error{status.Convert(call(2))}
			if err.Reason() != ErrorReason_OVERLOADED || err.st.Code() != codes.ResourceExhausted {
				t.Errorf("the third call gets %v", err)
			}
			if got := server.Stats(); got.Running != 1 || got.Waiting != 1 || got.WaitingBytes < 200 || got.WaitingBytes > 300 || got.Refused != 1 {
				t.Errorf("meanwhile: %+v", got)
			}
			if d, ok := err.st.Details()[1].(*errdetails.RetryInfo); !ok || d.GetRetryDelay().AsDuration() != retryAfter {
				t.Errorf("the details are %v", err.st.Details())
			}
			// The client itself tries again, until there is room.
			go func() {
				time.Sleep(retryAfter / 2)
				close(h.letGo)
			}()
			if _, err := c.Event(t.Context(), eventWith(3)); err != nil {
				t.Error(err)
			}
			for range cap(done) {
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
			synctest.Wait()
			if got := server.Stats(); got.Running+got.Waiting+got.WaitingBytes != 0 || got.Refused == 0 {
				t.Errorf("in the end: %+v", got)
			}
		}
	})
}

// An event comes back in time with what is known by then, whoever sets the limit.
func TestDeadlines(t *testing.T) {
	const limit = 2 * time.Second
	for _, tt := range []struct {
		name    string
		options Options
		call    func(context.Context, *Client) ([]byte, error)
		want    time.Duration
	}{
		{"of the call", Options{}, func(ctx context.Context, c *Client) ([]byte, error) {
			ctx, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			return c.Event(ctx, eventWith(1))
		}, limit - wayMost},
		{"of the server", Options{MaxDeadline: limit}, func(ctx context.Context, c *Client) ([]byte, error) {
			return c.Event(ctx, eventWith(1))
		}, limit},
		{"of the server, on a stream", Options{MaxDeadline: limit}, func(ctx context.Context, c *Client) (out []byte, err error) {
			for out, err = range c.Events(ctx, one(eventWith(1))) {
			}
			return out, err
		}, limit},
		{"of the request", Options{}, func(ctx context.Context, c *Client) ([]byte, error) {
			r := c.request(eventWith(1), false)
			r.Options.Timeout = durationpb.New(limit)
			out, err := c.rpc.SymbolicateEvent(ctx, r)
			return out.GetJson(), err
		}, limit},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHeld()
				c := inMemory(t, NewServer(engineOf(t, h), tt.options), DialOptions{})
				start := time.Now()
				out, err := tt.call(t.Context(), c)
				if took := time.Since(start); took < tt.want-time.Millisecond || took > tt.want+time.Millisecond {
					t.Errorf("it takes %v, want %v", took, tt.want)
				}
				if !strings.Contains(string(out), `"debug_status":"timeout"`) || err != nil {
					t.Errorf("the answer is %s, %v", out, err)
				}
				close(h.letGo)
			})
		})
	}
}

// A call that is cancelled ends what it has started.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		c := inMemory(t, NewServer(engineOf(t, h), Options{MaxConcurrent: 1}), DialOptions{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-h.asked
			cancel()
		}()
		if _, err := c.Event(ctx, eventWith(1)); !errors.Is(err, context.Canceled) {
			t.Errorf("the call returns %v", err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		go func() {
			<-h.asked
			cancel()
		}()
		for _, err := range c.Events(ctx, one(eventWith(2))) {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the stream returns %v", err)
			}
		}
		close(h.letGo)
		if _, err := c.Event(t.Context(), eventWith(3)); err != nil {
			t.Errorf("there is no room after them: %v", err)
		}
	})
}

// A call waits for a server once, and says what was wrong with it.
func TestNoServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 3 * time.Second
		c := dial(t, "nowhere:0", DialOptions{ConnectTimeout: limit, GRPC: []grpc.DialOption{
			grpc.WithContextDialer(func(context.Context, string) (net.Conn, error) { return nil, errors.New("out of wires") }),
		}})
		start := time.Now()
		_, err := c.Event(t.Context(), []byte("{}"))
		if took := time.Since(start); took != limit || err == nil || !strings.Contains(err.Error(), "out of wires") {
			t.Errorf("after %v: %v", took, err)
		}
	})
}

// Targets are spelt in one way.
func TestTargets(t *testing.T) {
	for target, want := range map[string]string{
		"unix:":     `"unix:" has no path`,
		"localhost": `"localhost" is neither HOST:PORT nor unix:PATH`,
		"":          `"" is neither HOST:PORT nor unix:PATH`,
	} {
		if _, err := Dial(target, DialOptions{}); fmt.Sprint(err) != want {
			t.Errorf("Dial(%q): %v, want %s", target, err, want)
		}
		if _, err := Listen(target); fmt.Sprint(err) != want {
			t.Errorf("Listen(%q): %v, want %s", target, err, want)
		}
	}
}

// A panic is the answer to its request; the next gets another one.
func TestPanic(t *testing.T) {
	var reported []error
	s := NewServer(newEngine(t), Options{Report: func(_ context.Context, err error) { reported = append(reported, err) }})
	_, err := guarded(t.Context(), s, "request", nil, func(context.Context, string) (int, error) { panic("out of cheese") })
	if got, want := fmt.Sprint(err), "rpc error: code = Internal desc = a fault of the server"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := (&Error{status.Convert(err)}).Reason(); got != ErrorReason_INTERNAL_FAULT {
		t.Errorf("the reason is %v", got)
	}
	if len(reported) != 1 || !strings.HasPrefix(reported[0].Error(), "panic: out of cheese\ngoroutine ") {
		t.Errorf("reported: %v", reported)
	}
	_ = s.Shutdown(t.Context())
}
