package dwarf

import (
	"encoding/binary"

	"github.com/nativesym/nativesym/internal/cursor"
)

// A Package is a .dwp file: the split files of one program in one. It is safe for
// concurrent use.
//
// Its sections are those of the .dwo files one after the other, except for the
// strings, which are merged. An index (DWARF 5 §7.3.5; the GNU proposal's has
// version 2) says which part of each section belongs to which unit:
//
//	version    2: 4 bytes; 5: 2 bytes and 2 of padding
//	columns    4 bytes: N
//	units      4 bytes: U
//	slots      4 bytes: S, a power of two
//	ids        S × 8 bytes: a hash table of unit ids
//	rows       S × 4 bytes: the row of each id, from 1; 0 where the slot is empty
//	sections   N × 4 bytes: which section each column is about
//	offsets    U rows of N × 4 bytes
//	sizes      U rows of N × 4 bytes
type Package struct {
	order    binary.ByteOrder
	big      bool
	sections Sections
	version  uint16

	columns, units, slots uint64
	ids, rows             []byte
	names, offsets, sizes []byte
}

// Columns of an index, named by the sections they are about.
const (
	columnInfo       = 1
	columnAbbrev     = 3
	columnStrOffsets = 6
	columnRngLists   = 8 // .debug_macro.dwo before version 5
)

// NewPackage returns the package in the given sections, named .dwo in the file,
// and its .debug_cu_index.
func NewPackage(order binary.ByteOrder, index []byte, s Sections) (*Package, error) {
	p := &Package{order: order, big: order.Uint16([]byte{0, 1}) == 1, sections: s}
	c := cursor.New(".debug_cu_index", order, index)
	if p.version = c.U16(); p.version == 5 {
		c.U16()
	} else {
		c = cursor.New(".debug_cu_index", order, index)
		p.version = uint16(min(c.U32(), 1<<16-1))
		if c.Err() == nil && p.version != 2 {
			c.Fail("index version %d is not known", p.version)
		}
	}
	p.columns, p.units, p.slots = uint64(c.U32()), uint64(c.U32()), uint64(c.U32())
	if c.Err() == nil && p.slots&(p.slots-1) != 0 {
		c.Fail("%d slots are no power of two", p.slots)
	}
	p.ids, p.rows = c.Bytes(8*p.slots), c.Bytes(4*p.slots)
	p.names = c.Bytes(4 * p.columns)
	if have := uint64(c.Len()); c.Err() == nil && p.columns > 0 && p.units > have/p.columns {
		c.Fail("%d units of %d columns in %d bytes", p.units, p.columns, have)
	}
	p.offsets, p.sizes = c.Bytes(4*p.columns*p.units), c.Bytes(4*p.columns*p.units)
	return p, c.Err()
}

// Unit returns the part of the package that holds the unit with an id, or nil if
// it has none.
func (p *Package) Unit(id uint64) (*Data, error) {
	row, ok := p.row(id)
	if !ok {
		return nil, nil
	}
	if row > p.units {
		return nil, &cursor.Error{Section: ".debug_cu_index", Reason: "a slot leads to a unit that is not there"}
	}
	s := Sections{Str: p.sections.Str}
	for i := range p.columns {
		var part, all *[]byte
		var name string
		switch number := p.number(p.names, i); {
		case number == columnInfo:
			name, part, all = ".debug_info.dwo", &s.Info, &p.sections.Info
		case number == columnAbbrev:
			name, part, all = ".debug_abbrev.dwo", &s.Abbrev, &p.sections.Abbrev
		case number == columnStrOffsets:
			name, part, all = ".debug_str_offsets.dwo", &s.StrOffsets, &p.sections.StrOffsets
		case number == columnRngLists && p.version == 5:
			name, part, all = ".debug_rnglists.dwo", &s.RngLists, &p.sections.RngLists
		default:
			continue
		}
		cell := (row-1)*p.columns + i
		off, size := p.number(p.offsets, cell), p.number(p.sizes, cell)
		if have := uint64(len(*all)); off > have || size > have-off {
			return nil, &cursor.Error{Section: name, Offset: off, Reason: "a unit's part reaches beyond the section"}
		}
		*part = (*all)[off:][:size:size]
	}
	return New(p.order, s, Options{})
}

// row returns the row of an id, from 1. The table is probed in the order that the
// standard gives.
func (p *Package) row(id uint64) (uint64, bool) {
	mask := p.slots - 1
	slot, step := id&mask, id>>32&mask|1
	for range p.slots {
		row := p.number(p.rows, slot)
		if row == 0 {
			return 0, false
		}
		if load(p.ids[8*slot:][:8], p.big) == id {
			return row, true
		}
		slot = (slot + step) & mask
	}
	return 0, false
}

// number returns entry i of a table of 4-byte numbers.
func (p *Package) number(table []byte, i uint64) uint64 {
	return load(table[4*i:][:4], p.big)
}
