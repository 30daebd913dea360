package dwarf

import (
	"encoding/binary"

	"github.com/nativesym/nativesym/internal/cursor"
)

// A packageIndex is an index of a .dwp file (DWARF 5 §7.3.5; the GNU proposal's
// has version 2):
//
//	version    2: 4 bytes; 5: 2 bytes and 2 of padding
//	columns    4 bytes: N
//	units      4 bytes: U
//	slots      4 bytes: S, a power of two
//	ids        S × 8 bytes: a hash table of unit ids or type signatures
//	rows       S × 4 bytes: the row of each id, from 1; 0 where the slot is empty
//	sections   N × 4 bytes: which section each column is about
//	offsets    U rows of N × 4 bytes
//	sizes      U rows of N × 4 bytes
type packageIndex struct {
	section string // its name
	big     bool
	version uint16

	columns, units, slots uint64
	ids, rows             []byte
	names, offsets, sizes []byte
}

// Columns of an index, named by the sections they are about.
const (
	columnInfo       = 1
	columnTypes      = 2 // before version 5
	columnAbbrev     = 3
	columnStrOffsets = 6
	columnRngLists   = 8 // .debug_macro.dwo before version 5
)

func readPackageIndex(order binary.ByteOrder, section string, data []byte) (packageIndex, error) {
	x := packageIndex{section: section, big: order.Uint16([]byte{0, 1}) == 1}
	c := cursor.New(section, order, data)
	if x.version = c.U16(); x.version == 5 {
		c.U16()
	} else {
		c = cursor.New(section, order, data)
		x.version = uint16(min(c.U32(), 1<<16-1))
		if c.Err() == nil && x.version != 2 {
			c.Fail("index version %d is not known", x.version)
		}
	}
	x.columns, x.units, x.slots = uint64(c.U32()), uint64(c.U32()), uint64(c.U32())
	if c.Err() == nil && x.slots&(x.slots-1) != 0 {
		c.Fail("%d slots are no power of two", x.slots)
	}
	x.ids, x.rows = c.Bytes(8*x.slots), c.Bytes(4*x.slots)
	x.names = c.Bytes(4 * x.columns)
	if have := uint64(c.Len()); c.Err() == nil && x.columns > 0 && x.units > have/x.columns {
		c.Fail("%d units of %d columns in %d bytes", x.units, x.columns, have)
	}
	x.offsets, x.sizes = c.Bytes(4*x.columns*x.units), c.Bytes(4*x.columns*x.units)
	return x, c.Err()
}

// row returns the row of an id, from 1. The table is probed in the order that the
// standard gives.
func (x *packageIndex) row(id uint64) (uint64, bool) {
	mask := x.slots - 1
	slot, step := id&mask, id>>32&mask|1
	for range x.slots {
		row := x.number(x.rows, slot)
		if row == 0 {
			return 0, false
		}
		if load(x.ids[8*slot:][:8], x.big) == id {
			return row, true
		}
		slot = (slot + step) & mask
	}
	return 0, false
}

// number returns entry i of a table of 4-byte numbers.
func (x *packageIndex) number(table []byte, i uint64) uint64 {
	return load(table[4*i:][:4], x.big)
}
