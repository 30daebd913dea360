package source

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
)

const embeds = "bin/parcel/clang-embed/prog"

// found returns the only file of a folder that holds one fixture.
func found(t *testing.T, fixtureName, dir string) File {
	t.Helper()
	data := fixture.Read(t, fixtureName)
	o, err := objfile.Parse(fixtureName, data)
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "prog"), data)
	res, err := NewDir(dir).Find(t.Context(), &debugimage.Image{CodeID: o.CodeID(), DebugID: o.DebugID()})
	if err != nil || len(res.Files) != 1 {
		t.Fatalf("%v, error %v, want one file", res.Files, err)
	}
	return res.Files[0]
}

func TestOpenEmbedded(t *testing.T) {
	dir := t.TempDir()
	code, err := OpenEmbedded(found(t, embeds, dir))
	if err != nil || code == nil {
		t.Fatalf("code %v, error %v", code, err)
	}
	const header, text = "/src/parcel/parcel.h", "INLINE long volume(const Box &b) {"
	line := func(file string, number int) string {
		_, line, _, _ := code.Lines(file, number, 0)
		return string(line)
	}
	if got := line(header, 16); got != text {
		t.Errorf("line 16 is %q, want %q", got, text)
	}
	for _, other := range []string{"parcel.h", "/src/parcel/other.h", "/src/parcel/parcel.h/"} {
		if got := line(other, 16); got != "" {
			t.Errorf("%s has line %q, want none", other, got)
		}
	}
	// The file is not kept open: what was not read before it went is not there.
	if err := os.Remove(filepath.Join(dir, "prog")); err != nil {
		t.Fatal(err)
	}
	if got := line(header, 16); got != text {
		t.Errorf("afterwards line 16 is %q, want %q", got, text)
	}
	if got := line("/src/parcel/parcel.cc", 1); got != "" {
		t.Errorf("a file that is gone has line %q", got)
	}
}

func TestOpenEmbeddedElsewhere(t *testing.T) {
	if code, err := OpenEmbedded(found(t, "bin/parcel/clang-dwarf5/prog", t.TempDir())); code != nil || err != nil {
		t.Errorf("without texts: code %v, error %v", code, err)
	}
	if code, err := OpenEmbedded(File{Path: "table", Compiled: true}); code != nil || err != nil {
		t.Errorf("a table: code %v, error %v", code, err)
	}
	const want = "open nowhere: no such file or directory"
	if code, err := OpenEmbedded(File{Path: "nowhere"}); code != nil || err == nil || err.Error() != want {
		t.Errorf("no file: code %v, error %v, want %s", code, err, want)
	}
}

// textOf is a place whose every file is the same text.
type textOf []byte

func (p textOf) read(string) []byte { return p }

func TestCodeKeepsLittle(t *testing.T) {
	const max = MaxBuildCode
	c := newCode(max, textOf(make([]byte, max/4)))
	for i, file := range []string{"a", "b", "c", "d", "e"} {
		c.Lines(file, 1, 0)
		if want := i%3 + 1; len(c.files) != want || c.kept > max {
			t.Errorf("after %s: %d files, %d bytes, want %d files", file, len(c.files), c.kept, want)
		}
	}
}
