package objfile

import (
	"encoding/binary"
	"testing"
)

// A testMachO describes a Mach-O file for tests. Its zero value is one of 64 bits,
// little-endian, for no machine.
type testMachO struct {
	big, narrow  bool
	cpu, subtype uint32
	uuid         string // of 16 bytes
	segments     []testMachOSegment
	symbols      []testNlist
	indirect     []uint32
	starts       []byte
	trie         []byte
	dyldInfo     bool       // the trie is in LC_DYLD_INFO_ONLY
	crypt        *[3]uint32 // offset, size, how
	more         []byte     // further load commands
	moreCount    uint32
}

type testMachOSegment struct {
	name     string
	addr     uint64
	protect  uint32
	sections []testMachOSection
}

type testMachOSection struct {
	name        string
	addr        uint64
	flags       uint32
	data        []byte
	size        uint64 // where there are no data
	first, each uint32 // of stubs
}

type testNlist struct {
	name    string
	kind    uint8
	section uint8
	desc    uint16
	value   uint64
}

func (m *testMachO) encoder() *encoder {
	e := &encoder{order: binary.LittleEndian, word: 8}
	if m.big {
		e.order = binary.BigEndian
	}
	if m.narrow {
		e.word = 4
	}
	return e
}

// A machoLayout is where the tables and the sections' data go.
type machoLayout struct {
	end                                      uint32 // of what was placed
	sections                                 []uint32
	symbols, strings, indirect, starts, trie uint32
}

func (l *machoLayout) place(size int) uint32 {
	at := l.end
	l.end += uint32(size)
	return at
}

// bytes lays the file out: header, load commands, sections, tables.
func (m *testMachO) bytes() []byte {
	symbols, names := m.encoder(), m.encoder()
	if m.symbols != nil {
		names.u8(0)
	}
	for _, s := range m.symbols {
		symbols.u32(uint32(names.Len())).u8(s.kind, s.section).u16(s.desc).addr(s.value)
		names.str(s.name).u8(0)
	}
	indirect := m.encoder().u32(m.indirect...)
	var l machoLayout
	commands := m.commands(l, 0, 0) // to learn their size
	header := m.encoder()
	magic := uint32(machoMagic64)
	if m.narrow {
		magic = machoMagic32
	}
	count := uint32(len(m.segments)) + m.moreCount
	for _, has := range []bool{m.uuid != "", m.symbols != nil, m.indirect != nil, m.starts != nil, m.trie != nil, m.crypt != nil} {
		if has {
			count++
		}
	}
	header.u32(magic, m.cpu, m.subtype, 2, count, uint32(commands.Len()), 0)
	if !m.narrow {
		header.u32(0)
	}
	l.end = uint32(header.Len() + commands.Len())
	body := m.encoder()
	for _, s := range m.segments {
		for _, sect := range s.sections {
			l.sections = append(l.sections, l.place(len(sect.data)))
			body.Write(sect.data)
		}
	}
	l.symbols, l.strings = l.place(symbols.Len()), l.place(names.Len())
	l.indirect, l.starts, l.trie = l.place(indirect.Len()), l.place(len(m.starts)), l.place(len(m.trie))
	for _, part := range [][]byte{symbols.Bytes(), names.Bytes(), indirect.Bytes(), m.starts, m.trie} {
		body.Write(part)
	}
	header.Write(m.commands(l, len(m.symbols), names.Len()).Bytes())
	header.Write(body.Bytes())
	return header.Bytes()
}

func (m *testMachO) commands(l machoLayout, symbols, strings int) *encoder {
	b := m.encoder()
	next := 0
	for _, s := range m.segments {
		kind, head, each := uint32(loadSegment64), 72, 80
		if m.narrow {
			kind, head, each = loadSegment, 56, 68
		}
		b.u32(kind, uint32(head+each*len(s.sections))).name16(s.name).addr(s.addr, 0x1000, 0, 0)
		b.u32(7, s.protect, uint32(len(s.sections)), 0)
		for _, sect := range s.sections {
			at, size := uint32(0), sect.size
			if sect.data != nil {
				size = uint64(len(sect.data))
				if l.sections != nil {
					at = l.sections[next]
				}
			}
			next++
			b.name16(sect.name).name16(s.name).addr(sect.addr, size).u32(at, 0, 0, 0, sect.flags, sect.first, sect.each)
			if !m.narrow {
				b.u32(0)
			}
		}
	}
	if m.uuid != "" {
		b.u32(loadUUID, 24).str(m.uuid)
	}
	if m.symbols != nil {
		b.u32(loadSymtab, 24, l.symbols, uint32(symbols), l.strings, uint32(strings))
	}
	if m.indirect != nil {
		b.u32(loadDysymtab, 80).Write(make([]byte, 48))
		b.u32(l.indirect, uint32(len(m.indirect)), 0, 0, 0, 0)
	}
	if m.starts != nil {
		b.u32(loadFunctionStarts, 16, l.starts, uint32(len(m.starts)))
	}
	if m.trie != nil && m.dyldInfo {
		b.u32(loadDyldInfoOnly, 48, 0, 0, 0, 0, 0, 0, 0, 0, l.trie, uint32(len(m.trie)))
	} else if m.trie != nil {
		b.u32(loadExportsTrie, 16, l.trie, uint32(len(m.trie)))
	}
	if m.crypt != nil {
		b.u32(loadEncryptionInfo64, 24, m.crypt[0], m.crypt[1], m.crypt[2], 0)
	}
	b.Write(m.more)
	return b
}

// name16 writes a name in the 16 bytes it has.
func (b *encoder) name16(s string) *encoder {
	var name [16]byte
	copy(name[:], s)
	b.Write(name[:])
	return b
}

func (m *testMachO) parse(t testing.TB) *File {
	t.Helper()
	f, err := Parse("test", m.bytes())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// machoText returns a __TEXT segment with a section of code.
func machoText(base, addr uint64, size int) testMachOSegment {
	return testMachOSegment{name: "__TEXT", addr: base, protect: 5, sections: []testMachOSection{
		{name: "__text", addr: addr, flags: machoInstructions, data: make([]byte, size)},
	}}
}

// fatFile wraps slices.
func fatFile(magic uint32, slices ...[]byte) []byte {
	e := &encoder{order: binary.BigEndian, word: 4}
	each := 20
	if magic == fatMagic64 {
		e.word, each = 8, 32
	}
	e.u32(magic, uint32(len(slices)))
	at := uint64(8 + each*len(slices))
	for i, s := range slices {
		e.u32(uint32(i), 0).addr(at, uint64(len(s))).u32(0)
		if magic == fatMagic64 {
			e.u32(0)
		}
		at += uint64(len(s))
	}
	for _, s := range slices {
		e.Write(s)
	}
	return e.Bytes()
}
