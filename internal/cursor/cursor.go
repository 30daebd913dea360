// Package cursor reads integers, strings and blocks from a byte slice,
// keeping the first error.
//
// Several reads may follow one another without a check; nothing that was read
// may serve as a length, an index or a bound before [Cursor.Err] is checked.
// After the first error every read returns zero and the position stays put.
package cursor

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// A Cursor walks forward over one section of a file.
// Its zero value is an empty section. It is not safe for concurrent use.
type Cursor struct {
	data    []byte
	off     int
	base    uint64 // offset of data[0] in the section
	order   binary.ByteOrder
	section string
	err     error
}

// An Error says where in a file reading went wrong and why.
// Where it comes from a whole file, callers add the file's name with %w.
type Error struct {
	Section string // name of the section or stream, as the format writes it
	Offset  uint64 // in bytes from the start of the section
	Reason  string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s+%#x: %s", e.Section, e.Offset, e.Reason)
}

// New returns a Cursor at the start of data, which is all of the section.
func New(section string, order binary.ByteOrder, data []byte) *Cursor {
	return &Cursor{section: section, order: order, data: data}
}

// At returns a Cursor over data that starts base bytes into the section, so
// that errors name offsets in the whole section.
func At(section string, order binary.ByteOrder, data []byte, base uint64) *Cursor {
	return &Cursor{section: section, order: order, data: data, base: base}
}

// Err returns the first error, or nil.
func (c *Cursor) Err() error { return c.err }

// Offset returns where the next read starts, in bytes from the start of the section.
func (c *Cursor) Offset() uint64 { return c.base + uint64(c.off) }

// Len returns how many bytes are left.
func (c *Cursor) Len() int { return len(c.data) - c.off }

// Section returns the section's name.
func (c *Cursor) Section() string { return c.section }

// Order returns the byte order of the section.
func (c *Cursor) Order() binary.ByteOrder { return c.order }

// Fail records an error at the current offset, unless there is one already.
func (c *Cursor) Fail(format string, args ...any) {
	if c.err == nil {
		c.err = &Error{Section: c.section, Offset: c.Offset(), Reason: fmt.Sprintf(format, args...)}
	}
}

// need reports whether n more bytes can be read, and records an error if not.
func (c *Cursor) need(n uint64) bool {
	if c.err != nil {
		return false
	}
	if have := uint64(len(c.data) - c.off); n > have {
		c.Fail("need %d bytes, have %d", n, have)
		return false
	}
	return true
}

// U8 reads one byte.
func (c *Cursor) U8() uint8 {
	if !c.need(1) {
		return 0
	}
	v := c.data[c.off]
	c.off++
	return v
}

// U16 reads a 2-byte integer.
func (c *Cursor) U16() uint16 {
	if !c.need(2) {
		return 0
	}
	v := c.order.Uint16(c.data[c.off:])
	c.off += 2
	return v
}

// U24 reads a 3-byte integer (DWARF 5's strx3 and addrx3).
func (c *Cursor) U24() uint32 {
	if !c.need(3) {
		return 0
	}
	b := c.data[c.off : c.off+3]
	c.off += 3
	if c.order.Uint16([]byte{1, 0}) == 1 {
		return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
	}
	return uint32(b[2]) | uint32(b[1])<<8 | uint32(b[0])<<16
}

// U32 reads a 4-byte integer.
func (c *Cursor) U32() uint32 {
	if !c.need(4) {
		return 0
	}
	v := c.order.Uint32(c.data[c.off:])
	c.off += 4
	return v
}

// U64 reads an 8-byte integer.
func (c *Cursor) U64() uint64 {
	if !c.need(8) {
		return 0
	}
	v := c.order.Uint64(c.data[c.off:])
	c.off += 8
	return v
}

// Uint reads an integer of size bytes, which must be 1, 2, 4 or 8.
func (c *Cursor) Uint(size int) uint64 {
	switch size {
	case 1:
		return uint64(c.U8())
	case 2:
		return uint64(c.U16())
	case 4:
		return uint64(c.U32())
	case 8:
		return c.U64()
	}
	c.Fail("integer of %d bytes", size)
	return 0
}

// Uleb reads an unsigned LEB128 number of at most 64 bits.
// Padding bytes past the 64th bit are accepted while they carry no value.
func (c *Cursor) Uleb() uint64 {
	if c.err != nil {
		return 0
	}
	var v uint64
	for i, shift := c.off, uint(0); i < len(c.data); i, shift = i+1, shift+7 {
		b := c.data[i]
		part := uint64(b & 0x7f)
		if shift >= 64 && part != 0 || shift == 63 && part > 1 {
			c.Fail("LEB128 number does not fit 64 bits")
			return 0
		}
		v |= part << shift
		if b < 0x80 {
			c.off = i + 1
			return v
		}
	}
	c.Fail("LEB128 number does not end")
	return 0
}

// Sleb reads a signed LEB128 number of at most 64 bits; bits beyond are ignored.
func (c *Cursor) Sleb() int64 {
	if c.err != nil {
		return 0
	}
	var v int64
	shift := uint(0)
	for i := c.off; i < len(c.data); i++ {
		b := c.data[i]
		if shift < 64 {
			v |= int64(b&0x7f) << shift
		}
		shift += 7
		if b < 0x80 {
			if b&0x40 != 0 && shift < 64 {
				v |= -1 << shift
			}
			c.off = i + 1
			return v
		}
	}
	c.Fail("LEB128 number does not end")
	return 0
}

// CString reads up to a zero byte and returns what precedes it.
// The result aliases the section.
func (c *Cursor) CString() []byte {
	if c.err != nil {
		return nil
	}
	n := bytes.IndexByte(c.data[c.off:], 0)
	if n < 0 {
		c.Fail("string does not end")
		return nil
	}
	s := c.data[c.off : c.off+n : c.off+n]
	c.off += n + 1
	return s
}

// Bytes reads n bytes. The result aliases the section.
func (c *Cursor) Bytes(n uint64) []byte {
	if !c.need(n) {
		return nil
	}
	b := c.data[c.off:][:n:n]
	c.off += int(n)
	return b
}

// Rest returns what is left to read, which stays unread. The result aliases the
// section.
func (c *Cursor) Rest() []byte {
	if c.err != nil {
		return nil
	}
	return c.data[c.off:]
}

// Skip moves n bytes ahead.
func (c *Cursor) Skip(n uint64) {
	if c.need(n) {
		c.off += int(n)
	}
}

// Seek moves to an offset counted from the start of the section.
func (c *Cursor) Seek(off uint64) {
	if c.err != nil {
		return
	}
	if off < c.base || off-c.base > uint64(len(c.data)) {
		c.Fail("offset %#x lies outside", off)
		return
	}
	c.off = int(off - c.base)
}

// Align moves ahead to the next multiple of n in the section; n is a power of two.
func (c *Cursor) Align(n uint64) {
	c.Skip(-c.Offset() & (n - 1))
}
