package dwarf

import (
	"cmp"
	"slices"
	"sort"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A located range says which unit code belongs to.
type located struct {
	debuginfo.Range
	unit int // offset of the unit's header in .debug_info
}

// A locator finds the units of an address without decoding them: in
// .debug_aranges if the address is there, else by the roots of the units that
// .debug_aranges leaves out, as compilers do.
type locator struct {
	listed []located // of .debug_aranges, by start
	rooted []located // of the roots of units that listed leaves out
	open   []int     // units whose roots give no ranges
}

// Locate returns handles of the units that may hold the linked address addr, the
// likeliest first.
func (d *Data) Locate(addr uint64) []int {
	d.arangesOnce.Do(func() { d.locator.listed = d.aranges() })
	if units := within(d.locator.listed, addr); len(units) > 0 {
		return units
	}
	d.rootsOnce.Do(func() { d.locator.rooted, d.locator.open = d.roots() })
	units := append(within(d.locator.rooted, addr), d.locator.open...)
	if len(units) == 0 {
		units = around(d.locator.listed, addr)
	}
	return units
}

// around returns the unit that has ranges on both sides of addr next to it. GNAT
// leaves functions out of the ranges of a unit that it gave to the linker to drop,
// and that the linker kept.
func around(list []located, addr uint64) []int {
	i := sort.Search(len(list), func(i int) bool { return list[i].Start > addr })
	if i == 0 || i == len(list) || list[i-1].unit != list[i].unit {
		return nil
	}
	return []int{list[i].unit}
}

// Extent returns how many bytes of .debug_info the unit of a handle takes, and how
// many there are.
func (d *Data) Extent(handle int) (unit, all int) {
	if handle < 0 || handle >= len(d.s.Info) {
		return 0, len(d.s.Info)
	}
	h, _ := readHeader(d.order, ".debug_info", d.s.Info, handle)
	return h.end - h.off, len(d.s.Info)
}

// maxSameAddress limits how many units one address is looked for in. Overlaps
// come from identical code folding and from broken tables.
const maxSameAddress = 16

// within returns the units of the ranges that hold addr, the latest start first.
func within(list []located, addr uint64) (units []int) {
	i := sort.Search(len(list), func(i int) bool { return list[i].Start > addr }) - 1
	for steps := 0; i >= 0 && steps < maxSameAddress; i, steps = i-1, steps+1 {
		if list[i].Contains(addr) && !slices.Contains(units, list[i].unit) {
			units = append(units, list[i].unit)
		}
	}
	return units
}

// sortLocated sorts so that within, which goes backwards, comes to the first unit
// first where several describe the same code: GNU ld keeps one copy of an inline
// function and lets all units that had one refer to it.
func sortLocated(list []located) []located {
	slices.SortFunc(list, func(a, b located) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), -cmp.Compare(a.End, b.End), -cmp.Compare(a.unit, b.unit))
	})
	return list
}

// aranges reads .debug_aranges (DWARF 5 §6.1.2). At a fault it stops: what it
// leaves out is found by the roots.
func (d *Data) aranges() []located {
	var list []located
	c := cursor.New(".debug_aranges", d.order, d.s.Aranges)
	for c.Len() > 0 && c.Err() == nil {
		start := c.Offset()
		offSize, length := unitLength(c)
		end := c.Offset() + length
		version := c.U16()
		unit := c.Uint(offSize)
		addrSize, segSize := int(c.U8()), c.U8()
		if c.Err() != nil || length > uint64(c.Len())+uint64(offSize)+4 || version != 2 || segSize != 0 ||
			addrSize != 4 && addrSize != 8 || unit > uint64(len(d.s.Info)) {
			break
		}
		c.Skip(-(c.Offset() - start) % uint64(2*addrSize))
		for c.Offset()+uint64(2*addrSize) <= end && c.Err() == nil {
			// A pair of zeros ends a set, but on RISC-V it is also what a linker
			// leaves of code that it dropped.
			addr, size := c.Uint(addrSize), c.Uint(addrSize)
			if size > 0 && addr+size > addr && d.isCode(addr) {
				list = append(list, located{debuginfo.Range{Start: addr, End: addr + size}, int(unit)})
			}
		}
		c.Seek(end)
	}
	return sortLocated(list)
}

// roots reads the ranges of the roots of units that are not listed already.
func (d *Data) roots() (list []located, open []int) {
	d.index()
	listed := map[int]bool{}
	for _, l := range d.locator.listed {
		listed[l.unit] = true
	}
	r := newReader(d)
	var ranges []debuginfo.Range
	for _, i := range d.code {
		h := &d.units[i]
		if h.bad || listed[h.off] {
			continue
		}
		r.forget()
		u, err := r.newUnit(d, i)
		if err != nil {
			continue
		}
		if ranges, err = u.ranges(ranges[:0], &r.root); err != nil || len(ranges) == 0 && !u.tellsCode(&r.root) {
			open = append(open, h.off)
		}
		for _, v := range ranges {
			list = append(list, located{v, h.off})
		}
	}
	return sortLocated(list), open
}

// tellsCode reports whether a root says which code the unit has, be it none.
func (u *unit) tellsCode(root *die) bool {
	return root.has.has(ranges) || root.has.has(highPC)
}

// ReadFor replaces what out holds by the functions of a unit that Locate found
// which hold one of the given linked addresses, ascending. Functions that stand
// inside others are left out: where an address stays without one, read the whole
// unit, by giving no addresses.
func (r *reader) ReadFor(unit int, addrs []uint64, out *debuginfo.Unit) error {
	out.Reset()
	if unit < 0 || unit >= len(r.d.s.Info) {
		return fail(unit, "no unit starts here")
	}
	h, err := readHeader(r.d.order, ".debug_info", r.d.s.Info, unit)
	if err != nil {
		return err
	}
	r.only = addrs
	err = r.read(h, out)
	r.only = nil
	return err
}

// isWanted reports whether the ranges hold one of the addresses asked for.
func (r *reader) isWanted(ranges []debuginfo.Range) bool {
	if r.only == nil {
		return true
	}
	for _, v := range ranges {
		i := sort.Search(len(r.only), func(i int) bool { return r.only[i] >= v.Start })
		if i < len(r.only) && r.only[i] < v.End {
			return true
		}
	}
	return false
}
