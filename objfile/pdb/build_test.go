package pdb

import (
	"encoding/binary"
	"slices"
	"testing"
)

// A buffer writes the numbers and strings of PDB records.
type buffer []byte

func (b buffer) u8(v ...byte) buffer { return append(b, v...) }

func (b buffer) u16(v ...uint16) buffer {
	for _, v := range v {
		b = le.AppendUint16(b, v)
	}
	return b
}

func (b buffer) u32(v ...uint32) buffer {
	for _, v := range v {
		b = le.AppendUint32(b, v)
	}
	return b
}

func (b buffer) str(s string) buffer { return append(append(b, s...), 0) }

func (b buffer) zeros(n int) buffer { return append(b, make([]byte, n)...) }

func (b buffer) align(n int) buffer {
	for len(b)%n != 0 {
		b = append(b, 0)
	}
	return b
}

// record frames a symbol or type record.
func record(kind uint16, body buffer) buffer {
	body = body.align(4)
	return append(buffer{}.u16(uint16(len(body)+2), kind), body...)
}

// subsection frames a C13 subsection.
func subsection(kind uint32, body buffer) buffer {
	return append(buffer{}.u32(kind, uint32(len(body))), body...).align(4)
}

func join(parts ...buffer) buffer { return slices.Concat(parts...) }

// A testMSF describes a container.
type testMSF struct {
	blockSize  int // 512 if 0
	fragmented bool
	streams    []buffer // nil: deleted
}

// bytes lays the container out: the header, two free-block maps, the streams, the
// directory, and its block list. Where fragmented, blocks lie in falling order.
func (m testMSF) bytes() []byte {
	size := m.blockSize
	if size == 0 {
		size = 512
	}
	file := make(buffer, 3*size)
	place := func(data buffer) (blocks buffer) {
		n := (len(data) + size - 1) / size
		first := uint32(len(file) / size)
		data = slices.Clone(data).zeros(n*size - len(data))
		for i := range n {
			at := i
			if m.fragmented {
				at = n - 1 - i
			}
			blocks = blocks.u32(first + uint32(at))
		}
		for i := range n {
			at := i
			if m.fragmented {
				at = n - 1 - i
			}
			file = append(file, data[at*size:][:size]...)
		}
		return blocks
	}
	dir := buffer{}.u32(uint32(len(m.streams)))
	for _, s := range m.streams {
		if s == nil {
			dir = dir.u32(absentStream)
		} else {
			dir = dir.u32(uint32(len(s)))
		}
	}
	for _, s := range m.streams {
		dir = append(dir, place(s)...)
	}
	root := place(place(dir))
	copy(file, magicMSF7)
	binary.LittleEndian.PutUint32(file[0x20:], uint32(size))
	binary.LittleEndian.PutUint32(file[0x24:], 1)
	binary.LittleEndian.PutUint32(file[0x28:], uint32(len(file)/size))
	binary.LittleEndian.PutUint32(file[0x2c:], uint32(len(dir)))
	copy(file[directoryList:], root)
	return file
}

// A testPDB describes a PDB. Its image has one section of code, at 0x1000 and as
// long as its addresses need.
type testPDB struct {
	msf       testMSF
	features  []uint32 // featureVC140 if nil
	strings   string   // the text of /names
	types     []buffer // records, from 0x1000 on
	items     []buffer
	typeIndex bool // the type streams have the index that linkers write
	modules   []testModule
	publics   []buffer // S_PUB32 records
	contribs  buffer   // section contributions
	omap      []move
}

type testModule struct {
	name    string
	symbols buffer // records
	c13     buffer // subsections
}

// Streams of a testPDB after the fixed ones.
const (
	testNames = iota + 5
	testSections
	testTypeIndex
	testItemIndex
	testPublics
	testRecords
	testOmap
	testFirstModule
)

const testCodeSize = 0x10000

