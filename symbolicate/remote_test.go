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

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
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
				store := remote.New(server, layout.Layout{Scheme: layout.Native}, remote.Options{Cache: c, MaxSize: 512 << 10})
				s := New(Options{Remote: []Source{store}, Cache: c})
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

// countingSource has nothing, and counts how often it is asked.
type countingSource struct{ finds *atomic.Int32 }

func (s countingSource) Find(context.Context, *debugimage.Image) (source.Result, error) {
	s.finds.Add(1)
	return source.Result{}, nil
}

// An event has servers asked for so many images and no more, whatever it names. What
// others ask for is not their business, and what is at hand is found all the same.
func TestSearchesAreBounded(t *testing.T) {
	const images = 2000
	var finds atomic.Int32
	dir := t.TempDir()
	plantOld(t, dir, map[string]string{"a.debug": shopDebug})
	s := New(Options{Sources: []Source{source.NewDir(dir)}, Remote: []Source{countingSource{&finds}}})
	event := func(first, n int) []byte {
		var frames, list strings.Builder
		for i := range n {
			addr := 0x10000000 + uint64(i)*0x10000
			fmt.Fprintf(&frames, `{"instruction_addr":"%#x"},`, addr+0x10)
			fmt.Fprintf(&list, `{"type":"elf","code_id":"%040x","code_file":"/lib/%d.so","image_addr":"%#x","image_size":65536},`, first+i, i, addr)
		}
		fmt.Fprintf(&frames, `{"instruction_addr":"%#x"}`, uint64(0x7f0000000000+shopMain))
		fmt.Fprintf(&list, `{"type":"elf","code_id":"75bc5782088d05859a5dba37c4c1166eef8b3f03","code_file":"/opt/shop","image_addr":"0x7f0000000000"}`)
		return fmt.Appendf(nil, `{"platform":"native","stacktrace":{"frames":[%s]},"debug_meta":{"images":[%s]}}`, frames.String(), list.String())
	}
	big := event(1, images)
	out := mustEvent(t, s, big)
	if n := finds.Load(); n != maxSearches {
		t.Errorf("servers were asked for %d images of %d, want %d", n, images, maxSearches)
	}
	if n := strings.Count(out, `"debug_status":"fetching_failed"`); n != images-maxSearches {
		t.Errorf("%d images say that servers were not asked, want %d", n, images-maxSearches)
	}
	if n := strings.Count(out, `remote sources were not asked: the event needs too many images`); n < images-maxSearches {
		t.Errorf("%d reasons, want at least %d", n, images-maxSearches)
	}
	if !strings.Contains(out, `"function":"main"`) {
		t.Error("what is at hand was not found")
	}
	if kept := s.Stats().Images; kept != maxSearches+1 {
		t.Errorf("%d images are kept, want %d", kept, maxSearches+1)
	}
	mustEvent(t, s, big) // goes on where it ended
	mustEvent(t, s, event(images+1, 100))
	if n := finds.Load(); n != 2*maxSearches+100 {
		t.Errorf("after the events that followed servers were asked %d times, want %d", n, 2*maxSearches+100)
	}
	if _, err := s.Image(t.Context(), &debugimage.Image{Type: debugimage.ELF, CodeID: "ab"}); err != nil || finds.Load() != 2*maxSearches+101 {
		t.Errorf("one image by itself: %v, asked %d times", err, finds.Load())
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
		if err != nil || r.File != want || !strings.Contains(r.Reason, "units not read to their end: 1, the first: ") || strings.Contains(r.String(), "blobs") {
			t.Errorf("the report is %s, %v, want %s damaged in part", r.String(), err, want)
		}
	}
}
