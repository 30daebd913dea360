package objfile

import (
	"debug/elf"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A dynamicFile has no section headers. Its one segment, at 0x1000, holds the
// hash table, symbols, names and code, in that order, each named as a section.
func dynamicFile(class elf.Class, big bool, tag elf.DynTag, hash func(e *testELF) []byte) testELF {
	e := testELF{class: class, big: big, typ: elf.ET_DYN, machine: elf.EM_MIPS, noSections: true}
	table := e.symbols(0,
		testSymbol{name: "imported", typ: elf.STT_FUNC, bind: elf.STB_GLOBAL},
		testSymbol{name: "f", typ: elf.STT_FUNC, bind: elf.STB_GLOBAL, section: 7, value: 0x1000, size: 8},
		testSymbol{name: "g", typ: elf.STT_FUNC, bind: elf.STB_GLOBAL, section: 7, value: 0x1008, size: 4})
	e.sections = []testSection{{name: "hash", data: hash(&e)}, table[0], table[1], {name: "dynamic"}}
	at := func(section int) uint64 { // where a section of the segment is loaded
		addr := uint64(0x1000)
		for _, s := range e.sections[:section] {
			addr += (uint64(len(s.data)) + 7) &^ 7
		}
		return addr
	}
	e.sections[3].data = e.encoder().
		addr(uint64(tag), at(0)).
		addr(uint64(elf.DT_SYMTAB), at(1)).
		addr(uint64(elf.DT_STRTAB), at(2)).
		addr(uint64(elf.DT_STRSZ), uint64(len(table[1].data))).
		addr(uint64(elf.DT_NULL), 0).
		addr(uint64(elf.DT_STRTAB), 0xdead).Bytes()
	e.segments = []testSegment{
		{typ: elf.PT_LOAD, flags: elf.PF_R | elf.PF_X, vaddr: 0x1000, first: "hash", last: "dynamic"},
		{typ: elf.PT_DYNAMIC, first: "dynamic", last: "dynamic"},
	}
	return e
}

func TestSymbolsWithoutSectionHeaders(t *testing.T) {
	sysv := func(e *testELF) []byte { return e.encoder().u32(1, 4, 1, 0, 0, 0, 0).Bytes() }
	gnu := func(e *testELF) []byte {
		// Two buckets, the first symbol hashed is 2, a filter of one word; chains.
		return e.encoder().u32(2, 2, 1, 6).addr(0).u32(2, 3, 0x10, 0x21).Bytes()
	}
	empty := func(e *testELF) []byte { return e.encoder().u32(1, 4, 1, 6).addr(0).u32(0).Bytes() }
	const both = "\n0x1000+0x8 func global f\n0x1008+0x4 func global g"
	for _, tt := range []struct {
		name  string
		class elf.Class
		big   bool
		tag   elf.DynTag
		hash  func(e *testELF) []byte
		want  string
	}{
		{"hash", elf.ELFCLASS64, false, elf.DT_HASH, sysv, both},
		{"hash, 32 bits, big-endian", elf.ELFCLASS32, true, elf.DT_HASH, sysv, both},
		{"GNU hash", elf.ELFCLASS64, false, elf.DT_GNU_HASH, gnu, both},
		{"GNU hash, 32 bits, big-endian", elf.ELFCLASS32, true, elf.DT_GNU_HASH, gnu, both},
		{"GNU hash of nothing: only those before", elf.ELFCLASS64, false, elf.DT_GNU_HASH, empty, both},
		{"no hash", elf.ELFCLASS64, false, elf.DT_DEBUG, sysv, ""},
		{"hash cut", elf.ELFCLASS64, false, elf.DT_HASH, func(*testELF) []byte { return nil }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := dynamicFile(tt.class, tt.big, tt.tag, tt.hash)
			f := e.parse(t)
			if _, ok := f.Section(".text"); ok || len(f.CodeRanges()) != 1 {
				t.Fatalf("CodeRanges() = %v", f.CodeRanges())
			}
			symbols, err := f.Symbols()
			if diff := cmp.Diff(tt.want, picture(symbols)); diff != "" || err != nil {
				t.Errorf("Symbols(): error %v, difference (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestGNUHashSymbols(t *testing.T) {
	e := testELF{}
	f := e.parse(t).image.(*elfFile)
	for _, tt := range []struct {
		name string
		data []byte
		want uint64
	}{
		{"cut in the header", e.encoder().u32(2, 2).Bytes(), 0},
		{"cut in the filter", e.encoder().u32(1, 2, 9, 0).u64(0).Bytes(), 0},
		{"cut in the buckets", e.encoder().u32(0xffffffff, 2, 1, 0).u64(0).u32(5).Bytes(), 0},
		{"chain does not end", e.encoder().u32(1, 2, 1, 0).u64(0).u32(2).u32(2, 4, 6).Bytes(), 0},
		{"chain of three", e.encoder().u32(1, 2, 1, 0).u64(0).u32(2).u32(2, 4, 7, 9).Bytes(), 5},
		{"chain beyond", e.encoder().u32(1, 2, 1, 0).u64(0).u32(0xffffffff).u32(1).Bytes(), 0},
	} {
		if got := f.gnuHashSymbols(tt.data); got != tt.want {
			t.Errorf("%s: %d symbols, want %d", tt.name, got, tt.want)
		}
	}
}

func TestCodeRangesOfSegments(t *testing.T) {
	e := testELF{typ: elf.ET_EXEC, noSections: true, sections: []testSection{text("a", 0, 0x10), text("b", 0, 0x20)}}
	segment := func(typ elf.ProgType, flags elf.ProgFlag, vaddr uint64, name string) testSegment {
		return testSegment{typ: typ, flags: flags, vaddr: vaddr, first: name, last: name}
	}
	e.segments = []testSegment{
		segment(elf.PT_LOAD, elf.PF_R, 0x1000, "a"),
		segment(elf.PT_LOAD, elf.PF_R|elf.PF_X, 0x3000, "b"),
		segment(elf.PT_LOAD, elf.PF_X, 0x2000, "a"),
		segment(elf.PT_NOTE, elf.PF_X, 0x4000, "a"),
		segment(elf.PT_LOAD, elf.PF_X, ^uint64(0)-4, "a"), // wraps around
	}
	want := []debuginfo.Range{{Start: 0x2000, End: 0x2010}, {Start: 0x3000, End: 0x3020}}
	if diff := cmp.Diff(want, e.parse(t).CodeRanges()); diff != "" {
		t.Errorf("CodeRanges() (-want +got):\n%s", diff)
	}
}
