package source

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
)

// linked returns the path of what OpenLinked finds for the image at path, "" for
// nothing.
func linked(t *testing.T, path string, folders ...string) string {
	t.Helper()
	image, err := objfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer image.Close()
	file := OpenLinked(image, folders...)
	if file == nil {
		return ""
	}
	defer file.Close()
	return file.Name()
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestOpenLinkedPDB(t *testing.T) {
	dir := t.TempDir()
	image, pdb := filepath.Join(dir, "till.exe"), filepath.Join(dir, "till-clang19-windows.pdb")
	copyFile(t, fixture.Path(t, "bin/till-clang19-windows.exe"), image)
	if got := linked(t, image); got != "" {
		t.Errorf("without a PDB: %q, want none", got)
	}
	copyFile(t, fixture.Path(t, "bin/till-clang19-windows.pdb"), pdb)
	if got := linked(t, image); got != pdb {
		t.Errorf("with the PDB beside it: %q, want %q", got, pdb)
	}
	copyFile(t, fixture.Path(t, "bin/shop-clang19-x86_64"), pdb)
	if got := linked(t, image); got != "" {
		t.Errorf("with another build's file of that name: %q, want none", got)
	}
}

// linkedPair has objcopy (GNU Binutils) split a program without a build-id, so that
// the checksum alone tells the debug file, shop.debug in a folder of its own.
func linkedPair(t *testing.T) (image, debug string) {
	t.Helper()
	objcopy, err := exec.LookPath("objcopy")
	if err != nil {
		t.Skip("no objcopy is installed")
	}
	image, debug = filepath.Join(t.TempDir(), "shop"), filepath.Join(t.TempDir(), "shop.debug")
	copyFile(t, fixture.Path(t, "bin/shop-clang19-x86_64"), image)
	for _, args := range [][]string{
		{"--remove-section=.note.gnu.build-id", image},
		{"--only-keep-debug", image, debug},
		{"--strip-all", "--add-gnu-debuglink=" + debug, image},
	} {
		if out, err := exec.Command(objcopy, args...).CombinedOutput(); err != nil {
			t.Fatalf("objcopy %q: %v\n%s", args, err, out)
		}
	}
	return image, debug
}

func TestOpenLinkedDebugLink(t *testing.T) {
	image, debug := linkedPair(t)
	dir, root := filepath.Dir(image), t.TempDir()
	for _, tt := range []struct{ name, at string }{
		{"beside the image", filepath.Join(dir, "shop.debug")},
		{"in .debug", filepath.Join(dir, ".debug", "shop.debug")},
		{"in the folder's twin below a folder of debug files", filepath.Join(root, dir, "shop.debug")},
		{"in a folder of debug files", filepath.Join(root, "shop.debug")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := linked(t, image, root); got != "" {
				t.Fatalf("before it is there: %q, want none", got)
			}
			copyFile(t, debug, tt.at)
			if got := linked(t, image, root); got != tt.at {
				t.Errorf("got %q, want %q", got, tt.at)
			}
			copyFile(t, fixture.Path(t, "bin/shop-clang19-x86_64"), tt.at) // of the right name
			if got := linked(t, image, root); got != "" {
				t.Errorf("another build's file: %q, want none", got)
			}
		})
	}
}

func TestDirFollowsDebugLink(t *testing.T) {
	image, debug := linkedPair(t)
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, name) }
	copyFile(t, image, at("bin/shop"))
	copyFile(t, debug, at("lib/debug/bin/shop.debug"))
	copyFile(t, fixture.Path(t, "bin/shop-gcc12-x86_64"), at("lib/debug/old/shop.debug"))
	file, err := objfile.Open(image)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	res, err := NewDir(root).Find(t.Context(), &debugimage.Image{Type: debugimage.ELF, DebugID: file.DebugID()})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range res.Files {
		got = append(got, fmt.Sprintf("%s, debug info %v", f.Path, f.Features.DebugInfo))
	}
	want := []string{at("lib/debug/bin/shop.debug") + ", debug info true", at("bin/shop") + ", debug info false"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	other := slices.ContainsFunc(res.Lookups, func(l Lookup) bool {
		return l.Location == at("lib/debug/old/shop.debug") && l.Status == OtherID
	})
	if !other {
		t.Errorf("lookups %+v: does not say that shop.debug of another build was looked at", res.Lookups)
	}
}
