package breakpad

import (
	"bytes"
	"math"
	"unsafe"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// lines walks over the lines of a text. They end with a line feed, before which
// there may be a carriage return.
type lines struct {
	data []byte
	off  int // of the next line
	at   int // of the line
	line []byte
}

// next moves to the next line, and reports whether there is one.
func (l *lines) next() bool {
	if l.off >= len(l.data) {
		return false
	}
	l.at = l.off
	rest := l.data[l.off:]
	n := bytes.IndexByte(rest, '\n')
	if n < 0 {
		n = len(rest)
	}
	l.off += n + 1
	if n > 0 && rest[n-1] == '\r' {
		n--
	}
	l.line = rest[:n]
	return true
}

// A record is what is left of a line: fields with spaces between them.
type record struct {
	rest []byte
	bad  bool // a number was missing or too big
}

// skip jumps over spaces.
func (r *record) skip() {
	for len(r.rest) > 0 && r.rest[0] == ' ' {
		r.rest = r.rest[1:]
	}
}

// word reads up to the next space.
func (r *record) word() string {
	r.skip()
	n := bytes.IndexByte(r.rest, ' ')
	if n < 0 {
		n = len(r.rest)
	}
	w := r.rest[:n]
	r.rest = r.rest[n:]
	return alias(w)
}

// text reads all that is left, spaces included.
func (r *record) text() string {
	r.skip()
	return alias(r.rest)
}

// alias returns a string that shares the bytes of the file, which do not change.
func alias(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// hexDigits has the value of each hexadecimal digit plus one.
var hexDigits = func() (t [256]uint8) {
	for i := range 16 {
		t["0123456789abcdef"[i]], t["0123456789ABCDEF"[i]] = uint8(i+1), uint8(i+1)
	}
	return t
}()

// hex reads a hexadecimal number of at most 64 bits.
func (r *record) hex() uint64 {
	r.skip()
	var v uint64
	i := 0
	for ; i < len(r.rest); i++ {
		d := hexDigits[r.rest[i]]
		if d == 0 {
			break
		}
		r.bad = r.bad || v>>60 != 0
		v = v<<4 | uint64(d-1)
	}
	r.end(i)
	return v
}

// dec reads a decimal number of at most 32 bits.
func (r *record) dec() uint32 {
	r.skip()
	var v uint64
	i := 0
	for ; i < len(r.rest) && r.rest[i]-'0' <= 9; i++ {
		v = v*10 + uint64(r.rest[i]-'0')
		if v > math.MaxUint32 {
			r.bad, v = true, 0
		}
	}
	r.end(i)
	return uint32(v)
}

// end jumps over a number of n digits, after which a space or nothing comes.
func (r *record) end(n int) {
	r.bad = r.bad || n == 0 || n < len(r.rest) && r.rest[n] != ' '
	r.rest = r.rest[n:]
}

// codeRange reads an address and a size.
func (r *record) codeRange() debuginfo.Range {
	start := r.hex()
	size := r.hex()
	r.bad = r.bad || start+size < start
	return debuginfo.Range{Start: start, End: start + size}
}

// multiple jumps over the mark of a record whose name is one of several that the
// linker gave to the same code.
func (r *record) multiple() {
	if r.skip(); bytes.HasPrefix(r.rest, []byte("m ")) {
		r.rest = r.rest[2:]
	}
}

// A function is a FUNC record.
type function struct {
	code debuginfo.Range
	name string
}

const (
	// unnamed stands for the name of a function that has none.
	unnamed = "<name omitted>"

	// maxFunction is more bytes than any function takes. Nothing else in a file
	// says where code ends.
	maxFunction = 1 << 30
)

// parseFunc reads "FUNC [m] address size parameter_size name". It reports false
// for any other record, and for one that cannot be read.
func parseFunc(line []byte) (f function, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte("FUNC "))
	if !ok {
		return f, false
	}
	r := record{rest: rest}
	r.multiple()
	f.code = r.codeRange()
	r.bad = r.bad || f.code.End-f.code.Start > maxFunction
	r.hex()
	if f.name = r.text(); f.name == unnamed {
		f.name = ""
	}
	return f, !r.bad
}

// parsePublic reads "PUBLIC [m] address parameter_size name".
func parsePublic(rest []byte) (s Symbol, ok bool) {
	r := record{rest: rest}
	r.multiple()
	s.Addr = r.hex()
	r.hex()
	s.Name = r.text()
	return s, !r.bad
}
