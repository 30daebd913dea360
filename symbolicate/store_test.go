package symbolicate

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// found makes what is loaded for an image that has a debug file of a size.
func found(size int64) *loaded {
	return &loaded{file: &debugFile{status: ImageFound, opened: &opened{table: sizedTable{size: size}, names: &nameTable{}}}}
}

// A sizedTable knows nothing but its size.
type sizedTable struct {
	fakeTable
	size int64
}

func (t sizedTable) Size() int64 { return t.size }

// missing makes what is loaded for an image that has none, to be believed for a while.
func missing(while time.Duration) *loaded {
	return &loaded{file: &debugFile{status: ImageMissing}, until: time.Now().Add(while)}
}

func newTestStore(max int64) *store {
	s := new(store)
	s.init(max, new(counts))
	return s
}

// Names of images are an event's, and as long as it likes: those that are kept count,
// and nothing of the event is kept with them.
func TestStoreCountsNames(t *testing.T) {
	const long = 100 << 10
	s := New(Options{MaxBytes: 5 * long})
	for i := range 20 {
		mustEvent(t, s, fmt.Appendf(nil, `{"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x10001234"}]},"debug_meta":{"images":[`+
			`{"type":"elf","debug_id":"%032x","code_file":"/%s/%[2]s","image_addr":"0x10000000"}]}}`, i+1, strings.Repeat("x", long)))
	}
	if st := s.Stats(); st.Images != 4 || st.Bytes < 4*long || st.Bytes > 5*long {
		t.Errorf("%d images in %d bytes, want 4 in %d to %d", st.Images, st.Bytes, 4*long, 5*long)
	}
	for key := range s.store.entries {
		whole := strings.Repeat("x", long)
		im := debugimage.Image{CodeFile: "/usr/" + whole}
		if kept := keyOf(0, &im).kept().codeFile; kept != whole || unsafe.StringData(kept) == unsafe.StringData(im.CodeFile[5:]) {
			t.Error("what is kept is part of the path")
		}
		if len(key.codeFile) != long {
			t.Errorf("a key has a name of %d bytes, want %d", len(key.codeFile), long)
		}
	}
}

func TestStoreForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestStore(25_000)
		var loads int
		get := func(id string, l *loaded, want int) {
			t.Helper()
			im := debugimage.Image{CodeID: id}
			_, err := s.get(t.Context(), keyOf(0, &im), im, func(context.Context, *debugimage.Image, *loaded) (*loaded, error) {
				loads++
				return l, nil
			})
			if err != nil || loads != want {
				t.Fatalf("after asking for %s: %d loads, want %d (%v)", id, loads, want, err)
			}
		}
		get("a", found(10_000), 1)
		get("b", found(10_000), 2)
		get("a", found(10_000), 2)
		get("c", found(10_000), 3) // b goes: it was used longest ago
		get("a", found(10_000), 3)
		get("b", found(10_000), 4)
		get("d", missing(time.Second), 5)
		get("d", missing(time.Second), 5)
		time.Sleep(time.Second)
		get("d", missing(time.Second), 6) // what was missing is asked for again after a while
		get("e", found(100_000), 7)
		get("e", found(100_000), 7) // the last one stays, whatever its size
		if got := s.snapshot(); got.Images != 1 || got.Evictions != 5 {
			t.Errorf("%d images, %d evicted, want 1, 5", got.Images, got.Evictions)
		}
	})
}

