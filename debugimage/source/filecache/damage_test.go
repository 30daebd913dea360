package filecache

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// damages are what may happen to a file.
var damages = map[string]func(path string) error{
	"emptied":    func(path string) error { return os.Truncate(path, 0) },
	"cut":        func(path string) error { return os.Truncate(path, 3) },
	"grown":      func(path string) error { return edit(path, func(b []byte) []byte { return append(b, 'x') }) },
	"first byte": func(path string) error { return edit(path, func(b []byte) []byte { b[0] ^= 1; return b }) },
	"last byte":  func(path string) error { return edit(path, func(b []byte) []byte { b[len(b)-1] ^= 0x80; return b }) },
	"zeroed":     func(path string) error { return edit(path, func(b []byte) []byte { clear(b); return b }) },
	"huge":       func(path string) error { return os.Truncate(path, 1<<40) },
	"gone":       os.Remove,
	"now a directory": func(path string) error {
		return errors.Join(os.Remove(path), os.MkdirAll(filepath.Join(path, "x"), 0o700))
	},
	"now a link": func(path string) error { return errors.Join(os.Rename(path, path+"x"), os.Symlink(path+"x", path)) },
}

func edit(path string, f func([]byte) []byte) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, f(data), 0o600)
}

func TestDamagedFilesAreMadeAgain(t *testing.T) {
	for name, damage := range damages {
		if runtime.GOOS == "windows" && strings.Contains(name, "link") {
			continue
		}
		for _, part := range []string{"answer", "blob", "miss", "usage"} {
			t.Run(name+"/"+part, func(t *testing.T) {
				c, k := open(t, t.TempDir(), Options{})
				m := func(s string) { c.Get(t.Context(), keyA, text(s)) }
				if part == "miss" {
					c.Get(t.Context(), keyA, fails(&Miss{Reason: "no"}))
				} else {
					m("alpha")
				}
				e, _ := c.Peek(keyA)
				k.Add(time.Hour)
				path := map[string]string{"answer": c.answerPath(keyA), "miss": c.answerPath(keyA), "blob": e.Path, "usage": filepath.Join(c.dir, usageFile)}[part]
				if err := damage(path); err != nil {
					t.Fatal(err)
				}
				if _, err := c.Peek(keyA); err != ErrAbsent && part != "usage" {
					t.Errorf("Peek: %v, want %v", err, ErrAbsent)
				}
				m("alpha")
				e, err := c.Peek(keyA)
				want(t, e, err, "alpha")
				if _, err := c.GC(t.Context(), GCOptions{}); err != nil {
					t.Error(err)
				}
				consistent(t, c)
			})
		}
	}
}

func TestEveryByteOfAnAnswerMatters(t *testing.T) {
	c, _ := open(t, t.TempDir(), Options{})
	c.Get(t.Context(), keyA, text("alpha"))
	path := c.answerPath(keyA)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		for _, data := range [][]byte{append(good[:i:i], good[i+1:]...), append(append(good[:i:i], good[i]^4), good[i+1:]...)} {
			if _, err := parseAnswer(data); err != errDamaged {
				t.Errorf("byte %d: %v, want %v", i, err, errDamaged)
			}
		}
	}
	if _, err := parseAnswer(good); err != nil {
		t.Error(err)
	}
}

func TestAnswerOfAnotherKey(t *testing.T) {
	c, _ := open(t, t.TempDir(), Options{})
	c.Get(t.Context(), keyA, text("alpha"))
	c.Get(t.Context(), keyB, text("beta"))
	data, err := os.ReadFile(c.answerPath(keyB))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.answerPath(keyA), data, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := c.GC(t.Context(), GCOptions{DryRun: true})
	if err != nil || r.Damaged != 1 || r.Orphans != 1 || len(r.Removed) != 0 {
		t.Errorf("GC would: %+v, %v", r, err)
	}
	e, err := c.Get(t.Context(), keyA, text("alpha"))
	want(t, e, err, "alpha")
	if got := c.Stats().Kinds["download"].Damaged; got != 1 {
		t.Errorf("%d damaged, want 1", got)
	}
	consistent(t, c)
}

// Litter is what kill −9, crashes and strangers leave.
func TestGCRemovesWhatIsOfNoUse(t *testing.T) {
	c, k := open(t, t.TempDir(), Options{})
	c.Get(t.Context(), keyA, text("alpha"))
	c.Get(t.Context(), keyB, text("beta"))
	c.Get(t.Context(), keyC, fails(&Miss{Reason: "no", For: time.Minute}))
	c.Get(t.Context(), Key{"table", "c"}, fails(&Miss{Reason: "no"}))
	c.Get(t.Context(), Key{"table", "forgotten"}, text("orphan"))
	c.Forget(Key{"table", "forgotten"})
	k.Add(time.Minute)
	e, _ := c.Peek(keyB)
	hash := Key{"table", "killed"}.hash()
	foreign := []string{"make/README", "blobs/README", "blobs/zz/x", "answers/00/" + strings.Repeat("f", 64)}
	for path, data := range map[string]string{
		"make/" + hash + lockSuffix:               "",
		"make/" + hash + ".1" + newBlobSuffix:     "half",
		"make/" + hash + ".2" + newAnswerSuffix:   "",
		"answers/00/00" + strings.Repeat("f", 62): "scribble",
		"blobs/00/00" + strings.Repeat("f", 62):   "orphan too",
		foreign[0]:                                "", foreign[1]: "", foreign[2]: "", foreign[3]: "",
	} {
		path = filepath.Join(c.dir, filepath.FromSlash(path))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(data), 0o600), os.Chtimes(path, k.Now(), k.Now())); err != nil {
			t.Fatal(err)
		}
	}
	os.Remove(e.Path)
	for _, dry := range []bool{true, false} {
		r, err := c.GC(t.Context(), GCOptions{DryRun: dry})
		got := fmt.Sprintf("%v: unfinished %d, orphans %d, damaged %d, freed %d, kept %d of %d bytes", err, r.Unfinished, r.Orphans, r.Damaged, r.Freed, r.Kept, r.KeptBytes)
		for _, it := range r.Removed {
			got += fmt.Sprintf(", %s %q", it.Key.Kind, it.Key.Name)
		}
		const want = `<nil>: unfinished 2, orphans 2, damaged 1, freed 20, kept 2 of 5 bytes, table "", table "b\n\xff"`
		if got != want {
			t.Errorf("dry run %v: got %s\nwant %s", dry, got, want)
		}
	}
	for _, path := range foreign {
		if _, err := os.Stat(filepath.Join(c.dir, filepath.FromSlash(path))); err != nil {
			t.Errorf("what was not ours: %v", err)
		}
	}
	os.Remove(filepath.Join(c.dir, makeDir, "README"))
	os.Remove(filepath.Join(c.dir, filepath.FromSlash(foreign[3])))
	consistent(t, c)
}
