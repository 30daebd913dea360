package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A server is one of the internet, as far as its clients are concerned: it counts
// what reaches it.
type server struct {
	*httptest.Server
	connections atomic.Int32
	requests    atomic.Int32
}

func serve(t *testing.T, handle http.HandlerFunc) *server {
	t.Helper()
	s := new(server)
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		handle(w, r)
	}))
	s.Config.ConnState = countNew(&s.connections)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// client returns a client that may reach 127.0.0.1 and is in a hurry, unless the
// options say otherwise.
func client(t *testing.T, o Options) *Client {
	t.Helper()
	if o.Allow == nil {
		o.Allow = []string{"127.0.0.1"}
	}
	if o.Backoff == 0 {
		o.Backoff = time.Millisecond
	}
	if o.Resolver == nil {
		o.Resolver = resolver(t, nil)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// get returns a file or the kind and text of the error.
func get(c *Client, url string) (string, Kind, error) {
	var b strings.Builder
	err := c.Get(context.Background(), Request{URL: url}, &b)
	if e, ok := errors.AsType[*Error](err); ok {
		return "", e.Kind, err
	}
	return b.String(), 255, err
}

// wantError fails the test unless err is of a kind and says a text, in which "SERVER"
// stands for the server's address.
func wantError(t *testing.T, s *server, err error, kind Kind, text string) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error %v, want an *Error", err)
	}
	if e.Kind != kind {
		t.Errorf("%v is of kind %s, want %s", err, e.Kind, kind)
	}
	if want := strings.ReplaceAll(text, "SERVER", s.URL); err.Error() != want {
		t.Errorf("error %q\nwant  %q", err, want)
	}
}

func TestGet(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header; got.Get("Accept-Encoding") != "identity" || got.Get("User-Agent") != "nativesym" || got.Get("Range") != "" {
			t.Errorf("header %v", got)
		}
		fmt.Fprintf(w, "%s?%s", r.URL.Path, r.URL.RawQuery)
	})
	c := client(t, Options{})
	if got, _, err := get(c, s.URL+"/a%2fb?c=d#e"); got != "/a/b?c=d" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	want := Stats{Requests: 1, Bytes: 8, Files: 1, Failures: map[string]uint64{}}
	if diff := cmp.Diff(want, c.Stats()); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
}

func TestStatus(t *testing.T) {
	for _, tt := range []struct {
		status   int
		kind     Kind
		text     string
		requests int32
	}{
		{404, NotFound, "SERVER/f: server said 404 Not Found", 1},
		{410, NotFound, "SERVER/f: server said 410 Gone", 1},
		{401, Forbidden, "SERVER/f: server said 401 Unauthorized", 1},
		{403, Forbidden, "SERVER/f: server said 403 Forbidden", 1},
		{400, Failed, "SERVER/f: server said 400 Bad Request", 1},
		{204, Failed, "SERVER/f: server said 204 No Content", 1},
		{206, Failed, "SERVER/f: server sent a part that nobody asked for", 1},
		{304, Failed, "SERVER/f: server said 304 Not Modified", 1},
		{500, Server, "SERVER/f: server said 500 Internal Server Error", attempts},
		{503, Server, "SERVER/f: server said 503 Service Unavailable", attempts},
		{429, Server, "SERVER/f: server said 429 Too Many Requests", attempts},
		{599, Server, "SERVER/f: server said 599 ", attempts},
	} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(tt.status) })
		c := client(t, Options{})
		_, _, err := get(c, s.URL+"/f?token=secret")
		wantError(t, s, err, tt.kind, tt.text)
		if got := s.requests.Load(); got != tt.requests {
			t.Errorf("%d: %d requests, want %d", tt.status, got, tt.requests)
		}
		if got := errors.Is(err, fs.ErrNotExist); got != (tt.kind == NotFound) {
			t.Errorf("%d: fs.ErrNotExist is %v", tt.status, got)
		}
		if got := c.Stats().Failures[tt.kind.String()]; got != 1 {
			t.Errorf("%d: %d failures of kind %s, want 1", tt.status, got, tt.kind)
		}
	}
}

func TestRetry(t *testing.T) {
	var failures atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if failures.Add(-1) >= 0 {
			w.Header().Set("Retry-After", r.URL.Query().Get("after"))
			w.WriteHeader(503)
			return
		}
		io.WriteString(w, "here")
	})
	c := client(t, Options{})
	failures.Store(2)
	if got, _, err := get(c, s.URL); got != "here" || err != nil {
		t.Errorf("after two failures: %q, %v", got, err)
	}
	if got := c.Stats().Retries; got != 2 {
		t.Errorf("%d retries, want 2", got)
	}
	failures.Store(1)
	if got, _, err := get(c, s.URL+"?after=0"); got != "here" || err != nil {
		t.Errorf("asked to wait for no time: %q, %v", got, err)
	}
	failures.Store(1)
	_, _, err := get(c, s.URL+"?after=3600")
	wantError(t, s, err, Server, "SERVER: server said 503 Service Unavailable")
}

