package pdb

import (
	"cmp"
	"slices"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// Kinds of the subsections that make up the C13 part of a module's stream.
const (
	subsectionLines     = 0xf2
	subsectionChecksums = 0xf4
	subsectionInlinees  = 0xf6
	subsectionImports   = 0xf7
	subsectionExports   = 0xf8
)

// A subsectionScanner walks subsections. Each starts with its kind and its size,
// of four bytes each, and the next one starts at a multiple of four. Bit 31 of
// a kind says to ignore the subsection; such a kind is none of ours.
type subsectionScanner struct {
	data []byte
	off  int // of the next subsection
	kind uint32
	body []byte
	base uint64 // of body in data
	bad  bool   // a subsection was cut short
}

// next moves to the next subsection, and reports whether there is one.
func (s *subsectionScanner) next() bool {
	rest := s.data[s.off:]
	if len(rest) < 8 {
		s.bad = s.bad || len(rest) > 0
		return false
	}
	size := uint64(le.Uint32(rest[4:]))
	if size > uint64(len(rest)-8) {
		s.bad = true
		return false
	}
	s.kind = le.Uint32(rest)
	s.body = rest[8:][:size:size]
	s.base = uint64(s.off) + 8
	s.off = min(s.off+8+int(size+3)&^3, len(s.data))
	return true
}

// Lines that are instructions to the debugger: to step over the code, and to
// stop in it though it has no source. Neither is a line of the file.
const (
	lineNeverStep  = 0xfeefee
	lineAlwaysStep = 0xf00f00
)

// lineNumber takes the line from the flags of a row: its low 24 bits.
func lineNumber(flags uint32) uint32 {
	line := flags & 0xffffff
	if line == lineNeverStep || line == lineAlwaysStep {
		return 0
	}
	return line
}

// A sequence is the rows of one line subsection, in lineTable.rows.
type sequence struct{ start, first, end uint32 }

// A lineTable holds the rows of a module while they are read.
type lineTable struct {
	rows      []debuginfo.Row
	sequences []sequence
}

func (t *lineTable) reset() {
	t.rows = t.rows[:0]
	t.sequences = t.sequences[:0]
}

// Sizes within a line subsection.
const (
	lineBlockHead = 12
	lineRowSize   = 8
	lineColumns   = 4 // of a row, where the subsection has columns
)

// readLines adds the rows of a line subsection: the code of one function or of
// one section.
//
//	offset  size  field
//	0x00    4     offset in the section    0x04  2  section
//	0x06    2     flags: bit 0, rows have columns
//	0x08    4     bytes of code
//	0x0c    …     blocks, one for each run of rows from one file:
//	        4     the file, an offset in the checksums
//	        4     number of rows
//	        4     bytes of this block
//	        8…    rows: offset from the start of the code; line and flags
//	        4…    columns: first and last, two bytes each
//
// Blocks of several files interleave. Of rows at one offset the last counts.
func (r *reader) readLines(data []byte, base uint64) error {
	c := cursor.At("lines", le, data, base)
	off, sect, flags, size := c.U32(), c.U16(), c.U16(), c.U32()
	if c.Err() != nil {
		return c.Err()
	}
	start, ok := r.file.sections.addr(sect, off)
	if !ok || size == 0 || size > ^start {
		return nil // dropped by the linker
	}
	t := &r.lines
	first := len(t.rows)
	for c.Len() > 0 && c.Err() == nil {
		r.readLineBlock(c, start, size, flags&1 != 0)
	}
	rows := t.rows[first:]
	if len(rows) == 0 {
		return c.Err()
	}
	byAddr := func(a, b debuginfo.Row) int { return cmp.Compare(a.Addr, b.Addr) }
	if !slices.IsSortedFunc(rows, byAddr) {
		slices.SortStableFunc(rows, byAddr)
	}
	t.rows = append(t.rows, debuginfo.Row{Addr: uint64(start + size), End: true})
	t.sequences = append(t.sequences, sequence{uint32(rows[0].Addr), uint32(first), uint32(len(t.rows))})
	return c.Err()
}

func (r *reader) readLineBlock(c *cursor.Cursor, start, size uint32, columns bool) {
	file := r.fileAt(c.U32())
	n := uint64(c.U32())
	c.U32() // size of the block: as many rows as it says
	rows := c.Bytes(n * lineRowSize)
	var cols []byte
	if columns {
		cols = c.Bytes(n * lineColumns)
	}
	if c.Err() != nil {
		return
	}
	for ; len(rows) > 0; rows = rows[lineRowSize:] {
		off, flags := le.Uint32(rows), le.Uint32(rows[4:])
		row := debuginfo.Row{Addr: uint64(start) + uint64(off), File: file, Line: lineNumber(flags)}
		if len(cols) > 0 {
			row.Column = uint32(le.Uint16(cols))
			cols = cols[lineColumns:]
		}
		if off < size {
			r.lines.rows = append(r.lines.rows, row)
		}
	}
}

// sorted replaces dst by the rows, sequences ascending. Of sequences that
// overlap (functions that the linker folded into one) the first stays.
func (t *lineTable) sorted(dst []debuginfo.Row) []debuginfo.Row {
	slices.SortStableFunc(t.sequences, func(a, b sequence) int { return cmp.Compare(a.start, b.start) })
	dst = dst[:0]
	var end uint64
	for _, s := range t.sequences {
		if uint64(s.start) < end {
			continue
		}
		dst = append(dst, t.rows[s.first:s.end]...)
		end = dst[len(dst)-1].Addr
	}
	return dst
}

// An inlinee is a function that is inlined in the module.
type inlinee struct {
	id, file, line uint32
	known          bool   // where it is written: file and line
	named          bool   // the name was looked for
	name           uint32 // in unit.Names
}

// readInlinees reads an inlinee subsection: a signature, and for each inlined
// function its id, its file (an offset in the checksums) and its line. With
// signature 1 further files follow: their number, and the offset of each.
func readInlinees(dst []inlinee, data []byte, base uint64) ([]inlinee, error) {
	c := cursor.At("inlinee lines", le, data, base)
	signature := c.U32()
	if signature > 1 {
		c.Fail("signature %#x", signature)
	}
	for c.Len() > 0 && c.Err() == nil {
		l := inlinee{id: c.U32(), file: c.U32(), line: c.U32(), known: true}
		if signature == 1 {
			c.Skip(4 * uint64(c.U32()))
		}
		if c.Err() == nil {
			dst = append(dst, l)
		}
	}
	return dst, c.Err()
}

// fileAt returns the index in the unit of the file whose checksum starts at off:
// the path's offset in /names, and then the checksum, which is not needed.
func (r *reader) fileAt(off uint32) uint32 {
	if off%4 != 0 || uint64(off)+4 > uint64(len(r.checksums)) {
		return 0
	}
	slot := &r.fileSlots[off/4]
	if *slot == 0 {
		path := stringAt(r.file.strings, le.Uint32(r.checksums[off:]))
		if path == "" {
			return 0
		}
		*slot = uint32(len(r.unit.Files))
		r.unit.Files = append(r.unit.Files, path)
	}
	return *slot
}
