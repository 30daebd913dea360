package filecache

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A lock is of an open file, so goroutines exclude each other as processes do.
func TestLocksExclude(t *testing.T) {
	for _, ephemeral := range []bool{true, false} {
		path := filepath.Join(t.TempDir(), "x.lock")
		var inside atomic.Int32
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for held := 0; held < 100; {
					l, err := tryLockFile(path, ephemeral)
					if err != nil {
						t.Error(err)
						return
					}
					if l == nil {
						continue
					}
					inside.Add(1)
					for range 20 {
						runtime.Gosched() // for another to come in
						if n := inside.Load(); n != 1 {
							t.Errorf("%d have the lock", n)
						}
					}
					inside.Add(-1)
					l.release()
					held++
				}
			})
		}
		wg.Wait()
		if _, err := os.Lstat(path); os.IsNotExist(err) != ephemeral {
			t.Errorf("after the last, ephemeral %v: %v", ephemeral, err)
		}
	}
}

func TestLockErrors(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		filepath.Join(dir, "no", "x.lock"): "open " + filepath.Join(dir, "no", "x.lock") + ": no such file or directory",
		dir:                                "open " + dir + ": is a directory",
	} {
		if l, err := lockFile(t.Context(), path, true); l != nil || err == nil || err.Error() != want {
			t.Errorf("got %v, %v; want %s", l, err, want)
		}
	}
}

// What changes names in the directory waits for its lock, and for no longer than
// its caller does; a use that needs no record does not wait.
func TestWaitingForTheDirectory(t *testing.T) {
	c, k := open(t, t.TempDir(), Options{})
	for _, key := range []Key{keyA, keyC} {
		c.Get(t.Context(), key, text("alpha"))
	}
	k.Add(touchEvery)
	c.Peek(keyA)
	l, err := lockFile(t.Context(), filepath.Join(c.dir, dirLock), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		do   func(context.Context) error
		want error
	}{
		{"a use right after another", func(ctx context.Context) error { _, err := c.Get(ctx, keyA, unwanted(t)); return err }, nil},
		{"a use", func(ctx context.Context) error { _, err := c.Get(ctx, keyC, unwanted(t)); return err }, context.DeadlineExceeded},
		{"publishing", func(ctx context.Context) error { _, err := c.Get(ctx, keyB, text("beta")); return err }, context.DeadlineExceeded},
		{"counting", func(ctx context.Context) error { _, err := c.groups(ctx); return err }, context.DeadlineExceeded},
		{"collecting", func(ctx context.Context) error { _, err := c.GC(ctx, GCOptions{MaxBytes: -1}); return err }, context.DeadlineExceeded},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		if tt.want != nil {
			ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
		}
		if err := tt.do(ctx); err != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
		cancel()
	}
	l.release()
	e, err := c.Get(t.Context(), keyB, text("beta"))
	want(t, e, err, "beta")
	consistent(t, c)
}

func TestHashingHonoursContext(t *testing.T) {
	c, _ := open(t, t.TempDir(), Options{})
	e, _ := c.Get(t.Context(), keyA, text("alpha"))
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the caller has gone")
	cancel(gone)
	if _, _, err := hashFile(ctx, e.Path, e.Size); err != gone {
		t.Errorf("got %v, want %v", err, gone)
	}
	e, err := c.Peek(keyA)
	want(t, e, err, "alpha")
}

func TestDropSparesWhatWasMadeAgain(t *testing.T) {
	c, _ := open(t, t.TempDir(), Options{})
	e, _ := c.Get(t.Context(), keyA, text("alpha"))
	damaged, err := os.Lstat(e.Path)
	if err != nil {
		t.Fatal(err)
	}
	better := e.Path + ".new"
	if err := errors.Join(os.WriteFile(better, []byte("alpha"), 0o600), os.Rename(better, e.Path)); err != nil {
		t.Fatal(err)
	}
	c.drop(t.Context(), e.Path, damaged, usage{bytes: 5})
	e, err = c.Peek(keyA)
	want(t, e, err, "alpha")
	consistent(t, c)
}

func TestEvictionLooksAgain(t *testing.T) {
	for _, tt := range []struct {
		name      string
		meanwhile func(c *Cache) error
		gone      bool
	}{
		{"nothing happened", func(*Cache) error { return nil }, true},
		{"used", func(c *Cache) error { _, err := c.Peek(keyA); return err }, false},
		{"another key got the same bytes", func(c *Cache) error { _, err := c.Get(t.Context(), keyB, text("alpha")); return err }, false},
		{"made again", func(c *Cache) error {
			c.Forget(keyA)
			_, err := c.Get(t.Context(), keyA, text("alpha"))
			return err
		}, false},
		{"forgotten", func(c *Cache) error { return c.Forget(keyA) }, false},
	} {
		c, k := open(t, t.TempDir(), Options{})
		c.Get(t.Context(), keyA, text("alpha"))
		k.Add(time.Hour)
		groups, err := c.groups(t.Context())
		if err != nil || len(groups) != 1 {
			t.Fatalf("%d groups, %v", len(groups), err)
		}
		if err := tt.meanwhile(c); err != nil {
			t.Fatal(err)
		}
		if gone, err := c.evict(t.Context(), groups[0]); gone != tt.gone || err != nil {
			t.Errorf("%s: evicted %v, %v; want %v", tt.name, gone, err, tt.gone)
		}
	}
}

// A file whose answer is written after it was seen without one is not useless.
func TestEvictionOfWhatSeemsUseless(t *testing.T) {
	c, k := open(t, t.TempDir(), Options{})
	e, _ := c.Get(t.Context(), keyA, text("alpha"))
	for name, lose := range map[string]func() error{
		"orphan":             func() error { return c.Forget(keyA) },
		"answer without one": func() error { return os.Remove(e.Path) },
	} {
		if err := lose(); err != nil {
			t.Fatal(err)
		}
		groups, err := c.groups(t.Context())
		if err != nil || len(groups) != 1 || !groups[0].useless(k.Now()) {
			t.Fatalf("%s: %d groups, %v", name, len(groups), err)
		}
		k.Add(time.Second)
		e, err = c.Get(t.Context(), keyB, text("alpha"))
		want(t, e, err, "alpha")
		if gone, err := c.evict(t.Context(), groups[0]); gone || err != nil {
			t.Errorf("%s: evicted %v, %v", name, gone, err)
		}
		c.Forget(keyB)
		c.Get(t.Context(), keyA, text("alpha"))
	}
}
