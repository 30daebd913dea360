package objfile

import (
	"bytes"
	"unsafe"
)

// A stringTable reads zero-terminated names. The names alias the file.
//
// Names that share their ends are normal, so the sum of their lengths may exceed
// the table's own; in a table without zeros it grows with the square of the file.
// Therefore a table stops giving names once it gave maxNameShare times its size.
type stringTable struct {
	data []byte
	left int // bytes that may still be given
}

const (
	maxNameShare = 16
	freeNames    = 1 << 20 // bytes of names that are always given
)

func newStringTable(data []byte) stringTable {
	return stringTable{data: data, left: freeNames + maxNameShare*len(data)}
}

// at returns the name at an offset: empty if that lies outside, if the name does
// not end, or if the table gave too much.
func (t *stringTable) at(off uint64) string {
	if off >= uint64(len(t.data)) {
		return ""
	}
	rest := t.data[off:]
	rest = rest[:min(len(rest), max(t.left, 0))]
	n := bytes.IndexByte(rest, 0)
	if n < 0 {
		t.left -= len(rest)
		return ""
	}
	t.left -= n
	return alias(rest[:n])
}

// alias returns a string that shares its bytes with b, which must not change: the
// one place where names become strings without a copy.
func alias(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
