package gopclntab

import (
	"bytes"
	"sort"
	"unsafe"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A function is a record of the table.
type function struct {
	debuginfo.Range        // up to the next function
	name            uint32 // offset
	stack           uint32 // offsets of tables of values
	files, lines    uint32
	unitFiles       uint32 // index of its unit's first
	data            uint64 // offset in Table.functions of what follows the record
	tables          uint32 // how many offsets of tables of values that is
	count           [4]byte
}

// function returns function i, and whether its record and its code are there.
func (t *Table) function(i int) (f function, ok bool) {
	f.Start, f.End = t.entry(i), t.entry(i+1)
	if !t.isCode(f.Range) {
		return f, false
	}
	entrySize := uint64(t.startSize())
	at, size := t.start(2*i+1), entrySize+uint64(t.version.counts)+4
	record := tail(t.functions, at)
	if uint64(len(record)) < size {
		return f, false
	}
	b := record[entrySize:size]
	f.name = t.order.Uint32(b)
	f.stack = t.order.Uint32(b[12:])
	f.files = t.order.Uint32(b[16:])
	f.lines = t.order.Uint32(b[20:])
	f.tables = t.order.Uint32(b[24:])
	if t.version.files != 0 {
		f.unitFiles = t.order.Uint32(b[28:])
	}
	copy(f.count[:], b[t.version.counts:])
	f.data = at + size
	return f, true
}

// tail returns the bytes of data from an offset on.
func tail(data []byte, at uint64) []byte {
	if at > uint64(len(data)) {
		return nil
	}
	return data[at:]
}

// isCode reports whether the file holds the code of a range.
func (t *Table) isCode(r debuginfo.Range) bool {
	code := t.image.Code
	i := sort.Search(len(code), func(i int) bool { return code[i].End >= r.End })
	return i < len(code) && code[i].Start <= r.Start && r.Start < r.End
}

// valuesAt returns the table of values at an offset, for code from start on. At 0
// there is none.
func (t *Table) valuesAt(off uint32, code debuginfo.Range) values {
	v := values{quantum: t.quantum, start: code.Start, end: code.Start, limit: code.End, value: -1}
	if off != 0 {
		v.data = tail(t.values, uint64(off))
	}
	return v
}

// maxString is where names and paths are cut. Instances of generic types have the
// longest names, of some thousand bytes.
const maxString = 1 << 13

// stringAt returns the string at an offset, which a zero ends. It aliases the table.
func stringAt(data []byte, off uint32) string {
	data = tail(data, uint64(off))
	data = data[:min(len(data), maxString)]
	if n := bytes.IndexByte(data, 0); n >= 0 {
		data = data[:n]
	}
	return unsafe.String(unsafe.SliceData(data), len(data))
}

// path returns the path of a file, by its number in the function's unit.
func (t *Table) path(f *function, file int32) (off uint32, ok bool) {
	list, i := t.unitFiles, uint64(f.unitFiles)+uint64(uint32(file))
	if t.version.files == 0 {
		list, i = t.files, uint64(uint32(file))
	}
	if file < 0 || i >= uint64(len(list)/4) {
		return 0, false
	}
	return t.order.Uint32(list[4*i:]), true
}

// paths returns what offsets of paths count from.
func (t *Table) paths() []byte {
	if t.version.files == 0 {
		return t.image.Table.Bytes
	}
	return t.files
}

// values walks over a table that gives code a value: pairs of variable-length
// numbers, the change of the value and the bytes of code that have it, both in
// terms of the last; a change of zero ends it, unless it is the first.
type values struct {
	data    []byte
	quantum uint64
	limit   uint64 // where the function's code ends
	started bool

	start, end uint64 // linked addresses of the code
	value      int32  // that it has
}

// next moves to the next run of code, and reports whether there is one.
func (v *values) next() bool {
	change, ok := v.varint()
	if !ok || change == 0 && v.started {
		return false
	}
	v.started = true
	size, ok := v.varint()
	if !ok || size == 0 || v.end >= v.limit {
		return false
	}
	v.value += int32(change>>1) ^ -int32(change&1)
	v.start, v.end = v.end, min(v.end+uint64(size)*v.quantum, v.limit)
	return true
}

// varint reads a number of at most 32 bits.
func (v *values) varint() (n uint32, ok bool) {
	for i, b := range v.data[:min(len(v.data), 5)] {
		n |= uint32(b&0x7f) << (7 * i)
		if b < 0x80 {
			v.data = v.data[i+1:]
			return n, true
		}
	}
	return 0, false
}
