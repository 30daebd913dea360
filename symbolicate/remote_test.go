package symbolicate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/debugimage/source/layout"
	"github.com/nativesym/nativesym/debugimage/source/remote"
	"github.com/nativesym/nativesym/internal/fixture"
)

// A store stands for a server with one file, at its place by build-id.
type oneFile struct {
	path string
	data []byte
	gets atomic.Int32
	do   func(w io.Writer) error // nil: sends the file
}

func (s *oneFile) String() string { return "http://symbols.test" }

func (s *oneFile) Get(ctx context.Context, path string, w io.Writer) error {
	s.gets.Add(1)
	if path != s.path {
		return fs.ErrNotExist
	}
	if s.do != nil {
		return s.do(w)
	}
	_, err := w.Write(s.data)
	return err
}

// What a server may do, with sources and a cache as a service has them.
func TestServers(t *testing.T) {
	data := fixture.Read(t, shopDebug)
	event := crashIn(t, shopDebug, shopMain)
	for _, tt := range []struct {
		name   string
		do     func(w io.Writer) error
		status ImageStatus
		reason string // has this
		soon   bool   // the server is asked again after a minute
	}{
		{"has it", nil, ImageFound, "", false},
		{"fails", func(io.Writer) error { return errors.New("status 500") }, ImageFetchingFailed, "http://symbols.test/75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug: status 500", true},
		{"cuts it short", func(w io.Writer) error {
			_, err := w.Write(data[:len(data)/2])
			return errors.Join(err, io.ErrUnexpectedEOF)
		}, ImageFetchingFailed, "unexpected EOF", true},
		{"sends a page", func(w io.Writer) error { _, err := io.WriteString(w, "<html>"); return err }, ImageMalformed, "unknown object file format", false},
		{"sends another build", func(w io.Writer) error {
			_, err := w.Write(fixture.Read(t, "bin/shop-clang19-x86_64"))
			return err
		}, ImageMissing, ".debug has debug id adc720fa-7d87-872c-5561-e4a840ca1696", false},
		{"sends too much", func(w io.Writer) error { _, err := w.Write(make([]byte, 1<<20)); return err }, ImageTooLarge, ".debug: more than 524288 bytes", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			server := &oneFile{path: "75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug", data: data, do: tt.do}
			run := func(c *filecache.Cache) (*Symbolicator, string) {
				source := remote.New(server, layout.Layout{Scheme: layout.Native}, remote.Options{Cache: c, MaxSize: 512 << 10})
				s := New(Options{Remote: []Source{source}, Cache: c})
				return s, mustEvent(t, s, event)
			}
			s, first := run(openCache(t, dir))
			r, err := s.Image(t.Context(), imageOf(t, shopDebug))
			if err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf(`"debug_status":"%s"`, tt.status); !strings.Contains(first, want) || !strings.Contains(first, tt.reason) {
				t.Errorf("no %s, or no %s, in %s", want, tt.reason, first)
			}
			if len(r.Candidates) == 0 || !strings.HasPrefix(r.Candidates[0].Location, "http://symbols.test/75/bc57") {
				t.Errorf("candidates %+v, want the server's file", r.Candidates)
			}
			gets := server.gets.Load()
			// A process that starts asks for nothing that is known, and says the same.
			_, again := run(openCache(t, dir))
			if asked := server.gets.Load() > gets; again != first && !strings.Contains(again, " ago") || asked != tt.soon {
				t.Errorf("then the server is asked (%v, want %v), and the event is %s\nwant %s", asked, tt.soon, again, first)
			}
			server.do = nil
			// A server that mends itself is believed, in a cache that knows no better.
			if _, now := run(openCache(t, t.TempDir())); !strings.Contains(now, `"debug_status":"found"`) {
				t.Errorf("with a sound server: %s", now)
			}
			if tt.soon {
				if _, now := run(openCache(t, dir)); !strings.Contains(now, `"debug_status":"found"`) {
					t.Errorf("with a sound server and the same cache: %s", now)
				}
			}
		})
	}
}

// Of a file from a server, events and reports say where it was got, not where it is.
func TestOriginsAreNamed(t *testing.T) {
	c := openCache(t, t.TempDir())
	damaged := bytes.Clone(fixture.Read(t, shopDebug))
	damageInfo(t, damaged)
	server := &oneFile{path: "75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug", data: damaged}
	for range 2 { // compiled, then from the cache
		s := New(Options{Cache: c, Remote: []Source{remote.New(server, layout.Layout{Scheme: layout.Native}, remote.Options{Cache: c})}})
		r, err := s.Image(t.Context(), imageOf(t, shopDebug))
		const want = "http://symbols.test/75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug"
		if err != nil || r.File != want || !strings.Contains(r.Reason, "damaged units: 1, the first: ") || strings.Contains(r.String(), "blobs") {
			t.Errorf("the report is %s, %v, want %s damaged in part", r.String(), err, want)
		}
	}
}
