package pdb

import (
	"bytes"
	"unsafe"
)

// text returns b as a string that aliases it. Nothing writes to a PDB's bytes
// while it is open, and a copy per symbol would be most of what reading costs.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// cstring returns what precedes the first zero byte of b, or all of b: the last
// name of a cut record is still worth showing.
func cstring(b []byte) string {
	if n := bytes.IndexByte(b, 0); n >= 0 {
		b = b[:n]
	}
	return text(b)
}

// stringAt returns the string at off in a table of strings that each end with a
// zero, "" outside the table.
func stringAt(table []byte, off uint32) string {
	if uint64(off) >= uint64(len(table)) {
		return ""
	}
	return cstring(table[off:])
}
