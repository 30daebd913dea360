package objfile

import (
	"bytes"
	"debug/elf"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// relocFile has code at 0x0 (.text) and 0x20 (.text.b), two sections named
// .debug_info of eight and 16 bytes, and a table of relocations for the second.
// Its symbols: 1 is at 4 in .text.b, 2 is the first .debug_info, 3 the second,
// 4 is absolute, 5 is not defined.
func relocFile(e testELF, info []byte, relocs testSection) testELF {
	relocs.name, relocs.info, relocs.link = ".rel.debug_info", 4, 6
	e.sections = []testSection{
		text(".text", 0, 0x14),
		text(".text.b", 0, 0x10),
		{name: ".debug_info", data: make([]byte, 8)},
		{name: ".debug_info", data: info},
		relocs,
	}
	e.sections = append(e.sections, e.symbols(7,
		testSymbol{name: "b", typ: elf.STT_FUNC, section: 2, value: 4, size: 4},
		testSymbol{typ: elf.STT_SECTION, section: 3},
		testSymbol{typ: elf.STT_SECTION, section: 4},
		testSymbol{name: "absolute", section: elf.SHN_ABS, value: 0x77},
		testSymbol{name: "elsewhere"})...)
	return e
}

// A testReloc is a relocation at an offset.
type testReloc struct {
	offset uint64
	typ    uint32
	symbol uint32
	addend uint64
}

// relocs returns a table with addends, or without.
func (e *testELF) relocs(addend bool, relocs ...testReloc) testSection {
	b := e.encoder()
	for _, r := range relocs {
		b.addr(r.offset)
		switch {
		case e.word() == 4:
			b.u32(r.symbol<<8 | r.typ)
		case e.machine == elf.EM_MIPS:
			b.u32(r.symbol).u8(0, 0, 0, uint8(r.typ))
		default:
			b.u64(uint64(r.symbol)<<32 | uint64(r.typ))
		}
		if addend {
			b.addr(r.addend)
		}
	}
	if addend {
		return testSection{typ: elf.SHT_RELA, data: b.Bytes()}
	}
	return testSection{typ: elf.SHT_REL, data: b.Bytes()}
}

// What each relocation means is in its machine's ELF supplement; .text.b is placed
// at 0x20 and the second .debug_info at 8.
func TestRelocations(t *testing.T) {
	const v = "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f"
	le64 := func(m elf.Machine) testELF { return testELF{machine: m} }
	le32 := func(m elf.Machine) testELF { return testELF{machine: m, class: elf.ELFCLASS32} }
	be64 := func(m elf.Machine) testELF { return testELF{machine: m, big: true} }
	be32 := func(m elf.Machine) testELF { return testELF{machine: m, big: true, class: elf.ELFCLASS32} }
	for _, tt := range []struct {
		name   string
		file   testELF
		addend bool
		info   string
		relocs []testReloc
		want   string
	}{
		{
			"64", le64(elf.EM_X86_64), true, v,
			[]testReloc{{0, uint32(elf.R_X86_64_64), 1, 2}},
			"26 00 00 00 00 00 00 00 08 09 0a 0b 0c 0d 0e 0f",
		},
		{
			"32, twice", le64(elf.EM_X86_64), true, v,
			[]testReloc{{12, uint32(elf.R_X86_64_32), 1, 2}, {0, uint32(elf.R_X86_64_32), 4, 0}},
			"77 00 00 00 04 05 06 07 08 09 0a 0b 26 00 00 00",
		},
		{
			"relative to the place", le64(elf.EM_X86_64), true, v,
			[]testReloc{{4, uint32(elf.R_X86_64_PC32), 1, 0}},
			"00 01 02 03 18 00 00 00 08 09 0a 0b 0c 0d 0e 0f",
		},
		{
			"sections of one name are joined", le64(elf.EM_X86_64), true, v,
			[]testReloc{{0, uint32(elf.R_X86_64_32), 2, 3}, {4, uint32(elf.R_X86_64_32), 3, 3}},
			"03 00 00 00 0b 00 00 00 08 09 0a 0b 0c 0d 0e 0f",
		},
		{
			"not defined", le64(elf.EM_X86_64), true, v,
			[]testReloc{{0, uint32(elf.R_X86_64_32), 5, 3}, {4, uint32(elf.R_X86_64_32), 0, 9}, {8, uint32(elf.R_X86_64_32), 99, 9}},
			"03 00 00 00 09 00 00 00 09 00 00 00 0c 0d 0e 0f",
		},
		{"ignored", le64(elf.EM_X86_64), true, v, []testReloc{{0, uint32(elf.R_X86_64_NONE), 1, 3}, {99, uint32(elf.R_X86_64_DTPOFF64), 1, 0}}, v},
		{
			"small ones", le64(elf.EM_X86_64), true, v,
			[]testReloc{{0, uint32(elf.R_X86_64_8), 1, 0}, {2, uint32(elf.R_X86_64_16), 1, 0}},
			"24 01 24 00 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
		},
		{
			"addend in place", le32(elf.EM_386), false, "02 00 00 00 fe ff ff ff 01 01 01 01 01 01 01 01",
			[]testReloc{{0, uint32(elf.R_386_32), 1, 0}, {4, uint32(elf.R_386_32), 1, 0}, {8, uint32(elf.R_386_8), 1, 0}, {10, uint32(elf.R_386_16), 1, 0}},
			"26 00 00 00 22 00 00 00 25 01 25 01 01 01 01 01",
		},
		{
			"32-bit addend", be32(elf.EM_PPC), true, v,
			[]testReloc{{0, uint32(elf.R_PPC_ADDR32), 1, 0xfffffffc}},
			"00 00 00 20 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
		},
		{
			"arm", be32(elf.EM_ARM), false, "00 00 00 01 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
			[]testReloc{{0, uint32(elf.R_ARM_ABS32), 1, 0}},
			"00 00 00 25 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
		},
		{
			"arm64", le64(elf.EM_AARCH64), true, v,
			[]testReloc{{0, uint32(elf.R_AARCH64_ABS64), 1, 0}, {8, uint32(elf.R_AARCH64_PREL32), 1, 0}},
			"24 00 00 00 00 00 00 00 14 00 00 00 0c 0d 0e 0f",
		},
		{
			"mips64, little-endian", le64(elf.EM_MIPS), true, v,
			[]testReloc{{0, uint32(elf.R_MIPS_64), 1, 1}},
			"25 00 00 00 00 00 00 00 08 09 0a 0b 0c 0d 0e 0f",
		},
		{
			"mips64, big-endian", be64(elf.EM_MIPS), true, v,
			[]testReloc{{0, uint32(elf.R_MIPS_64), 1, 1}},
			"00 00 00 00 00 00 00 25 08 09 0a 0b 0c 0d 0e 0f",
		},
		{
			"mips", be32(elf.EM_MIPS), false, "00 00 00 00 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
			[]testReloc{{0, uint32(elf.R_MIPS_32), 1, 0}},
			"00 00 00 24 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
		},
		{
			"ppc64", be64(elf.EM_PPC64), true, v,
			[]testReloc{{0, uint32(elf.R_PPC64_ADDR64), 1, 1}, {8, ppc64Uaddr32, 1, 0}},
			"00 00 00 00 00 00 00 25 00 00 00 24 0c 0d 0e 0f",
		},
		{
			"s390x", be64(elf.EM_S390), true, v,
			[]testReloc{{0, uint32(elf.R_390_64), 1, 1}, {8, uint32(elf.R_390_32), 1, 0}},
			"00 00 00 00 00 00 00 25 00 00 00 24 0c 0d 0e 0f",
		},
		{
			"sparc64", be64(elf.EM_SPARCV9), true, v,
			[]testReloc{{1, uint32(elf.R_SPARC_UA64), 1, 1}, {9, 0xabcd00 | uint32(elf.R_SPARC_UA32), 1, 0}},
			"00 00 00 00 00 00 00 00 25 00 00 00 24 0d 0e 0f",
		},
		{
			"riscv: differences", le64(elf.EM_RISCV), true, v,
			[]testReloc{
				{0, uint32(elf.R_RISCV_ADD8), 1, 1},
				{0, uint32(elf.R_RISCV_SUB8), 1, 0},
				{2, uint32(elf.R_RISCV_ADD16), 1, 1},
				{2, uint32(elf.R_RISCV_SUB16), 1, 0},
				{4, uint32(elf.R_RISCV_ADD32), 1, 1},
				{4, uint32(elf.R_RISCV_SUB32), 1, 0},
				{8, uint32(elf.R_RISCV_ADD64), 1, 1},
				{8, uint32(elf.R_RISCV_SUB64), 1, 0},
			},
			"01 01 03 03 05 05 06 07 09 09 0a 0b 0c 0d 0e 0f",
		},
		{
			"riscv: six bits", le64(elf.EM_RISCV), true, "c1 c1 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
			[]testReloc{
				{0, uint32(elf.R_RISCV_SET6), 1, 0x40}, {1, uint32(elf.R_RISCV_SUB6), 1, 0},
			},
			"e4 dd 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
		},
		{
			"riscv: LEB128", le64(elf.EM_RISCV), true, "80 80 00 ff ff ff ff ff ff ff ff ff ff ff ff ff",
			[]testReloc{
				{0, riscvSetUleb128, 1, 0x1234}, {0, riscvSubUleb128, 1, 0}, {15, riscvSetUleb128, 1, 0},
			},
			"b4 a4 00 ff ff ff ff ff ff ff ff ff ff ff ff a4",
		},
		{
			"loongarch: six bits, LEB128", le64(elf.EM_LOONGARCH), true, "c1 c1 85 00 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
			[]testReloc{
				{0, uint32(elf.R_LARCH_ADD6), 1, 0},
				{1, uint32(elf.R_LARCH_SUB6), 1, 0},
				{2, uint32(elf.R_LARCH_ADD_ULEB128), 1, 0x100},
				{2, uint32(elf.R_LARCH_SUB_ULEB128), 1, 0},
			},
			"e5 dd 85 02 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := relocFile(tt.file, unhex(t, tt.info), tt.file.relocs(tt.addend, tt.relocs...))
			f := e.parse(t)
			got, err := f.joined(".debug_info")
			want := append(make([]byte, 8), unhex(t, tt.want)...)
			if !bytes.Equal(got, want) || err != nil {
				t.Errorf("error %v\n got % x\nwant % x", err, got, want)
			}
		})
	}
}

