package fetch

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// brokenOnce serves a file whose first transfer breaks off at an offset. Later
// requests are for rest, which may lie.
func brokenOnce(t *testing.T, file, tag string, at int, rest http.HandlerFunc) *server {
	t.Helper()
	broken := false
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if broken {
			rest(w, r)
			return
		}
		broken = true
		w.Header().Set("Content-Length", strconv.Itoa(len(file)))
		w.Header().Set("ETag", tag)
		io.WriteString(w, file[:at])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
}

// part answers with bytes as a part of a file.
func part(text, contentRange, tag string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Range", contentRange)
		w.Header().Set("ETag", tag)
		w.WriteHeader(http.StatusPartialContent)
		io.WriteString(w, text)
	}
}

// A body that breaks off goes on with the same file, or not at all.
func TestResume(t *testing.T) {
	const (
		file    = "0123456789"
		tag     = `"v1"`
		changed = "SERVER: the file changed while it was read"
	)
	whole := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, text) }
	}
	for _, tt := range []struct {
		name, tag string
		rest      http.HandlerFunc
		err       string
	}{
		{"the rest of it", tag, part("456789", "bytes 4-9/10", tag), ""},
		{"the rest of it, of unknown size", tag, part("456789", "bytes 4-9/*", tag), ""},
		{"all of it again", tag, whole(file), ""},
		{"all of it, without a tag", "", whole(file), ""},
		{"all of it, with a weak tag", `W/"v1"`, whole(file), ""},
		{"another file", tag, whole("xx23456789"), changed},
		{"a shorter file", tag, whole("012"), changed},
		{"nothing", tag, whole(""), changed},
		{"another part", tag, part("56789", "bytes 5-9/10", tag), changed},
		{"an earlier part", tag, part(file, "bytes 0-9/10", tag), changed},
		{"a part of a longer file", tag, part("456789", "bytes 4-9/11", tag), changed},
		{"a part of another version", tag, part("456789", "bytes 4-9/10", `"v2"`), changed},
		{"a part of who knows what", tag, part("456789", "bytes 4-9/10", ""), changed},
		{"a part, says not which", tag, part("456789", "", tag), changed},
		{"a part that nobody asked for", "", part("456789", "bytes 4-9/10", tag), "SERVER: server sent a part that nobody asked for"},
		{"a part that is too short", tag, part("456", "bytes 4-9/10", tag), changed},
		{"a part that is too long", tag, part("456789x", "bytes 4-9/10", tag), "SERVER: 11 bytes of 10"},
		{"no longer there", tag, http.NotFound, "SERVER: server said 404 Not Found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := brokenOnce(t, file, tt.tag, 4, func(w http.ResponseWriter, r *http.Request) {
				wantRange, wantTag := "", ""
				if tt.tag == tag {
					wantRange, wantTag = "bytes=4-", tag
				}
				if got := r.Header; strings.HasPrefix(got.Get("Range"), "bytes=4-") && (got.Get("Range") != wantRange || got.Get("If-Range") != wantTag) {
					t.Errorf("range %q if %q, want %q if %q", got.Get("Range"), got.Get("If-Range"), wantRange, wantTag)
				}
				tt.rest(w, r)
			})
			var b strings.Builder
			err := client(t, Options{}).Get(t.Context(), Request{URL: s.URL}, &b)
			if tt.err == "" {
				if b.String() != file || err != nil {
					t.Errorf("got %q, %v", b.String(), err)
				}
				return
			}
			if want := strings.ReplaceAll(tt.err, "SERVER", s.URL); err == nil || err.Error() != want {
				t.Errorf("error %v, want %s", err, want)
			}
			if !strings.HasPrefix(file, b.String()[:4]) {
				t.Errorf("wrote %q", b.String())
			}
		})
	}
}

