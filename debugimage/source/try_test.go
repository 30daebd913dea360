package source

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A file is called by its origin, wherever its bytes are.
func TestTry(t *testing.T) {
	const origin = "http://symbols.test/shop.debug"
	for _, tt := range []struct {
		name string
		data []byte
		want []string
	}{
		{"of the image", fixture.Read(t, shopDebug), []string{"file blob, debug info, symbols", "ok " + origin}},
		{
			"of another", fixture.Read(t, "bin/shop-clang19-x86_64"),
			[]string{"other_id " + origin + " debug id adc720fa-7d87-872c-5561-e4a840ca1696, code id fa20c7ad877d2c875561e4a840ca1696c13d1d78"},
		},
		{"of none", []byte("<html>"), []string{"malformed " + origin + " " + origin + ": unknown object file format"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, filepath.Join(dir, "blob"), tt.data)
			var res Result
			found := res.Try(origin, filepath.Join(dir, "blob"), shop())
			if diff := cmp.Diff(tt.want, show(dir, res)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if want := len(res.Files) == 1; found != want || found && res.Files[0].Origin != origin {
				t.Errorf("found %v, want %v, from %s; files %+v", found, want, origin, res.Files)
			}
		})
	}
}

// A debug file says where its split files are. Of a file from somewhere else none of
// that is true here, and of one in a folder what is in the folder.
func TestFilesStayInTheirFolder(t *testing.T) {
	dir := t.TempDir()
	const recorded, instead = "parcel.dwo\x00", "../x/a.dwo\x00"
	prog := bytes.ReplaceAll(fixture.Read(t, "bin/parcel/gcc-split5/prog"), []byte(recorded), []byte(instead))
	put(t, filepath.Join(dir, "in/prog"), prog)
	put(t, filepath.Join(dir, "in/weigh.dwo"), fixture.Read(t, "bin/parcel/gcc-split5/weigh.dwo"))
	put(t, filepath.Join(dir, "x/a.dwo"), fixture.Read(t, "bin/parcel/gcc-split5/parcel.dwo"))
	o, err := objfile.Parse("prog", prog)
	if err != nil {
		t.Fatal(err)
	}
	im := &debugimage.Image{Type: debugimage.ELF, CodeID: o.CodeID()}
	find := func(root string) []File {
		res, err := NewDir(filepath.Join(dir, root)).Find(t.Context(), im)
		if err != nil {
			t.Fatal(err)
		}
		return res.Files
	}
	var brought Result
	brought.Try("http://symbols.test/prog", filepath.Join(dir, "in/prog"), im)
	for _, tt := range []struct {
		name  string
		files []File
		want  int
	}{
		{"the folder of both", find("."), 7},
		{"the folder of one", find("in"), 3},
		{"the file itself", find("in/prog"), 3},
		{"from somewhere else", brought.Files, 0},
	} {
		f, err := tt.files[0].Open()
		if err != nil {
			t.Fatal(err)
		}
		info, err := f.DebugInfo()
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		var u debuginfo.Unit
		for i, r := 0, info.NewReader(); i < info.NumUnits(); i++ {
			_ = r.Read(i, &u) // a split file that is not there is an error
			got += len(u.Functions)
		}
		if got != tt.want {
			t.Errorf("%s: %d functions, want %d", tt.name, got, tt.want)
		}
		f.Close()
	}
}

// A file that is cut short while it is looked into is no reason to die. Whoever copies
// a new one over it does that.
func TestFilesThatShrink(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere a mapped file cannot be truncated, or reads as zeros")
	}
	for _, rel := range []string{shopDebug, "bin/shop-gcc12-x86_64"} {
		path := filepath.Join(t.TempDir(), "a")
		put(t, path, fixture.Read(t, rel))
		c, err := openCandidate(path)
		if err != nil {
			t.Fatal(err)
		}
		defer c.close()
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
		err = c.guard(func() error { c.features(0); return nil })
		if err == nil || !strings.HasSuffix(err.Error(), "cannot be read: the file shrank") {
			t.Errorf("%s: error %v, want one like: cannot be read: the file shrank", rel, err)
		}
	}
}

func TestStatusString(t *testing.T) {
	var got []string
	for s := NotFound; s <= TooLarge; s++ {
		got = append(got, s.String())
	}
	if got, want := strings.Join(got, " "), "notfound ok other_id malformed error too_large"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
