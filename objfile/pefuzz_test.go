package objfile

import (
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
)

// FuzzPE holds images to the same as FuzzELF does, and addresses within them to
// the file.
func FuzzPE(f *testing.F) {
	f.Add(fixture.Read(f, "bin/till-clang19-mingw.exe"))
	f.Add(fixture.Read(f, "bin/till-clang19-windows.exe"))
	small := testPE{
		strings:     ".debug_info\x00",
		directories: map[int]dataDirectory{directoryExport: {0x2000, 0x28}, directoryException: {0x2000, 24}, directoryDebug: {0x2000, 28}},
		sections: []testPESection{
			{name: ".text", code: true, data: make([]byte, 64)}, {name: ".rdata", data: make([]byte, 64)}, {name: "/4", data: make([]byte, 20)},
		},
		symbols: []testCOFFSymbol{{name: "main", section: 1, typ: coffFunction, class: coffExternal}},
	}
	f.Add(small.bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse("fuzz", data)
		if err != nil || file.Format() != PE {
			return
		}
		checkCode(t, file)
		checkSections(t, file)
		checkSymbols(t, file)
		_, _ = file.DebugInfo()
		p := file.image.(*peFile)
		for _, part := range p.parts {
			for _, rva := range []uint32{part.rva, part.rva + part.stored, part.rva - 1} {
				if off, n, ok := p.offsetOf(rva); ok && (n == 0 || off+n > uint64(len(data))) {
					t.Fatalf("address %#x is at %#x+%#x of %#x bytes", rva, off, n, len(data))
				}
			}
		}
	})
}
