package objfile

import (
	"debug/elf"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// An frames writes .eh_frame.
type frames struct {
	*encoder
	common uint32 // offset of the last common entry
}

// entry writes an entry's size and its body.
func (f *frames) entry(body *encoder) {
	body.pad(4)
	f.u32(uint32(body.Len()))
	f.Write(body.Bytes())
}

// cie writes a common entry.
func (f *frames) cie(e *testELF, augmentation string, version uint8, data ...uint8) {
	f.common = uint32(f.Len())
	b := e.encoder().u32(0).u8(version).str(augmentation).u8(0, 1, 0x78, 16)
	if augmentation != "" {
		b.u8(uint8(len(data))).u8(data...)
	}
	f.entry(b)
}

// fde writes the entry of a function, whose range is encoded already.
func (f *frames) fde(e *testELF, encoded *encoder) {
	b := e.encoder().u32(uint32(f.Len()) + 4 - f.common)
	b.Write(encoded.Bytes())
	f.entry(b)
}

func TestFrameBounds(t *testing.T) {
	const addr = 0x2000
	e := testELF{typ: elf.ET_DYN, machine: elf.EM_X86_64}
	f := frames{encoder: e.encoder()}
	here := func() uint64 { return addr + uint64(f.Len()) + 8 } // where the range of the next entry lies

	f.cie(&e, "zR", 1, 0x1b) // relative, 4 bytes signed
	f.fde(&e, e.encoder().u32(uint32(0x1100-here()), 0x10))
	f.fde(&e, e.encoder().u32(uint32(0x1400-here()), 0)) // empty
	f.cie(&e, "zPLR", 1, 0x9b, 1, 2, 3, 4, 0x1b, 0x03)   // a personality routine first; absolute, 4 bytes
	f.fde(&e, e.encoder().u32(0x1000, 0x20))
	f.u32(0) // the end of what one object brought along
	f.cie(&e, "zR", 3, 0x01)
	f.fde(&e, e.encoder().u8(0x80, 0x24, 0x7f)) // LEB128: 0x1200, 0x7f
	f.cie(&e, "", 1)
	f.fde(&e, e.encoder().u64(0x1300, 8))
	f.cie(&e, "zR", 1, 0x9b) // leads to the address
	f.fde(&e, e.encoder().u32(0x1500, 8))
	f.cie(&e, "zR", 1, 0xff) // left out
	f.fde(&e, e.encoder().u32(0x1500, 8))
	f.cie(&e, "zR", 1, 0x3b) // counts from elsewhere
	f.fde(&e, e.encoder().u32(0x1500, 8))
	f.cie(&e, "zR", 1, 0x02)
	f.fde(&e, e.encoder().u16(0x1600).u16(8))
	f.cie(&e, "zR", 1, 0x0a)
	f.fde(&e, e.encoder().u16(0x1610).u16(8))
	f.cie(&e, "zR", 1, 0x09)
	f.fde(&e, e.encoder().u8(0xa0, 0x2c, 0x08)) // signed LEB128: 0x1620, 8
	f.cie(&e, "zR", 1, 0x0c)
	f.fde(&e, e.encoder().u64(0x1630, 8))
	f.u32(0xffffffff).u64(12).u32(0, 0, 0) // a common entry of version 0 with a size of 64 bits
	f.u32(12, 4).u64(0x9999)               // of a common entry that there is not
	f.cie(&e, "zR", 1, 0x0d)               // an encoding there is not ends it
	f.fde(&e, e.encoder().u64(0x1700, 8))
	f.fde(&e, e.encoder().u64(0x1710, 8))

	want := []debuginfo.Range{
		{Start: 0x1000, End: 0x1020},
		{Start: 0x1100, End: 0x1110},
		{Start: 0x1200, End: 0x127f},
		{Start: 0x1300, End: 0x1308},
		{Start: 0x1600, End: 0x1608},
		{Start: 0x1610, End: 0x1618},
		{Start: 0x1620, End: 0x1628},
		{Start: 0x1630, End: 0x1638},
	}
	e.sections = []testSection{{name: ".eh_frame", flags: elf.SHF_ALLOC, addr: addr, data: f.Bytes()}}
	if diff := cmp.Diff(want, e.parse(t).image.(*elfFile).frameBounds()); diff != "" {
		t.Errorf("by the section (-want +got):\n%s", diff)
	}

	// Without section headers, the segment of the index leads there.
	index := e.encoder().u8(1, 0x1b, 0x03, 0x3b)
	index.u32(uint32(addr - (0x1ff0 + 4)))
	index.pad(16)
	e.sections = []testSection{{name: "index", data: index.Bytes()}, {name: "frames", data: f.Bytes()}}
	e.segments = []testSegment{
		{typ: elf.PT_LOAD, vaddr: 0x1ff0, first: "index", last: "frames"},
		{typ: elf.PT_GNU_EH_FRAME, vaddr: 0x1ff0, first: "index", last: "index"},
	}
	e.noSections = true
	if diff := cmp.Diff(want, e.parse(t).image.(*elfFile).frameBounds()); diff != "" {
		t.Errorf("by the segment (-want +got):\n%s", diff)
	}
}

// In a 32-bit file what is counted from here wraps around.
func TestFrameBounds32(t *testing.T) {
	e := testELF{typ: elf.ET_EXEC, machine: elf.EM_386, class: elf.ELFCLASS32, big: true}
	f := frames{encoder: e.encoder()}
	f.cie(&e, "zR", 1, 0x1b)
	f.fde(&e, e.encoder().u32(0xfffff000, 0x10))
	e.sections = []testSection{{name: ".eh_frame", addr: 0x2000, data: f.Bytes()}}
	got := e.parse(t).image.(*elfFile).frameBounds()
	want := []debuginfo.Range{{Start: 0x101c, End: 0x102c}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A stripped library's function without a size does not lend its name to what
// comes after it.
func TestFramesEndSymbols(t *testing.T) {
	e := testELF{typ: elf.ET_DYN, machine: elf.EM_X86_64}
	f := frames{encoder: e.encoder()}
	f.cie(&e, "zR", 1, 0x04)
	f.fde(&e, e.encoder().u64(0x1000, 0x20))
	f.fde(&e, e.encoder().u64(0x1020, 0x20))
	e.sections = append([]testSection{
		text(".text", 0x1000, 0x100),
		{name: ".eh_frame", flags: elf.SHF_ALLOC, addr: 0x2000, data: f.Bytes()},
	}, e.symbols(4, testSymbol{name: "f", typ: elf.STT_FUNC, section: 1, value: 0x1000})...)
	symbols, err := e.parse(t).Symbols()
	if diff := cmp.Diff("\n0x1000+0x20 func local f", picture(symbols)); diff != "" || err != nil {
		t.Errorf("Symbols(): error %v, difference (-want +got):\n%s", err, diff)
	}
}

// .ARM.exidx says where functions start, relative to its own entries.
func TestExidxBounds(t *testing.T) {
	const addr = 0x3000
	want := []debuginfo.Range{{Start: 0x1000, End: 0x1010}, {Start: 0x1010, End: 0x4000}}
	for _, noSections := range []bool{false, true} {
		e := testELF{class: elf.ELFCLASS32, typ: elf.ET_DYN, machine: elf.EM_ARM, noSections: noSections}
		index := e.encoder()
		for i, start := range []uint32{0x1000, 0x1010, 0x4000} {
			index.u32((start-addr-8*uint32(i))&(1<<31-1), 1)
		}
		index.u8(0xff) // cut off
		e.sections = []testSection{{name: ".ARM.exidx", typ: shtARMExidx, flags: elf.SHF_ALLOC, addr: addr, data: index.Bytes()}}
		e.segments = []testSegment{{typ: ptARMExidx, vaddr: addr, first: ".ARM.exidx", last: ".ARM.exidx"}}
		if diff := cmp.Diff(want, e.parse(t).image.(*elfFile).frameBounds()); diff != "" {
			t.Errorf("without sections %v (-want +got):\n%s", noSections, diff)
		}
	}
}
