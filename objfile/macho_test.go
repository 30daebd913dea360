package objfile

import (
	"bytes"
	"debug/macho"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

const testUUID = "\x4c\x4c\x44\xe2\x55\x55\x31\x44\xa1\x2f\x09\x33\x58\x75\xf2\x34"

func TestMachOShapes(t *testing.T) {
	for _, tt := range []struct {
		name  string
		macho testMachO
		arch  Arch
	}{
		{"x86", testMachO{narrow: true, cpu: 7, subtype: 3}, X86},
		{"x86_64", testMachO{cpu: 7 | cpu64, subtype: 0x80000003}, X86_64},
		{"x86_64h", testMachO{cpu: 7 | cpu64, subtype: 8}, X86_64h},
		{"arm64", testMachO{cpu: 12 | cpu64}, ARM64},
		{"arm64e with its version", testMachO{cpu: 12 | cpu64, subtype: 0x80000002}, ARM64e},
		{"arm64_32", testMachO{narrow: true, cpu: 12 | cpu64With32, subtype: 1}, ARM64_32},
		{"armv7", testMachO{narrow: true, cpu: 12, subtype: 9}, ARMv7},
		{"armv7s", testMachO{narrow: true, cpu: 12, subtype: 11}, ARMv7s},
		{"armv7k", testMachO{narrow: true, cpu: 12, subtype: 12}, ARMv7k},
		{"arm without a variant", testMachO{narrow: true, cpu: 12}, ARM},
		{"ppc", testMachO{big: true, narrow: true, cpu: 18}, PPC},
		{"ppc64", testMachO{big: true, cpu: 18 | cpu64}, PPC64},
		{"a machine to come", testMachO{cpu: 99}, UnknownArch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.macho.uuid = testUUID
			tt.macho.segments = []testMachOSegment{{name: "__PAGEZERO"}, machoText(0x4000, 0x4100, 0x30), {name: "__DATA", addr: 0x5000}}
			f := tt.macho.parse(t)
			if f.Format() != MachO || f.Arch() != tt.arch || f.Base() != 0x4000 || f.ByteOrder().String() != tt.macho.encoder().order.String() {
				t.Errorf("%v %v base %#x %v", f.Format(), f.Arch(), f.Base(), f.ByteOrder())
			}
			if id, code := f.DebugID().String(), f.CodeID(); id != "4c4c44e2-5555-3144-a12f-09335875f234" || code != "4c4c44e255553144a12f09335875f234" {
				t.Errorf("debug id %s, code id %s", id, code)
			}
			if diff := cmp.Diff([]debuginfo.Range{{Start: 0x4100, End: 0x4130}}, f.CodeRanges()); diff != "" {
				t.Errorf("CodeRanges() (-want +got):\n%s", diff)
			}
			if info, err := f.DebugInfo(); info != nil || err != nil {
				t.Errorf("DebugInfo() = %v, %v, want none", info, err)
			}
		})
	}
}

func TestMachOWithoutSections(t *testing.T) {
	m := testMachO{segments: []testMachOSegment{{name: "__TEXT", addr: 0x10000, protect: 5}, {name: "__DATA", addr: 0x11000, protect: 3}}}
	if diff := cmp.Diff([]debuginfo.Range{{Start: 0x10000, End: 0x11000}}, m.parse(t).CodeRanges()); diff != "" {
		t.Errorf("CodeRanges() (-want +got):\n%s", diff)
	}
}

func TestMachOSections(t *testing.T) {
	packed := append([]byte("ZLIB\x00\x00\x00\x00\x00\x00\x00\x05"), fixture.Zlib(t, []byte("lines"))...)
	m := testMachO{segments: []testMachOSegment{{name: "__DWARF", sections: []testMachOSection{
		{name: "__debug_info", data: []byte("info")},
		{name: "__zdebug_line", data: packed},
		{name: "__debug_str_offs", data: []byte("offsets")},
		{name: "__debug_line_str", data: []byte("strings")},
		{name: "__zdebug_rnglist", data: []byte("stored plain")},
		{name: "__bss", flags: machoZeroFill, data: []byte("nothing"), size: 7},
		{name: "__text", flags: machoInstructions, size: 0x100}, // of the image that a dSYM describes
		{name: "custom", data: []byte("x")},
	}}}}
	f := m.parse(t)
	for name, want := range map[string]string{
		".debug_info": "info", ".debug_line": "lines", ".debug_str_offsets": "offsets", ".debug_line_str": "strings",
		".debug_rnglists": "stored plain", ".bss": "", ".text": "", "custom": "x",
	} {
		s, ok := f.Section(name)
		if !ok {
			t.Errorf("no section %s", name)
			continue
		}
		if data, err := s.Data(); string(data) != want || err != nil {
			t.Errorf("%s: %q (%v), want %q", name, data, err, want)
		}
	}
}

