package objfile

import (
	"bytes"
	"debug/pe"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
	"github.com/nativesym/nativesym/objfile/pdb"
)

func TestPEShapes(t *testing.T) {
	for _, tt := range []struct {
		name string
		pe   testPE
		arch Arch
	}{
		{"PE32", testPE{narrow: true, machine: machineX86, base: 0x400000}, X86},
		{"PE32+", testPE{base: 0x140000000}, X86_64},
		{"arm64", testPE{machine: machineARM64, base: 0x140000000}, ARM64},
		{"arm", testPE{narrow: true, machine: machineARMNT, base: 0x400000}, ARM},
		{"a machine to come", testPE{machine: 1}, UnknownArch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.pe.sections = []testPESection{{name: ".text", code: true, data: make([]byte, 0x30)}, {name: ".data", data: make([]byte, 8)}}
			f := tt.pe.parse(t)
			if f.Format() != PE || f.Arch() != tt.arch || f.Base() != tt.pe.base || f.CodeID() != "5ab380779000" || !f.DebugID().IsZero() {
				t.Errorf("%v %v base %#x code id %s debug id %v", f.Format(), f.Arch(), f.Base(), f.CodeID(), f.DebugID())
			}
			want := []debuginfo.Range{{Start: tt.pe.base + 0x1000, End: tt.pe.base + 0x1030}}
			if diff := cmp.Diff(want, f.CodeRanges()); diff != "" {
				t.Errorf("CodeRanges() (-want +got):\n%s", diff)
			}
			if info, err := f.DebugInfo(); info != nil || err != nil {
				t.Errorf("DebugInfo() = %v, %v, want none", info, err)
			}
		})
	}
}

func TestPESections(t *testing.T) {
	packed := append([]byte("ZLIB\x00\x00\x00\x00\x00\x00\x00\x05"), fixture.Zlib(t, []byte("lines"))...)
	p := testPE{
		base:    0x10000,
		strings: ".debug_info\x00.zdebug_line\x00",
		sections: []testPESection{
			{name: "eightlng", data: []byte("abc")},
			{name: "/4", data: []byte("info, then padding"), size: 4}, // rounded up in the file
			{name: "/16", data: packed},
			{name: ".bss", size: 0x500},
			{name: ".tail", data: []byte("xy"), size: 9}, // rounded up in memory
			{name: "/99", data: []byte("no such string")},
			{name: "/not", data: []byte("a name")},
		},
	}
	f := p.parse(t)
	for _, tt := range []struct {
		name string
		addr uint64
		size uint64
		data string
	}{
		{"eightlng", 0x11000, 3, "abc"},
		{".debug_info", 0x12000, 4, "info"},
		{".debug_line", 0x13000, uint64(len(packed)), "lines"},
		{".bss", 0x14000, 0x500, ""},
		{".tail", 0x15000, 9, "xy"},
		{"/99", 0x16000, 14, "no such string"},
		{"/not", 0x17000, 6, "a name"},
	} {
		s, ok := f.Section(tt.name)
		if !ok {
			t.Errorf("no section %s", tt.name)
			continue
		}
		data, err := s.Data()
		if string(data) != tt.data || err != nil || s.Addr != tt.addr || s.Size != tt.size {
			t.Errorf("%s: %#x+%#x %q (%v), want %#x+%#x %q", tt.name, s.Addr, s.Size, data, err, tt.addr, tt.size, tt.data)
		}
	}
}

