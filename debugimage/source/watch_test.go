package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
)

// A watched is a Dir with a clock of its own.
type watched struct {
	*Dir
	t     *testing.T
	clock time.Time
}

func watch(t *testing.T, files map[string]string) *watched {
	w := &watched{Dir: NewDir(plant(t, files)), t: t, clock: time.Now().Add(time.Hour)} // all is settled
	w.now = func() time.Time { return w.clock }
	return w
}

// later lets time pass.
func (w *watched) later() { w.clock = w.clock.Add(lookAge) }

func (w *watched) path(name string) string { return filepath.Join(w.root, name) }

func (w *watched) want(lines ...string) {
	w.t.Helper()
	res, err := w.Find(w.t.Context(), shop())
	if err != nil {
		w.t.Fatal(err)
	}
	got := show(w.root, res)
	for i, line := range got {
		got[i] = strings.ReplaceAll(line, w.root, "ROOT")
	}
	if diff := cmp.Diff(lines, got); diff != "" {
		w.t.Errorf("-want +got:\n%s", diff)
	}
	if res.Recheck < lookAge || res.Recheck > time.Minute {
		w.t.Errorf("to be asked again in %v, want %v or a bit more", res.Recheck, lookAge)
	}
}

const otherShop = "bin/shop-clang19-x86_64"

var (
	shopFound = []string{"file a/y, debug info, symbols", "ok a/y"}
	shopOther = "other_id a/shop debug id adc720fa-7d87-872c-5561-e4a840ca1696, code id fa20c7ad877d2c875561e4a840ca1696c13d1d78"
)

func TestDirSeesChanges(t *testing.T) {
	debug := fixture.Read(t, shopDebug)
	for _, tt := range []struct {
		name   string
		change func(w *watched)
		after  []string
	}{
		{"a new file", func(w *watched) { put(w.t, w.path("a/y"), debug) }, shopFound},
		{"a new folder", func(w *watched) { put(w.t, w.path("b/c/d"), debug) }, []string{"file b/c/d, debug info, symbols", "ok b/c/d"}},
		{"a file gone", func(w *watched) { os.Remove(w.path("a/shop")) }, []string{"notfound ROOT"}},
		{"a folder gone", func(w *watched) { os.RemoveAll(w.path("a")) }, []string{"notfound ROOT"}},
		{"a file written anew", func(w *watched) { put(w.t, w.path("a/shop"), debug) }, []string{"file a/shop, debug info, symbols", "ok a/shop"}},
		{"a file moved over another", func(w *watched) {
			put(w.t, w.path("a/new"), debug)
			os.Rename(w.path("a/new"), w.path("a/shop"))
		}, []string{"file a/shop, debug info, symbols", "ok a/shop"}},
		{"a file moved", func(w *watched) { os.Rename(w.path("a/shop"), w.path("shop")) }, []string{"other_id shop" + shopOther[len("other_id a/shop"):]}},
		{"a file becomes a folder", func(w *watched) {
			os.Remove(w.path("a/shop"))
			put(w.t, w.path("a/shop/y"), debug)
		}, []string{"file a/shop/y, debug info, symbols", "ok a/shop/y"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := watch(t, map[string]string{"a/shop": otherShop, "README": "README.md"})
			w.want(shopOther)
			tt.change(w)
			w.later()
			w.want(tt.after...)
		})
	}
}

// What a link leads to can come and go without a trace in the tree.
func TestDirSeesBehindLinks(t *testing.T) {
	w := watch(t, map[string]string{"a/shop": otherShop})
	elsewhere := filepath.Join(t.TempDir(), "x")
	if err := os.Symlink(elsewhere, w.path("a/y")); err != nil {
		t.Skip(err)
	}
	w.want(shopOther)
	put(t, elsewhere, fixture.Read(t, shopDebug))
	w.later()
	w.want(shopFound...)
	if err := os.Remove(elsewhere); err != nil {
		t.Fatal(err)
	}
	w.later()
	w.want(shopOther)
}

