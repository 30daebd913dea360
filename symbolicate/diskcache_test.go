package symbolicate

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
)

func openCache(t testing.TB, dir string) *filecache.Cache {
	t.Helper()
	c, err := filecache.Open(dir, filecache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// plantOld copies fixtures to a folder, as old files: new ones are hashed each time.
func plantOld(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, from := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, fixture.Read(t, from), 0o644); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-time.Hour)
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
}

// crashIn is an event with a frame in an object file, at an offset.
func crashIn(t testing.TB, object string, rel uint64) []byte {
	t.Helper()
	f, err := objfile.Parse(object, fixture.Read(t, object))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, `{"platform":"native","stacktrace":{"frames":[{"instruction_addr":"%#x"}]},"debug_meta":{"images":[`+
		`{"type":"%s","code_id":"%s","debug_id":"%s","code_file":"/opt/prog","image_addr":"0x10000000"}]}}`,
		0x10000000+rel, f.Format(), f.CodeID(), f.DebugID())
}

func mustEvent(t testing.TB, s *Symbolicator, event []byte) string {
	t.Helper()
	out, err := s.Event(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// shopMain is an offset in main, by nm.
const shopMain = 0x1285

func TestTablesOnDisk(t *testing.T) {
	symbols, dir := t.TempDir(), t.TempDir()
	plantOld(t, symbols, map[string]string{"a.debug": shopDebug, "b": "bin/shop-gcc12-x86_64"})
	event := crashIn(t, shopDebug, shopMain)
	run := func(c *filecache.Cache) (string, Stats) {
		s := New(Options{Sources: []Source{source.NewDir(symbols)}, Cache: c})
		out := mustEvent(t, s, event)
		return out, s.Stats()
	}
	want, _ := run(nil)
	if got := picture(t, want); got != "event\n  main main.cc:0x55\n" {
		t.Fatalf("without a cache: %s", got)
	}
	for _, tt := range []struct {
		name                         string
		before                       func(t *testing.T)
		compiles, hits, faults, made int // made: digests
	}{
		{"at first it is compiled", func(*testing.T) {}, 1, 0, 0, 2},
		{"then it is there", func(*testing.T) {}, 0, 1, 0, 0},
		{"a table that is damaged is compiled again", func(t *testing.T) { damageTables(t, dir) }, 1, 0, 0, 0},
		{"and is there again", func(*testing.T) {}, 0, 1, 0, 0},
		{"a file that was written again is hashed again", func(t *testing.T) {
			plantOld(t, symbols, map[string]string{"new": shopDebug})
			if err := os.Rename(filepath.Join(symbols, "new"), filepath.Join(symbols, "a.debug")); err != nil {
				t.Fatal(err)
			}
		}, 0, 1, 0, 1},
		{"another image beside it makes another table", func(t *testing.T) {
			if err := os.Remove(filepath.Join(symbols, "b")); err != nil {
				t.Fatal(err)
			}
		}, 1, 0, 0, 0},
		{"a folder that is no cache any more does not matter", func(t *testing.T) {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(dir, nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}, 1, 0, 1, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := openCache(t, dir)
			tt.before(t)
			got, stats := run(c)
			if got != want {
				t.Errorf("got %s\nwant %s", got, want)
			}
			if stats.Compiles != uint64(tt.compiles) || stats.TableHits != uint64(tt.hits) || stats.CacheFaults != uint64(tt.faults) {
				t.Errorf("%d compiles, %d tables taken, %d faults of the cache, want %d, %d, %d",
					stats.Compiles, stats.TableHits, stats.CacheFaults, tt.compiles, tt.hits, tt.faults)
			}
			if made := c.Stats().Kinds[digestKind].Made; made != int64(tt.made) {
				t.Errorf("%d files were hashed, want %d", made, tt.made)
			}
		})
	}
}

// damageTables changes a byte of every large file of a cache.
func damageTables(t *testing.T, dir string) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(filepath.Join(dir, "blobs"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil && len(data) > 1000 {
			data[len(data)/2] ^= 0x40
			n++
			err = os.WriteFile(path, data, 0o600)
		}
		return err
	})
	if err != nil || n == 0 {
		t.Fatalf("damaged %d files, %v", n, err)
	}
}

// What was compiled without a companion is not served once that is there, by the
// same process or by another.
func TestCompanionsThatAppear(t *testing.T) {
	for _, cached := range []bool{false, true} {
		t.Run(fmt.Sprintf("cached %v", cached), func(t *testing.T) {
			symbols := t.TempDir()
			plantOld(t, symbols, map[string]string{"prog": "bin/parcel/gcc-split5/prog"})
			opts := Options{Sources: []Source{source.NewDir(symbols)}}
			if cached {
				opts.Cache = openCache(t, t.TempDir())
			}
			s := New(opts)
			im := imageOf(t, "bin/parcel/gcc-split5/prog")
			poor := namesIn(t, s, im)
			expire(s)
			if again := namesIn(t, s, im); again != poor || s.Stats().Compiles != 1 {
				t.Errorf("while nothing changes it is\n%s\nafter\n%s\nand %d compiles", again, poor, s.Stats().Compiles)
			}
			plantOld(t, symbols, map[string]string{"parcel.dwo": "bin/parcel/gcc-split5/parcel.dwo", "weigh.dwo": "bin/parcel/gcc-split5/weigh.dwo"})
			expire(s)
			rich := namesIn(t, s, im)
			if rich == poor {
				t.Errorf("with its companions it is as without:\n%s", rich)
			}
			opts.Sources = []Source{source.NewDir(symbols)}
			if got := namesIn(t, New(opts), im); got != rich {
				t.Errorf("the next process has\n%s\nwant\n%s", got, rich)
			}
			plantOld(t, symbols, map[string]string{"weigh.dwo": "bin/parcel/gcc-split4/weigh.dwo"})
			opts.Sources = []Source{source.NewDir(symbols)}
			next := New(opts)
			namesIn(t, next, im)
			if got := next.Stats().Compiles; got != 1 {
				t.Errorf("with another companion there are %d compiles, want 1", got)
			}
		})
	}
}

// expire makes all that s keeps due for another look.
func expire(s *Symbolicator) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	for _, el := range s.store.entries {
		e := el.Value.(*entry)
		l := *e.loaded
		if l.until.IsZero() {
			continue
		}
		l.until, l.search.local.again, l.search.remote.again = time.Unix(1, 0), time.Time{}, time.Time{}
		e.loaded = &l
	}
}

