package objfile

import (
	"debug/elf"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// picture prints symbols one a line, for comparison with a literal.
func picture(symbols []Symbol) string {
	var b strings.Builder
	for _, s := range symbols {
		fmt.Fprintf(&b, "\n%#x+%#x %s %s %s", s.Addr, s.Size, s.Kind, s.Binding, s.Name)
	}
	return b.String()
}

func TestTidySymbols(t *testing.T) {
	code := []debuginfo.Range{{Start: 0x1000, End: 0x2000}, {Start: 0x2000, End: 0x3000}, {Start: 0x8000, End: 0x9000}, {Start: 0xffffffff81000000, End: 0xffffffff82000000}}
	bounds := []debuginfo.Range{{Start: 0x1100, End: 0x1180}, {Start: 0x1200, End: 0x1280}}
	for _, tt := range []struct {
		name    string
		symbols []Symbol
		want    string
	}{
		{"none", nil, ""},
		{
			"by address, the exported name first, one of each",
			[]Symbol{
				{Name: "b", Addr: 0x1200, Size: 8, Kind: Func},
				{Name: "__GI_memcpy", Addr: 0x1100, Size: 16, Kind: Func, Binding: Local},
				{Name: "__memcpy", Addr: 0x1100, Size: 16, Kind: Func},
				{Name: "memcpy", Addr: 0x1100, Size: 16, Kind: Func},
				{Name: "copy", Addr: 0x1100, Size: 16, Kind: Func, Binding: Weak},
				{Name: "start", Addr: 0x1100, Kind: Func},
				{Name: "b", Addr: 0x1200, Size: 8, Kind: Func},
			},
			`
0x1100+0x10 func global memcpy
0x1100+0x10 func global __memcpy
0x1100+0x10 func weak copy
0x1100+0x10 func local __GI_memcpy
0x1100+0x80 func global start
0x1200+0x8 func global b`,
		},
		{
			"outside of code, or without a name",
			[]Symbol{
				{Name: "low", Addr: 0xfff, Size: 8, Kind: Func},
				{Name: "between", Addr: 0x3000, Size: 8, Kind: Func},
				{Name: "", Addr: 0x1100, Size: 8, Kind: Func},
				{Name: "high", Addr: 0x9000, Size: 8, Kind: Func},
			},
			"",
		},
		{
			"labels in a function are left out, others are not",
			[]Symbol{
				{Name: "f", Addr: 0x1100, Size: 0x40, Kind: Func},
				{Name: "alias", Addr: 0x1100, Kind: Label},
				{Name: "loop", Addr: 0x1120, Kind: Label},
				{Name: "g", Addr: 0x1120, Size: 4, Kind: Func},
				{Name: "inner", Addr: 0x1130, Kind: Label},
				{Name: "after", Addr: 0x1140, Kind: Label},
			},
			`
0x1100+0x40 func global f
0x1100+0x20 label global alias
0x1120+0x4 func global g
0x1140+0x40 label global after`,
		},
		{
			"an open size ends at the next symbol, a bound, or the end of the section",
			[]Symbol{
				{Name: "next", Addr: 0x1000, Kind: Func},
				{Name: "bound starts", Addr: 0x1010, Kind: Func},
				{Name: "bound ends", Addr: 0x1110, Kind: Func},
				{Name: "hole", Addr: 0x1190, Kind: Func},
				{Name: "section", Addr: 0x1f00, Kind: Func},
				{Name: "last", Addr: 0x8f00, Kind: Func},
			},
			`
0x1000+0x10 func global next
0x1010+0xf0 func global bound starts
0x1110+0x70 func global bound ends
0x1190+0x70 func global hole
0x1f00+0x100 func global section
0x8f00+0x100 func global last`,
		},
		{
			"no size reaches beyond its section",
			[]Symbol{
				{Name: "long", Addr: 0x1f00, Size: 0x200, Kind: Func},
				{Name: "wraps", Addr: 0x8000, Size: ^uint64(0), Kind: Func},
			},
			`
0x1f00+0x100 func global long
0x8000+0x1000 func global wraps`,
		},
		{
			"far apart",
			[]Symbol{
				{Name: "kernel", Addr: 0xffffffff81000000, Size: 8, Kind: Func},
				{Name: "entry", Addr: 0x1000, Size: 8, Kind: Func},
			},
			`
0x1000+0x8 func global entry
0xffffffff81000000+0x8 func global kernel`,
		},
	} {
		got := picture(tidySymbols(tt.symbols, code, func() []debuginfo.Range { return bounds }))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestMergeRanges(t *testing.T) {
	got := mergeRanges([]debuginfo.Range{{Start: 9, End: 12}, {Start: 1, End: 3}, {Start: 3, End: 5}, {Start: 4, End: 6}, {Start: 7, End: 7}, {Start: 10, End: 11}, {Start: 20, End: 4}})
	want := []debuginfo.Range{{Start: 1, End: 3}, {Start: 3, End: 6}, {Start: 9, End: 12}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mergeRanges (-want +got):\n%s", diff)
	}
}

func TestELFSymbols(t *testing.T) {
	const (
		code   = 1
		data   = 2
		strtab = 4
	)
	fn := func(name string, value uint64) testSymbol {
		return testSymbol{name: name, typ: elf.STT_FUNC, bind: elf.STB_GLOBAL, section: code, value: value, size: 4}
	}
	label := func(name string, value uint64) testSymbol {
		return testSymbol{name: name, typ: elf.STT_NOTYPE, section: code, value: value}
	}
	for _, tt := range []struct {
		name    string
		machine elf.Machine
		class   elf.Class
		symbols []testSymbol
		want    string
	}{
		{
			name: "code only", machine: elf.EM_X86_64,
			symbols: []testSymbol{
				{name: "undefined", typ: elf.STT_FUNC},
				{name: "elsewhere", typ: elf.STT_FUNC, bind: elf.STB_GLOBAL, value: 0x1000},
				{name: "data elsewhere", typ: elf.STT_OBJECT, value: 0x1000},
				{name: "table", typ: elf.STT_OBJECT, section: code, value: 0x1000, size: 4},
				{name: "section", typ: elf.STT_SECTION, section: code, value: 0x1000},
				{name: "file.c", typ: elf.STT_FILE, section: elf.SHN_ABS},
				{name: "tls", typ: elf.STT_TLS, section: code, value: 0x1000},
				{name: "in data", typ: elf.STT_FUNC, section: data, value: 0x1000, size: 4},
				{name: "no section", typ: elf.STT_FUNC, section: 99, value: 0x1000, size: 4},
				{name: "absolute label", typ: elf.STT_NOTYPE, section: elf.SHN_ABS, value: 0x1000},
				{name: "absolute function", typ: elf.STT_FUNC, section: elf.SHN_ABS, value: 0x1010, size: 4},
				{name: "chosen", typ: elf.STT_GNU_IFUNC, bind: elf.STB_WEAK, section: code, value: 0x1020, size: 4},
				{name: "thumb elsewhere", typ: 13, section: code, value: 0x1000, size: 4},
				label("asm", 0x1030),
				label("end", 0x1100),
				label(".Llocal", 0x1050),
				label("$data", 0x1060),
			}, want: `
0x1000+0x10 plt global elsewhere@plt
0x1010+0x4 func local absolute function
0x1020+0x4 ifunc weak chosen
0x1030+0x30 label local asm
0x1060+0xa0 label local $data`,
		}, {
			name: "Thumb and the markers of ARM", machine: elf.EM_ARM, class: elf.ELFCLASS32,
			symbols: []testSymbol{
				fn("thumb", 0x1011), fn("arm", 0x1020),
				{name: "old", typ: 13, section: code, value: 0x1031, size: 4},
				label("$t", 0x1010), label("$a", 0x1040), label("$d.1", 0x1050), label("$x", 0x1060), label("$tail", 0x1070), label("odd", 0x1081),
			}, want: `
0x1010+0x4 func global thumb
0x1020+0x4 func global arm
0x1030+0x4 func local old
0x1070+0x11 label local $tail
0x1081+0x7f label local odd`,
		}, {
			name: "microMIPS", machine: elf.EM_MIPS, class: elf.ELFCLASS32,
			symbols: []testSymbol{fn("micro", 0x1011), label("compressed", 0x1021)}, want: `
0x1010+0x4 func global micro
0x1020+0xe0 label local compressed`,
		}, {
			name: "markers of RISC-V", machine: elf.EM_RISCV,
			symbols: []testSymbol{label("$xrv64i2p1_m2p0", 0x1000), label("$d", 0x1010), label(".L0 ", 0x1020), label("$e", 0x1030), label("$", 0x1040)}, want: `
0x1030+0x10 label local $e
0x1040+0xc0 label local $`,
		}, {
			name: "versions", machine: elf.EM_X86_64,
			symbols: []testSymbol{fn("memcpy@@GLIBC_2.14", 0x1000), fn("memcpy@GLIBC_2.2.5", 0x1010), fn("Beep@8", 0x1020), fn("?f@@YAXXZ", 0x1030), fn("@f@4", 0x1040), fn("a@b@C", 0x1050), fn("a@@", 0x1060)}, want: `
0x1000+0x4 func global memcpy
0x1010+0x4 func global memcpy
0x1020+0x4 func global Beep@8
0x1030+0x4 func global ?f@@YAXXZ
0x1040+0x4 func global @f@4
0x1050+0x4 func global a@b@C
0x1060+0x4 func global a@@`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := testELF{class: tt.class, machine: tt.machine, typ: elf.ET_EXEC}
			e.sections = append([]testSection{
				text(".text", 0x1000, 0x100),
				{name: ".data", flags: elf.SHF_ALLOC | elf.SHF_WRITE, addr: 0x2000, data: make([]byte, 64)},
			}, e.symbols(strtab, tt.symbols...)...)
			symbols, err := e.parse(t).Symbols()
			if diff := cmp.Diff(tt.want, picture(symbols)); diff != "" || err != nil {
				t.Errorf("Symbols(): error %v, difference (-want +got):\n%s", err, diff)
			}
		})
	}
}

// The dynamic table adds what the full one does not have.
func TestELFSymbolTablesAreMerged(t *testing.T) {
	e := testELF{typ: elf.ET_DYN}
	fn := func(name string, value uint64) testSymbol {
		return testSymbol{name: name, typ: elf.STT_FUNC, bind: elf.STB_GLOBAL, section: 1, value: value, size: 4}
	}
	full := e.symbols(3, fn("both@@V1", 0x1000), fn("full", 0x1010))
	dynamic := e.symbols(5, fn("both", 0x1000), fn("dynamic", 0x1020))
	dynamic[0].name, dynamic[0].typ = ".dynsym", elf.SHT_DYNSYM
	e.sections = append(append([]testSection{text(".text", 0x1000, 0x100)}, full...), dynamic...)
	symbols, err := e.parse(t).Symbols()
	want := `
0x1000+0x4 func global both
0x1010+0x4 func global full
0x1020+0x4 func global dynamic`
	if diff := cmp.Diff(want, picture(symbols)); diff != "" || err != nil {
		t.Errorf("Symbols(): error %v, difference (-want +got):\n%s", err, diff)
	}
}

// Functions of 64-bit PowerPC, version 1, are called through descriptors.
func TestELFFunctionDescriptors(t *testing.T) {
	e := testELF{typ: elf.ET_EXEC, machine: elf.EM_PPC64, big: true}
	opd := e.encoder().u64(0x10000020, 0, 0, 0x10000040, 0, 0).Bytes()
	fn := func(name string, value uint64) testSymbol {
		return testSymbol{name: name, typ: elf.STT_FUNC, section: 2, value: value, size: 0x10}
	}
	e.sections = append([]testSection{
		text(".text", 0x10000000, 0x100),
		{name: ".opd", flags: elf.SHF_ALLOC | elf.SHF_WRITE, addr: 0x1001fe50, data: opd},
	}, e.symbols(4, fn("second", 0x1001fe68), fn("first", 0x1001fe50), fn("below", 0x1001fe4f), fn("cut", 0x1001fe7c))...)
	symbols, err := e.parse(t).Symbols()
	want := `
0x10000020+0x10 func local first
0x10000040+0x10 func local second`
	if diff := cmp.Diff(want, picture(symbols)); diff != "" || err != nil {
		t.Errorf("Symbols(): error %v, difference (-want +got):\n%s", err, diff)
	}
}

func TestELFSymbolErrors(t *testing.T) {
	e := testELF{typ: elf.ET_EXEC}
	sound := func() []testSection {
		return append([]testSection{text(".text", 0x1000, 0x100)},
			e.symbols(3, testSymbol{name: "f", typ: elf.STT_FUNC, section: 1, value: 0x1000, size: 4})...)
	}
	const f = "\n0x1000+0x4 func local f"
	for _, tt := range []struct {
		name   string
		change func(s []testSection)
		want   string
		left   string
	}{
		{"cut", func(s []testSection) { s[1].data = append(s[1].data, 1, 2, 3) }, "test: .symtab+0x30: need 4 bytes, have 3", f},
		{"cut in a symbol", func(s []testSection) { s[1].data = s[1].data[:40] }, "test: .symtab+0x28: need 8 bytes, have 0", ""},
		{"names in no section", func(s []testSection) { s[1].link = 9 }, "test: .symtab: section 9 holds no names", ""},
		{"names in another section", func(s []testSection) { s[1].link = 1 }, "test: .symtab: section 1 holds no names", ""},
		{"compressed", func(s []testSection) { s[1].flags = elf.SHF_COMPRESSED }, "test: .symtab at 0x140: compressed with unknown method 0", ""},
		{"compressed names", func(s []testSection) { s[2].flags = elf.SHF_COMPRESSED }, "test: .strtab at 0x170: compression header+0x0: need 4 bytes, have 3", ""},
		{"name beyond the table", func(s []testSection) { s[1].data[24] = 200 }, "<nil>", ""},
		{"name does not end", func(s []testSection) { s[2].data = s[2].data[:2] }, "<nil>", ""},
		{"no code", func(s []testSection) { s[0].flags = 0 }, "<nil>", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := e
			file.sections = sound()
			tt.change(file.sections)
			symbols, err := file.parse(t).Symbols()
			if got := fmt.Sprint(err); got != tt.want {
				t.Errorf("Symbols():\n got %s\nwant %s", got, tt.want)
			}
			if got := picture(symbols); got != tt.left {
				t.Errorf("Symbols() = %s, want %s", got, tt.left)
			}
		})
	}
}

// A table whose names nest without end stops giving them.
func TestStringTableIsBounded(t *testing.T) {
	data := []byte(strings.Repeat("x", 1<<16) + "\x00")
	names := newStringTable(data)
	given := 0
	for range 1 << 10 {
		name := names.at(1)
		if name == "" {
			break
		}
		given += len(name)
	}
	if limit := freeNames + maxNameShare*len(data); given > limit || given < limit-len(data) {
		t.Errorf("%d bytes of names given, want up to %d", given, limit)
	}
	if got := names.at(uint64(len(data))); got != "" {
		t.Errorf("name beyond the table is %q", got)
	}
}