// A file that is read while it is being copied is read again, though its size and
// time may be the same afterwards.
func TestDirReadsYoungFilesAgain(t *testing.T) {
	w := watch(t, nil)
	w.clock = time.Now()
	debug := fixture.Read(t, shopDebug)
	half := append(make([]byte, len(debug)/2), debug[len(debug)/2:]...)
	put(t, w.path("shop"), half)
	info, err := os.Stat(w.path("shop"))
	if err != nil {
		t.Fatal(err)
	}
	if res, err := w.Find(t.Context(), shop()); err != nil || len(res.Files) != 0 {
		t.Fatalf("%+v, error %v, want no file", res, err)
	}
	put(t, w.path("shop"), debug)
	if err := os.Chtimes(w.path("shop"), time.Time{}, info.ModTime()); err != nil {
		t.Fatal(err)
	}
	w.later()
	w.want("file shop, debug info, symbols", "ok shop")
}

// What did not change is not read again.
func TestDirReadsOnlyChanges(t *testing.T) {
	w := watch(t, map[string]string{"a/shop": otherShop, "b/README": "README.md", "c/y": shopDebug})
	w.want("file c/y, debug info, symbols", "ok c/y")
	before := w.seen.Load()
	w.later()
	w.want("file c/y, debug info, symbols", "ok c/y")
	after := w.seen.Load()
	if before == after || before.tree != after.tree {
		t.Errorf("looked again: %v, which gave another tree: %v", before != after, before.tree != after.tree)
	}
	if err := os.Remove(w.path("b/README")); err != nil {
		t.Fatal(err)
	}
	w.later()
	w.want("file c/y, debug info, symbols", "ok c/y")
	changed := w.seen.Load()
	if changed.tree == after.tree || changed.tree.root.folders[0].files[0] != after.tree.root.folders[0].files[0] {
		t.Error("a file that did not change was read again, or the change was not seen")
	}
}

// Between two looks, a question that finds nothing touches no file.
func TestDirKnowsWhatItRead(t *testing.T) {
	w := watch(t, map[string]string{"a/shop": otherShop})
	w.want(shopOther)
	if err := os.RemoveAll(w.root); err != nil {
		t.Fatal(err)
	}
	w.want(shopOther)
}

// A file at its place is seen at once where looking is rare.
func TestDirSeesPlacesWhereItIsSlow(t *testing.T) {
	w := watch(t, map[string]string{"a/shop": otherShop})
	w.want(shopOther)
	known := *w.seen.Load()
	known.every, known.due = time.Minute, w.clock.Add(time.Minute)
	w.seen.Store(&known)
	const place = ".build-id/75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug"
	put(t, w.path(place), fixture.Read(t, shopDebug))
	comparePacked(t, w.Dir, []string{"file " + place + ", debug info, symbols", "ok " + place})
}

// Looking is rare where it takes long.
func TestDirLooksSeldomWhereItIsSlow(t *testing.T) {
	w := watch(t, map[string]string{"a/shop": otherShop})
	w.want(shopOther)
	w.later()
	w.now = func() time.Time {
		w.clock = w.clock.Add(time.Second) // at each look at the clock
		return w.clock
	}
	if res, err := w.Find(t.Context(), shop()); err != nil || res.Recheck != lookShare*time.Second {
		t.Errorf("to be asked again in %v, error %v, want %v", res.Recheck, err, lookShare*time.Second)
	}
}

// A root that goes is an error, and comes back.
func TestDirWhoseRootGoes(t *testing.T) {
	w := watch(t, map[string]string{"root/a/y": shopDebug})
	w.root = w.path("root")
	w.want(shopFound...)
	if err := os.Rename(w.root, w.root+"2"); err != nil {
		t.Fatal(err)
	}
	w.later()
	if _, err := w.Find(t.Context(), shop()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want %v", err, os.ErrNotExist)
	}
	if err := os.Rename(w.root+"2", w.root); err != nil {
		t.Fatal(err)
	}
	w.want(shopFound...)
}

