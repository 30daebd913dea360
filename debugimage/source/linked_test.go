package source

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
)

// linked returns the path of what OpenLinked finds for the image at path, "" for
// nothing.
func linked(t *testing.T, path string) string {
	t.Helper()
	image, err := objfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer image.Close()
	file := OpenLinked(image)
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

// TestOpenLinkedDebugLink has objcopy (GNU Binutils) write the link, into a
// program without a build id: then the checksum alone tells the debug file.
func TestOpenLinkedDebugLink(t *testing.T) {
	objcopy, err := exec.LookPath("objcopy")
	if err != nil {
		t.Skip("no objcopy is installed")
	}
	dir := t.TempDir()
	image, debug := filepath.Join(dir, "shop"), filepath.Join(dir, "shop.debug")
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
	if got := linked(t, image); got != debug {
		t.Errorf("beside the image: %q, want %q", got, debug)
	}
	hidden := filepath.Join(dir, ".debug", "shop.debug")
	copyFile(t, debug, hidden)
	copyFile(t, image, debug) // of the right name, and something else
	if got := linked(t, image); got != hidden {
		t.Errorf("in .debug: %q, want %q", got, hidden)
	}
}