func imageOf(t *testing.T, object string) *debugimage.Image {
	t.Helper()
	f, err := objfile.Parse(object, fixture.Read(t, object))
	if err != nil {
		t.Fatal(err)
	}
	return &debugimage.Image{Type: debugimage.ELF, CodeID: f.CodeID(), DebugID: f.DebugID(), CodeFile: "/opt/prog"}
}

// namesIn returns what is in the code of parcel's gcc-split5, as text.
func namesIn(t *testing.T, s *Symbolicator, im *debugimage.Image) string {
	t.Helper()
	var rels []uint64
	for rel := uint64(0x110); rel < 0x2b0; rel += 8 { // nm
		rels = append(rels, rel)
	}
	l, err := s.Lookup(t.Context(), im, rels)
	if err != nil || l.Image.Status != ImageFound {
		t.Fatal(l, err)
	}
	var b strings.Builder
	for i := range rels {
		for _, at := range l.At(i) {
			fmt.Fprintf(&b, "%#x %s %s:%d\n", rels[i], at.Function, filepath.Base(at.File), at.Line)
		}
	}
	return b.String()
}

// A farSource stands for a server: its files are in a folder, and it counts. It may
// have source code.
type farSource struct {
	*source.Dir
	finds *atomic.Int32
	code  func(ctx context.Context, path string) ([]byte, error)
}

