package source

import (
	"path/filepath"
	"testing"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source/layout"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
)

// A stored is an image whose files stores keep.
type stored struct {
	name  string
	image debugimage.Image
	files map[layout.Kind]string // fixtures
}

func storedImages(t *testing.T) []stored {
	sym, err := objfile.Parse("prog.sym", fixture.Read(t, "bin/macos/prog.sym"))
	if err != nil {
		t.Fatal(err)
	}
	return []stored{
		{"elf", *shop(), map[layout.Kind]string{layout.ELFDebug: shopDebug, layout.ELFCode: "bin/shop-gcc12-x86_64"}},
		{
			"pe", (&debugimage.Fields{
				Type: "pe", CodeID: "bb1f55a15000", DebugID: "19822fc5-f09e-442a-4c4c-44205044422e-1",
				CodeFile: `C:\Shop\Till.exe`, DebugFile: `C:\build\Till.pdb`,
			}).Image(),
			map[layout.Kind]string{layout.PDB: "bin/till-clang19-windows.pdb", layout.PE: "bin/till-clang19-windows.exe"},
		},
		{
			"macho", (&debugimage.Fields{Type: "macho", DebugID: "4C4C44E2-5555-3144-A12F-09335875F234", CodeFile: "/Applications/prog"}).Image(),
			map[layout.Kind]string{layout.MachDebug: "bin/macos/fat/prog.dSYM/Contents/Resources/DWARF/prog", layout.MachCode: "bin/macos/fat/prog"},
		},
		{
			"breakpad", (&debugimage.Fields{Type: "macho", DebugID: sym.DebugID().String(), CodeFile: "/Applications/prog"}).Image(),
			map[layout.Kind]string{layout.Symbols: "bin/macos/prog.sym"},
		},
	}
}

// In every layout there is, under every path there is, a file is found: at its place
// without reading the tree, and by the ids in it wherever the tree is.
func TestDirInEveryLayout(t *testing.T) {
	paths := 0
	for _, im := range storedImages(t) {
		for _, scheme := range schemes {
			l := layout.Layout{Scheme: scheme}
			for kind, from := range im.files {
				for _, p := range l.Paths(&im.image, kind) {
					paths++
					t.Run(im.name+" "+scheme.String()+" "+p.Name, func(t *testing.T) {
						data := fixture.Read(t, from)
						if packedPath(p.Name) {
							data = storedCabinet("x", data)
						}
						for _, below := range []string{"", "some/where"} {
							findPlanted(t, below, p.Name, data, &im.image)
						}
					})
				}
			}
		}
	}
	if paths < 30 {
		t.Errorf("%d paths are few", paths)
	}
}

func packedPath(name string) bool { return name[len(name)-1] == '_' }

// findPlanted finds a file that is alone at a path, below some folder of the tree.
func findPlanted(t *testing.T, below, name string, data []byte, im *debugimage.Image) {
	t.Helper()
	root := t.TempDir()
	path := filepath.Join(root, filepath.FromSlash(below), filepath.FromSlash(name))
	put(t, path, data)
	d := NewDir(root)
	if packedPath(name) {
		d.cache = newCache(t)
	}
	res, err := d.Find(t.Context(), im)
	if err != nil || len(res.Files) != 1 || res.Files[0].Origin != path {
		t.Fatalf("files %+v, lookups %+v, error %v, want %s", res.Files, res.Lookups, err, path)
	}
	if read := d.seen.Load() != nil; read && below == "" && res.Files[0].Features.DebugInfo {
		t.Error("the tree was read for a file at its place")
	}
	if packed := res.Files[0].Digest != [32]byte{}; packed != packedPath(name) {
		t.Errorf("has a digest: %v, want that of a packed file", packed)
	}
	if im.Type != debugimage.MachO || res.Files[0].Features.DebugInfo {
		f, err := res.Files[0].Open()
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
}
