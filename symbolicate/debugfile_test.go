package symbolicate

import (
	"path/filepath"
	"testing"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/internal/fixture"
)

// A debug file is as good as it was when the stripped image beside it cannot be
// opened; the note says what that costs.
func TestTableWithoutImage(t *testing.T) {
	im := (&debugimage.Fields{Type: "elf", CodeID: "75bc5782088d05859a5dba37c4c1166eef8b3f03"}).Image()
	found, err := source.NewDir(fixture.Path(t, "symbols")).Find(t.Context(), &im)
	if err != nil || len(found.Files) == 0 {
		t.Fatal(found, err)
	}
	gone := filepath.Join(t.TempDir(), "gone")
	o, err := New(Options{}).open(t.Context(), parts{debug: found.Files[0], image: &source.File{Path: gone, Origin: gone}})
	if err != nil {
		t.Fatal(err)
	}
	if want := "without the image's own symbols: open " + gone + ": no such file or directory"; o.note != want {
		t.Errorf("note is %q, want %q", o.note, want)
	}
	const main = 0x11e0 // nm
	if got := o.table.Lookup(nil, main); len(got) != 1 || got[0].Symbol != "main" {
		t.Errorf("Lookup(%#x) = %+v, want main", main, got)
	}
}