// A hasty context is done when it was asked so often.
type hasty struct {
	context.Context
	left int
}

func (h *hasty) Err() error {
	if h.left--; h.left < 0 {
		return context.Canceled
	}
	return nil
}

// Reading goes on where it was given up, so that a tree which nobody waits long
// enough for is read in the end.
func TestDirGoesOn(t *testing.T) {
	files := map[string]string{"z/y": shopDebug}
	for i := range 10 {
		files[fmt.Sprintf("%c/shop", 'a'+i)] = otherShop
	}
	w := watch(t, files)
	read := 0
	for i := range 2 {
		if _, err := w.look(&hasty{t.Context(), 9 + 9*i}); !errors.Is(err, context.Canceled) {
			t.Fatalf("error %v, want %v", err, context.Canceled)
		}
		if n := len(w.begun.folders); n <= read || n > len(files) {
			t.Errorf("%d folders are read, %d before", n, read)
		} else {
			read = n
		}
	}
	before := w.begun.folders[0].files[0]
	w.want("file z/y, debug info, symbols", "ok z/y")
	if w.begun != nil || w.seen.Load().tree.root.folders[0].files[0] != before {
		t.Error("what was read before was read again")
	}
}

// What was known before stays known while who looks for changes gives up.
func TestDirGoesOnWithChanges(t *testing.T) {
	w := watch(t, map[string]string{"a/shop": otherShop, "b/shop": otherShop, "z/y": shopDebug})
	w.want("file z/y, debug info, symbols", "ok z/y")
	before := w.seen.Load().tree.root.folders[2].files[0]
	put(t, w.path("a/new"), fixture.Read(t, otherShop))
	w.later()
	if _, err := w.look(&hasty{t.Context(), 3}); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want %v", err, context.Canceled)
	}
	w.want("file z/y, debug info, symbols", "ok z/y")
	tree := w.seen.Load().tree
	if tree.root.folders[2].files[0] != before || len(tree.root.folders[0].files) != 2 {
		t.Error("what did not change was read again, or what changed was not seen")
	}
}

// What cannot be read is tried again, and is not called damaged.
func TestDirReadsWhatItMay(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("everything may be read by root")
	}
	w := watch(t, map[string]string{"a/shop": shopDebug})
	if err := os.Chmod(w.path("a/shop"), 0); err != nil {
		t.Fatal(err)
	}
	w.want("error a/shop open a/shop: permission denied")
	if err := os.Chmod(w.path("a/shop"), 0o644); err != nil {
		t.Fatal(err)
	}
	w.later()
	w.want("file a/shop, debug info, symbols", "ok a/shop")
}

// A file is a tree of one.
func TestDirOfAFile(t *testing.T) {
	w := watch(t, map[string]string{"y": shopDebug})
	w.root = w.path("y")
	w.want("file ROOT, debug info, symbols", "ok ROOT")
	put(t, w.root, fixture.Read(t, otherShop))
	w.later()
	w.want("notfound ROOT")
}

// Questions and changes at the same time.
func TestDirConcurrentChanges(t *testing.T) {
	w := watch(t, map[string]string{"a/shop": otherShop, "z/y": shopDebug})
	var clock atomic.Int64
	w.now = func() time.Time { return w.clock.Add(time.Duration(clock.Add(1)) * lookAge) }
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 50 {
				if res, err := w.Find(t.Context(), shop()); err != nil || len(res.Files) != 1 {
					t.Errorf("%+v, error %v", res, err)
				}
			}
		})
		wg.Go(func() {
			for j := range 20 {
				name := w.path(fmt.Sprintf("b%d/%d", i, j%3))
				os.MkdirAll(filepath.Dir(name), 0o755)
				os.WriteFile(name, []byte("x"), 0o644)
				os.Remove(name)
			}
		})
	}
	wg.Wait()
}
