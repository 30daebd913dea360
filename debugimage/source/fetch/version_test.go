package fetch

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// A reply is what a server that is being updated does with a request.
type reply struct {
	version    int  // which file
	tagged     bool // it says which
	ignores    bool // the range that was asked for
	breaks     int  // after how many bytes
	says       bool // how long the body is
	startsLate int  // bytes after where the range starts
}

var versions = [...]string{"aaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaabbbbbbbbbb", "aaaaaaaaaabbbbbbbbbbb", "bbbb"}

func (p reply) serve(w http.ResponseWriter, r *http.Request) {
	file, tag := versions[p.version], strconv.Quote("v"+strconv.Itoa(p.version))
	if p.tagged {
		w.Header().Set("ETag", tag)
	}
	body, status := file, http.StatusOK
	from, isRange := strings.CutPrefix(strings.TrimSuffix(r.Header.Get("Range"), "-"), "bytes=")
	if n, err := strconv.Atoi(from); isRange && err == nil && !p.ignores && r.Header.Get("If-Range") == tag && n+p.startsLate < len(file) {
		n += p.startsLate
		w.Header().Set("Content-Range", "bytes "+strconv.Itoa(n)+"-"+strconv.Itoa(len(file)-1)+"/"+strconv.Itoa(len(file)))
		body, status = file[n:], http.StatusPartialContent
	}
	if p.says {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	io.WriteString(w, body[:min(p.breaks, len(body))])
	if p.breaks < len(body) {
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

// Whatever happens to a file on a server while it is downloaded, and to connections,
// what arrives is one version of it, or an error.
func TestOneVersion(t *testing.T) {
	var mu sync.Mutex
	var replies []reply
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		if len(replies) == 0 { // net/http asks again by itself when a connection was used before
			mu.Unlock()
			panic(http.ErrAbortHandler)
		}
		p := replies[0]
		replies = replies[1:]
		mu.Unlock()
		p.serve(w, r)
	})
	c := client(t, Options{Backoff: 1})
	rapid.Check(t, func(t *rapid.T) {
		drawn := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) reply {
			return reply{
				version:    rapid.IntRange(0, len(versions)-1).Draw(t, "version"),
				tagged:     rapid.Bool().Draw(t, "tagged"),
				ignores:    rapid.Bool().Draw(t, "ignores"),
				breaks:     rapid.IntRange(0, 25).Draw(t, "breaks"),
				says:       rapid.Bool().Draw(t, "says"),
				startsLate: max(0, rapid.IntRange(-5, 3).Draw(t, "starts late")),
			}
		}), attempts, attempts).Draw(t, "replies")
		mu.Lock()
		replies = drawn
		mu.Unlock()
		c.hosts.get(s.Listener.Addr().String(), 1).work()
		got, _, err := get(c, s.URL)
		if err != nil {
			return
		}
		for _, file := range versions {
			if got == file {
				return
			}
		}
		t.Fatalf("got %q", got)
	})
}
