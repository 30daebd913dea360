package cursor

import (
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

var data = []byte{1, 2, 3, 4, 5, 6, 7, 8, 'h', 'i', 0, 9}

func TestIntegers(t *testing.T) {
	le, be := New(".x", binary.LittleEndian, data), New(".x", binary.BigEndian, data)
	for _, tt := range []struct {
		name     string
		read     func(c *Cursor) uint64
		le, be   uint64
		consumed int
	}{
		{"U8", func(c *Cursor) uint64 { return uint64(c.U8()) }, 0x01, 0x01, 1},
		{"U16", func(c *Cursor) uint64 { return uint64(c.U16()) }, 0x0201, 0x0102, 2},
		{"U24", func(c *Cursor) uint64 { return uint64(c.U24()) }, 0x030201, 0x010203, 3},
		{"U32", func(c *Cursor) uint64 { return uint64(c.U32()) }, 0x04030201, 0x01020304, 4},
		{"U64", func(c *Cursor) uint64 { return c.U64() }, 0x0807060504030201, 0x0102030405060708, 8},
		{"Uint(1)", func(c *Cursor) uint64 { return c.Uint(1) }, 0x01, 0x01, 1},
		{"Uint(2)", func(c *Cursor) uint64 { return c.Uint(2) }, 0x0201, 0x0102, 2},
		{"Uint(4)", func(c *Cursor) uint64 { return c.Uint(4) }, 0x04030201, 0x01020304, 4},
		{"Uint(8)", func(c *Cursor) uint64 { return c.Uint(8) }, 0x0807060504030201, 0x0102030405060708, 8},
	} {
		for c, want := range map[*Cursor]uint64{le: tt.le, be: tt.be} {
			c.Seek(0)
			if got := tt.read(c); got != want || c.Offset() != uint64(tt.consumed) || c.Err() != nil {
				t.Errorf("%s in %v = %#x up to %#x, error %v; want %#x up to %#x", tt.name, c.Order(), got, c.Offset(), c.Err(), want, tt.consumed)
			}
		}
	}
}

func TestStringsAndBlocks(t *testing.T) {
	c := At(".x", binary.LittleEndian, data, 0x100)
	c.Skip(8)
	if s := string(c.CString()); s != "hi" || c.Offset() != 0x10b || c.Len() != 1 || len(c.Rest()) != 1 {
		t.Errorf("CString = %q up to %#x, %d left", s, c.Offset(), c.Len())
	}
	c.Seek(0x102)
	if b := c.Bytes(3); string(b) != "\x03\x04\x05" || cap(b) != 3 {
		t.Errorf("Bytes(3) = % x with capacity %d, want 03 04 05 with 3", b, cap(b))
	}
	c.Align(4)
	if c.Offset() != 0x108 || c.Section() != ".x" {
		t.Errorf("Align(4) leads to %#x in %s, want 0x108 in .x", c.Offset(), c.Section())
	}
}

// Each fault names the section, the offset where the read started and why.
func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		read func(c *Cursor)
		want string
	}{
		{func(c *Cursor) { c.Skip(5); c.U64() }, ".x+0x15: need 8 bytes, have 7"},
		{func(c *Cursor) { c.Bytes(math.MaxUint64) }, ".x+0x10: need 18446744073709551615 bytes, have 12"},
		{func(c *Cursor) { c.Skip(12); c.U8() }, ".x+0x1c: need 1 bytes, have 0"},
		{func(c *Cursor) { c.Skip(11); c.CString() }, ".x+0x1b: string does not end"},
		{func(c *Cursor) { c.Seek(0xf) }, ".x+0x10: offset 0xf lies outside"},
		{func(c *Cursor) { c.Seek(0x1d) }, ".x+0x10: offset 0x1d lies outside"},
		{func(c *Cursor) { c.Uint(5) }, ".x+0x10: integer of 5 bytes"},
		{func(c *Cursor) { c.Fail("%d is odd", 7); c.Fail("later") }, ".x+0x10: 7 is odd"},
	} {
		c := At(".x", binary.LittleEndian, data, 0x10)
		tt.read(c)
		var fault *Error
		if !errors.As(c.Err(), &fault) || fault.Error() != tt.want {
			t.Errorf("error %v, want %s", c.Err(), tt.want)
		}
		at := c.Offset()
		if c.U8() != 0 || c.U16() != 0 || c.U24() != 0 || c.U32() != 0 || c.U64() != 0 || c.Uleb() != 0 || c.Sleb() != 0 ||
			c.CString() != nil || c.Bytes(1) != nil || c.Rest() != nil {
			t.Errorf("after %q reads return something", tt.want)
		}
		if c.Seek(0x10); c.Offset() != at {
			t.Errorf("after %q the position moves", tt.want)
		}
	}
}

func TestLEB128Errors(t *testing.T) {
	for _, tt := range []struct {
		data []byte
		want string
	}{
		{nil, ".x+0x0: LEB128 number does not end"},
		{[]byte{0x80, 0x80}, ".x+0x0: LEB128 number does not end"},
		{[]byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02}, ".x+0x0: LEB128 number does not fit 64 bits"},
	} {
		c := New(".x", binary.LittleEndian, tt.data)
		if v := c.Uleb(); v != 0 || c.Err() == nil || c.Err().Error() != tt.want {
			t.Errorf("Uleb of % x = %d, error %v; want %s", tt.data, v, c.Err(), tt.want)
		}
	}
	padded := New(".x", binary.LittleEndian, []byte{0xff, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00})
	if v := padded.Uleb(); v != 0x7f || padded.Err() != nil {
		t.Errorf("padded number is %#x, error %v; want 0x7f", v, padded.Err())
	}
}

// encoding/binary is the second opinion on unsigned numbers, arithmetic on signed ones.
func TestLEB128(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.Uint64().Draw(t, "unsigned")
		b := binary.AppendUvarint(nil, want)
		c := New(".x", binary.LittleEndian, b)
		if got := c.Uleb(); got != want || c.Len() != 0 || c.Err() != nil {
			t.Fatalf("Uleb of % x = %d, %d left, error %v; want %d", b, got, c.Len(), c.Err(), want)
		}
		signed := rapid.Int64().Draw(t, "signed")
		b = b[:0]
		for v := signed; ; v >>= 7 {
			if v == v<<57>>57 { // the rest is sign
				b = append(b, byte(v)&0x7f)
				break
			}
			b = append(b, byte(v)|0x80)
		}
		c = New(".x", binary.LittleEndian, b)
		if got := c.Sleb(); got != signed || c.Len() != 0 || c.Err() != nil {
			t.Fatalf("Sleb of % x = %d, %d left, error %v; want %d", b, got, c.Len(), c.Err(), signed)
		}
	})
}