func TestPEErrors(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(b []byte) []byte
		want  string
	}{
		{"DOS program", func(b []byte) []byte { return b[:0x20] }, "test: PE header+0x0: offset 0x3c lies outside"},
		{"signature", func(b []byte) []byte { b[0x41] = 'X'; return b }, "test: PE header+0x44: signature 0x5850"},
		{"cut in the COFF header", func(b []byte) []byte { return b[:0x50] }, "test: PE header+0x50: need 4 bytes, have 0"},
		{"no optional header", func(b []byte) []byte { b[0x54], b[0x55] = 0, 0; return b[:0x80] }, "test: PE header+0x58: need 2 bytes, have 0"},
		{"kind of optional header", func(b []byte) []byte { b[0x58] = 7; return b }, "test: PE header+0x5a: optional header of kind 0x207"},
		{
			"base", func(b []byte) []byte { copy(b[0x70:], strings.Repeat("\xff", 8)); return b },
			"test: PE header+0xc8: preferred base 0xffffffffffffffff",
		},
		{"section headers", func(b []byte) []byte { b[0x47] = 0xff; return b }, "test: PE header+0x148: need 2611240 bytes, have 48"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := testPE{sections: []testPESection{{name: ".text", data: make([]byte, 4)}}}
			_, err := Parse("test", tt.spoil(p.bytes()))
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

// debugDirectory returns a section with debug entries, at rva, followed by what
// they lead to at offset in the file.
func debugDirectory(offset uint32, minor uint16, kind uint32, record string) []byte {
	b := (&testELF{}).encoder()
	b.u32(0, 0x11223344).u16(0).u16(minor).u32(kind, uint32(len(record)), 0, offset)
	return b.str(record).Bytes()
}

func TestPEDebugID(t *testing.T) {
	const rsds = "RSDS\x9d\xd9\x49\x32\x40\x0c\x31\x49\x86\x10\xf4\xe4\xfb\x0b\x69\x36\x05\x00\x00\x00till.pdb\x00"
	const uuid = "3249d99d-0c40-4931-8610-f4e4fb0b6936"
	for _, tt := range []struct {
		name   string
		minor  uint16
		kind   uint32
		record string
		want   string
	}{
		{"CodeView", 0, debugCodeView, rsds, uuid + "-5"},
		{"portable", debugPortable, debugCodeView, rsds, uuid + "-11223344"},
		{"before version 7", 0, debugCodeView, "NB10\x00\x00\x00\x00\x01\x02\x03\x04\x05\x00\x00\x00till.pdb\x00", DebugID{}.String()},
		{"another kind", 0, 13, rsds, DebugID{}.String()},
		{"cut", 0, debugCodeView, rsds[:22], DebugID{}.String()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := testPE{directories: map[int]dataDirectory{directoryDebug: {0x1000, debugEntryLen}}}
			p.sections = []testPESection{{name: ".rdata", data: make([]byte, 1)}}
			at := uint32(bytes.Index(p.bytes(), []byte(".rdata")) + peSectionLen)
			p.sections[0].data = debugDirectory(at+debugEntryLen, tt.minor, tt.kind, tt.record)
			f := p.parse(t)
			if got := f.DebugID().String(); got != tt.want {
				t.Errorf("debug id %s, want %s", got, tt.want)
			}
			path := "till.pdb"
			if f.DebugID().IsZero() {
				path = ""
			}
			if links, err := f.Links(); links.PDBPath != path || err != nil {
				t.Errorf("PDB path %q (%v), want %q", links.PDBPath, err, path)
			}
		})
	}
}

func TestPESymbols(t *testing.T) {
	exports := (&testELF{}).encoder()
	exports.Write(make([]byte, 0x14))
	exports.u32(3, 3, 0x2100, 0x2110, 0x2120)
	exports.Write(make([]byte, 0x100-exports.Len()))
	exports.u32(0x1040, 0x1050, 0x2150, 0) // the third is within the table: forwarded
	exports.u32(0x2130, 0x2138, 0x2144, 0)
	exports.u16(1).u16(0).u16(2)
	exports.Write(make([]byte, 0x130-exports.Len()))
	exports.str("ex_one\x00\x00ex_two\x00\x00\x00\x00\x00\x00forward\x00")
	exports.Write(make([]byte, 0x160-exports.Len()))

	p := testPE{
		machine: machineX86, narrow: true, base: 0x400000,
		strings:     "__Z9long_namev\x00",
		directories: map[int]dataDirectory{directoryExport: {0x2000, 0x160}},
		sections: []testPESection{
			{name: ".text", code: true, data: make([]byte, 0x80)},
			{name: ".edata", data: exports.Bytes()},
		},
		symbols: []testCOFFSymbol{
			{name: ".file", section: 0xfffe, class: 103, aux: 1},
			{name: "_main", value: 0, section: 1, typ: coffFunction, class: coffExternal, aux: 1},
			{name: ".text", value: 0, section: 1, class: coffStatic, aux: 1},
			{name: "/4", value: 0x10, section: 1, typ: coffFunction, class: coffStatic},
			{name: "_asm", value: 0x20, section: 1, class: coffExternal},
			{name: ".l_end", value: 0x24, section: 1, class: coffStatic},
			{name: "_weak", value: 0x30, section: 1, typ: coffFunction, class: coffWeak},
			{name: "_data", value: 0, section: 2, class: coffExternal},
			{name: "_absent", value: 0, section: 0, typ: coffFunction, class: coffExternal},
			{name: "_far", value: 0, section: 9, typ: coffFunction, class: coffExternal},
		},
	}
	want := []Symbol{
		{Name: "main", Addr: 0x401000, Size: 0x10, Kind: Func},
		{Name: "_Z9long_namev", Addr: 0x401010, Size: 0x10, Kind: Func, Binding: Local},
		{Name: "asm", Addr: 0x401020, Size: 0x10, Kind: Label},
		{Name: "weak", Addr: 0x401030, Size: 0x10, Kind: Func, Binding: Weak},
		{Name: "ex_two", Addr: 0x401040, Size: 0x10, Kind: Export},
		{Name: "ex_one", Addr: 0x401050, Size: 0x30, Kind: Export},
	}
	got, err := p.parse(t).Symbols()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, -want +got:\n%s", err, diff)
	}
}

