package source

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// shop is the image of testdata/bin/shop-gcc12-x86_64; readelf -n has its build-id.
func shop() *debugimage.Image {
	im := (&debugimage.Fields{Type: "elf", CodeID: "75bc5782088d05859a5dba37c4c1166eef8b3f03", CodeFile: "/tmp/shop/shop"}).Image()
	return &im
}

const shopDebug = "symbols/.build-id/75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug"

// plant copies files of testdata into a new directory, under other names.
func plant(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, from := range files {
		put(t, filepath.Join(dir, name), fixture.Read(t, from))
	}
	return dir
}

func put(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// show lists a result with paths relative to the directory.
func show(dir string, res Result) []string {
	var lines []string
	rel := func(text string) string { return strings.ReplaceAll(text, dir+"/", "") }
	for _, f := range res.Files {
		line := "file " + rel(f.Path)
		for _, feature := range []struct {
			has  bool
			name string
		}{{f.Features.DebugInfo, "debug info"}, {f.Features.Symbols, "symbols"}, {f.Features.UnwindInfo, "unwind info"}, {f.Compiled, "compiled"}} {
			if feature.has {
				line += ", " + feature.name
			}
		}
		lines = append(lines, line)
	}
	for _, l := range res.Lookups {
		lines = append(lines, strings.TrimSpace(l.Status.String()+" "+rel(l.Location)+" "+rel(l.Detail)))
	}
	return lines
}

func TestDirFind(t *testing.T) {
	for _, tt := range []struct {
		name  string
		plant func(t *testing.T) string
		want  []string
	}{
		{"at its place by build-id", func(t *testing.T) string {
			return plant(t, map[string]string{".build-id/75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug": shopDebug})
		}, []string{
			"file .build-id/75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug, debug info, symbols",
			"ok .build-id/75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug",
		}},
		{"the directory is the .build-id one itself", func(t *testing.T) string {
			return plant(t, map[string]string{"75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug": shopDebug})
		}, []string{
			"file 75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug, debug info, symbols",
			"ok 75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug",
		}},
		{"under any name, and the debug file before the executable", func(t *testing.T) string {
			return plant(t, map[string]string{"a/x.bin": "bin/shop-gcc12-x86_64", "b/old/y": shopDebug, "z": "bin/shop-clang19-x86_64"})
		}, []string{
			"file b/old/y, debug info, symbols",
			"file a/x.bin, symbols, unwind info",
			"ok a/x.bin",
			"ok b/old/y",
		}},
		{"through a link", func(t *testing.T) string {
			dir := plant(t, map[string]string{"x": "bin/shop-clang19-x86_64"})
			elsewhere := plant(t, map[string]string{"y": shopDebug})
			if err := os.Symlink(filepath.Join(elsewhere, "y"), filepath.Join(dir, "link")); err != nil {
				t.Skip(err)
			}
			return dir
		}, []string{"file link, debug info, symbols", "ok link"}},
		{"compiled before", func(t *testing.T) string {
			dir := plant(t, map[string]string{"y": shopDebug})
			f, err := objfile.Open(filepath.Join(dir, "y"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			res, err := symcache.Compile(f, symcache.Options{})
			if err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, "z"), res.Table)
			return dir
		}, []string{
			"file z, debug info, symbols, compiled",
			"file y, debug info, symbols",
			"ok y", "ok z",
		}},
		{"the right name, but another build", func(t *testing.T) string {
			return plant(t, map[string]string{"lib/shop.debug": "bin/shop-clang19-x86_64"})
		}, []string{"other_id lib/shop.debug debug id adc720fa-7d87-872c-5561-e4a840ca1696, code id"}},
		{"the right name, but damaged", func(t *testing.T) string {
			dir := t.TempDir()
			put(t, filepath.Join(dir, "shop"), fixture.Read(t, shopDebug)[:40])
			return dir
		}, []string{"malformed shop shop: "}},
		{"an empty file in its place", func(t *testing.T) string {
			dir := t.TempDir()
			put(t, filepath.Join(dir, shop().CodeID, "debuginfo"), nil)
			return dir
		}, []string{"notfound "}},
		{"nothing", func(t *testing.T) string {
			return plant(t, map[string]string{"README": "README.md"})
		}, []string{"notfound "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := tt.plant(t)
			res, err := NewDir(dir).Find(t.Context(), shop())
			if err != nil {
				t.Fatal(err)
			}
			got := show(dir, res)
			for i := range min(len(got), len(tt.want)) {
				// What comes after the ids or the file's name is for objfile to say.
				if strings.HasSuffix(tt.want[i], " ") || strings.HasSuffix(tt.want[i], "code id") {
					got[i] = got[i][:min(len(got[i]), len(tt.want[i]))]
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A file at its place by build-id is found without reading the tree.
func TestDirDoesNotReadTheTreeInVain(t *testing.T) {
	d := NewDir(plant(t, map[string]string{".build-id/75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug": shopDebug}))
	if _, err := d.Find(t.Context(), shop()); err != nil {
		t.Fatal(err)
	}
	if d.seen.Load() != nil {
		t.Error("the tree was read")
	}
}

func TestDirWithoutDirectory(t *testing.T) {
	_, err := NewDir("/no/such/dir").Find(t.Context(), shop())
	const want = "symbols in /no/such/dir: stat /no/such/dir: no such file or directory"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestDirGivesUpWhenCancelled(t *testing.T) {
	dir := plant(t, map[string]string{"y": shopDebug})
	d := NewDir(dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Find(ctx, shop()); err == nil {
		t.Error("a cancelled search had an answer")
	}
	if res, err := d.Find(t.Context(), shop()); err != nil || len(res.Files) != 1 {
		t.Errorf("afterwards: %v, %v, want one file", res, err)
	}
}

func TestDirConcurrently(t *testing.T) {
	d := NewDir(plant(t, map[string]string{"y": shopDebug, "z": "bin/shop-clang19-x86_64"}))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if res, err := d.Find(t.Context(), shop()); err != nil || len(res.Files) != 1 {
				t.Errorf("%v, %v, want one file", res, err)
			}
		})
	}
	wg.Wait()
}
