package objfile

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
)

// The symbols near an address are those that all symbols have there.
func TestSymbolsNear(t *testing.T) {
	for _, rel := range []string{
		"github/symbolic/windows/crash.pdb", "github/dump_syms/windows/dump_syms_regtest64.pdb",
		"github/llvm/DebugInfo/PDB/Inputs/big-read.pdb", "gen/out/pe/clangcv-i686/prog.pdb",
	} {
		t.Run(filepath.Base(rel), func(t *testing.T) {
			f, err := Open(fixture.Corpus(t, rel))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			all, err := f.Symbols()
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(all); {
				n := i
				for n < len(all) && all[n].Addr == all[i].Addr {
					n++
				}
				for _, addr := range []uint64{all[i].Addr, all[i].Addr + all[i].Size - 1} {
					near, ok := f.SymbolsNear(addr)
					if diff := cmp.Diff(all[i:n], near); diff != "" || !ok {
						t.Fatalf("%#x, %v (-all +near):\n%s", addr, ok, diff)
					}
				}
				i = n
			}
		})
	}
}

// Formats whose symbols are in no order have all or none.
func TestSymbolsNearOfOthers(t *testing.T) {
	f, err := Open(fixture.Path(t, "bin/till-clang19-windows.exe"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if near, ok := f.SymbolsNear(0x1000); ok {
		t.Errorf("%+v", near)
	}
}
