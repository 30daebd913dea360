package source

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

func openImage(t *testing.T, path string, arch objfile.Arch) *objfile.File {
	t.Helper()
	f, err := objfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	slice, err := f.Slice(arch)
	if err != nil {
		t.Fatal(err)
	}
	return slice
}

// The dSYM beside a program is taken if it has the program's id, whatever else
// lies in the bundle.
func TestOpenDSYM(t *testing.T) {
	const bundle = "prog.dSYM/Contents/Resources/DWARF/"
	dir := plant(t, map[string]string{"prog": "bin/macos/objects/prog", bundle + "prog": "bin/macos/fat/" + bundle + "prog"})
	put(t, filepath.Join(dir, bundle+"notes"), []byte("text"))
	image := openImage(t, filepath.Join(dir, "prog"), objfile.ARM64)
	dsym := OpenDSYM(image)
	if dsym == nil {
		t.Fatal("not found")
	}
	if dsym.DebugID() != image.DebugID() || dsym.Name() != filepath.Join(dir, bundle+"prog") {
		t.Errorf("%s, %v", dsym.Name(), dsym.DebugID())
	}
	if err := dsym.Close(); err != nil {
		t.Error(err)
	}
	os.Remove(filepath.Join(dir, bundle+"prog"))
	put(t, filepath.Join(dir, bundle+"prog"), fixture.Read(t, "bin/shop-gcc12-x86_64"))
	if dsym := OpenDSYM(image); dsym != nil {
		t.Errorf("%s was taken, which has another id", dsym.Name())
	}
	if dsym := OpenDSYM(openImage(t, fixture.Path(t, "bin/shop-gcc12-x86_64"), objfile.X86_64)); dsym != nil {
		t.Errorf("%s was taken for an ELF file", dsym.Name())
	}
}

// Object files are opened where the linker found them, or else beside the image.
func TestAttachObjects(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"beside", map[string]string{"parcel.o": "bin/macos/objects/parcel.o", "libweigh.a": "bin/macos/objects/libweigh.a"}, []string{"", ""}},
		{"one is missing", map[string]string{"parcel.o": "bin/macos/objects/parcel.o"}, []string{"", "stat DIR/libweigh.a: no such file or directory"}},
		{"one is a folder", map[string]string{"parcel.o": "bin/macos/objects/parcel.o", "libweigh.a/x": "bin/macos/prog.sym"}, []string{"", "open DIR/libweigh.a: not a regular file"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.files["prog"] = "bin/macos/objects/prog"
			dir := plant(t, tt.files)
			image := openImage(t, filepath.Join(dir, "prog"), objfile.ARM64)
			AttachObjects(image)
			info, err := image.DebugInfo()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			var u debuginfo.Unit
			r := info.NewReader()
			for i := range info.NumUnits() {
				text := ""
				if err := r.Read(i, &u); err != nil {
					text = strings.ReplaceAll(err.Error(), dir, "DIR")
				} else if len(u.Functions) == 0 || len(u.Rows) == 0 {
					t.Errorf("unit %d is empty", i)
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
}

// An object file at the place that the linker recorded must be of the recorded time,
// if there is one; a copy beside the image need not.
func TestAttachChangedObjects(t *testing.T) {
	linked := time.Unix(1_700_000_000, 0)
	objects := map[string]string{"parcel.o": "bin/macos/objects/parcel.o", "libweigh.a": "bin/macos/objects/libweigh.a"}
	for _, tt := range []struct {
		name     string
		recorded int64 // time of parcel.o
		modified time.Time
		path     string // where the linker found it; PROG/parcel.o if empty
		want     string
	}{
		{"the one that was linked", linked.Unix(), linked, "", ""},
		{"a newer one", linked.Unix(), linked.Add(time.Hour), "", "DIR/parcel.o: was compiled anew after it was linked: it is of 2023-11-14 23:13:20, and was of 2023-11-14 22:13:20"},
		{"no time", 0, linked, "", ""},
		{"a copy", linked.Unix(), linked.Add(time.Hour), "/x/y.o", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := plant(t, objects)
			prog := fixture.Read(t, "bin/macos/objects/prog")
			entry := []byte("\x66\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00") // of the symbol table, after the name
			at := bytes.Index(prog, entry)
			binary.LittleEndian.PutUint64(prog[at+4:], uint64(tt.recorded))
			copied := filepath.Join(dir, "parcel.o")
			if tt.path != "" {
				copied = filepath.Join(dir, "y.o")
				prog = bytes.Replace(prog, []byte("\x00parcel.o\x00"), []byte("\x00/x/y.o\x00\x00\x00"), 1)
				if err := os.Rename(filepath.Join(dir, "parcel.o"), copied); err != nil {
					t.Fatal(err)
				}
			}
			if err := errors.Join(os.WriteFile(filepath.Join(dir, "prog"), prog, 0o644), os.Chtimes(copied, tt.modified, tt.modified)); err != nil {
				t.Fatal(err)
			}
			image := openImage(t, filepath.Join(dir, "prog"), objfile.ARM64)
			AttachObjects(image)
			info, err := image.DebugInfo()
			if err != nil {
				t.Fatal(err)
			}
			var u debuginfo.Unit
			got := ""
			if err := info.NewReader().Read(0, &u); err != nil {
				got = strings.ReplaceAll(err.Error(), dir, "DIR")
			}
			if got != tt.want || (got == "") != (len(u.Functions) > 0) {
				t.Errorf("error %q and %d functions, want %q", got, len(u.Functions), tt.want)
			}
		})
	}
}