// What the App Store encrypted is refused when it is asked for, and nothing else.
func TestMachOEncrypted(t *testing.T) {
	m := testMachO{
		segments: []testMachOSegment{machoText(0, 0x100, 0x30), {name: "__DWARF", sections: []testMachOSection{{name: "__debug_str", data: []byte("plain")}}}},
		crypt:    &[3]uint32{0, 0, 1},
	}
	f := m.parse(t)
	text, _ := f.Section(".text")
	m.crypt[0], m.crypt[1] = uint32(text.offset)-8, 16
	f = m.parse(t)
	text, _ = f.Section(".text")
	if _, err := text.Data(); fmt.Sprint(err) != "test: .text at 0x168: encrypted" {
		t.Errorf("error %v", err)
	}
	str, _ := f.Section(".debug_str")
	if data, err := str.Data(); string(data) != "plain" || err != nil {
		t.Errorf(".debug_str: %q, %v", data, err)
	}
	m.crypt[2] = 0 // decrypted
	text, _ = m.parse(t).Section(".text")
	if _, err := text.Data(); err != nil {
		t.Error(err)
	}
}

func TestMachOErrors(t *testing.T) {
	m := testMachO{uuid: testUUID, segments: []testMachOSegment{machoText(0, 0x100, 0x30)}}
	whole := m.bytes()
	uuidAt := 32 + 72 + 80
	for _, tt := range []struct {
		name  string
		spoil func(b []byte) []byte
		want  string
	}{
		{"cut in the header", func(b []byte) []byte { return b[:20] }, "test: Mach-O header+0x14: need 4 bytes, have 0"},
		{"load commands cut", func(b []byte) []byte { return b[:100] }, "test: Mach-O header+0x20: need 176 bytes, have 68"},
		{"too many load commands", func(b []byte) []byte { b[16] = 9; return b }, "test: load commands+0xd0: need 4 bytes, have 0"},
		{"a command of no size", func(b []byte) []byte { b[uuidAt+4] = 0; return b }, "test: load commands+0xc0: command 0x1b of 0 bytes, 24 are left"},
		{"a command that is too big", func(b []byte) []byte { b[uuidAt+4] = 25; return b }, "test: load commands+0xc0: command 0x1b of 25 bytes, 24 are left"},
		{"a command that is too small", func(b []byte) []byte { b[36] = 60; return b }, "test: load commands+0x5c: need 4 bytes, have 0"},
		{"more sections than there is room", func(b []byte) []byte { b[32+64] = 2; return b }, "test: load commands+0xb8: need 16 bytes, have 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("test", tt.spoil(append([]byte(nil), whole...)))
			if fmt.Sprint(err) != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

// Tables that lie outside the file are missed when they are asked for.
func TestMachOTableErrors(t *testing.T) {
	command := func(kind uint32, fields ...uint32) testMachO {
		m := testMachO{segments: []testMachOSegment{machoText(0, 0x100, 0x30)}, moreCount: 1}
		m.more = m.encoder().u32(kind, uint32(8+4*len(fields))).u32(fields...).Bytes()
		return m
	}
	for _, tt := range []struct {
		name  string
		macho testMachO
		want  string
	}{
		{"symbols", command(loadSymtab, 0x10, 0xffffffff, 0, 0), "test: symbol table+0x0: offset 0x10, size 0xffffffff0: file has 0x100 bytes"},
		{"strings", command(loadSymtab, 0x10, 0, 0x200, 1), "test: string table+0x0: offset 0x200, size 0x1: file has 0x100 bytes"},
		{"exports", command(loadExportsTrie, 0x100, 0xffffffff), "test: export trie+0x0: offset 0x100, size 0xffffffff: file has 0xf8 bytes"},
		{"exports without an end", command(loadExportsTrie, 0, 1), "test: export trie+0x0: LEB128 number does not end"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := tt.macho.parse(t).Symbols(); fmt.Sprint(err) != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestFat(t *testing.T) {
	x86 := testMachO{cpu: 7 | cpu64, uuid: testUUID}
	arm := testMachO{cpu: 12 | cpu64, uuid: strings.Repeat("\x07", 16)}
	for _, magic := range []uint32{fatMagic32, fatMagic64} {
		f, err := Parse("test", fatFile(magic, x86.bytes(), arm.bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if f.Arch() != X86_64 {
			t.Errorf("the first slice is for %v", f.Arch())
		}
		var archs []Arch
		slices, err := f.Slices()
		for _, s := range slices {
			archs = append(archs, s.Arch())
		}
		if diff := cmp.Diff([]Arch{X86_64, ARM64}, archs); diff != "" || err != nil {
			t.Errorf("Slices() (-want +got):\n%s, error %v", diff, err)
		}
		if s, err := f.Slice(ARM64); err != nil || s.CodeID() != strings.Repeat("07", 16) {
			t.Errorf("Slice(ARM64) = %v, %v", s, err)
		}
		if _, err := f.Slice(PPC); fmt.Sprint(err) != "test: no code for ppc" {
			t.Errorf("Slice(PPC): error %v", err)
		}
	}
	thin := x86.parse(t)
	if slices, err := thin.Slices(); len(slices) != 1 || slices[0] != thin || err != nil {
		t.Errorf("Slices() of a thin file = %v, %v", slices, err)
	}
}

func TestFatErrors(t *testing.T) {
	m := testMachO{}
	good := m.bytes()
	spoilt := fatFile(fatMagic32, good, good)
	spoilt[12+4+20+3]++ // the second slice starts late
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"no slices", fatFile(fatMagic32), "test: fat header+0x4: no slices"},
		{"slice outside", spoilt, "test: fat header+0x2c: slice at offset 0x51, size 0x20: file has 0x70 bytes"},
		{"header cut", fatFile(fatMagic64, good)[:20], "test: fat header+0x10: need 8 bytes, have 4"},
		{"a slice of something else", fatFile(fatMagic32, []byte("!<arch>\n")), "test: slice is no Mach-O file"},
		{"a Java class", []byte("\xca\xfe\xba\xbe\x00\x00\x00\x41more"), "test: unknown object file format"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("test", tt.data)
			if fmt.Sprint(err) != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
	f, err := Parse("test", fatFile(fatMagic32, good, []byte("bitcode")))
	if err != nil {
		t.Fatal(err)
	}
	slices, err := f.Slices()
	if len(slices) != 1 || fmt.Sprint(err) != "test: slice 1: slice is no Mach-O file" {
		t.Errorf("Slices() = %d of them, error %v", len(slices), err)
	}
}

// Closing one slice closes the mapping of all, once.
func TestCloseSlices(t *testing.T) {
	f, err := Open(fixture.Path(t, "bin/macos/fat/prog"))
	if err != nil {
		t.Fatal(err)
	}
	arm, err := f.Slice(ARM64)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []*File{arm, f, arm} {
		if err := file.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

// machoPaths returns Mach-O files to compare with a second opinion: the
// repository's own, and what there is of the corpus.
func machoPaths(t testing.TB) []string {
	t.Helper()
	roots := []string{fixture.Path(t, "bin/macos")}
	if corpus := filepath.Join(fixture.Root(t), "..", "shared", "corpus"); exists(corpus) {
		roots = append(roots, corpus)
	}
	var paths []string
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				if file, err := Open(path); err == nil {
					if file.Format() == MachO {
						paths = append(paths, path)
					}
					file.Close()
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

// Package debug/macho reads the same sections and symbols.
func TestAgreesWithDebugMacho(t *testing.T) {
	symbols := 0
	for _, path := range machoPaths(t) {
		slices, err := open(t, path).Slices()
		if err != nil {
			t.Error(err)
		}
		for _, f := range slices {
			checkCode(t, f)
			checkSections(t, f)
			checkSymbols(t, f)
			want, err := macho.NewFile(bytes.NewReader(f.data))
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			symbols += agreesWithDebugMacho(t, f, want)
		}
	}
	if symbols < 10 {
		t.Errorf("%d symbols compared", symbols)
	}
}

// agreesWithDebugMacho returns how many symbols it compared.
func agreesWithDebugMacho(t *testing.T, f *File, want *macho.File) (n int) {
	t.Helper()
	if len(f.sections) != len(want.Sections) {
		t.Fatalf("%s: %d sections, want %d", f.Name(), len(f.sections), len(want.Sections))
	}
	for i, w := range want.Sections {
		if s := &f.sections[i]; s.Addr != w.Addr || s.Size != w.Size {
			t.Errorf("%s: %s at %#x+%#x, want %#x+%#x", f.Name(), w.Name, s.Addr, s.Size, w.Addr, w.Size)
		}
	}
	if want.Symtab == nil {
		return 0
	}
	symbols, err := f.Symbols()
	if err != nil {
		t.Errorf("%s: %v", f.Name(), err)
	}
	known := map[string]bool{}
	for _, s := range symbols {
		known[fmt.Sprintf("%#x %s", s.Addr, s.Name)] = true
	}
	for _, w := range want.Symtab.Syms {
		if _, ok := findRange(f.code, w.Value); !ok || w.Type&nlistStab != 0 || w.Type&nlistKind != nlistInSection || w.Name == "" {
			continue
		}
		n++
		name := w.Name
		if !strings.Contains(name, ".") { // else the package took the underscore itself
			name = strings.TrimPrefix(name, "_")
		}
		if !known[fmt.Sprintf("%#x %s", w.Value, name)] {
			t.Errorf("%s: no symbol %s at %#x", f.Name(), w.Name, w.Value)
		}
	}
	return n
}
