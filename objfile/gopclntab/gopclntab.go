// Package gopclntab reads the table that Go's linker writes into every program
// for the runtime's own tracebacks: functions, files, lines and inlined calls of
// all Go code. Stripping leaves it in place, and it is stored plain.
//
// The table is called .gopclntab in ELF files, __gopclntab in Mach-O files, and
// has no section of its own in PE files. Its versions are those of Go 1.2, 1.16,
// 1.18 and 1.20; Go 1.26 still writes the last.
//
// Every byte is taken to be hostile. No table is walked beyond the code that it
// describes, of which a file has no more than its own size, so that time and
// memory stay proportional to the file; names and inlined calls are limited by
// the constants of this package. A table that starts well is read as far as it
// makes sense.
package gopclntab

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sort"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// An Image is what a Table is read from: parts of a program's file by their
// linked addresses. The Table aliases the bytes.
type Image struct {
	// Table starts with the table's header; what follows the table is not read.
	Table Section

	// Code is all code that the file holds, ascending. Functions outside of it are
	// left out.
	Code []debuginfo.Range

	// Text is the section that Go's code is in, for files that do not say where it
	// starts. It is of use if nothing else is in it.
	Text debuginfo.Range

	// Data is the rest of what is loaded, where the runtime's description of the
	// program is looked for. What is likeliest to hold it comes first.
	Data []Section
}

// A Section is a part of a file and the linked address where it is loaded.
type Section struct {
	Addr  uint64
	Bytes []byte
}

// from returns the section's bytes from a linked address on.
func (s Section) from(addr uint64) []byte {
	if addr < s.Addr || addr-s.Addr >= uint64(len(s.Bytes)) {
		return nil
	}
	return s.Bytes[addr-s.Addr:]
}

// from returns the image's bytes from a linked address up to the end of a section.
func (im *Image) from(addr uint64) []byte {
	if b := im.Table.from(addr); b != nil {
		return b
	}
	for _, s := range im.Data {
		if b := s.from(addr); b != nil {
			return b
		}
	}
	return nil
}

// A Table is a program's line table, open for reading. It implements
// [debuginfo.Locator] and is safe for concurrent use.
type Table struct {
	image    Image
	order    binary.ByteOrder
	word     int    // bytes of an address: 4 or 8
	quantum  uint64 // bytes that every instruction is a multiple of
	version  *version
	inlining *inlining // nil: inlined calls are not known
	text     uint64    // what offsets of code count from
	calls    uint64    // what offsets of function data count from

	offsets   [5]uint64 // of the following parts in the table
	names     []byte    // function names, each ended by a zero
	unitFiles []byte    // offsets in files, of each unit in turn (since Go 1.16)
	files     []byte    // paths, each ended by a zero; before Go 1.16 their offsets
	values    []byte    // tables of values by address
	functions []byte    // starts, then records

	starts []byte // of functions, and where their records are
	count  int    // functions
}

const name = ".gopclntab"

// headerSize is what all headers have in common: magic, two zeros, quantum, word.
const headerSize = 8

// Matches reports whether bytes look like the start of a table.
func Matches(data []byte) bool {
	if len(data) < headerSize || data[4] != 0 || data[5] != 0 {
		return false
	}
	v, _ := recognise(data)
	q, w := data[6], data[7]
	return v != nil && (q == 1 || q == 2 || q == 4) && (w == 4 || w == 8)
}

// recognise returns the version and byte order that a magic stands for.
func recognise(data []byte) (*version, binary.ByteOrder) {
	for i := range versions {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			if order.Uint32(data) == versions[i].magic {
				return &versions[i], order
			}
		}
	}
	return nil, nil
}

