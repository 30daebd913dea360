package source

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
)

// Each slice of a fat file is found by its own id, and opened. llvm-dwarfdump
// --uuid has the ids.
func TestDirFindsSlices(t *testing.T) {
	dir := fixture.Corpus(t, "npm/nativescript-ios/ios-arm64_x86_64-simulator/TKLiveSync")
	d := NewDir(dir)
	for _, tt := range []struct {
		id   string
		arch objfile.Arch
	}{
		{"a1cd2406-902f-3f58-923f-7d43d82fd557", objfile.X86_64},
		{"59340c05-8400-3222-b12b-4d6724774d21", objfile.ARM64},
	} {
		im := (&debugimage.Fields{Type: "macho", DebugID: tt.id}).Image()
		res, err := d.Find(t.Context(), &im)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"file TKLiveSync.dSYM.dwarf, debug info, symbols",
			"file TKLiveSync, symbols, unwind info",
			"ok TKLiveSync", "ok TKLiveSync.dSYM.dwarf",
		}
		if diff := cmp.Diff(want, show(dir, res)); diff != "" {
			t.Fatalf("%s, -want +got:\n%s", tt.id, diff)
		}
		f, err := res.Files[0].Open()
		if err != nil {
			t.Fatal(err)
		}
		if f.Arch() != tt.arch || f.DebugID().String() != tt.id {
			t.Errorf("%s was opened as %s %s", tt.id, f.Arch(), f.DebugID())
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}