// What no retry can help is not tried again.
func TestNoServer(t *testing.T) {
	s := serve(t, nil)
	s.Close()
	c := client(t, Options{})
	_, kind, err := get(c, s.URL)
	if kind != Failed || !strings.HasSuffix(err.Error(), "connection refused") {
		t.Errorf("%s: %v", kind, err)
	}
}

func TestNoURL(t *testing.T) {
	c := client(t, Options{})
	for _, url := range []string{
		"", "/path", "host/path", "ftp://host/", "file:///etc/passwd", "http:///path", "http://:80/", "https://user:pa/ss@host/",
		"http://a b/", "gopher://127.0.0.1:70/", "http:opaque", "\x00", "http://[::1/", "http://user:secret@h:port/",
	} {
		_, kind, err := get(c, url)
		if kind != Refused || err.Error() != "URL: not a URL of http or https" {
			t.Errorf("%q: %s, %v", url, kind, err)
		}
	}
}

// A writer's error is the caller's own, and no failure of the server.
func TestWriterFails(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "here") })
	c := client(t, Options{})
	full := errors.New("no space left")
	err := c.Get(t.Context(), Request{URL: s.URL}, writer(func([]byte) (int, error) { return 0, full }))
	if err != full {
		t.Errorf("error %v, want %v", err, full)
	}
	if got := s.requests.Load(); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

func TestCancel(t *testing.T) {
	asked := make(chan bool, 1)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			w.Write([]byte("some"))
			w.(http.Flusher).Flush()
		}
		asked <- true
		<-r.Context().Done()
	})
	c := client(t, Options{Concurrency: 1})
	for _, path := range []string{"/head", "/body"} {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- c.Get(ctx, Request{URL: s.URL + path}, io.Discard) }()
		<-asked
		waiting := make(chan error)
		go func() { waiting <- c.Get(ctx, Request{URL: s.URL + path}, io.Discard) }()
		cancel()
		for _, err := range []error{<-done, <-waiting} {
			wantError(t, s, err, Failed, "SERVER"+path+": context canceled")
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%v is not context.Canceled", err)
			}
		}
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(20*time.Millisecond))
	defer cancel()
	wantError(t, s, c.Get(ctx, Request{URL: s.URL + "/head"}, io.Discard), Timeout, "SERVER/head: context deadline exceeded")
	if got := c.hosts.get(s.Listener.Addr().String(), 1).counts; got != [buckets]int{} {
		t.Errorf("failures are counted for what the caller ended: %v", got)
	}
}

func TestConcurrency(t *testing.T) {
	var now, most atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(2 * time.Millisecond) // for others to come, if they may
		io.WriteString(w, "here")
	})
	c := client(t, Options{Concurrency: 2})
	errs := make(chan error)
	for range 12 {
		go func() { errs <- c.Get(t.Context(), Request{URL: s.URL}, io.Discard) }()
	}
	for range 12 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if got := most.Load(); got > 2 {
		t.Errorf("%d at the same time, want 2", got)
	}
}

// A host that keeps failing is not asked any more, others are.
func TestBlocked(t *testing.T) {
	code := http.StatusInternalServerError
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) })
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, s.URL, http.StatusFound) })
	c := client(t, Options{Backoff: time.Nanosecond})
	for range failureLimit {
		if _, kind, err := get(c, s.URL); kind != Server {
			t.Fatal(err)
		}
	}
	before := s.requests.Load()
	_, kind, err := get(c, s.URL+"/f")
	if kind != Blocked || !strings.HasPrefix(err.Error(), s.URL+"/f: the host failed too often, not asked until 2") {
		t.Errorf("%s: %v", kind, err)
	}
	if got := s.requests.Load(); got != before {
		t.Error("a blocked host is asked")
	}
	if diff := cmp.Diff([]string{s.Listener.Addr().String()}, c.Stats().Blocked); diff != "" {
		t.Errorf("blocked (-want +got):\n%s", diff)
	}
	if _, kind, err := get(c, other.URL); kind != Server {
		t.Errorf("through another host: %v", err)
	}
	c.hosts.get(s.Listener.Addr().String(), 1).probe = time.Now()
	code = http.StatusNotFound
	for range 2 {
		if _, kind, err := get(c, s.URL); kind != NotFound {
			t.Errorf("back again: %v", err)
		}
	}
}

// What compresses itself arrives as it is: a bomb stays small.
func TestNothingIsUnpacked(t *testing.T) {
	packed := []byte("\x1f\x8b\x08\x00 not unpacked, not even looked at")
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(packed)
	})
	var got bytes.Buffer
	if err := client(t, Options{}).Get(t.Context(), Request{URL: s.URL}, &got); err != nil || !bytes.Equal(got.Bytes(), packed) {
		t.Errorf("got %q, %v", got.Bytes(), err)
	}
}