// New reads a table's header.
func New(im Image) (*Table, error) {
	data := im.Table.Bytes
	if !Matches(data) {
		return nil, &cursor.Error{Section: name, Reason: "no header of a Go line table"}
	}
	t := &Table{image: im, quantum: uint64(data[6]), word: int(data[7])}
	t.version, t.order = recognise(data)
	count, err := t.readHeader(cursor.At(name, t.order, data[headerSize:], headerSize))
	if err != nil {
		return nil, err
	}
	if most := uint64(len(t.starts) / (2 * t.startSize())); count >= most {
		return nil, &cursor.Error{Section: name, Offset: headerSize, Reason: fmt.Sprintf("%d functions: has room for %d", count, most)}
	}
	t.count = int(count)
	t.starts = t.starts[:(2*t.count+1)*t.startSize()]
	for i := range t.count {
		if t.start(2*i) > t.start(2*i+2) {
			return nil, &cursor.Error{Section: name, Reason: fmt.Sprintf("function %d starts after the next", i)}
		}
	}
	if t.version.files == 0 {
		if err := t.readFiles(); err != nil {
			return nil, err
		}
	}
	if t.version.relative {
		if err := t.placeCode(); err != nil {
			return nil, err
		}
	}
	t.findInlining()
	return t, nil
}

// readHeader finds the parts of the table and returns how many functions it has.
func (t *Table) readHeader(c *cursor.Cursor) (count uint64, err error) {
	words := make([]uint64, t.version.words)
	for i := range words {
		words[i] = c.Uint(t.word)
	}
	if c.Err() != nil {
		return 0, c.Err()
	}
	data := t.image.Table.Bytes
	if t.version.files == 0 { // one part, without a gap between header and starts
		t.names, t.values, t.functions = data, data, data
		t.starts = data[c.Offset():]
		return words[0], nil
	}
	for i, part := range []*[]byte{&t.names, &t.unitFiles, &t.files, &t.values, &t.functions} {
		off := words[t.version.names+i]
		if off > uint64(len(data)) {
			return 0, &cursor.Error{Section: name, Offset: c.Offset(), Reason: fmt.Sprintf("a part at %#x: has %#x bytes", off, len(data))}
		}
		t.offsets[i], *part = off, data[off:]
	}
	t.starts = t.functions
	return words[0], nil
}

// readFiles finds the offsets of paths in a table of before Go 1.16: the first
// is their count.
func (t *Table) readFiles() error {
	c := cursor.New(name, t.order, t.image.Table.Bytes)
	c.Seek(uint64(headerSize+t.word) + uint64(len(t.starts)))
	c.Seek(uint64(c.U32()))
	start := c.Offset()
	n := c.U32()
	if c.Err() != nil {
		return c.Err()
	}
	if have := uint64(c.Len() / 4); uint64(n) > have {
		return &cursor.Error{Section: name, Offset: start, Reason: fmt.Sprintf("%d files: has room for %d", n, have)}
	}
	t.files = t.image.Table.Bytes[start:][:4*n]
	return nil
}

// startSize returns the bytes of each number in starts.
func (t *Table) startSize() int {
	if t.version.relative {
		return 4
	}
	return t.word
}

// start returns number i of the starts: two for each function, and where the last
// one's code ends.
func (t *Table) start(i int) uint64 { return t.uint(t.starts[i*t.startSize():], t.startSize()) }

func (t *Table) uint(b []byte, size int) uint64 {
	if size == 4 {
		return uint64(t.order.Uint32(b))
	}
	return t.order.Uint64(b)
}

// entry returns the linked address of function i, or of the end of the last.
func (t *Table) entry(i int) uint64 { return t.text + t.start(2*i) }

// find returns the last function that starts at or before addr, -1 if none does.
func (t *Table) find(addr uint64) int {
	return sort.Search(t.count, func(i int) bool { return t.entry(i) > addr }) - 1
}

// alignment is what sections of code may be filled up to.
const alignment = 64

// IsAll reports whether Go's code is all of a section, but for what aligns its end:
// code of other languages would be before it or after it.
func (t *Table) IsAll(section debuginfo.Range) bool {
	code := t.Code()
	return code.Start <= section.Start && code.End <= section.End && section.End-code.End < alignment
}

// Abbreviates reports whether the table leaves the type arguments out of the names
// of instances of generic functions ("Map[...]"), as Go 1.18 to 1.20 do.
func (t *Table) Abbreviates() bool {
	names := t.names
	if t.version.relative && t.offsets[0] < t.offsets[1] {
		names = names[:t.offsets[1]-t.offsets[0]]
	}
	return t.version.relative && bytes.Contains(names, []byte("[...]"))
}

// Code returns the code from the first function to the end of the last.
func (t *Table) Code() debuginfo.Range {
	return debuginfo.Range{Start: t.entry(0), End: t.entry(t.count)}
}
