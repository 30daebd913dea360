package pdb

import (
	"cmp"
	"slices"
	"sort"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// Versions of the list of contributions, which differ in the size of an entry.
const (
	contributions60 = 0xeffe0000 + 19970605
	contributionsV2 = 0xeffe0000 + 20140516
)

// A contributions is what the linker took from one section of one object file
// each: a function, mostly. It is empty where OMAP took them apart, or the list is
// of an unknown kind.
//
//	offset  size  field of an entry, after the version of the list
//	0x00    2     section, from 1
//	0x04    4     offset in the section      0x08  4  bytes
//	0x0c    4     characteristics            0x10  2  module
//	0x14    …     sums
//
// Linkers sort the list, so it is searched where it lies.
type contributions struct {
	sections *sectionMap
	data     []byte
	size     int
	order    []uint32 // of the entries, where they are not sorted
}

func (f *File) readContributions() *contributions {
	c := &contributions{sections: &f.sections, size: 28}
	data := f.dbi.contributions
	if len(data) < 4 || len(f.sections.omap) > 0 {
		return c
	}
	switch le.Uint32(data) {
	case contributions60:
	case contributionsV2:
		c.size += 4
	default:
		return c
	}
	c.data = data[4:]
	last := uint64(0)
	for i := range c.len() {
		key := c.key(i)
		if key < last {
			c.sort()
			break
		}
		last = key
	}
	return c
}

// sort makes entries come in the order of their sections and offsets.
func (c *contributions) sort() {
	order := make([]uint32, c.len())
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortStableFunc(order, func(a, b uint32) int { return cmp.Compare(c.key(int(a)), c.key(int(b))) })
	c.order = order
}

func (c *contributions) len() int { return len(c.data) / c.size }

// entry returns the bytes of entry i in order.
func (c *contributions) entry(i int) []byte {
	if c.order != nil {
		i = int(c.order[i])
	}
	return c.data[i*c.size:][:c.size]
}

// key returns the place where entry i starts.
func (c *contributions) key(i int) uint64 {
	e := c.entry(i)
	return place(le.Uint16(e), le.Uint32(e[4:]))
}

// place makes one number of a section and an offset.
func place(sect uint16, off uint32) uint64 { return uint64(sect)<<32 | uint64(off) }

// code returns where entry i is in the image, and whether it is there.
func (c *contributions) code(i int) (debuginfo.Range, bool) {
	e := c.entry(i)
	start, ok := c.sections.addr(le.Uint16(e), le.Uint32(e[4:]))
	return debuginfo.Range{Start: uint64(start), End: uint64(start) + uint64(le.Uint32(e[8:]))}, ok
}

// after returns the index of the first entry behind a place.
func (c *contributions) after(at uint64) int {
	return sort.Search(c.len(), func(i int) bool { return c.key(i) > at })
}

// maxEmpty is how many entries may start after the one that holds an address, and
// end before it.
const maxEmpty = 16

// module returns the module of the entry that holds addr, none if there is none.
func (c *contributions) module(addr uint64) int {
	at, ok := c.sections.place(addr)
	if !ok {
		return none
	}
	after := c.after(at)
	for i := after - 1; i >= max(after-maxEmpty, 0); i-- {
		if code, ok := c.code(i); ok && code.Contains(addr) {
			return int(le.Uint16(c.entry(i)[0x10:]))
		}
	}
	return none
}

// Contributions returns the code and data of each contribution to the image.
func (f *File) Contributions() []debuginfo.Range {
	c := f.contributions()
	if c.len() == 0 {
		return nil
	}
	list := make([]debuginfo.Range, 0, c.len())
	for i := range c.len() {
		if code, ok := c.code(i); ok {
			list = append(list, code)
		}
	}
	return list
}

// ContributionsNear returns the contributions that start in r, some before it, and
// the next one.
func (f *File) ContributionsNear(r debuginfo.Range) []debuginfo.Range {
	c := f.contributions()
	at, ok := c.sections.place(r.Start)
	if !ok {
		return nil
	}
	var list []debuginfo.Range
	for i := max(c.after(at)-maxEmpty, 0); i < c.len(); i++ {
		code, ok := c.code(i)
		if !ok {
			continue
		}
		if list = append(list, code); code.Start >= r.End && code.End > code.Start {
			break
		}
	}
	return list
}
