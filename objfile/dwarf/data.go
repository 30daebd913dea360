// Package dwarf reads functions, inlined calls and line tables from DWARF 2 to 5.
//
// [New] takes the sections of one file as plain bytes; the [Data] it returns
// yields one [debuginfo.Unit] per compilation unit. Abbreviations are compiled to
// small programs, so a walk over the DIEs touches no map, allocates nothing per
// DIE and skips what cannot lead to code.
//
// A unit may stand in another file than its code: [Options] says where split files
// and what dwz shared come from. The package itself opens nothing; [Package] reads
// what a .dwp file holds.
//
// Input is hostile. Whatever the bytes, reading a unit ends in time and memory
// linear in the size of the sections: every offset is checked before use,
// references are followed [maxReferences] deep, the DIE tree [maxDepth] deep,
// functions in functions [maxNesting] deep; how much overlapping abbreviation
// tables and shared range lists can make a unit cost is limited as well. What
// is broken is reported as a [*cursor.Error] with section and offset; other units
// stay readable.
package dwarf

import (
	"encoding/binary"
	"fmt"
	"sort"
	"sync"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// Sections holds the contents of a file's DWARF sections, inflated and with
// relocations applied. Those that the file lacks are nil.
type Sections struct {
	Info       []byte // .debug_info
	Types      []byte // .debug_types, of DWARF 4
	Abbrev     []byte // .debug_abbrev
	Line       []byte // .debug_line
	LineStr    []byte // .debug_line_str
	Str        []byte // .debug_str
	StrOffsets []byte // .debug_str_offsets
	Addr       []byte // .debug_addr
	Ranges     []byte // .debug_ranges, before DWARF 5
	RngLists   []byte // .debug_rnglists
	Aranges    []byte // .debug_aranges
}

// Options says what else a reader needs to know. Its zero value will do.
type Options struct {
	// Code holds the linked address ranges of executable sections, ascending.
	// Functions and line sequences that start outside are what a linker left of
	// code it dropped. If empty, only the usual tombstones (0, −1, −2) are dropped.
	Code []debuginfo.Range

	// Supplementary is the file that dwz or DWARF 5 .debug_sup moved shared
	// strings and DIEs to.
	Supplementary *Data

	// NoSupplementary says why there is none, for units that refer to it.
	NoSupplementary error

	// Split returns the .dwo file, or the part of a .dwp file, that completes a
	// skeleton unit; nil if there is none. It may be called from several
	// goroutines at once.
	Split func(Skeleton) (*Data, error)
}

// Data is the DWARF of one file. It is immutable after New, apart from indexes
// that are built on first use, and safe for concurrent use.
// It implements [debuginfo.Locator].
type Data struct {
	order binary.ByteOrder
	big   bool
	s     Sections
	opts  Options

	indexOnce sync.Once
	units     []header // every unit of .debug_info, ascending by offset
	code      []int    // indexes of those that may hold code

	splitOnce sync.Once
	splits    map[uint64]int // of a .dwo file: indexes of units by id

	section string    // where Info is from
	types   typeUnits // that the units refer to by signature

	arangesOnce, rootsOnce sync.Once
	locator                locator
}

// New returns the DWARF in the given sections, whose integers have the given order.
func New(order binary.ByteOrder, s Sections, opts Options) (*Data, error) {
	if len(s.Info) > 0 && len(s.Abbrev) == 0 {
		return nil, &cursor.Error{Section: ".debug_abbrev", Reason: "section is missing or empty"}
	}
	d := &Data{order: order, big: order.Uint16([]byte{0, 1}) == 1, section: infoSection, s: s, opts: opts}
	d.types.main = d
	return d, nil
}

// NumUnits returns how many compilation units there are.
func (d *Data) NumUnits() int {
	d.index()
	return len(d.code)
}

// UnitSize returns how many bytes of .debug_info unit i takes, or about how many
// it takes in a split file.
func (d *Data) UnitSize(i int) int {
	d.index()
	h := &d.units[d.code[i]]
	if h.kind == unitSkeleton || h.version == 4 && h.end-h.off <= maxSkeleton && d.opts.Split != nil {
		return typicalSplit
	}
	return h.end - h.off
}

const (
	maxSkeleton  = 128     // no unit of version 4 says that it is a skeleton before it is read
	typicalSplit = 1 << 17 // bytes of a C++ unit in a split file
)

// NewReader returns a reader for one goroutine.
func (d *Data) NewReader() debuginfo.Reader { return newReader(d) }

// index lists the units. A header that cannot be read ends the list: it stands as
// a last unit whose Read returns why.
func (d *Data) index() {
	d.indexOnce.Do(func() {
		for off := 0; off < len(d.s.Info); {
			h, _ := readHeader(d.order, d.section, d.s.Info, off)
			if h.holdsCode() {
				d.code = append(d.code, len(d.units))
			}
			d.units = append(d.units, h)
			off = h.end
		}
	})
}

// unitAt returns the index of the unit that holds the given offset in .debug_info.
func (d *Data) unitAt(off uint64) (int, error) {
	d.index()
	i := sort.Search(len(d.units), func(i int) bool { return uint64(d.units[i].off) > off }) - 1
	if i < 0 || off < uint64(d.units[i].dies) || off >= uint64(d.units[i].end) {
		return 0, &cursor.Error{Section: d.section, Offset: off, Reason: "a reference leads here, where no unit has a DIE"}
	}
	return i, nil
}

// isCode reports whether code that starts at addr is part of the program.
func (d *Data) isCode(addr uint64) bool {
	code := d.opts.Code
	if len(code) == 0 {
		return addr != 0 && addr != 1<<32-1 && addr != 1<<32-2 && addr < ^uint64(1)
	}
	for lo, hi := 0, len(code); lo < hi; {
		mid := int(uint(lo+hi) >> 1)
		switch {
		case addr < code[mid].Start:
			hi = mid
		case addr >= code[mid].End:
			lo = mid + 1
		default:
			return true
		}
	}
	return false
}

// codeEnd returns where the last of the program's code ends, beyond which no
// function or row reaches.
func (d *Data) codeEnd() uint64 {
	if n := len(d.opts.Code); n > 0 {
		return d.opts.Code[n-1].End
	}
	return ^uint64(0)
}

// A header is a unit's header (DWARF 5 §7.5.1), as offsets into .debug_info.
type header struct {
	off, dies, end int    // of the unit, of its first DIE, after the unit
	abbrevs        uint64 // offset in .debug_abbrev
	id             uint64 // of a skeleton or split unit, before version 5 its root has it; the signature of a type unit
	typeOff        uint64 // of a type unit: its type's DIE, from the start of the unit
	version        uint8
	kind           uint8 // a unit type; before version 5 it is unitCompile, or in .debug_types unitType
	shape          shape
	bad            bool // it cannot be read: reading it again says why
}

func (h *header) holdsCode() bool {
	return h.bad || h.kind == unitCompile || h.kind == unitSkeleton || h.kind == unitSplitCompile
}

// minUnit is the least number of bytes after the length: version, abbreviations'
// offset and address size of 32-bit DWARF.
const minUnit = 7

func readHeader(order binary.ByteOrder, section string, info []byte, off int) (header, error) {
	c := cursor.At(section, order, info[off:], uint64(off))
	h := header{off: off, end: len(info), kind: unitCompile}
	offSize, length := unitLength(c)
	switch {
	case length > uint64(c.Len()):
		c.Fail("unit of %d bytes, section has %d left", length, c.Len())
	case length < minUnit:
		c.Fail("unit of %d bytes ends in its header", length) // zeros, most likely: there is nothing more to come
	default:
		h.end = int(c.Offset() + length)
	}
	h.version = uint8(min(c.U16(), 255))
	switch {
	case c.Err() != nil:
	case h.version == 5:
		h.kind = c.U8()
		h.shape.addrSize = c.U8()
		h.abbrevs = c.Uint(offSize)
		switch h.kind {
		case unitSkeleton, unitSplitCompile:
			h.id = c.U64()
		case unitType, unitSplitType:
			h.id, h.typeOff = c.U64(), c.Uint(offSize)
		}
	case h.version >= 2 && h.version <= 4:
		h.abbrevs = c.Uint(offSize)
		h.shape.addrSize = c.U8()
		if section == typesSection {
			h.kind, h.id, h.typeOff = unitType, c.U64(), c.Uint(offSize)
		}
	default:
		c.Fail("DWARF version %d is not known", h.version)
	}
	h.shape.offSize, h.shape.refAddr = uint8(offSize), uint8(offSize)
	if h.version == 2 {
		h.shape.refAddr = h.shape.addrSize
	}
	if a := h.shape.addrSize; c.Err() == nil && a != 2 && a != 4 && a != 8 {
		c.Fail("addresses of %d bytes", a)
	}
	h.dies = int(c.Offset())
	if c.Err() == nil && h.dies > h.end {
		c.Fail("unit of %d bytes ends in its header", length)
	}
	if err := c.Err(); err != nil {
		h.bad = true
		return h, fmt.Errorf("unit %#x: %w", off, err)
	}
	return h, nil
}

// unitLength reads an initial length (DWARF 5 §7.4): it returns the size of
// offsets, 4 or 8 bytes, and the bytes that follow.
func unitLength(c *cursor.Cursor) (offSize int, length uint64) {
	switch n := c.U32(); {
	case n == 0xffff_ffff:
		return 8, c.U64()
	case n >= 0xffff_fff0:
		c.Fail("length %#x is reserved", n)
		return 4, 0
	default:
		return 4, uint64(n)
	}
}
