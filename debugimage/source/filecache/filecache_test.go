package filecache

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"github.com/nativesym/nativesym/internal/flight"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		play(role)
		return
	}
	goleak.VerifyTestMain(m)
}

// A clock is a time that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (k *clock) Now() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now
}

func (k *clock) Add(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.now = k.now.Add(d)
}

// open opens a cache whose time is set by the test.
func open(t testing.TB, dir string, opts Options) (*Cache, *clock) {
	t.Helper()
	c, err := Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	k := &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 5e8, time.UTC)}
	c.now = k.Now
	return c, k
}

// text is a make that writes a text and keeps it as metadata, too.
func text(s string) func(context.Context, *os.File) ([]byte, error) {
	return func(_ context.Context, w *os.File) ([]byte, error) {
		_, err := w.WriteString(s)
		return []byte("meta of " + s), err
	}
}

// fails is a make that writes something and has an error.
func fails(err error) func(context.Context, *os.File) ([]byte, error) {
	return func(_ context.Context, w *os.File) ([]byte, error) {
		w.WriteString("half")
		return nil, err
	}
}

// zeros is a make that writes n bytes, which it can tell from others of the size.
func zeros(n int, mark byte) func(context.Context, *os.File) ([]byte, error) {
	return func(_ context.Context, w *os.File) ([]byte, error) {
		data := make([]byte, n)
		data[0] = mark
		_, err := w.Write(data)
		return nil, err
	}
}

// unwanted is a make that is not to be called.
func unwanted(t testing.TB) func(context.Context, *os.File) ([]byte, error) {
	return func(context.Context, *os.File) ([]byte, error) {
		t.Error("made again")
		return nil, errors.New("unwanted")
	}
}

// want checks that an entry is of a text, and its file, too.
func want(t testing.TB, e Entry, err error, s string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(e.Path)
	if err != nil {
		t.Fatal(err)
	}
	if string(data) != s || e.Size != int64(len(s)) || e.Digest != sha256.Sum256(data) || string(e.Meta) != "meta of "+s {
		t.Errorf("entry has %d bytes, meta %q, file has %q; want %q", e.Size, e.Meta, data, s)
	}
}

// litter returns the names in makeDir: there is nothing while nothing is made.
func litter(t testing.TB, c *Cache) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(c.dir, makeDir))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

var (
	keyA = Key{"download", "https://symbols.example.com/a.debug"}
	keyB = Key{"table", "b\n\xff"}
	keyC = Key{"table", ""}
)

func TestGetStoresOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sub", "cache")
	c, k := open(t, dir, Options{})
	e, err := c.Get(t.Context(), keyA, text("alpha"))
	want(t, e, err, "alpha")
	stored := k.Now()
	k.Add(time.Hour)
	e, err = c.Get(t.Context(), keyA, unwanted(t))
	want(t, e, err, "alpha")
	if !e.Stored.Equal(stored) || !e.Used.Equal(stored) {
		t.Errorf("stored %v, used %v, want both %v", e.Stored, e.Used, stored)
	}
	other, _ := open(t, dir, Options{})
	e, err = other.Peek(keyA)
	want(t, e, err, "alpha")
	if !e.Used.Equal(k.Now()) {
		t.Errorf("used %v, want %v", e.Used, k.Now())
	}
	if got := litter(t, c); got != nil {
		t.Errorf("leaves %q", got)
	}
	wantStats := Stats{Bytes: 5, Answers: 1, Kinds: map[string]Counts{"download": {Hits: 1, Made: 1, Bytes: 5}}}
	if diff := cmp.Diff(wantStats, c.Stats()); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
}

func TestPeekAndForget(t *testing.T) {
	c, _ := open(t, t.TempDir(), Options{})
	for range 2 {
		if _, err := c.Peek(keyB); err != ErrAbsent {
			t.Errorf("before: got %v, want %v", err, ErrAbsent)
		}
		if _, err := c.Get(t.Context(), keyB, text("b")); err != nil {
			t.Fatal(err)
		}
		e, err := c.Peek(keyB)
		want(t, e, err, "b")
		for range 2 {
			if err := c.Forget(keyB); err != nil {
				t.Error(err)
			}
		}
	}
	if got := c.Stats(); got.Answers != 0 || got.Bytes != 1 {
		t.Errorf("answers %d, bytes %d, want 0 and 1 until it is collected", got.Answers, got.Bytes)
	}
}

