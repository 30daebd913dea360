package objfile

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

const testSymbolMap = symbolMapHead + "_Z4openv\n\x01-[Door open:]\n/Users/me/door\nsrc/door.mm\n"

func TestSymbolMapNames(t *testing.T) {
	f := (&testMachO{}).parse(t)
	if err := f.AttachSymbolMap([]byte(testSymbolMap)); err != nil {
		t.Fatal(err)
	}
	m := f.image.(*machoFile).hidden
	for hidden, want := range map[string]string{
		"__hidden#0_":          "_Z4openv",
		"_hidden#1_":           "-[Door open:]",
		"hidden#1_":            "hidden#1_",
		"__hidden#99_":         "__hidden#99_",
		"__hidden#x_":          "__hidden#x_",
		"__hidden#4294967296_": "__hidden#4294967296_",
		"main":                 "main",
		"__hidden#":            "__hidden#",
	} {
		if got := m.name(hidden); got != want {
			t.Errorf("name(%q) = %q, want %q", hidden, got, want)
		}
	}
	for hidden, want := range map[string]string{
		"__hidden#2_/__hidden#3_": "/Users/me/door/src/door.mm",
		"/build/__hidden#3_":      "/build/src/door.mm",
		"/build/__hidden#2_/a.c":  "/Users/me/door/a.c",
		"/usr/include/stdio.h":    "/usr/include/stdio.h",
	} {
		if got := m.path(hidden); got != want {
			t.Errorf("path(%q) = %q, want %q", hidden, got, want)
		}
	}
}

func TestSymbolMapSymbols(t *testing.T) {
	m := testMachO{segments: []testMachOSegment{machoText(0x1000, 0x1100, 0x20)}, symbols: []testNlist{
		{name: "___hidden#0_", kind: nlistInSection, section: 1, value: 0x1100},
		{name: "___hidden#1_", kind: nlistInSection, section: 1, value: 0x1110},
	}}
	f := m.parse(t)
	if err := f.AttachSymbolMap([]byte(testSymbolMap)); err != nil {
		t.Fatal(err)
	}
	symbols, err := f.Symbols()
	want := "\n0x1100+0x10 func local _Z4openv\n0x1110+0x10 func local -[Door open:]"
	if diff := cmp.Diff(want, picture(symbols)); diff != "" || err != nil {
		t.Errorf("Symbols(), error %v (-want +got):\n%s", err, diff)
	}
	if err := f.AttachSymbolMap([]byte("BCSymbolMap Version: 3.0\n")); fmt.Sprint(err) != "test: no symbol map of version 2.0" {
		t.Errorf("error %v", err)
	}
}

// A fakeSource has one unit.
type fakeSource struct{ unit debuginfo.Unit }

func (s fakeSource) NumUnits() int                       { return 1 }
func (s fakeSource) UnitSize(int) int                    { return 1 }
func (s fakeSource) NewReader() debuginfo.Reader         { return s }
func (s fakeSource) Read(_ int, u *debuginfo.Unit) error { *u = s.unit; return nil }

func TestSymbolMapDebugInfo(t *testing.T) {
	hidden := fakeSource{debuginfo.Unit{
		Names: []debuginfo.Name{{}, {Symbol: "__hidden#1_", Language: debuginfo.ObjC}},
		Files: []string{"", "__hidden#2_/__hidden#3_"},
	}}
	f := (&testMachO{}).parse(t)
	if err := f.AttachSymbolMap([]byte(testSymbolMap)); err != nil {
		t.Fatal(err)
	}
	var u debuginfo.Unit
	if err := (restoredSource{hidden, f.image.(*machoFile).hidden}).NewReader().Read(0, &u); err != nil {
		t.Fatal(err)
	}
	want := debuginfo.Unit{Names: []debuginfo.Name{{}, {Symbol: "-[Door open:]", Language: debuginfo.ObjC}}, Files: []string{"", "/Users/me/door/src/door.mm"}}
	if diff := cmp.Diff(want, u); diff != "" {
		t.Errorf("unit (-want +got):\n%s", diff)
	}
}
