package filecache

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"a newer version", map[string]string{"VERSION": "nativesym file cache 2\n"}, `VERSION says "nativesym file cache 2", want "nativesym file cache 1": use another directory, or delete this one`},
		{"another program's", map[string]string{"VERSION": "5.1"}, `VERSION says "5.1", want "nativesym file cache 1": use another directory, or delete this one`},
		{"a long version", map[string]string{"VERSION": strings.Repeat("x", 1000)}, "VERSION: damaged"},
		{"somebody's files", map[string]string{"make/me/rich": ""}, ""},
		{"somebody's home", map[string]string{"thesis.tex": ""}, `holds "thesis.tex" and no VERSION: not a cache`},
		{"a volume", map[string]string{"lost+found/x": ""}, ""},
		{"killed while it was made", map[string]string{"VERSION.new": "nat", "CACHEDIR.TAG": "", "lock": "", "answers/x": ""}, ""},
		{"crashed while it was made", map[string]string{"VERSION": ""}, ""},
	} {
		dir := t.TempDir()
		for name, text := range tt.files {
			path := filepath.Join(dir, filepath.FromSlash(name))
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		want := ""
		if tt.want != "" {
			want = "cache " + dir + ": " + tt.want
		}
		for range 2 {
			if _, err := Open(dir, Options{}); want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
				t.Errorf("%s: got %v, want %s", tt.name, err, want)
			}
		}
		for name := range tt.files {
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil && name != "VERSION.new" {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
	}
	if _, err := Open(file, Options{}); !errors.Is(err, syscall.ENOTDIR) || err.Error() != "cache "+file+": mkdir "+file+": not a directory" {
		t.Errorf("a file: %v", err)
	}
}

func TestOpenMarksTheDirectory(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := Open(dir, Options{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for name, want := range map[string]string{versionFile: "nativesym file cache 1\n", tagFile: tag} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
	if !strings.HasPrefix(tag, "Signature: 8a477f597d28d172789f06886806bc55\n") {
		t.Errorf("tag %q", tag)
	}
}

func TestOpenByRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	c, _ := open(t, "cache", Options{})
	t.Chdir(t.TempDir())
	e, err := c.Get(t.Context(), keyA, text("alpha"))
	want(t, e, err, "alpha")
}

// Two that make the same file in a directory that was removed in between have
// nothing in common but its name.
func TestDirectoryReplacedWhileInUse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	first, _ := open(t, dir, Options{})
	half, failed := make(chan struct{}), make(chan error)
	go func() {
		_, err := first.Get(t.Context(), keyA, func(_ context.Context, w *os.File) ([]byte, error) {
			defer func() { <-half }()
			if err := os.RemoveAll(dir); err != nil {
				t.Error(err)
			}
			half <- struct{}{}
			return nil, nil
		})
		failed <- err
	}()
	<-half
	second, _ := open(t, dir, Options{})
	e, err := second.Get(t.Context(), keyA, func(_ context.Context, w *os.File) ([]byte, error) {
		w.WriteString("half")
		half <- struct{}{}
		if err := <-failed; !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the first: %v, want %v", err, os.ErrNotExist)
		}
		if l, err := tryLockFile(filepath.Join(dir, makeDir, keyA.hash()+lockSuffix), true); l != nil || err != nil {
			t.Errorf("the second has no lock any more: %v, %v", l, err)
		}
		w.WriteString(", and the other half")
		return []byte("meta of half, and the other half"), nil
	})
	want(t, e, err, "half, and the other half")
	e, err = first.Get(t.Context(), keyA, unwanted(t))
	want(t, e, err, "half, and the other half")
	first.GC(t.Context(), GCOptions{})
	consistent(t, first)
}

func TestDirectoryRemovedWhileInUse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	c, _ := open(t, dir, Options{})
	remove := func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		_, err := c.Get(t.Context(), keyA, func(ctx context.Context, w *os.File) ([]byte, error) {
			remove()
			return text("alpha")(ctx, w)
		})
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("removed meanwhile: %v", err)
		}
		e, err := c.Get(t.Context(), keyA, text("alpha"))
		want(t, e, err, "alpha")
		if _, err := os.Stat(filepath.Join(dir, versionFile)); err != nil {
			t.Error(err)
		}
		remove()
		if _, err := c.Peek(keyA); err != ErrAbsent {
			t.Errorf("Peek: %v, want %v", err, ErrAbsent)
		}
		if err := c.Forget(keyA); err == nil || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("Forget: %v", err)
		}
		if _, err := c.List(); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("List: %v", err)
		}
		if _, err := c.GC(t.Context(), GCOptions{}); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("GC: %v", err)
		}
	}
}