func TestRelocationsOfALinkedFileAreAppliedAlready(t *testing.T) {
	e := testELF{machine: elf.EM_X86_64, typ: elf.ET_EXEC}
	e = relocFile(e, make([]byte, 16), e.relocs(true, testReloc{0, uint32(elf.R_X86_64_64), 1, 2}))
	got, err := e.parse(t).joined(".debug_info")
	if want := make([]byte, 24); !bytes.Equal(got, want) || err != nil {
		t.Errorf("Data() = % x, %v, want zeros", got, err)
	}
}

// A section that is compressed is relocated as it is in memory.
func TestRelocationsOfACompressedSection(t *testing.T) {
	e := testELF{machine: elf.EM_X86_64}
	compressed := e.compressed(elf.COMPRESS_ZLIB, 16, fixture.Zlib(t, make([]byte, 16)))
	e = relocFile(e, compressed.data, e.relocs(true, testReloc{8, uint32(elf.R_X86_64_32), 3, 1}))
	e.sections[2].data, e.sections[2].flags = compressed.data, compressed.flags
	e.sections[3].flags = compressed.flags
	got, err := e.parse(t).joined(".debug_info")
	want := make([]byte, 32)
	want[24] = 17 // the first .debug_info takes 16 bytes, once inflated
	if !bytes.Equal(got, want) || err != nil {
		t.Errorf("error %v\n got % x\nwant % x", err, got, want)
	}
}

