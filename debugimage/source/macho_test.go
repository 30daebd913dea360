package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

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
