package filecache

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// sized is a make of a file of n bytes that no other key has.
func sized(key Key, n int) func(context.Context, *os.File) ([]byte, error) {
	return func(_ context.Context, w *os.File) ([]byte, error) {
		_, err := fmt.Fprintf(w, "%*s", n, key.Name)
		return nil, err
	}
}

// letters stores a file of 100 bytes for each letter, a second after the one
// before, and returns their keys by it.
func letters(t testing.TB, c *Cache, k *clock, names string) map[rune]Key {
	keys := map[rune]Key{}
	for _, r := range names {
		keys[r] = Key{"letter", string(r)}
		if _, err := c.Get(t.Context(), keys[r], sized(keys[r], 100)); err != nil {
			t.Fatal(err)
		}
		k.Add(time.Second)
	}
	return keys
}

// kept returns the names of what is there, in order.
func kept(t testing.TB, c *Cache) (names string) {
	items, err := c.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items {
		names += it.Key.Name
	}
	return names
}

func TestGCKeepsWhatWasUsedLast(t *testing.T) {
	for _, tt := range []struct {
		name    string
		opts    GCOptions
		want    string
		removed string
	}{
		{"by the bound of the cache", GCOptions{}, "abcde", ""},
		{"by bytes", GCOptions{MaxBytes: 250}, "ae", "bcd"},
		{"what is fresh stays", GCOptions{MaxBytes: 1}, "e", "bcda"},
		{"nothing", GCOptions{MaxBytes: -1}, "", "bcdae"},
		{"by age", GCOptions{MaxAge: 10 * time.Minute}, "ade", "bc"},
		{"by both", GCOptions{MaxAge: 10 * time.Minute, MaxBytes: 200}, "ae", "bcd"},
		{"fresh whatever the age", GCOptions{MaxAge: time.Second}, "e", "bcda"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, k := open(t, t.TempDir(), Options{})
			keys := letters(t, c, k, "abc")
			k.Add(time.Hour)
			for r, key := range letters(t, c, k, "d") {
				keys[r] = key
			}
			k.Add(time.Minute)
			c.Peek(keys['a'])
			k.Add(time.Minute)
			letters(t, c, k, "e")
			for _, dry := range []bool{true, false} {
				tt.opts.DryRun = dry
				r, err := c.GC(t.Context(), tt.opts)
				removed := ""
				for _, it := range r.Removed {
					removed += it.Key.Name
				}
				if err != nil || removed != tt.removed || r.Freed != int64(100*len(removed)) || r.Kept != len(tt.want) || r.KeptBytes != int64(100*len(tt.want)) {
					t.Errorf("dry run %v: removes %q, want %q: %+v, %v", dry, removed, tt.removed, r, err)
				}
				if got, want := kept(t, c), map[bool]string{true: "abcde", false: tt.want}[dry]; got != want {
					t.Errorf("dry run %v: %q is there, want %q", dry, got, want)
				}
			}
			if got := c.Stats().Kinds["letter"].Evicted; got != int64(len(tt.removed)) {
				t.Errorf("%d evicted, want %d", got, len(tt.removed))
			}
			consistent(t, c)
		})
	}
}

func TestSharedBlobGoesWithItsLastUse(t *testing.T) {
	c, k := open(t, t.TempDir(), Options{})
	for _, key := range []Key{keyA, keyB} {
		c.Get(t.Context(), key, text("same"))
	}
	letters(t, c, k, "x")
	k.Add(time.Hour)
	c.Peek(keyB)
	k.Add(time.Hour)
	r, err := c.GC(t.Context(), GCOptions{MaxBytes: 5})
	if err != nil || len(r.Removed) != 1 || r.Kept != 2 {
		t.Errorf("%+v, %v; want x alone removed", r, err)
	}
	r, err = c.GC(t.Context(), GCOptions{MaxBytes: 1})
	if err != nil || len(r.Removed) != 2 || r.Freed != 4 {
		t.Errorf("%+v, %v; want both answers removed with their file", r, err)
	}
	consistent(t, c)
}

