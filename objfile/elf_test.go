package objfile

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

func TestParseEveryShape(t *testing.T) {
	for _, class := range []elf.Class{elf.ELFCLASS32, elf.ELFCLASS64} {
		for _, big := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v big=%v", class, big), func(t *testing.T) {
				e := testELF{class: class, big: big, typ: elf.ET_EXEC, machine: elf.EM_MIPS}
				e.sections = append([]testSection{
					text(".text", 0x401000, 0x40),
					{name: ".bss", typ: elf.SHT_NOBITS, flags: elf.SHF_ALLOC | elf.SHF_WRITE, addr: 0x402000, size: 0x1000},
				}, e.symbols(4, testSymbol{name: "main", typ: elf.STT_FUNC, bind: elf.STB_GLOBAL, section: 1, value: 0x401010, size: 0x20})...)
				e.segments = []testSegment{{typ: elf.PT_LOAD, flags: elf.PF_X, vaddr: 0x400fc0, first: ".text", last: ".text"}}
				f := e.parse(t)

				if got, want := f.ByteOrder(), e.order(); got != want {
					t.Errorf("ByteOrder() = %v, want %v", got, want)
				}
				if got, want := f.Arch(), map[elf.Class]Arch{elf.ELFCLASS32: MIPS, elf.ELFCLASS64: MIPS64}[class]; got != want {
					t.Errorf("Arch() = %v, want %v", got, want)
				}
				if got, want := f.Base(), uint64(0x400000); got != want {
					t.Errorf("Base() = %#x, want %#x", got, want)
				}
				if diff := cmp.Diff([]debuginfo.Range{{Start: 0x401000, End: 0x401040}}, f.CodeRanges()); diff != "" {
					t.Errorf("CodeRanges() (-want +got):\n%s", diff)
				}
				symbols, err := f.Symbols()
				if diff := cmp.Diff([]Symbol{{Name: "main", Addr: 0x401010, Size: 0x20, Kind: Func}}, symbols); diff != "" || err != nil {
					t.Errorf("Symbols(): error %v, difference (-want +got):\n%s", err, diff)
				}
				bss, ok := f.Section(".bss")
				if !ok || bss.Addr != 0x402000 || bss.Size != 0x1000 {
					t.Fatalf("Section(.bss) = %+v, %v", bss, ok)
				}
				if code, _ := f.Section(".text"); code.Empty() || !bss.Empty() {
					t.Errorf("Empty(): .text %v, .bss %v, want false and true", code.Empty(), bss.Empty())
				}
				if data, err := bss.Data(); len(data) != 0 || err != nil {
					t.Errorf(".bss has %d bytes, error %v, want none", len(data), err)
				}
			})
		}
	}
}

// Section header 0 holds what does not fit the file header's 16 bits.
func TestMoreSectionsThanTheHeaderCounts(t *testing.T) {
	const n = 0x10000
	e := testELF{}
	for i := range n {
		e.sections = append(e.sections, text(fmt.Sprintf(".text.%d", i), 0, 1))
	}
	symtab := e.symbols(n+2,
		testSymbol{name: "low", typ: elf.STT_FUNC, section: 7, size: 1},
		testSymbol{name: "high", typ: elf.STT_FUNC, section: elf.SHN_XINDEX, size: 1})
	e.sections = append(e.sections, symtab...)
	e.sections = append(e.sections, testSection{
		name: ".symtab_shndx", typ: elf.SHT_SYMTAB_SHNDX, link: n + 1,
		data: e.encoder().u32(0, 0, n).Bytes(),
	})
	data := e.bytes()
	first := data[binary.LittleEndian.Uint64(data[0x28:]):]
	binary.LittleEndian.PutUint64(first[0x20:], n+5) // size: how many sections
	binary.LittleEndian.PutUint32(first[0x28:], n+4) // link: which one holds the names
	binary.LittleEndian.PutUint16(data[0x3c:], 0)
	binary.LittleEndian.PutUint16(data[0x3e:], uint16(elf.SHN_XINDEX))

	f, err := Parse("test", data)
	if err != nil {
		t.Fatal(err)
	}
	symbols, err := f.Symbols()
	want := []Symbol{
		{Name: "low", Addr: 0x60, Size: 1, Kind: Func, Binding: Local},
		{Name: "high", Addr: 0xffff0, Size: 1, Kind: Func, Binding: Local},
	}
	if diff := cmp.Diff(want, symbols); diff != "" || err != nil {
		t.Errorf("Symbols(): error %v, difference (-want +got):\n%s", err, diff)
	}
}

