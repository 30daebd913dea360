package source

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/objfile"
)

// bundleOf builds a bundle with the given files.
func bundleOf(t *testing.T, header bool, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	if header {
		b.WriteString(bundleMagic)
		b.Write(binary.LittleEndian.AppendUint32(nil, 2))
	}
	w := zip.NewWriter(&b)
	if header {
		w.SetOffset(8)
	}
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const shopManifest = `{"object_name":"shop","debug_id":"8257bc75-8d08-8505-9a5d-ba37c4c1166e","arch":"x86_64","files":{
	"files/src/shop/main.cc":{"type":"source","path":"/src/shop/main.cc"},
	"files/x":{"type":"minified_source","path":"/x.js"},
	"files/gone":{"type":"source","path":"/gone.c"}}}`

func TestDirFindsBundles(t *testing.T) {
	dir := plant(t, map[string]string{"shop.debug": shopDebug})
	put(t, filepath.Join(dir, "any", "sources"), bundleOf(t, true, map[string]string{"manifest.json": shopManifest}))
	put(t, filepath.Join(dir, "other.zip"), bundleOf(t, false, map[string]string{"readme": "x"}))
	res, err := NewDir(dir).Find(t.Context(), shop())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"file shop.debug, debug info, symbols",
		"file any/sources",
		"ok shop.debug", "ok any/sources",
	}
	if diff := cmp.Diff(want, show(dir, res)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !res.Files[1].Features.Sources {
		t.Error("the bundle has no sources")
	}
}

func TestBundleLines(t *testing.T) {
	for _, header := range []bool{true, false} {
		dir := t.TempDir()
		path := filepath.Join(dir, "b")
		put(t, path, bundleOf(t, header, map[string]string{
			"manifest.json": shopManifest, "files/src/shop/main.cc": "one\ntwo\nthree\n", "files/x": "x\n",
		}))
		c, err := OpenBundle(path)
		if err != nil {
			t.Fatal(err)
		}
		for file, want := range map[string]string{"/src/shop/main.cc": "two", `\src\shop\main.cc`: "two", "/x.js": "", "/gone.c": "", "/other.c": ""} {
			if _, line, _, _ := c.Lines(file, 2, 0); string(line) != want {
				t.Errorf("line 2 of %s is %q, want %q", file, line, want)
			}
		}
	}
}

func TestBundleErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"no archive", []byte("SYSB\x02\x00\x00\x00"), "zip: not a valid zip file"},
		{"no manifest", bundleOf(t, true, map[string]string{"x": "y"}), "manifest.json: unknown object file format"},
		{"a manifest that is not JSON", bundleOf(t, true, map[string]string{"manifest.json": "{"}), "manifest.json: unexpected end of JSON input"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "b")
			put(t, path, tt.data)
			_, err := OpenBundle(path)
			if err == nil || err.Error() != path+": "+tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if unknown := strings.Contains(tt.want, "unknown"); errors.Is(err, objfile.ErrUnknownFormat) != unknown {
				t.Errorf("unknown format: %v, want %v", !unknown, unknown)
			}
		})
	}
}