func (s farSource) Find(ctx context.Context, im *debugimage.Image) (source.Result, error) {
	s.finds.Add(1)
	res, err := s.Dir.Find(ctx, im)
	for i := range res.Files {
		res.Files[i].Code = s.code
	}
	return res, err
}

// A companion that one scope has is not in what another gets, though both have the
// same debug file, and the cache has its table.
func TestCompanionsOfAnotherScope(t *testing.T) {
	const prog = "bin/parcel/gcc-split5/prog"
	rich, poor := t.TempDir(), t.TempDir()
	plantOld(t, rich, map[string]string{"prog": prog, "parcel.dwo": "bin/parcel/gcc-split5/parcel.dwo", "weigh.dwo": "bin/parcel/gcc-split5/weigh.dwo"})
	plantOld(t, poor, map[string]string{"prog": prog})
	im := imageOf(t, prog)
	plain := func(dir string) string { return namesIn(t, New(Options{Sources: []Source{source.NewDir(dir)}}), im) }
	c := openCache(t, t.TempDir())
	for range 2 {
		s := New(Options{Cache: c})
		for _, tt := range []struct{ scope, dir string }{{"a", rich}, {"b", poor}, {"c", rich}, {"c", poor}} {
			got := namesIn(t, s.Scoped(tt.scope, []Source{source.NewDir(tt.dir)}, nil), im)
			if want := plain(tt.dir); got != want {
				t.Errorf("scope %s has\n%s\nwant\n%s", tt.scope, got, want)
			}
		}
	}
}

// A process that starts asks no server for what an earlier one found.
func TestRecall(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		name, object, file string
		rel                uint64
		gone               int // searches once the download is gone
	}{
		{"a debug file", shopDebug, "a.debug", shopMain, 0},
		{"a debug file with source code", "bin/parcel/clang-embed/prog", "prog", 0x1330, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			symbols := t.TempDir()
			plantOld(t, symbols, map[string]string{tt.file: tt.object})
			event := crashIn(t, tt.object, tt.rel)
			run := func(scope string) (out string, finds int32, stats Stats) {
				far := farSource{source.NewDir(symbols), new(atomic.Int32), nil}
				s := New(Options{Cache: openCache(t, dir)}).Scoped(scope, nil, []Source{far})
				out = mustEvent(t, s, event)
				return out, far.finds.Load(), s.Stats()
			}
			want, finds, stats := run("a")
			if finds != 1 || stats.Compiles != 1 || !strings.Contains(want, `"symbolicated"`) {
				t.Fatalf("at first: %d searches, %d compiles, %s", finds, stats.Compiles, want)
			}
			got, finds, stats := run("a")
			if got != want || finds != 0 || stats.Compiles != 0 || stats.TableHits != 1 {
				t.Errorf("the next process: %d searches, %d compiles, %s\nwant %s", finds, stats.Compiles, got, want)
			}
			got, finds, stats = run("b")
			if got != want || finds != 1 || stats.Compiles != 0 {
				t.Errorf("another scope: %d searches, %d compiles, %s\nwant a search and the table", finds, stats.Compiles, got)
			}
			if err := os.Remove(filepath.Join(symbols, tt.file)); err != nil {
				t.Fatal(err)
			}
			if got, finds, _ = run("a"); int(finds) != tt.gone || finds == 0 && got != want {
				t.Errorf("once the download is gone: %d searches, %s", finds, got)
			}
			if got, _, _ := run("c"); strings.Contains(got, `"symbolicated"`) {
				t.Errorf("a scope that never found it has %s", got)
			}
		})
	}
}

