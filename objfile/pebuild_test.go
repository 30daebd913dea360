package objfile

import (
	"encoding/binary"
	"testing"
)

// A testPE describes a Windows image for tests. Sections get addresses of their
// own, from 0x1000 on, unless they name one.
type testPE struct {
	machine     uint16 // machineAMD64 if 0
	narrow      bool   // PE32, not PE32+
	base        uint64
	sections    []testPESection
	directories map[int]dataDirectory
	symbols     []testCOFFSymbol
	strings     string // after the four bytes of its size
}

type testPESection struct {
	name string
	rva  uint32
	size uint32 // in memory; as long as the data if 0
	data []byte
	code bool
}

type testCOFFSymbol struct {
	name    string // offset in the strings: "/4"
	value   uint32
	section uint16
	typ     uint16
	class   uint8
	aux     int
}

const (
	testTimestamp = 0x5ab38077
	testImageSize = 0x9000
)

// bytes lays the image out: headers, sections, symbols, strings.
func (p *testPE) bytes() []byte {
	b := &encoder{order: binary.LittleEndian, word: 8}
	zeros := func(n int) { b.Write(make([]byte, n)) }
	machine := p.machine
	if machine == 0 {
		machine = machineAMD64
	}
	b.str("MZ")
	zeros(peOffsetAt - 2)
	b.u32(0x40).str("PE\x00\x00").u16(machine).u16(uint16(len(p.sections))).u32(testTimestamp)
	symbolsAt := b.Len()
	b.u32(0, uint32(len(p.symbols)))
	for _, s := range p.symbols {
		binary.LittleEndian.PutUint32(b.Bytes()[symbolsAt+4:], binary.LittleEndian.Uint32(b.Bytes()[symbolsAt+4:])+uint32(s.aux))
	}
	const directories = 16
	if p.narrow {
		b.u16(0x60 + 8*directories).u16(0).u16(pe32)
		zeros(0x1a)
		b.u32(uint32(p.base))
	} else {
		b.u16(0x70 + 8*directories).u16(0).u16(pe32Plus)
		zeros(0x16)
		b.u64(p.base)
	}
	zeros(0x18)
	headers := b.Len()
	b.u32(testImageSize, 0)
	zeros(0x1c)
	if !p.narrow {
		zeros(0x10)
	}
	b.u32(directories)
	for i := range directories {
		b.u32(p.directories[i].rva, p.directories[i].size)
	}
	at := b.Len() + peSectionLen*len(p.sections)
	binary.LittleEndian.PutUint32(b.Bytes()[headers+4:], uint32(at))
	for i, s := range p.sections {
		if s.rva == 0 {
			s.rva = 0x1000 * uint32(i+1)
		}
		if s.size == 0 {
			s.size = uint32(len(s.data))
		}
		offset, characteristics := uint32(at), uint32(0)
		if len(s.data) == 0 {
			offset = 0
		}
		if s.code {
			characteristics = sectionExecute
		}
		name := make([]byte, 8)
		copy(name, s.name)
		b.Write(name)
		b.u32(s.size, s.rva, uint32(len(s.data)), offset, 0, 0, 0, characteristics)
		at += len(s.data)
	}
	for _, s := range p.sections {
		b.Write(s.data)
	}
	if len(p.symbols) > 0 || p.strings != "" {
		binary.LittleEndian.PutUint32(b.Bytes()[symbolsAt:], uint32(b.Len()))
	}
	for _, s := range p.symbols {
		s.write(b)
	}
	b.u32(uint32(4 + len(p.strings))).str(p.strings)
	return b.Bytes()
}

func (s testCOFFSymbol) write(b *encoder) {
	name := make([]byte, 8)
	if s.name[0] == '/' {
		name[4] = s.name[1] - '0'
	} else {
		copy(name, s.name)
	}
	b.Write(name)
	b.u32(s.value).u16(s.section).u16(s.typ).u8(s.class, uint8(s.aux))
	b.Write(make([]byte, s.aux*coffSymbolLen))
}

// parse returns the image, which must be sound.
func (p *testPE) parse(t testing.TB) *File {
	t.Helper()
	f, err := Parse("test", p.bytes())
	if err != nil {
		t.Fatal(err)
	}
	return f
}