// What serves nobody makes room first, however lately it was used.
func TestUselessGoesFirst(t *testing.T) {
	c, k := open(t, t.TempDir(), Options{})
	keys := letters(t, c, k, "ab")
	k.Add(time.Hour)
	for r, key := range letters(t, c, k, "xy") {
		keys[r] = key
	}
	c.Forget(keys['x'])
	edit(c.answerPath(keys['y']), func([]byte) []byte { return nil })
	r, err := c.GC(t.Context(), GCOptions{MaxBytes: 200})
	if err != nil || kept(t, c) != "ab" || r.Orphans != 2 || r.Damaged != 1 || r.Freed != 200 {
		t.Errorf("%+v, %v; %q is left, want ab", r, err, kept(t, c))
	}
	consistent(t, c)
}

// The bound holds after each file, and not each file costs a count of all.
func TestEvictionIsAmortised(t *testing.T) {
	const files, size, bound = 120, 100, 2400
	c, k := open(t, t.TempDir(), Options{MaxBytes: bound})
	evictions, evicted := 0, int64(0)
	for i := range files {
		key := Key{"file", fmt.Sprint(i)}
		if _, err := c.Get(t.Context(), key, sized(key, size)); err != nil {
			t.Fatal(err)
		}
		s := c.Stats()
		if s.Bytes > bound {
			t.Fatalf("%d bytes after file %d", s.Bytes, i)
		}
		if n := s.Kinds["file"].Evicted; n > evicted {
			evictions, evicted = evictions+1, n
		}
		k.Add(freshFor)
	}
	if c.Stats().Bytes < bound*3/4 || evicted < files-bound/size {
		t.Errorf("%d bytes are left, %d files were evicted", c.Stats().Bytes, evicted)
	}
	if want := files * size / (bound / 8); evictions > want {
		t.Errorf("%d evictions, want at most %d", evictions, want)
	}
	consistent(t, c)
}

// What is larger than all there may be is still given to who asked for it.
func TestFileLargerThanTheBound(t *testing.T) {
	c, k := open(t, t.TempDir(), Options{MaxBytes: 10})
	for i := range 3 {
		e, err := c.Get(t.Context(), keyA, text("larger than that"))
		want(t, e, err, "larger than that")
		k.Add(time.Hour)
		c.Get(t.Context(), keyB, text(fmt.Sprint(i)))
		if _, err := c.Peek(keyA); err != ErrAbsent {
			t.Errorf("got %v, want %v", err, ErrAbsent)
		}
		c.Forget(keyB)
	}
}

func TestUnknownUsageIsCounted(t *testing.T) {
	c, k := open(t, t.TempDir(), Options{MaxBytes: 350})
	letters(t, c, k, "abc")
	os.Remove(c.dir + "/" + usageFile)
	k.Add(time.Hour)
	letters(t, c, k, "d")
	if got := kept(t, c); got != "bcd" {
		t.Errorf("%q is left, want bcd", got)
	}
	consistent(t, c)
}

func TestMissesAreBounded(t *testing.T) {
	c, k := open(t, t.TempDir(), Options{})
	c.maxAnswers = 16
	c.Get(t.Context(), keyA, text("alpha"))
	for i := range 100 {
		c.Get(t.Context(), Key{"miss", fmt.Sprint(i)}, fails(&Miss{Reason: "no", For: maxMissAge}))
		k.Add(freshFor)
		if _, err := c.Peek(keyA); err != nil {
			t.Fatalf("what is used: %v", err)
		}
		if n := c.Stats().Answers; n > 16 {
			t.Fatalf("%d answers", n)
		}
	}
	if n := c.Stats().Answers; n < 10 {
		t.Errorf("%d answers are left", n)
	}
	consistent(t, c)
}

// A flood of ids that nobody has, all within a minute, costs nobody a file, however
// long ago that was used.
func TestMissesGiveWayFirst(t *testing.T) {
	c, k := open(t, t.TempDir(), Options{})
	c.maxAnswers = 16
	letters(t, c, k, "abcdefgh")
	k.Add(time.Hour)
	for i := range 100 {
		c.Get(t.Context(), Key{"miss", fmt.Sprint(i)}, fails(&Miss{Reason: "no", For: maxMissAge}))
		k.Add(10 * time.Millisecond)
	}
	if got := kept(t, c); !strings.HasPrefix(got, "abcdefgh") {
		t.Errorf("%q is left, want all files", got)
	}
	if n := c.Stats().Answers; n > 16 {
		t.Errorf("%d answers, want 16 at most", n)
	}
	if _, err := c.Peek(Key{"miss", "99"}); errors.Is(err, ErrAbsent) {
		t.Error("the last miss is not remembered")
	}
	consistent(t, c)
}