func TestUndecorate(t *testing.T) {
	for _, tt := range []struct{ name, x86, other string }{
		{"_main", "main", "_main"},
		{"__start", "_start", "__start"},
		{"_f@8", "f", "_f@8"},
		{"@f@12", "f", "@f@12"},
		{"f@@16", "f", "f"},
		{"_f@", "f@", "_f@"},
		{"f@8", "f@8", "f@8"},
		{"__Z3addii", "_Z3addii", "__Z3addii"},
		{"?f@@YAXXZ", "?f@@YAXXZ", "?f@@YAXXZ"},
		{"??0@8", "??0@8", "??0@8"},
		{"plain", "plain", "plain"},
		{"_", "_", "_"},
		{"_@8", "@8", "_@8"},
		{"@@8", "@@8", "@@8"},
		{"", "", ""},
	} {
		if got := undecorate(tt.name, true); got != tt.x86 {
			t.Errorf("undecorate(%q) on x86 = %q, want %q", tt.name, got, tt.x86)
		}
		if got := undecorate(tt.name, false); got != tt.other {
			t.Errorf("undecorate(%q) elsewhere = %q, want %q", tt.name, got, tt.other)
		}
	}
}

func TestPEFunctionBounds(t *testing.T) {
	encode := func(v ...uint32) []byte { return (&testELF{}).encoder().u32(v...).Bytes() }
	for _, tt := range []struct {
		name    string
		machine uint16
		table   []byte
		unwind  []byte // at 0x3000
		want    []debuginfo.Range
	}{
		{
			"x86_64, with one that continues the one before", machineAMD64,
			encode(0x1000, 0x1010, 0x3000, 0x1010, 0x1018, 0x3004, 0x1020, 0x1030, 0x3000, 0x1040, 0x1038, 0x3000),
			[]byte{1, 0, 0, 0, 1 | chainedUnwind<<3},
			[]debuginfo.Range{{Start: 0x1000, End: 0x1018}, {Start: 0x1020, End: 0x1030}},
		},
		{
			"arm64, packed and with a record", machineARM64,
			encode(0x1000, 4<<2|1, 0x1020, 0x3000, 0x1040, 0x9000),
			encode(0x0c000003),
			[]debuginfo.Range{{Start: 0x1000, End: 0x1010}, {Start: 0x1020, End: 0x102c}},
		},
		{
			"arm, whose instructions have two bytes", machineARMNT,
			encode(0x1001, 4<<2|1), nil,
			[]debuginfo.Range{{Start: 0x1000, End: 0x1008}},
		},
		{"x86 has none", machineX86, encode(0x1000, 0x1010, 0x3000), nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := testPE{machine: tt.machine, directories: map[int]dataDirectory{directoryException: {0x2000, uint32(len(tt.table))}}}
			p.sections = []testPESection{
				{name: ".text", code: true, data: make([]byte, 0x80)}, {name: ".pdata", data: tt.table}, {name: ".xdata", data: tt.unwind},
			}
			if got := p.parse(t).image.(*peFile).functionBounds(); !cmp.Equal(tt.want, got) && len(got)+len(tt.want) > 0 {
				t.Errorf("bounds %x, want %x", got, tt.want)
			}
		})
	}
}

// TestTillImages compares our own program's images with what was built together
// with them.
func TestTillImages(t *testing.T) {
	image, debug, mingw := open(t, fixture.Path(t, "bin/till-clang19-windows.exe")),
		open(t, fixture.Path(t, "bin/till-clang19-windows.pdb")), open(t, fixture.Path(t, "bin/till-clang19-mingw.exe"))
	if image.DebugID().IsZero() || image.DebugID() != debug.DebugID() {
		t.Errorf("the image's debug id is %v, its PDB's %v", image.DebugID(), debug.DebugID())
	}
	if mingw.DebugID().IsZero() {
		t.Error("an image with --build-id has no debug id")
	}
	if image.Base() != 0x140000000 || debug.Base() != 0 || debug.Format() != PDB || debug.Arch() != X86_64 {
		t.Errorf("image base %#x, PDB %v %v base %#x", image.Base(), debug.Format(), debug.Arch(), debug.Base())
	}
	// The PDB and the DWARF are of the same source and compiler.
	for _, name := range []string{"start", "tax_of"} {
		found := 0
		for _, f := range []*File{debug, mingw} {
			for _, n := range functions(t, f) {
				if n == name {
					found++
				}
			}
		}
		if found != 2 {
			t.Errorf("function %s is in %d of 2 files", name, found)
		}
	}
	symbols, err := debug.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, s := range symbols {
		names[s.Name] = true
	}
	for _, want := range []string{"start", "tax_of", "tax_free", "?pay@?$Drawer@$02@till@@QEAAJJ@Z"} {
		if !names[want] {
			t.Errorf("no public symbol %s", want)
		}
	}
}