// Source code is asked for where the debug file is from, by the process that found
// it and by the next one, for as long as an event has time.
func TestFarCode(t *testing.T) {
	dir, symbols := t.TempDir(), t.TempDir()
	plantOld(t, symbols, map[string]string{"a.debug": shopDebug})
	event := crashIn(t, shopDebug, shopMain)
	asked := 0
	code := func(ctx context.Context, path string) ([]byte, error) {
		asked++
		if short, ok := ctx.Value(shortKey{}).(*shortContext); ok {
			short.expire()
			<-ctx.Done()
			return nil, ctx.Err()
		}
		if path != "/src/shop/main.cc" {
			return nil, fs.ErrNotExist
		}
		return []byte(strings.Repeat("x\n", 84) + "this is line 85\n"), nil
	}
	const line = `"context_line":"this is line 85"`
	for i, finds := range []int32{1, 1} { // the second to ask for source code, and for nothing else
		far := farSource{source.NewDir(symbols), new(atomic.Int32), code}
		s := New(Options{Remote: []Source{far}, Cache: openCache(t, dir)})
		short := newShortContext(t.Context())
		if _, err := s.Image(t.Context(), imageOf(t, shopDebug)); err != nil {
			t.Fatal(err)
		}
		out, err := s.Event(short, event)
		if err != nil || !strings.Contains(string(out), `"symbolicated"`) || strings.Contains(string(out), line) {
			t.Errorf("process %d, without time: %s, %v, want no line", i, out, err)
		}
		if out := mustEvent(t, s, event); !strings.Contains(out, line) {
			t.Errorf("process %d: no %s in %s", i, line, out)
		}
		if far.finds.Load() != finds || s.Stats().Compiles != uint64(1-i) {
			t.Errorf("process %d: %d searches, %d compiles", i, far.finds.Load(), s.Stats().Compiles)
		}
	}
	if asked != 4 {
		t.Errorf("source files were asked for %d times, want 4", asked)
	}
}

// A shortContext has a deadline that passes when it is told to.
type shortContext struct {
	context.Context
	expire func()
	done   chan struct{}
}

type shortKey struct{}

func newShortContext(ctx context.Context) *shortContext {
	done := make(chan struct{})
	return &shortContext{ctx, sync.OnceFunc(func() { close(done) }), done}
}

func (c *shortContext) Deadline() (time.Time, bool) { return time.Now().Add(time.Hour), true }
func (c *shortContext) Done() <-chan struct{}       { return c.done }