func TestArchOfMachine(t *testing.T) {
	for _, tt := range []struct {
		machine elf.Machine
		class   elf.Class
		want    string
	}{
		{elf.EM_386, elf.ELFCLASS32, "x86"},
		{elf.EM_X86_64, elf.ELFCLASS64, "x86_64"},
		{elf.EM_X86_64, elf.ELFCLASS32, "x86_64"}, // x32
		{elf.EM_ARM, elf.ELFCLASS32, "arm"},
		{elf.EM_AARCH64, elf.ELFCLASS64, "arm64"},
		{elf.EM_AARCH64, elf.ELFCLASS32, "arm64_32"},
		{elf.EM_PPC, elf.ELFCLASS32, "ppc"},
		{elf.EM_PPC64, elf.ELFCLASS64, "ppc64"},
		{elf.EM_MIPS, elf.ELFCLASS32, "mips"},
		{elf.EM_MIPS, elf.ELFCLASS64, "mips64"},
		{elf.EM_RISCV, elf.ELFCLASS32, "riscv32"},
		{elf.EM_RISCV, elf.ELFCLASS64, "riscv64"},
		{elf.EM_S390, elf.ELFCLASS32, "s390"},
		{elf.EM_S390, elf.ELFCLASS64, "s390x"},
		{elf.EM_LOONGARCH, elf.ELFCLASS64, "loongarch64"},
		{elf.EM_SPARC, elf.ELFCLASS32, "sparc"},
		{elf.EM_SPARC32PLUS, elf.ELFCLASS32, "sparc"},
		{elf.EM_SPARCV9, elf.ELFCLASS64, "sparc64"},
		{elf.EM_AVR, elf.ELFCLASS32, "unknown"},
	} {
		f := (&testELF{class: tt.class, machine: tt.machine}).parse(t)
		if got := f.Arch().String(); got != tt.want {
			t.Errorf("%v of %v: Arch() = %s, want %s", tt.machine, tt.class, got, tt.want)
		}
		if got := ParseArch(tt.want); got != f.Arch() {
			t.Errorf("ParseArch(%q) = %v, want %v", tt.want, got, f.Arch())
		}
	}
	if got := ParseArch("pdp11"); got != UnknownArch {
		t.Errorf("ParseArch(pdp11) = %v, want unknown", got)
	}
}

func TestBase(t *testing.T) {
	load := func(vaddr uint64) testSegment {
		return testSegment{typ: elf.PT_LOAD, vaddr: vaddr, first: ".text", last: ".text", align: 0x200000}
	}
	for _, tt := range []struct {
		name     string
		segments []testSegment
		want     uint64
	}{
		{"no segments", nil, 0},
		{"nothing loaded", []testSegment{{typ: elf.PT_NOTE, vaddr: 0x5000, first: ".text", last: ".text"}}, 0},
		{"shared library", []testSegment{load(0), load(0x1000)}, 0},
		{"executable", []testSegment{load(0x400000), load(0x401000)}, 0x400000},
		{"the page, not the alignment", []testSegment{load(0x401fc0)}, 0x401000},
		{"kernel", []testSegment{load(0xffffffff81000000), load(0xffffffff82000000), load(0)}, 0xffffffff81000000},
		{"an empty segment does not count", []testSegment{{typ: elf.PT_LOAD, vaddr: 0x1000, first: ".empty", last: ".empty"}, load(0x3000)}, 0x3000},
	} {
		e := testELF{typ: elf.ET_DYN, segments: tt.segments, sections: []testSection{text(".text", 0, 8), {name: ".empty"}}}
		if got := e.parse(t).Base(); got != tt.want {
			t.Errorf("%s: Base() = %#x, want %#x", tt.name, got, tt.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	sound := (&testELF{class: elf.ELFCLASS64, segments: []testSegment{{typ: elf.PT_LOAD}}, sections: []testSection{text(".text", 0, 8)}}).bytes()
	change := func(off int, b ...byte) []byte {
		data := append([]byte(nil), sound...)
		copy(data[off:], b)
		return data
	}
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "test: unknown object file format"},
		{"no magic", []byte("#!/bin/sh"), "test: unknown object file format"},
		{"magic only", sound[:4], "test: ELF header+0x4: need 1 bytes, have 0"},
		{"cut in the header", sound[:0x3e], "test: ELF header+0x3e: need 2 bytes, have 0"},
		{"class", change(4, 3), "test: ELF header+0x4: class 3"},
		{"byte order", change(5, 0), "test: ELF header+0x5: byte order 0"},
		{"section headers beyond the file", change(0x28, 0, 0, 0, 0, 1), "test: section headers+0x0: 3 entries of 64 bytes at offset 0x100000000: file has 0x158 bytes"},
		{"more section headers than the file has", change(0x3c, 9), "test: section headers+0x0: 9 entries of 64 bytes at offset 0x98: file has 0x158 bytes"},
		{"short section headers", change(0x3a, 63), "test: section headers+0x0: entries of 63 bytes, need 64"},
		{"no size of section headers", change(0x3a, 0, 0, 0, 0), "test: section headers+0x0: entries of 0 bytes, need 64"},
		{"names in a section there is not", change(0x3e, 9), "test: section headers+0x0: names are in section 9 of 3"},
		{"program headers beyond the file", change(0x20, 0, 0, 1), "test: program headers+0x0: 1 entries of 56 bytes at offset 0x10000: file has 0x158 bytes"},
		{"short program headers", change(0x36, 55), "test: program headers+0x0: entries of 55 bytes, need 56"},
		{"names beyond the file", change(0x98+2*64+0x18, 0, 0xff), "test: section names: offset 0xff00, size 0x11: file has 0x158 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse("test", tt.data)
			if f != nil || fmt.Sprint(err) != tt.want {
				t.Errorf("Parse:\n got %v\nwant %s", err, tt.want)
			}
		})
	}
	if _, err := Parse("test", nil); !errors.Is(err, ErrUnknownFormat) {
		t.Errorf("error %v is not ErrUnknownFormat", err)
	}
}

func TestNamesOfKinds(t *testing.T) {
	var got []string
	for k := range SymbolKind(Public + 2) {
		got = append(got, k.String())
	}
	for b := range SymbolBinding(Local + 2) {
		got = append(got, b.String())
	}
	for f := range Format(Breakpad + 2) {
		got = append(got, f.String())
	}
	want := []string{
		"unknown", "func", "ifunc", "label", "plt", "export", "public", "unknown",
		"global", "weak", "local", "unknown",
		"unknown", "elf", "macho", "pe", "pdb", "breakpad", "unknown",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if got := Arch(200).String(); got != "unknown" {
		t.Errorf("Arch(200) = %q, want unknown", got)
	}
}