func TestPDBRefusals(t *testing.T) {
	if _, err := Parse("p.pdb", []byte("BSJB\x01\x00")); !errors.Is(err, pdb.ErrPortable) || errors.Is(err, ErrUnknownFormat) {
		t.Errorf("error %v, want %v", err, pdb.ErrPortable)
	}
}

// TestPEIDs holds ids to what symbolic prints for the same files.
func TestPEIDs(t *testing.T) {
	for _, tt := range []struct{ path, debugID, codeID string }{
		{"crash.exe", "3249d99d-0c40-4931-8610-f4e4fb0b6936-1", "5ab380779000"},
		{"crash.pdb", "3249d99d-0c40-4931-8610-f4e4fb0b6936-1", ""},
		{"CrashWithException.exe", "f535c5fb-2ae8-4bb8-aa20-6c30be566c5a-1", "5c9e09599000"},
		{"CrashWithException.pdb", "f535c5fb-2ae8-4bb8-aa20-6c30be566c5a-1", ""},
	} {
		f := open(t, fixture.Corpus(t, "github/symbolic/windows/"+tt.path))
		if f.DebugID().String() != tt.debugID || f.CodeID() != tt.codeID {
			t.Errorf("%s: debug id %v, code id %s, want %s, %s", tt.path, f.DebugID(), f.CodeID(), tt.debugID, tt.codeID)
		}
	}
}

// TestAgreesWithDebugPE compares sections and function symbols with Go's reader.
func TestAgreesWithDebugPE(t *testing.T) {
	corpus := []string{
		"gen/out/pe/mingw-x64-d5/prog.exe", "gen/out/pe/mingw-i686-d2/prog.exe", "gen/out/pe/mingw-x64-stripped/prog.debug",
		"gen/out/pe/clangcv-aarch64/prog.exe", "github/pprof/exe_windows_64.exe", "github/symbolic/windows/hello-dwarf.exe",
		"github/symbolic/windows/crash.exe", "npm/bufferutil/prebuilds/win32-ia32/bufferutil.node",
	}
	paths := []string{fixture.Path(t, "bin/till-clang19-mingw.exe"), fixture.Path(t, "bin/till-clang19-windows.exe")}
	t.Run("corpus", func(t *testing.T) {
		for _, rel := range corpus {
			agreeWithDebugPE(t, fixture.Corpus(t, rel))
		}
	})
	for _, path := range paths {
		agreeWithDebugPE(t, path)
	}
}

func agreeWithDebugPE(t *testing.T, path string) {
	t.Helper()
	f := open(t, path)
	other, err := pe.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if len(f.sections) != len(other.Sections) {
		t.Fatalf("%s: %d sections, want %d", path, len(f.sections), len(other.Sections))
	}
	for i, w := range other.Sections {
		s := &f.sections[i]
		if s.Name != canonicalName(w.Name) || s.Addr != f.Base()+uint64(w.VirtualAddress) {
			t.Errorf("%s: section %d is %s at %#x, want %s at %#x", path, i, s.Name, s.Addr, w.Name, w.VirtualAddress)
		}
		want, err := w.Data()
		if err != nil || w.Offset == 0 {
			continue
		}
		got, err := s.storedBytes()
		if err != nil || !bytes.Equal(got, want[:min(uint32(len(want)), w.VirtualSize)]) {
			t.Errorf("%s: %s has %d bytes (%v), want %d", path, s.Name, len(got), err, w.VirtualSize)
		}
	}
	symbols, err := f.Symbols()
	if err != nil {
		t.Error(err)
	}
	names := map[Symbol]bool{}
	for _, s := range symbols {
		names[Symbol{Name: s.Name, Addr: s.Addr}] = true
	}
	for _, w := range other.Symbols {
		if w.Type != coffFunction || w.SectionNumber <= 0 {
			continue
		}
		key := Symbol{Name: undecorate(w.Name, f.Arch() == X86), Addr: f.sections[w.SectionNumber-1].Addr + uint64(w.Value)}
		if !names[key] {
			t.Errorf("%s: no symbol %s at %#x", path, key.Name, key.Addr)
		}
	}
}