// A disk that make found full gets room: an eighth of the bytes, and not at once
// again.
func TestFullDiskMakesRoom(t *testing.T) {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		c, k := open(t, t.TempDir(), Options{})
		letters(t, c, k, "abcdefghijklmnop")
		k.Add(freshFor)
		for _, tt := range []struct {
			wait time.Duration
			left string
		}{{0, "cdefghijklmnop"}, {trimPause - 1, "cdefghijklmnop"}, {1, "efghijklmnop"}} {
			k.Add(tt.wait)
			_, err := c.Get(t.Context(), keyA, fails(&os.PathError{Op: "write", Path: "x", Err: full}))
			if !errors.Is(err, full) || err.Error() != "write x: "+full.Error() {
				t.Errorf("got %v, want %v", err, full)
			}
			if got := kept(t, c); got != tt.left {
				t.Errorf("%v: %q is left, want %q", full, got, tt.left)
			}
		}
		consistent(t, c)
	}
}

// The usage is right after whatever happens, without anybody counting.
func TestUsageIsKept(t *testing.T) {
	c, k := open(t, t.TempDir(), Options{})
	c.Get(t.Context(), keyC, text("counts all there is"))
	for _, step := range []func(){
		func() { c.Get(t.Context(), keyA, fails(&Miss{Reason: "no"})) },
		func() { k.Add(time.Hour); c.Get(t.Context(), keyA, text("alpha")) },
		func() { c.Get(t.Context(), keyB, text("alpha")) },
		func() { c.Forget(keyB); c.Forget(keyB) },
		func() { edit(c.answerPath(keyA), func(b []byte) []byte { return b[1:] }); c.Peek(keyA) },
		func() { c.Get(t.Context(), keyA, text("alpha")) },
		func() {
			e, _ := c.Peek(keyA)
			edit(e.Path, func(b []byte) []byte { return append(b, b...) })
			c.Get(t.Context(), keyB, text("alpha"))
		},
		func() {
			e, _ := c.Peek(keyA)
			os.Truncate(e.Path, 1)
			c.Get(t.Context(), Key{"table", "same"}, text("alpha"))
		},
		func() { c.Get(t.Context(), Key{"table", "x"}, fails(errors.New("no"))) },
	} {
		step()
		var there usage
		c.eachFile(t.Context(), answerDir, func(string, string) { there.answers++ })
		c.eachFile(t.Context(), blobDir, func(path, _ string) {
			if info, err := os.Lstat(path); err == nil {
				there.bytes += info.Size()
			}
		})
		if u, known := c.readUsage(); !known || u != there {
			t.Errorf("usage %v, known %v; want %v", u, known, there)
		}
	}
}

// What happens between the count and its end is not lost.
func TestUsageThatChangesDuringTheCount(t *testing.T) {
	for name, meanwhile := range map[string]func(c *Cache){
		"more":    func(c *Cache) { c.Get(t.Context(), keyA, text("alpha")) },
		"less":    func(c *Cache) { c.Get(t.Context(), keyA, text("alpha")); c.Forget(keyA) },
		"unknown": func(c *Cache) { os.Remove(filepath.Join(c.dir, usageFile)) },
	} {
		c, k := open(t, t.TempDir(), Options{})
		letters(t, c, k, "abc")
		c.GC(t.Context(), GCOptions{})
		other, _ := open(t, c.dir, Options{})
		var once sync.Once
		c.now = func() time.Time { // asked once the files are read
			once.Do(func() { meanwhile(other) })
			return k.Now()
		}
		if _, err := c.GC(t.Context(), GCOptions{}); err != nil {
			t.Error(err)
		}
		want := map[string]usage{"more": {305, 4}, "less": {305, 3}, "unknown": {300, 3}}[name]
		if u, known := c.readUsage(); !known || u != want {
			t.Errorf("%s: %v, known %v; want %v", name, u, known, want)
		}
	}
}

