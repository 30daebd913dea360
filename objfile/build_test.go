package objfile

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"testing"
)

// A testELF describes an ELF file for tests. Its zero value is a relocatable
// little-endian file of 64 bits for no machine, without sections.
type testELF struct {
	class      elf.Class // ELFCLASS64 if 0
	big        bool
	typ        elf.Type // ET_REL if 0
	machine    elf.Machine
	sections   []testSection // from index 1 on
	segments   []testSegment
	noSections bool // leave section headers out
}

type testSection struct {
	name    string
	typ     elf.SectionType // SHT_PROGBITS if 0
	flags   elf.SectionFlag
	addr    uint64
	data    []byte
	size    uint64 // of SHT_NOBITS
	link    uint32
	info    uint32
	align   uint64
	entsize uint64
}

// A testSegment covers the sections from the first to the last one named.
type testSegment struct {
	typ         elf.ProgType
	flags       elf.ProgFlag
	vaddr       uint64
	align       uint64
	first, last string // none: the file from its start
}

func (e *testELF) order() binary.ByteOrder {
	if e.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// word returns the bytes of an address.
func (e *testELF) word() int {
	if e.class == elf.ELFCLASS32 {
		return 4
	}
	return 8
}

// An encoder writes integers in a byte order.
type encoder struct {
	bytes.Buffer
	order binary.AppendByteOrder
	word  int
}

func (e *testELF) encoder() *encoder {
	return &encoder{order: e.order().(binary.AppendByteOrder), word: e.word()}
}

func (b *encoder) u8(v ...uint8) *encoder { b.Write(v); return b }

func (b *encoder) u16(v uint16) *encoder { b.Write(b.order.AppendUint16(nil, v)); return b }

func (b *encoder) u32(v ...uint32) *encoder {
	for _, v := range v {
		b.Write(b.order.AppendUint32(nil, v))
	}
	return b
}

func (b *encoder) u64(v ...uint64) *encoder {
	for _, v := range v {
		b.Write(b.order.AppendUint64(nil, v))
	}
	return b
}

// addr writes numbers of the size of an address.
func (b *encoder) addr(v ...uint64) *encoder {
	for _, v := range v {
		if b.word == 4 {
			b.u32(uint32(v))
		} else {
			b.u64(v)
		}
	}
	return b
}

func (b *encoder) str(s string) *encoder { b.WriteString(s); return b }

func (b *encoder) pad(n int) *encoder {
	for b.Len()%n != 0 {
		b.WriteByte(0)
	}
	return b
}

// bytes lays the file out: header, program headers, the sections' contents, the
// section headers.
func (e *testELF) bytes() []byte {
	headerSize, programSize, sectionSize := 64, 56, 64
	if e.word() == 4 {
		headerSize, programSize, sectionSize = 52, 32, 40
	}
	sections := append([]testSection{{typ: elf.SHT_NULL}}, e.sections...)
	names := []byte{0}
	nameOffs := make([]uint32, len(sections)+1)
	sections = append(sections, testSection{name: ".shstrtab", typ: elf.SHT_STRTAB})
	for i, s := range sections {
		if s.name != "" {
			nameOffs[i] = uint32(len(names))
			names = append(append(names, s.name...), 0)
		}
	}
	sections[len(sections)-1].data = names

	body := e.encoder()
	start := headerSize + len(e.segments)*programSize
	offsets := make([]int, len(sections))
	for i, s := range sections {
		body.pad(8)
		offsets[i] = start + body.Len()
		body.Write(s.data)
	}
	body.pad(8)
	headers := start + body.Len()
	for i, s := range sections {
		typ, size := s.typ, uint64(len(s.data))
		if typ == elf.SHT_NOBITS {
			size = s.size
		} else if typ == elf.SHT_NULL && i > 0 {
			typ = elf.SHT_PROGBITS
		}
		offset := uint64(offsets[i])
		if i == 0 {
			offset = 0
		}
		body.u32(nameOffs[i], uint32(typ)).addr(uint64(s.flags), s.addr, offset, size)
		body.u32(s.link, s.info).addr(s.align, s.entsize)
	}

	class, data, typ := e.class, elf.ELFDATA2LSB, e.typ
	if class == 0 {
		class = elf.ELFCLASS64
	}
	if e.big {
		data = elf.ELFDATA2MSB
	}
	if typ == 0 {
		typ = elf.ET_REL
	}
	file := e.encoder()
	file.str(elf.ELFMAG).u8(uint8(class), uint8(data), 1).pad(16)
	file.u16(uint16(typ)).u16(uint16(e.machine)).u32(1).addr(0)
	if len(e.segments) > 0 {
		file.addr(uint64(headerSize))
	} else {
		file.addr(0)
	}
	if e.noSections {
		file.addr(0).u32(0).u16(uint16(headerSize)).u16(uint16(programSize)).u16(uint16(len(e.segments))).u16(0).u16(0).u16(0)
	} else {
		file.addr(uint64(headers)).u32(0).u16(uint16(headerSize)).u16(uint16(programSize)).u16(uint16(len(e.segments)))
		file.u16(uint16(sectionSize)).u16(uint16(len(sections))).u16(uint16(len(sections) - 1))
	}
	for _, s := range e.segments {
		offset, end := 0, start
		for i := range sections {
			if sections[i].name == s.first && s.first != "" {
				offset = offsets[i]
			}
			if sections[i].name == s.last && s.last != "" {
				end = offsets[i] + len(sections[i].data)
			}
		}
		size := uint64(end - offset)
		if e.word() == 4 {
			file.u32(uint32(s.typ)).addr(uint64(offset), s.vaddr, s.vaddr, size, size).u32(uint32(s.flags)).addr(s.align)
		} else {
			file.u32(uint32(s.typ), uint32(s.flags)).addr(uint64(offset), s.vaddr, s.vaddr, size, size, s.align)
		}
	}
	file.Write(body.Bytes())
	return file.Bytes()
}

// parse returns the file, which must be sound.
func (e *testELF) parse(t testing.TB) *File {
	t.Helper()
	f, err := Parse("test", e.bytes())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// note returns an ELF note.
func (e *testELF) note(name string, typ uint32, desc []byte) []byte {
	b := e.encoder().u32(uint32(len(name))+1, uint32(len(desc)), typ).str(name).u8(0).pad(4)
	b.Write(desc)
	return b.pad(4).Bytes()
}

// A testSymbol is an entry of a symbol table.
type testSymbol struct {
	name    string
	typ     elf.SymType
	bind    elf.SymBind
	section elf.SectionIndex
	value   uint64
	size    uint64
}

// symbols returns .symtab and .strtab, where strtab is to have index strtab.
func (e *testELF) symbols(strtab uint32, symbols ...testSymbol) []testSection {
	table, names := e.encoder(), []byte{0}
	for _, s := range append([]testSymbol{{}}, symbols...) {
		name := uint32(0)
		if s.name != "" {
			name = uint32(len(names))
			names = append(append(names, s.name...), 0)
		}
		info := uint8(s.bind)<<4 | uint8(s.typ)
		if e.word() == 4 {
			table.u32(name, uint32(s.value), uint32(s.size)).u8(info, 0).u16(uint16(s.section))
		} else {
			table.u32(name).u8(info, 0).u16(uint16(s.section)).u64(s.value, s.size)
		}
	}
	return []testSection{
		{name: ".symtab", typ: elf.SHT_SYMTAB, data: table.Bytes(), link: strtab},
		{name: ".strtab", typ: elf.SHT_STRTAB, data: names},
	}
}

// text is a section of code at an address.
func text(name string, addr uint64, size int) testSection {
	return testSection{name: name, flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, addr: addr, data: make([]byte, size), align: 16}
}
