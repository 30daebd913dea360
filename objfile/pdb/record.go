package pdb

// A recordScanner walks CodeView records, of symbols or of types. Each starts
// with the number of bytes that follow, in two bytes, and its kind, in two more.
type recordScanner struct {
	data []byte
	off  int // of the next record
	kind uint16
	body []byte // what follows the kind
	bad  bool   // a record was cut short or too small to have a kind
}

// next moves to the next record, and reports whether there is one.
func (s *recordScanner) next() bool {
	rest := s.data[s.off:]
	if len(rest) < 4 {
		s.bad = s.bad || len(rest) > 0
		return false
	}
	size := int(le.Uint16(rest)) + 2
	if size < 4 || size > len(rest) {
		s.bad = true
		return false
	}
	s.kind = le.Uint16(rest[2:])
	s.body = rest[4:size:size]
	s.off += size
	return true
}