// A second version that breaks off before it was compared with the first does not go
// on from it: its tag is not that of what is written.
func TestNoSpliceOfVersions(t *testing.T) {
	abort := func(w http.ResponseWriter, text, tag string) {
		w.Header().Set("ETag", tag)
		w.Header().Set("Content-Length", "10")
		io.WriteString(w, text)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	for _, tag := range []string{`"v1"`, ""} {
		var asked atomic.Int32
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			switch asked.Add(1) {
			case 1:
				abort(w, "0123", tag)
			case 2:
				abort(w, "ab", `"v2"`)
			default:
				w.Header().Set("ETag", `"v2"`)
				http.ServeContent(w, r, "", time.Time{}, strings.NewReader("abcdefghij"))
			}
		})
		_, _, err := get(client(t, Options{}), s.URL)
		wantError(t, s, err, Failed, "SERVER: the file changed while it was read")
	}
}

// The standard library's file server resumes as it should.
func TestResumeFromFileServer(t *testing.T) {
	file := strings.Repeat("0123456789abcdef", 1<<14)
	tag := fmt.Sprintf("%q", fmt.Sprintf("%x", sha256.Sum256([]byte(file))))
	resumed := false
	s := brokenOnce(t, file, tag, 100_000, func(w http.ResponseWriter, r *http.Request) {
		resumed = r.Header.Get("Range") != ""
		w.Header().Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(file))
	})
	c := client(t, Options{})
	if got, _, err := get(c, s.URL); got != file || err != nil {
		t.Errorf("%d bytes of %d, %v", len(got), len(file), err)
	}
	if got := c.Stats().Bytes; !resumed || got != uint64(len(file)) {
		t.Errorf("resumed: %v, with %d bytes of %d", resumed, got, len(file))
	}
}

func TestTruncated(t *testing.T) {
	for name, handle := range map[string]http.HandlerFunc{
		"less than the length says": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "10")
			io.WriteString(w, "0123")
		},
		"without the last chunk": func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "0123")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
	} {
		s := serve(t, handle)
		_, _, err := get(client(t, Options{}), s.URL)
		wantError(t, s, err, Failed, "SERVER: the server broke off")
		if got := s.requests.Load(); got != attempts {
			t.Errorf("%s: %d requests, want %d", name, got, attempts)
		}
	}
}

// What may end anywhere is no file: nobody could tell that it is whole.
func TestNoEnd(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\nhalf a fi")
		conn.Close()
	})
	_, _, err := get(client(t, Options{}), s.URL)
	wantError(t, s, err, Failed, "SERVER: the server does not say where the file ends")
	if got := s.requests.Load(); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}

func TestTooLarge(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 4096)); err != nil {
				return
			}
		}
	}
	for name, handle := range map[string]http.HandlerFunc{
		"says so": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "10001")
			w.(http.Flusher).Flush()
			endless(w, r)
		},
		"does not say so":   endless,
		"redirects to that": func(w http.ResponseWriter, r *http.Request) { redirectOnce(w, r, endless) },
	} {
		s := serve(t, handle)
		var n int
		err := client(t, Options{MaxSize: 10_000}).Get(t.Context(), Request{URL: s.URL}, writer(func(p []byte) (int, error) {
			n += len(p)
			return len(p), nil
		}))
		wantError(t, s, err, TooLarge, "SERVER: more than 10000 bytes")
		if n > 10_000 {
			t.Errorf("%s: wrote %d bytes", name, n)
		}
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 10_000)) })
	if got, _, err := get(client(t, Options{MaxSize: 10_000}), s.URL); len(got) != 10_000 || err != nil {
		t.Errorf("as large as it may be: %d bytes, %v", len(got), err)
	}
}

func redirectOnce(w http.ResponseWriter, r *http.Request, then http.HandlerFunc) {
	if r.URL.Path == "/then" {
		then(w, r)
		return
	}
	http.Redirect(w, r, "/then", http.StatusFound)
}

