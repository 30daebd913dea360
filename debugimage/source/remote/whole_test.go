package remote

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/debugimage/source/layout"
	"github.com/nativesym/nativesym/internal/fixture"
)

// A file that the store does not have all of yet is not taken for the image's.
func TestCutFiles(t *testing.T) {
	for _, tt := range []struct {
		file string
		left int // bytes of it; what is missing if negative
		want string
	}{
		{"bin/till-clang19-windows.pdb", -1, "cut off: has 77823 bytes of 77824"},
		{"bin/till-clang19-windows.exe", 2560, "cut off: has 2560 bytes of 3073"},
		{"bin/till-clang19-mingw.exe", 4096, "EOF"},
		{"bin/till-clang19-mingw.exe", -150, "cut off: has 11626 bytes of 11718"},
		{"bin/macos/prog.sym", -3, "cut off: its last line has no end"},
		{"bin/macos/objects/prog", 20_000, "string table+0x0: offset "},
	} {
		data := fixture.Read(t, tt.file)
		if tt.left < 0 {
			tt.left += len(data)
		}
		im := imageOf(t, tt.file)
		l := layout.Layout{Scheme: layout.Unified}
		path := l.Paths(im)[0].Name
		if strings.HasSuffix(tt.file, ".sym") {
			path = l.Paths(im, layout.Symbols)[0].Name
		}
		st := &store{files: map[string][]byte{path: data[:tt.left]}}
		got := find(t, New(st, l, Options{Cache: newCache(t)}), im)
		ok := false
		for _, line := range got {
			ok = ok || strings.HasPrefix(line, "malformed "+path+": "+tt.want)
		}
		if !ok {
			t.Errorf("%s: %q, want %q", tt.file, got, tt.want)
		}
		st.files[path] = data
		if got := find(t, New(st, l, Options{Cache: newCache(t)}), im); got[0] != "file "+path {
			t.Errorf("%s: all of it: %q", tt.file, got)
		}
	}
}

// No real file is taken for one that is cut off.
func TestWholeFiles(t *testing.T) {
	check := func(root string) {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			w, err := os.Open(path)
			if err != nil {
				return err
			}
			defer w.Close()
			if err := checkWhole(w); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	check(fixture.Path(t, "bin"))
	t.Run("corpus", func(t *testing.T) { check(fixture.Corpus(t, "github")) })
}