func TestCancelledGC(t *testing.T) {
	c, k := open(t, t.TempDir(), Options{})
	letters(t, c, k, "abc")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.GC(ctx, GCOptions{MaxBytes: -1}); err != context.Canceled {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if got := kept(t, c); got != "abc" {
		t.Errorf("%q is left", got)
	}
}

// Readers open what Get returned, in no haste by the clock of the cache, while
// others evict all that is not fresh.
func TestEvictionSparesWhatIsBeingOpened(t *testing.T) {
	rounds := 2000
	if testing.Short() {
		rounds = 100
	}
	dir := t.TempDir()
	c, k := open(t, dir, Options{})
	var opening sync.RWMutex // held while the time must not pass
	var wg sync.WaitGroup
	var evicted, done atomic.Int64
	for i := range 4 {
		mine, _ := open(t, dir, Options{}) // as another process has
		mine.now = k.Now
		wg.Go(func() {
			defer done.Add(1)
			random := rand.New(rand.NewPCG(uint64(i), 4))
			for range rounds {
				opening.RLock()
				n := random.Uint64N(20)
				e, err := mine.Get(t.Context(), numbered(n), contentMake(n))
				if err := checkContent(n, e, err); err != nil {
					t.Error(err)
				}
				opening.RUnlock()
			}
		})
	}
	for range 2 {
		mine, _ := open(t, dir, Options{}) // as another process has
		mine.now = k.Now
		wg.Go(func() {
			for done.Load() < 4 {
				r, err := mine.GC(t.Context(), GCOptions{MaxBytes: 1})
				if err != nil {
					t.Error(err)
				}
				evicted.Add(int64(len(r.Removed)))
				opening.Lock()
				k.Add(touchEvery - time.Second)
				opening.Unlock()
			}
		})
	}
	wg.Wait()
	if evicted.Load() == 0 {
		t.Error("nothing was evicted")
	}
	c.GC(t.Context(), GCOptions{})
	consistent(t, c)
}

func TestWaitersInAProcess(t *testing.T) {
	c, _ := open(t, t.TempDir(), Options{})
	made, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		e, err := c.Get(t.Context(), keyA, func(ctx context.Context, w *os.File) ([]byte, error) {
			close(made)
			<-release
			return text("alpha")(ctx, w)
		})
		want(t, e, err, "alpha")
	})
	<-made
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the caller has gone")
	wg.Go(func() {
		if _, err := c.Get(ctx, keyA, unwanted(t)); err != gone {
			t.Errorf("got %v, want %v", err, gone)
		}
	})
	for range 8 {
		wg.Go(func() {
			e, err := c.Get(t.Context(), keyA, unwanted(t))
			want(t, e, err, "alpha")
		})
	}
	cancel(gone)
	close(release)
	wg.Wait()
}

func TestMakeIsCancelledWithItsLastCaller(t *testing.T) {
	c, _ := open(t, t.TempDir(), Options{})
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	_, err := c.Get(ctx, keyA, func(ctx context.Context, w *os.File) ([]byte, error) {
		w.WriteString("half")
		cancel()
		<-ctx.Done()
		defer close(stopped)
		return nil, ctx.Err()
	})
	if err != context.Canceled {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	<-stopped
	e, err := c.Get(t.Context(), keyA, text("alpha"))
	want(t, e, err, "alpha")
	if got := litter(t, c); got != nil {
		t.Errorf("leaves %q", got)
	}
}

func BenchmarkHit(b *testing.B) {
	for _, size := range []int{4 << 10, 1 << 20, 64 << 20} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			c, _ := open(b, b.TempDir(), Options{})
			key := Key{"file", strings.Repeat("x", 100)}
			if _, err := c.Get(b.Context(), key, zeros(size, 1)); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Get(b.Context(), key, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMiss(b *testing.B) {
	c, _ := open(b, b.TempDir(), Options{})
	c.Get(b.Context(), keyA, fails(&Miss{Reason: "status 404"}))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Peek(keyA); err == nil {
			b.Fatal("found")
		}
	}
}

func BenchmarkMake(b *testing.B) {
	c, _ := open(b, b.TempDir(), Options{})
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		key := Key{"file", fmt.Sprint(n)}
		if _, err := c.Get(b.Context(), key, sized(key, 4096)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGC counts 10,000 files.
func BenchmarkGC(b *testing.B) {
	c, _ := open(b, b.TempDir(), Options{})
	for n := range 10_000 {
		key := Key{"file", fmt.Sprint(n)}
		if _, err := c.Get(b.Context(), key, sized(key, 8)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, err := c.GC(b.Context(), GCOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