// A server that dawdles is not waited for, wherever it does.
func TestSlow(t *testing.T) {
	hang := func(r *http.Request) { <-r.Context().Done() }
	for _, tt := range []struct {
		name, text string
		options    Options
		handle     http.HandlerFunc
	}{
		{"no head", "SERVER: the server does not answer", Options{HeadTimeout: 20 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) { hang(r) }},
		{"no head after a redirect", "SERVER: the server does not answer", Options{HeadTimeout: 20 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
			redirectOnce(w, r, func(w http.ResponseWriter, r *http.Request) { hang(r) })
		}},
		{"no body", "SERVER: the server sends too slowly", Options{Stall: 20 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			hang(r)
		}},
		{"a byte now and then", "SERVER: the server sends too slowly", Options{Stall: 50 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) { drip(w, r, 1) }},
		{"fast enough, for too long", "SERVER: the download takes too long", Options{Timeout: 50 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) { drip(w, r, minProgress) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, tt.handle)
			start := time.Now()
			err := client(t, tt.options).Get(t.Context(), Request{URL: s.URL}, io.Discard)
			wantError(t, s, err, Timeout, tt.text)
			if took := time.Since(start); took > 9*time.Second {
				t.Errorf("took %v", took)
			}
			if n := s.requests.Load(); n > 2 {
				t.Errorf("%d requests: a timeout is tried again", n)
			}
		})
	}
}

// drip sends a few bytes at a time, for as long as somebody listens.
func drip(w http.ResponseWriter, r *http.Request, n int) {
	for r.Context().Err() == nil {
		if _, err := w.Write(make([]byte, n)); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-time.After(time.Millisecond):
		}
	}
}

// The request's own patience goes before the client's.
func TestHeadTimeoutOfRequest(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(40 * time.Millisecond):
			io.WriteString(w, "at last")
		}
	})
	c := client(t, Options{HeadTimeout: 10 * time.Millisecond})
	var b strings.Builder
	if err := c.Get(context.Background(), Request{URL: s.URL, HeadTimeout: 10 * time.Second}, &b); b.String() != "at last" || err != nil {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

// A header without end is not read to its end.
func TestLargeHead(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X", strings.Repeat("x", 2*maxHead))
	})
	_, kind, err := get(client(t, Options{}), s.URL)
	if kind != Failed || len(err.Error()) > maxText {
		t.Errorf("%s: %v", kind, err)
	}
}

func TestContentRange(t *testing.T) {
	for text, want := range map[string][3]any{
		"bytes 0-0/1":                   {int64(0), int64(1), true},
		"bytes 7-99/100":                {int64(7), int64(100), true},
		"bytes 7-99/*":                  {int64(7), int64(-1), true},
		"bytes 7-98/100":                {int64(7), int64(100), false}, // we ask for all of the rest
		"bytes 9-7/10":                  {int64(0), int64(0), false},
		"bytes */100":                   {int64(0), int64(0), false},
		"bytes 7-99":                    {int64(0), int64(0), false},
		"7-99/100":                      {int64(0), int64(0), false},
		"":                              {int64(0), int64(0), false},
		"bytes 0-9223372036854775808/*": {int64(0), int64(0), false},
	} {
		from, total, ok := contentRange(text)
		if got := [3]any{from, total, ok}; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// Over HTTP/2, too, a body that breaks off is told from one that ends.
func TestHTTP2(t *testing.T) {
	const file = "0123456789"
	broken := true
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("asked by %s", r.Proto)
		}
		w.Header().Set("ETag", `"v1"`)
		if broken {
			broken = false
			io.WriteString(w, file[:4])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(file))
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	c := client(t, Options{TLS: &tls.Config{RootCAs: pool}})
	if got, _, err := get(c, s.URL); got != file || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if got := c.Stats(); got.Requests != 2 || got.Bytes != uint64(len(file)) {
		t.Errorf("%d requests, %d bytes, want 2 and %d: the second is for the rest", got.Requests, got.Bytes, len(file))
	}
}
