package gopclntab

import "bytes"

// Find returns where in data a table starts, -1 if none does: for files that have
// no section of their own for it.
func Find(data []byte) int {
	for _, v := range versions {
		magic := []byte{byte(v.magic), 0xff, 0xff, 0xff, 0, 0}
		for from := 0; ; from++ {
			i := bytes.Index(data[from:], magic)
			if i < 0 {
				break
			}
			if from += i; from%4 == 0 && Matches(data[from:]) {
				return from
			}
		}
	}
	return -1
}