func (c *shortContext) Err() error {
	select {
	case <-c.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

func (c *shortContext) Value(key any) any {
	if key == (shortKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// What the disk does not take is in memory.
func TestFullDisk(t *testing.T) {
	symbols := t.TempDir()
	plantOld(t, symbols, map[string]string{"a.debug": shopDebug})
	event := crashIn(t, shopDebug, shopMain)
	want := mustEvent(t, New(Options{Sources: []Source{source.NewDir(symbols)}}), event)
	dir := filepath.Join(smallDisk(t), "cache")
	c := openCache(t, dir)
	filler, err := os.Create(filepath.Join(filepath.Dir(dir), "filler"))
	if err != nil {
		t.Fatal(err)
	}
	defer filler.Close()
	for _, size := range []int{4096, 1} {
		for n := 1; n > 0; {
			n, _ = filler.Write(make([]byte, size))
		}
	}
	var told []string
	s := New(Options{Sources: []Source{source.NewDir(symbols)}, Cache: c, Report: func(_ context.Context, r *ImageReport) {
		told = append(told, r.Status.String()+" "+r.Reason)
	}})
	if got := mustEvent(t, s, event); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if len(told) != 1 || !strings.HasPrefix(told[0], "found the cache: ") || !strings.Contains(told[0], syscall.ENOSPC.Error()) {
		t.Errorf("told of %q, want the full disk", told)
	}
	if stats := s.Stats(); stats.Compiles != 1 || stats.CacheFaults != 1 {
		t.Errorf("%d compiles, %d faults of the cache, want 1, 1", stats.Compiles, stats.CacheFaults)
	}
	if err := os.Remove(filler.Name()); err != nil {
		t.Fatal(err)
	}
	if err := filler.Truncate(0); err != nil {
		t.Fatal(err)
	}
	s = New(Options{Sources: []Source{source.NewDir(symbols)}, Cache: c})
	if got := mustEvent(t, s, event); got != want || s.Stats().CacheFaults != 0 {
		t.Errorf("with room on the disk: %d faults of the cache, %s", s.Stats().CacheFaults, got)
	}
}

// Goroutines, scopes and engines with one cache agree, and compile once.
func TestCacheIsShared(t *testing.T) {
	symbols, dir := t.TempDir(), t.TempDir()
	plantOld(t, symbols, map[string]string{"a.debug": shopDebug, "prog": "bin/parcel/gcc-dwarf5/prog"})
	events := [][]byte{crashIn(t, shopDebug, shopMain), crashIn(t, "bin/parcel/gcc-dwarf5/prog", 0x1100)}
	var want []string
	for _, event := range events {
		want = append(want, mustEvent(t, New(Options{Sources: []Source{source.NewDir(symbols)}}), event))
	}
	var engines []*Symbolicator
	for range 2 {
		s := New(Options{Sources: []Source{source.NewDir(symbols)}, Cache: openCache(t, dir)})
		engines = append(engines, s, s.Scoped("a", nil, nil), s.Scoped("b", []Source{source.NewDir(symbols)}, nil))
	}
	var wg sync.WaitGroup
	for n := range 48 {
		wg.Go(func() {
			i := n % len(events)
			got, err := engines[n%len(engines)].Event(t.Context(), events[i])
			if err != nil || !bytes.Equal(got, []byte(want[i])) {
				t.Errorf("got %s, %v\nwant %s", got, err, want[i])
			}
		})
	}
	wg.Wait()
	if n := engines[0].Stats().Compiles + engines[3].Stats().Compiles; n != 2 {
		t.Errorf("%d compiles, want 2", n)
	}
}

// Whoever may write to a folder of one scope can put another file in the place of the
// one that was hashed, of the same size and time. What comes of it is theirs alone.
func TestChangedFilesAreNotShared(t *testing.T) {
	evil, honest := t.TempDir(), t.TempDir()
	for _, dir := range []string{evil, honest} {
		plantOld(t, dir, map[string]string{"a.debug": shopDebug})
	}
	root := New(Options{Cache: openCache(t, t.TempDir())})
	path := filepath.Join(evil, "a.debug")
	if _, err := root.tables.digest(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.ReplaceAll(fixture.Read(t, shopDebug), []byte("main.cc"), []byte("evil.cc"))
	if err := os.WriteFile(path, changed, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	// Where files have no time of change, or both happened in one tick of its clock,
	// the stamp is still that of what was hashed.
	stamp, err := source.Stamp(path)
	if err != nil {
		t.Fatal(err)
	}
	honestDigest, err := source.Digest(t.Context(), filepath.Join(honest, "a.debug"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = root.tables.cache.Get(t.Context(), filecache.Key{Kind: digestKind, Name: stamp}, func(_ context.Context, w *os.File) ([]byte, error) {
		_, err := w.Write(honestDigest[:])
		return honestDigest[:], err
	})
	if err != nil {
		t.Fatal(err)
	}
	event := crashIn(t, shopDebug, shopMain)
	for _, tt := range []struct{ scope, dir, want string }{
		{"a", evil, "event\n  main evil.cc:0x55\n"},
		{"b", honest, "event\n  main main.cc:0x55\n"},
	} {
		s := root.Scoped(tt.scope, []Source{source.NewDir(tt.dir)}, nil)
		if got := picture(t, mustEvent(t, s, event)); got != tt.want {
			t.Errorf("scope %s: %s, want %s", tt.scope, got, tt.want)
		}
	}
}
