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

// maxPath is where a string of a table is cut. Any number of references may lead
// to one string, and each looks for its end.
const maxPath = 4096

// stringAt returns the string at off in a table of strings that each end with a
// zero, "" outside the table. The tables hold paths and names of streams.
func stringAt(table []byte, off uint32) string {
	if uint64(off) >= uint64(len(table)) {
		return ""
	}
	rest := table[off:]
	return cstring(rest[:min(len(rest), maxPath)])
}
