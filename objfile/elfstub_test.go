package objfile

import (
	"debug/elf"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Code and slots are what objdump -d and -R print for programs that GNU ld 2.40
// and, of RISC-V with 32 bits, of LoongArch, of retpolines and of the far ppc64le,
// lld 19 linked.
func TestStubDecoders(t *testing.T) {
	for _, tt := range []struct {
		name    string
		machine elf.Machine
		code    string
		addr    uint64
		slot    uint64
		size    int
	}{
		{"x86_64", elf.EM_X86_64, "ff 25 c2 2f 00 00 68 01 00 00 00 e9 d0 ff ff ff", 0x1040, 0x4008, 6},
		{"x86_64, .plt.sec", elf.EM_X86_64, "f3 0f 1e fa ff 25 d6 2e 00 00 66 0f 1f 44 00 00", 0x10c0, 0x3fa0, 10},
		{"x86_64, bnd", elf.EM_X86_64, "f3 0f 1e fa f2 ff 25 d5 2e 00 00", 0x10c0, 0x3fa0, 11},
		{"x86_64, the header", elf.EM_X86_64, "ff 35 ca 2f 00 00 ff 25 cc 2f 00 00 0f 1f 40 00", 0x1020, 0, 0},
		{"x86_64, cut", elf.EM_X86_64, "ff 25 c2 2f 00", 0x1040, 0, 0},
		{"x86_64, retpoline", elf.EM_X86_64, "4c 8b 1d f1 20 00 00 e8 e4 ff ff ff", 0x1470, 0x3568, 7},
		{"x86_64, retpoline, bound at once", elf.EM_X86_64, "4c 8b 1d f1 10 00 00 e9 d4 ff ff ff", 0x1420, 0x2518, 7},
		{"x86_64, a load of something else", elf.EM_X86_64, "4c 8b 1d f1 10 00 00 c3 d4 ff ff ff", 0x1420, 0, 0},
		{"i386", elf.EM_386, "ff 25 0c c0 04 08 68 18 00 00 00 e9 b0 ff ff ff", 0x8049060, 0x804c00c, 6},
		{"i386, position independent", elf.EM_386, "ff a3 18 00 00 00 68 18 00 00 00 e9 b0 ff ff ff", 0x1060, 0x400c, 6},
		{"i386, .plt.sec", elf.EM_386, "f3 0f 1e fb ff a3 18 00 00 00 66 0f 1f 44 00 00", 0x10f0, 0x400c, 10},
		{"i386, cut", elf.EM_386, "f3 0f 1e fb ff a3 18 00 00", 0x10f0, 0, 0},
		{"arm64", elf.EM_AARCH64, "10 01 00 90 11 26 40 f9 10 22 01 91 20 02 1f d6", 0x810, 0x20048, 8},
		{"arm64, bti", elf.EM_AARCH64, "5f 24 03 d5 10 01 00 90 11 26 40 f9 10 22 01 91", 0x80c, 0x20048, 12},
		{"arm64, a page before", elf.EM_AARCH64, "f0 ff ff f0 11 26 40 f9", 0x5000, 0x4048, 8},
		{"arm64, the header", elf.EM_AARCH64, "f0 7b bf a9 f0 00 00 f0 11 fe 47 f9 10 e2 3f 91", 0x7d0, 0, 0},
		{"arm", elf.EM_ARM, "00 c6 8f e2 01 ca 8c e2 34 fb bc e5", 0x4e0, 0x201c, 12},
		{"arm, from Thumb", elf.EM_ARM, "78 47 fd e7 00 c6 8f e2 ee ca 8c e2 20 f1 bc e5", 0x1dee4, 0x10c010, 16},
		{"arm, from Thumb with nop", elf.EM_ARM, "78 47 c0 46 00 c6 8f e2 ee ca 8c e2 20 f1 bc e5", 0x1dee4, 0x10c010, 16},
		{"arm, long", elf.EM_ARM, "01 c2 8f e2 00 c6 8c e2 01 ca 8c e2 34 fb bc e5", 0x4e0, 0x1000201c, 16},
		{"arm, without a jump", elf.EM_ARM, "01 c2 8f e2 00 c6 8c e2 01 ca 8c e2 01 ca 8c e2 01 ca 8c e2", 0x4e0, 0, 0},
		{"arm, something else", elf.EM_ARM, "01 c2 8f e2 00 00 a0 e1", 0x4e0, 0, 0},
		{"riscv64", elf.EM_RISCV, "17 2e 00 00 03 3e 0e 8e 67 03 0e 00 13 00 00 00", 0x750, 0x2030, 8},
		{"riscv32", elf.EM_RISCV, "17 2e 00 00 03 2e 0e 07 67 03 0e 00 13 00 00 00", 0x1250, 0x32c0, 8},
		{"riscv64, the header", elf.EM_RISCV, "97 23 00 00 33 03 c3 41 03 be 03 8b", 0x720, 0, 0},
		{"s390x", elf.EM_S390, "c0 10 00 00 0c 40 e3 10 10 00 00 04 07 f1", 0x798, 0x2018, 12},
		{"s390x, the header", elf.EM_S390, "e3 10 f0 38 00 24 c0 10 00 00 0c ea", 0x5e0, 0, 0},
		{"loongarch64", elf.EM_LOONGARCH, "0f 04 00 1c ef 41 c3 28 ed 01 00 4c 00 00 40 03", 0x10310, 0x303e0, 8},
		{"ppc64le", elf.EM_PPC64, "18 00 41 f8 10 81 82 e9 a6 03 89 7d 20 04 80 4e", 0x320, 0x20010, 16},
		{"ppc64le, far from the table", elf.EM_PPC64, "18 00 41 f8 01 00 82 3d 20 80 8c e9 a6 03 89 7d 20 04 80 4e", 0x104b4, 0x2ff20, 20},
		{"ppc64le, a call in a function", elf.EM_PPC64, "18 00 41 f8 10 81 82 e9 a6 03 89 7d 21 04 80 4e", 0x320, 0, 0},
		{"ppc64le, another register", elf.EM_PPC64, "18 00 41 f8 10 81 62 e9 a6 03 89 7d 20 04 80 4e", 0x320, 0, 0},
		{"ppc64le, something else", elf.EM_PPC64, "18 00 61 f8 10 81 82 e9 a6 03 89 7d 20 04 80 4e", 0x320, 0, 0},
		{"loongarch64, the header", elf.EM_LOONGARCH, "0e 04 00 1c ad bd 11 00 cf 81 c3 28", 0x102f0, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := testELF{machine: tt.machine, typ: elf.ET_DYN}
			e.sections = []testSection{
				{name: ".dynamic", data: e.encoder().u64(uint64(elf.DT_PLTGOT), 0x3ff4).Bytes()},
				{name: ".got", addr: 0x1ff00},
			}
			e.segments = []testSegment{{typ: elf.PT_DYNAMIC, first: ".dynamic", last: ".dynamic"}}
			decode := e.parse(t).image.(*elfFile).stubDecoder()
			slot, size := decode(unhex(t, tt.code), tt.addr)
			if slot != tt.slot || size != tt.size {
				t.Errorf("slot %#x after %d bytes, want %#x after %d", slot, size, tt.slot, tt.size)
			}
		})
	}
	for _, tt := range []struct {
		name    string
		class   elf.Class
		machine elf.Machine
		code    string
		addr    uint64
		slot    uint64
		size    int
	}{
		{"ppc64, version 1", elf.ELFCLASS64, elf.EM_PPC64, "f8 41 00 28 e9 82 81 18 7d 89 03 a6 e8 42 81 20 28 22 00 00 4c e2 04 20 48 00 01 34", 0x360, 0x20018, 28},
		{"ppc", elf.ELFCLASS32, elf.EM_PPC, "3d 60 10 02 81 6b 00 04 7d 69 03 a6 4e 80 04 20", 0x10000260, 0x10020004, 16},
		{"ppc, position independent", elf.ELFCLASS32, elf.EM_PPC, "81 7e 80 a4 7d 69 03 a6 4e 80 04 20", 0x2d0, 0, 0},
		{"sparc64", elf.ELFCLASS64, elf.EM_SPARCV9, "03 00 00 80 30 6f ff e7 01 00 00 00", 0x200180, 0x200180, 8},
		{"sparc64, the header", elf.ELFCLASS64, elf.EM_SPARCV9, "00 00 00 00 00 00 00 00", 0x200100, 0, 0},
	} {
		t.Run("big-endian "+tt.name, func(t *testing.T) {
			e := testELF{class: tt.class, big: true, machine: tt.machine, typ: elf.ET_DYN, sections: []testSection{{name: ".got", addr: 0x1ff00}}}
			decode := e.parse(t).image.(*elfFile).stubDecoder()
			slot, size := decode(unhex(t, tt.code), tt.addr)
			if slot != tt.slot || size != tt.size {
				t.Errorf("slot %#x after %d bytes, want %#x after %d", slot, size, tt.slot, tt.size)
			}
		})
	}
	if decode := (&testELF{machine: elf.EM_AVR}).parse(t).image.(*elfFile).stubDecoder(); decode != nil {
		t.Error("AVR has a stub decoder")
	}
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The stubs jump through slots at 0x3000, 0x3008, 0x3010 and 0x3018, which are
// filled by name, by the function that chooses, by nothing known, and by name.
func TestPLTSymbols(t *testing.T) {
	e := testELF{machine: elf.EM_X86_64, typ: elf.ET_DYN}
	plt, got := text(".plt", 0x1000, 0), text(".plt.got", 0x1040, 0)
	plt.data = unhex(t, "ff 35 ca 2f 00 00 ff 25 cc 2f 00 00 0f 1f 40 00"+
		"ff 25 ea 1f 00 00 68 00 00 00 00 e9 e0 ff ff ff"+
		"ff 25 e2 1f 00 00 68 01 00 00 00 e9 d0 ff ff ff"+
		"ff 25 da 1f 00 00 68 01 00 00 00 e9 c0 ff ff ff")
	got.data = unhex(t, "ff 25 d2 1f 00 00 66 90")
	symbols := e.symbols(5,
		testSymbol{name: "puts", typ: elf.STT_FUNC, bind: elf.STB_GLOBAL},
		testSymbol{name: "free", typ: elf.STT_FUNC, bind: elf.STB_GLOBAL},
		testSymbol{name: "strlen", typ: elf.STT_GNU_IFUNC, bind: elf.STB_GLOBAL, section: 3, value: 0x1100, size: 8})
	symbols[0].name, symbols[0].typ = ".dynsym", elf.SHT_DYNSYM
	relocs := func(name string, numbers ...uint64) testSection {
		return testSection{name: name, typ: elf.SHT_RELA, flags: elf.SHF_ALLOC, link: 4, data: e.encoder().u64(numbers...).Bytes()}
	}
	const byName, chosen, data = uint64(elf.R_X86_64_JMP_SLOT), uint64(elf.R_X86_64_IRELATIVE), uint64(elf.R_X86_64_64)
	e.sections = append([]testSection{plt, got, text(".text", 0x1100, 0x40)}, symbols...)
	e.sections = append(e.sections,
		relocs(".rela.plt",
			0x3000, 1<<32|byName, 0,
			0x3008, chosen, 0x1100,
			0x3010, chosen, 0x1108),
		relocs(".rela.dyn",
			0x2ff8, 1<<32|data, 0,
			0x3018, 2<<32|byName, 0))
	want := `
0x1010+0x10 plt local puts@plt
0x1020+0x10 plt local strlen@plt
0x1040+0x8 plt local free@plt
0x1100+0x8 ifunc global strlen`
	file, err := e.parse(t).Symbols()
	if diff := cmp.Diff(want, picture(file)); diff != "" || err != nil {
		t.Errorf("Symbols(): error %v, difference (-want +got):\n%s", err, diff)
	}

	// A symbol that there is not gives no name, and damage elsewhere costs only names.
	relocations := len(e.sections) - 2
	e.sections[relocations].data[12] = 99
	e.sections[relocations+1].data = append(e.sections[relocations+1].data[:24], 1)
	want = `
0x1020+0x10 plt local strlen@plt
0x1100+0x8 ifunc global strlen`
	file, err = e.parse(t).Symbols()
	if diff := cmp.Diff(want, picture(file)); diff != "" || err != nil {
		t.Errorf("Symbols() of a damaged file: error %v, difference (-want +got):\n%s", err, diff)
	}
}

// On machines whose relocations have no addend, the slot itself holds it.
func TestPLTSymbolsWithoutAddend(t *testing.T) {
	e := testELF{machine: elf.EM_386, class: elf.ELFCLASS32, typ: elf.ET_EXEC}
	plt := text(".iplt", 0x1000, 0)
	plt.data = unhex(t, "ff 25 00 30 00 00")
	e.sections = append([]testSection{
		plt, text(".text", 0x1100, 0x40),
		{name: ".got", flags: elf.SHF_ALLOC, addr: 0x3000, data: e.encoder().u32(0x1100).Bytes()},
		{name: ".rel.dyn", typ: elf.SHT_REL, flags: elf.SHF_ALLOC, data: e.encoder().u32(0x3000, uint32(elf.R_386_IRELATIVE)).Bytes()},
	}, e.symbols(6, testSymbol{name: "strlen", typ: elf.STT_GNU_IFUNC, section: 2, value: 0x1100, size: 8})...)
	e.segments = []testSegment{{typ: elf.PT_LOAD, vaddr: 0x3000, first: ".got", last: ".got"}}
	symbols, err := e.parse(t).Symbols()
	want := `
0x1000+0x6 plt local strlen@plt
0x1100+0x8 ifunc local strlen`
	if diff := cmp.Diff(want, picture(symbols)); diff != "" || err != nil {
		t.Errorf("Symbols(): error %v, difference (-want +got):\n%s", err, diff)
	}
}