func TestKeysShareABlob(t *testing.T) {
	c, _ := open(t, t.TempDir(), Options{})
	a, err := c.Get(t.Context(), keyA, text("same"))
	want(t, a, err, "same")
	first, err := os.Lstat(a.Path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Get(t.Context(), keyB, text("same"))
	want(t, b, err, "same")
	if a.Path != b.Path || c.Stats().Bytes != 4 || !same(b.Path, first) {
		t.Errorf("paths %s and %s, %d bytes; want the first file, of 4", a.Path, b.Path, c.Stats().Bytes)
	}
	os.WriteFile(a.Path, []byte("sane"), 0o600)
	c.Forget(keyA)
	a, err = c.Get(t.Context(), keyA, text("same"))
	want(t, a, err, "same")
	if same(a.Path, first) {
		t.Error("the damaged file was not replaced")
	}
}

// What fails halfway leaves nothing.
func TestFailedPublication(t *testing.T) {
	c, _ := open(t, t.TempDir(), Options{})
	e, err := c.Get(t.Context(), keyB, text("alpha"))
	want(t, e, err, "alpha")
	c.GC(t.Context(), GCOptions{MaxBytes: -1})
	for _, path := range []string{c.answerPath(keyA), e.Path} {
		in := filepath.Dir(path)
		_, err := c.Get(t.Context(), keyA, func(ctx context.Context, w *os.File) ([]byte, error) {
			os.Remove(in)
			if err := os.WriteFile(in, nil, 0o600); err != nil {
				t.Error(err)
			}
			return text("alpha")(ctx, w)
		})
		if !errors.Is(err, syscall.ENOTDIR) {
			t.Errorf("got %v, want %v", err, syscall.ENOTDIR)
		}
		if got := c.Stats(); got.Bytes != 0 || got.Answers != 0 {
			t.Errorf("counts %d bytes, %d answers", got.Bytes, got.Answers)
		}
		consistent(t, c)
		os.Remove(in)
	}
	if err := os.MkdirAll(filepath.Join(e.Path, "x"), 0o700); err != nil { // in its place, without an answer
		t.Fatal(err)
	}
	e, err = c.Get(t.Context(), keyA, text("alpha"))
	want(t, e, err, "alpha")
	consistent(t, c)
}

func TestMiss(t *testing.T) {
	c, k := open(t, t.TempDir(), Options{MissAge: time.Minute})
	for _, tt := range []struct {
		name string
		wait time.Duration
		miss Miss
		want Miss
		made int64
	}{
		{"made", 0, Miss{Reason: "status 404"}, Miss{"status 404", time.Minute, 0}, 1},
		{"known", 40 * time.Second, Miss{Reason: "status 500"}, Miss{"status 404", 20 * time.Second, 40 * time.Second}, 1},
		{"expired", 20 * time.Second, Miss{Reason: "status 404 again", For: time.Hour}, Miss{"status 404 again", time.Hour, 0}, 2},
		{"known for as long as it says", 59 * time.Minute, Miss{}, Miss{"status 404 again", time.Minute, 59 * time.Minute}, 2},
		{"a long reason", 2 * time.Hour, Miss{Reason: strings.Repeat("x", 2*maxReason)}, Miss{strings.Repeat("x", maxReason), time.Minute, 0}, 3},
		{"the clock was wrong", -time.Hour, Miss{Reason: "", For: 1e6 * time.Hour}, Miss{"", maxMissAge, 0}, 4},
	} {
		k.Add(tt.wait)
		_, err := c.Get(t.Context(), keyA, fails(errors.Join(errors.New("asking"), &tt.miss)))
		var got *Miss
		if !errors.As(err, &got) {
			t.Fatalf("%s: %v", tt.name, err)
		}
		made := c.Stats().Kinds[keyA.Kind].Made
		if diff := cmp.Diff(tt.want, *got); diff != "" || made != tt.made {
			t.Errorf("%s: made %d times, want %d; -want +got:\n%s", tt.name, made, tt.made, diff)
		}
	}
	if _, err := c.Peek(keyA); err == nil || err.Error() != "" {
		t.Errorf("Peek: %v", err)
	}
	e, err := c.Get(t.Context(), keyB, text("b"))
	want(t, e, err, "b")
	k.Add(2 * maxMissAge)
	e, err = c.Get(t.Context(), keyA, text("there by now"))
	want(t, e, err, "there by now")
	if got := litter(t, c); got != nil {
		t.Errorf("leaves %q", got)
	}
}

func TestErrorsAreNotRemembered(t *testing.T) {
	c, _ := open(t, t.TempDir(), Options{})
	no := errors.New("no")
	for _, tt := range []struct {
		name string
		make func(context.Context, *os.File) ([]byte, error)
		want string
	}{
		{"error", fails(no), "no"},
		{"panic", func(_ context.Context, w *os.File) ([]byte, error) { w.WriteString("half"); panic("lost") }, "panic: lost"},
		{"metadata", func(context.Context, *os.File) ([]byte, error) { return make([]byte, maxMeta+1), nil }, "cache: 16385 bytes of metadata, over the limit of 16384"},
	} {
		_, err := c.Get(t.Context(), keyA, tt.make)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
		if _, ok := errors.AsType[*flight.PanicError](err); ok != (tt.name == "panic") {
			t.Errorf("%s: a panic: %v", tt.name, ok)
		}
		if got := litter(t, c); got != nil {
			t.Errorf("%s leaves %q", tt.name, got)
		}
		e, err := c.Get(t.Context(), keyA, text("alpha"))
		want(t, e, err, "alpha")
		c.Forget(keyA)
	}
}

func TestWhatMakeMayDoToItsFile(t *testing.T) {
	c, _ := open(t, t.TempDir(), Options{})
	for name, f := range map[string]func(context.Context, *os.File) ([]byte, error){
		"close": func(_ context.Context, w *os.File) ([]byte, error) {
			w.WriteString("x")
			return []byte("meta of x"), w.Close()
		},
		"write anywhere": func(_ context.Context, w *os.File) ([]byte, error) {
			_, err := w.WriteAt([]byte("x"), 0)
			return []byte("meta of x"), err
		},
		"truncate": func(_ context.Context, w *os.File) ([]byte, error) {
			w.WriteString("xy")
			return []byte("meta of x"), w.Truncate(1)
		},
		"read": func(ctx context.Context, w *os.File) ([]byte, error) {
			e, err := c.Get(ctx, Key{"part", "x"}, text("x"))
			if err != nil {
				return nil, err
			}
			part, err := os.Open(e.Path)
			if err != nil {
				return nil, err
			}
			defer part.Close()
			_, err = w.ReadFrom(part)
			return []byte("meta of x"), err
		},
	} {
		e, err := c.Get(t.Context(), Key{"table", name}, f)
		want(t, e, err, "x")
	}
	e, err := c.Get(t.Context(), keyC, func(context.Context, *os.File) ([]byte, error) { return []byte("meta of "), nil })
	want(t, e, err, "")
}

func TestKeys(t *testing.T) {
	c, _ := open(t, t.TempDir(), Options{})
	for _, tt := range []struct {
		key  Key
		want string
	}{
		{Key{"", "x"}, `kind of key "": want up to 32 of a-z, 0-9 and -`},
		{Key{"a\nb", "x"}, `kind of key "a\nb": want up to 32 of a-z, 0-9 and -`},
		{Key{"Table", "x"}, `kind of key "Table": want up to 32 of a-z, 0-9 and -`},
		{Key{"table", string(make([]byte, maxName+1))}, `name of key "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"… has 16385 bytes, over the limit of 16384`},
	} {
		_, err := c.Get(t.Context(), tt.key, unwanted(t))
		_, peek := c.Peek(tt.key)
		for _, err := range []error{err, peek, c.Forget(tt.key)} {
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		}
	}
	long := Key{"table-9", string(make([]byte, maxName))}
	for range 2 {
		e, err := c.Get(t.Context(), long, text("x"))
		want(t, e, err, "x")
	}
}

func TestList(t *testing.T) {
	c, k := open(t, t.TempDir(), Options{})
	c.Get(t.Context(), keyB, text("bb"))
	c.Get(t.Context(), keyA, fails(&Miss{Reason: "status 404"}))
	stored := k.Now()
	k.Add(time.Minute)
	c.Peek(keyB)
	got, err := c.List()
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("bb"))
	wantItems := []Item{
		{Key: keyA, Stored: stored, Used: stored, Miss: "status 404", Left: 59 * time.Minute},
		{Key: keyB, Path: c.blobPath(digest), Size: 2, Digest: digest, Stored: stored, Used: k.Now()},
	}
	if diff := cmp.Diff(wantItems, got, cmpopts.EquateApproxTime(0)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
