package gopclntab

import "bytes"

// Find returns where in data a little-endian table starts, -1 if none does: for
// files that have no section of their own for it.
func Find(data []byte) int {
	rest := []byte{0xff, 0xff, 0xff, 0, 0} // of every header, after its first byte
	for from := 1; from < len(data); from++ {
		i := bytes.Index(data[from:], rest)
		if i < 0 {
			return -1
		}
		from += i
		if at := from - 1; at%4 == 0 && Matches(data[at:]) {
			return at
		}
	}
	return -1
}
