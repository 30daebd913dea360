package pdb

import (
	"bytes"
	"testing"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// TestLimits reads modules that ask for more than their size is worth. What was
// read up to the limit is sound.
func TestLimits(t *testing.T) {
	// A hundred calls inlined into one another, and in the innermost one 2000
	// pieces of code with gaps between them: a range in each for each.
	deep := proc(symGlobalProc, "f", 0, testCodeSize)
	for range 100 {
		deep = append(deep, inlineSite(0x1000)...)
	}
	deep = append(deep, inlineSite(0x1000, bytes.Repeat([]byte{3, 1, 4, 1}, 2000)...)...)

	// Functions all over the code, which OMAP cut into a thousand pieces.
	var cut testPDB
	for i := range uint32(1000) {
		cut.omap = append(cut.omap, move{0x1000 + 16*i, 0x80000 - 32*i})
	}
	var overlapping buffer
	for range 50 {
		overlapping = append(overlapping, join(proc(symGlobalProc, "f", 0, testCodeSize), end(symEnd))...)
	}
	cut.modules = []testModule{{name: "m", symbols: overlapping}}

	for _, tt := range []struct {
		name string
		pdb  testPDB
		want string
	}{
		{
			"ranges of inlined calls",
			testPDB{modules: []testModule{{name: "m", symbols: deep}}},
			"module 0 (m): inlined calls at 0x10a7: more than 8404 ranges",
		},
		{"pieces of OMAP", cut, "module 0 (m): OMAP cuts the module into more than 3428 pieces"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var u debuginfo.Unit
			err := tt.pdb.parse(t).NewReader().Read(0, &u)
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			checkUnit(t, &u)
			if len(u.Ranges) == 0 || len(u.Ranges) > 10_000 {
				t.Errorf("%d ranges", len(u.Ranges))
			}
		})
	}
}