func (p testPDB) bytes() []byte {
	none := noStream
	omap := none
	var moves buffer
	for _, m := range p.omap {
		omap = testOmap
		moves = moves.u32(m.from, m.to)
	}
	section := append(buffer(".text\x00\x00\x00"), buffer{}.u32(testCodeSize, 0x1000).zeros(20).u32(sectionExecute)...)
	debug := buffer{}.u16(none, none, none, none, omap, testSections, none, none, none, none, none)

	var mods, publics, records buffer
	streams := make([]buffer, testFirstModule)
	for i, m := range p.modules {
		syms := append(buffer{}.u32(moduleSignature), m.symbols...)
		mods = mods.zeros(0x22).u16(uint16(testFirstModule+i)).u32(uint32(len(syms)), 0, uint32(len(m.c13))).
			zeros(0x10).str(m.name).str(m.name + ".lib").align(4)
		streams = append(streams, append(syms, m.c13...))
	}
	for _, r := range p.publics {
		publics = publics.u32(uint32(len(records)))
		records = append(records, r...)
	}
	streams[streamInfo] = p.info()
	streams[streamTPI] = p.typeStream(p.types, testTypeIndex)
	streams[streamDBI] = join(
		buffer{}.u32(0xffffffff, 19990903, 7).u16(none, 0, testPublics, 0, testRecords, 0).
			u32(uint32(len(mods)), uint32(len(p.contribs)), 0, 0, 0, 0, uint32(len(debug)), 0).u16(0, 0x8664).u32(0),
		mods, p.contribs, debug)
	streams[streamIPI] = p.typeStream(p.items, testItemIndex)
	streams[testNames] = append(buffer{}.u32(0xeffeeffe, 1, uint32(len(p.strings))), p.strings...)
	streams[testSections] = section
	streams[testTypeIndex] = typeIndex(p.types)
	streams[testItemIndex] = typeIndex(p.items)
	streams[testPublics] = append(buffer{}.u32(0, uint32(len(publics))).zeros(0x14), publics...)
	streams[testRecords] = records
	streams[testOmap] = moves
	p.msf.streams = streams
	return p.msf.bytes()
}

// info returns stream 1, with the GUID 01020304-0506-0708-090a-0b0c0d0e0f10.
func (p testPDB) info() buffer {
	features := p.features
	if features == nil {
		features = []uint32{featureVC140}
	}
	names := buffer{}.str("/names")
	return append(buffer{}.u32(20000404, 0, 3).
		u8(4, 3, 2, 1, 6, 5, 8, 7, 9, 10, 11, 12, 13, 14, 15, 16).
		u32(uint32(len(names))), names...).
		u32(1, 1, 1, 1, 0, 0, testNames).u32(features...)
}

func (p testPDB) typeStream(records []buffer, index uint16) buffer {
	data := join(records...)
	indexSize := uint32(0)
	if p.typeIndex {
		indexSize = uint32(len(typeIndex(records)))
	} else {
		index = noStream
	}
	end := 0x1000 + uint32(len(records))
	head := buffer{}.u32(20040203, 56, 0x1000, end, uint32(len(data))).u16(index, noStream).zeros(16).u32(0, indexSize).zeros(8)
	return append(head, data...)
}

// typeIndex indexes every third record.
func typeIndex(records []buffer) (index buffer) {
	off := 0
	for i, r := range records {
		if i%3 == 0 {
			index = index.u32(0x1000+uint32(i), uint32(off))
		}
		off += len(r)
	}
	return index
}

// parse builds the PDB and parses it.
func (p testPDB) parse(t testing.TB) *File {
	t.Helper()
	f, err := Parse(p.bytes())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// proc returns the record of a function at an offset of the code section.
func proc(kind uint16, name string, off, size uint32) buffer {
	return record(kind, buffer{}.zeros(0xc).u32(size, 0, 0, 0, off).u16(1).u8(0).str(name))
}

func inlineSite(id uint32, annotations ...byte) buffer {
	return record(symInlineSite, buffer{}.zeros(8).u32(id).u8(annotations...))
}

func end(kind uint16) buffer { return record(kind, nil) }

// checksums returns a subsection of files, by their offsets in /names. The first
// file is at offset 0 of it, each next one 8 further on.
func checksums(names ...uint32) buffer {
	var b buffer
	for _, n := range names {
		b = b.u32(n).u8(0, 0).align(4)
	}
	return subsection(subsectionChecksums, b)
}

// A block of rows of one file, for lines.
type block struct {
	file uint32
	rows [][2]uint32 // offset, line
}

func lines(off, size uint32, blocks ...block) buffer {
	b := buffer{}.u32(off).u16(1, 0).u32(size)
	for _, bl := range blocks {
		b = b.u32(bl.file, uint32(len(bl.rows)), uint32(12+8*len(bl.rows)))
		for _, r := range bl.rows {
			b = b.u32(r[0], r[1])
		}
	}
	return subsection(subsectionLines, b)
}

func inlinees(entries ...inlinee) buffer {
	b := buffer{}.u32(0)
	for _, e := range entries {
		b = b.u32(e.id, e.file, e.line)
	}
	return subsection(subsectionInlinees, b)
}