// A load that panics is an answer for its image, and for no other.
func TestPanicIsOneImages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFake(Options{})
		load := s.load
		s.load = func(ctx context.Context, im *debugimage.Image, last *loaded, left *searches) (*loaded, error) {
			if im.CodeFile == "bad.so" && last == nil {
				panic("a parser's fault")
			}
			return load(ctx, im, last, left)
		}
		event := []byte(`{"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x21011"},{"instruction_addr":"0x11011"}]},"debug_meta":{"images":[
			{"type":"elf","code_id":"01","code_file":"x86_64.so","image_addr":"0x10000"},
			{"type":"elf","code_id":"02","code_file":"bad.so","image_addr":"0x20000"}]}}`)
		out, err := s.Event(t.Context(), event)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := picture(t, string(out)), "event\n  0x21011 missing\n  f f.c:0x1011\n"; got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
		for _, want := range []string{
			`"debug_status":"other"`, `"type":"unknown_error"`,
			`"symbolicator_reason":"bad.so: panic: a parser's fault, in github.com/nativesym/nativesym/symbolicate.TestPanicIsOneImages`,
		} {
			if !strings.Contains(string(out), want) {
				t.Errorf("no %s in %s", want, out)
			}
		}
		if got := s.Stats().Panics; got != 1 {
			t.Errorf("%d panics, want 1", got)
		}
		time.Sleep(retryFailed)
		if out, err = s.Event(t.Context(), event); err != nil || strings.Contains(string(out), "panic") {
			t.Errorf("after a while: %s, %v, want another attempt", out, err)
		}
	})
}

// A table that somebody cuts short while it is mapped: before it is asked, or when
// the event is being written. The next event has another.
func TestShrunkenTable(t *testing.T) {
	dir := t.TempDir()
	res, event := compiledShop(t)
	path := filepath.Join(dir, "shop.symcache")
	write := func() {
		t.Helper()
		if err := os.WriteFile(path+".new", res, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name string
		run  func(t *testing.T, s *Symbolicator, cut func()) string
	}{
		{"before it is asked", func(t *testing.T, s *Symbolicator, cut func()) string {
			mustEvent(t, s, event)
			cut()
			return mustEvent(t, s, event)
		}},
		{"when the event is written", func(t *testing.T, s *Symbolicator, cut func()) string {
			j, err := s.run(t.Context(), event)
			defer s.done(j, nil)
			if err != nil {
				t.Fatal(err)
			}
			cut()
			return string(j.write(nil))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			write()
			s := New(Options{Sources: []Source{source.NewDir(dir)}})
			out := tt.run(t, s, func() {
				if err := os.Truncate(path, 0); err != nil {
					t.Fatal(err)
				}
			})
			if !strings.Contains(out, "the file shrank") || !strings.Contains(out, `"symbolicator_status":"malformed"`) || !json.Valid([]byte(out)) {
				t.Errorf("got %s, want a frame that says that the file shrank", out)
			}
			write()
			s = New(Options{Sources: []Source{source.NewDir(dir)}})
			if out := mustEvent(t, s, event); !strings.Contains(out, `"symbolicated"`) {
				t.Errorf("then: %s, want a symbolicated frame", out)
			}
		})
	}
}

// A table of the cache that is cut short is made again for the next event.
func TestShrunkenTableOfTheCache(t *testing.T) {
	symbols, dir := t.TempDir(), t.TempDir()
	plantOld(t, symbols, map[string]string{"a.debug": shopDebug})
	event := crashIn(t, shopDebug, shopMain)
	s := New(Options{Sources: []Source{source.NewDir(symbols)}, Cache: openCache(t, dir)})
	want := mustEvent(t, s, event)
	err := filepath.WalkDir(filepath.Join(dir, "blobs"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return os.Truncate(path, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	if out := mustEvent(t, s, event); !strings.Contains(out, "the file shrank") {
		t.Errorf("got %s, want a frame that says that the file shrank", out)
	}
	if out := mustEvent(t, s, event); out != want {
		t.Errorf("the next is %s\nwant %s", out, want)
	}
}

// compiledShop is the table of a program, and an event that needs it.
func compiledShop(t *testing.T) (table, event []byte) {
	t.Helper()
	f, err := objfile.Open(fixture.Path(t, "bin/shop-clang19-x86_64"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	res, err := symcache.Compile(f, symcache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return res.Table, []byte(`{"platform":"native","debug_meta":{"images":[{"type":"elf","code_id":"` + f.CodeID() + `","debug_id":"` + f.DebugID().String() +
		`","image_addr":"0x400000","image_size":100000}]},"stacktrace":{"frames":[{"instruction_addr":"0x401424"}]}}`)
}