func TestRelocationErrors(t *testing.T) {
	for _, tt := range []struct {
		name   string
		relocs []testReloc
		change func(s []testSection)
		want   string
	}{
		{
			"unknown type",
			[]testReloc{{0, uint32(elf.R_X86_64_NONE), 1, 0}, {0, 200, 1, 0}},
			nil,
			"test: .debug_info at 0x70: .rel.debug_info+0x18: relocation type 200 of EM_X86_64 is not known",
		},
		{
			"outside",
			[]testReloc{{13, uint32(elf.R_X86_64_32), 1, 0}},
			nil,
			"test: .debug_info at 0x70: .rel.debug_info+0x0: relocation of 4 bytes at 0xd: section has 0x10",
		},
		{
			"far outside",
			[]testReloc{{^uint64(0), uint32(elf.R_X86_64_32), 1, 0}},
			nil,
			"test: .debug_info at 0x70: .rel.debug_info+0x0: relocation of 4 bytes at 0xffffffffffffffff: section has 0x10",
		},
		{
			"cut", nil, func(s []testSection) { s[4].data = []byte{1, 2, 3} },
			"test: .debug_info at 0x70: .rel.debug_info+0x0: need 8 bytes, have 3",
		},
		{
			"no symbols", nil, func(s []testSection) { s[4].link = 1 },
			"test: .debug_info at 0x70: section 1 holds no symbols",
		},
		{
			"symbols in no section", nil, func(s []testSection) { s[4].link = 99 },
			"test: .debug_info at 0x70: section 99 holds no symbols",
		},
		{"of a section that there is not", nil, func(s []testSection) { s[4].info = 99 }, "<nil>"},
		{"of their own section", []testReloc{{0, 200, 1, 0}}, func(s []testSection) { s[4].info = 5 }, "<nil>"},
		{"of symbols", []testReloc{{0, 200, 1, 0}}, func(s []testSection) { s[4].info = 6 }, "<nil>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := testELF{machine: elf.EM_X86_64}
			e = relocFile(e, make([]byte, 16), e.relocs(true, tt.relocs...))
			if tt.change != nil {
				tt.change(e.sections)
			}
			f := e.parse(t)
			_, err := f.sections[4].Data()
			if got := fmt.Sprint(err); got != tt.want {
				t.Errorf("Data():\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestRelocatableFileHasPlaces(t *testing.T) {
	e := testELF{machine: elf.EM_X86_64}
	bss := testSection{name: ".bss", typ: elf.SHT_NOBITS, flags: elf.SHF_ALLOC, size: 0x100, align: 32}
	huge := testSection{name: ".huge", typ: elf.SHT_NOBITS, flags: elf.SHF_ALLOC, size: ^uint64(0) - 8}
	odd := text(".text.odd", 0, 3)
	odd.align = 3 // no power of two: of no meaning
	e.sections = append([]testSection{bss, text(".text", 0, 5), odd, text(".text.b", 0, 7), huge},
		e.symbols(7,
			testSymbol{name: "b", typ: elf.STT_FUNC, section: 4, value: 1, size: 2},
			testSymbol{name: "a", typ: elf.STT_FUNC, section: 2, value: 1, size: 2},
			testSymbol{name: "fixed", typ: elf.STT_FUNC, section: elf.SHN_ABS, value: 1, size: 2})...)
	f := e.parse(t)
	want := []debuginfo.Range{{Start: 0, End: 5}, {Start: 5, End: 8}, {Start: 16, End: 23}}
	if diff := cmp.Diff(want, f.CodeRanges()); diff != "" {
		t.Errorf("CodeRanges() (-want +got):\n%s", diff)
	}
	if s, _ := f.Section(".bss"); s.Addr != 32 {
		t.Errorf(".bss is at %#x, want 0x20", s.Addr)
	}
	symbols, err := f.Symbols()
	if diff := cmp.Diff("\n0x1+0x2 func local a\n0x11+0x2 func local b", picture(symbols)); diff != "" || err != nil {
		t.Errorf("Symbols(): error %v, difference (-want +got):\n%s", err, diff)
	}
}
