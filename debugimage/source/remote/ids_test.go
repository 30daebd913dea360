package remote

import (
	"testing"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source/layout"
	"github.com/nativesym/nativesym/objfile"
)

// A path may be made of one id and the file told by another. Who asks with a wrong
// one, or without it, does not take the file from those who have the right one.
func TestWrongIDsTellNothingOfOthers(t *testing.T) {
	const path, text = "ab/cdef0123456789abcdef0123456789abcdef01/breakpad", "MODULE Linux x86_64 0123456789ABCDEF0123456789ABCDEF0 prog\nPUBLIC 1000 0 main\n"
	id, err := objfile.ParseDebugID("0123456789ABCDEF0123456789ABCDEF0")
	if err != nil {
		t.Fatal(err)
	}
	right := &debugimage.Image{Type: debugimage.ELF, CodeID: "abcdef0123456789abcdef0123456789abcdef01", DebugID: id}
	without, wrong := *right, *right
	without.DebugID = objfile.DebugID{}
	wrong.DebugID.Age = 7
	for name, first := range map[string]*debugimage.Image{"without the id": &without, "with another": &wrong} {
		st := &store{files: map[string][]byte{path: []byte(text)}}
		s := New(st, layout.Layout{Scheme: layout.Unified}, Options{Cache: newCache(t)})
		const refused = "other_id " + path + ": debug id 01234567-89ab-cdef-0123-456789abcdef"
		t.Run(name, func(t *testing.T) {
			lines := find(t, s, first)
			want(t, lines[1:2], refused)
			lines = find(t, s, right)
			want(t, lines[:1], "file "+path)
			st.wasAsked()
			for _, im := range []*debugimage.Image{first, right, first} {
				find(t, s, im)
			}
			if again := st.wasAsked(); len(again) > 0 {
				t.Errorf("asked again for %q", again)
			}
		})
	}
}
