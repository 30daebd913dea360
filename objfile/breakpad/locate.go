package breakpad

import (
	"cmp"
	"slices"
	"sort"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// An outline finds functions by address. Files need not be sorted by it.
type outline struct {
	heads []head
	order []uint32 // of the heads with code: ascending by start, and then as in the text
	ends  []uint64 // by place in order: the furthest end up to there
	size  int      // bytes of all units
}

func newOutline(x *index) *outline {
	o := &outline{heads: x.heads, order: make([]uint32, 0, len(x.heads))}
	for i, h := range x.heads {
		if h.code.Start < h.code.End {
			o.order = append(o.order, uint32(i))
		}
	}
	byStart := func(a, b uint32) int { return cmp.Compare(o.heads[a].code.Start, o.heads[b].code.Start) }
	if !slices.IsSortedFunc(o.order, byStart) {
		slices.SortStableFunc(o.order, byStart)
	}
	o.ends = make([]uint64, len(o.order))
	end := uint64(0)
	for i := range o.order {
		end = max(end, o.code(i).End)
		o.ends[i] = end
	}
	for _, u := range x.units {
		o.size += u.end - u.start
	}
	return o
}

// code returns the code of the function at a place in order.
func (o *outline) code(i int) debuginfo.Range { return o.heads[o.order[i]].code }

// after returns the place of the first function that starts behind addr.
func (o *outline) after(addr uint64) int {
	return sort.Search(len(o.order), func(i int) bool { return o.code(i).Start > addr })
}

// maxNested limits how many functions inside another one are passed over to find it.
const maxNested = 1 << 16

// at returns the function that a table has at addr: of those that hold it the one
// that starts last, of several the first in the text.
func (o *outline) at(addr uint64) (uint32, bool) {
	best := -1
	after := o.after(addr)
	for i := after - 1; i >= 0 && o.ends[i] > addr && after-i <= maxNested; i-- {
		if best >= 0 && o.code(i).Start != o.code(best).Start {
			break
		}
		if addr < o.code(i).End {
			best = i
		}
	}
	if best < 0 {
		return 0, false
	}
	return o.order[best], true
}

// maxCluster is how many functions that overlap are read alone.
const maxCluster = 64

// cluster appends to dst the functions around addr that overlap one another, and
// so share rows. It reports false if they are many.
func (o *outline) cluster(dst []uint32, addr uint64) ([]uint32, bool) {
	after := o.after(addr)
	first := after
	for first > 0 && o.ends[first-1] > addr {
		first--
		addr = min(addr, o.code(first).Start)
		if after-first > maxCluster {
			return dst, false
		}
	}
	if first == after {
		return dst, true
	}
	for i := first; i < len(o.order) && (i < after || o.ends[i-1] > o.code(i).Start); i++ {
		dst = append(dst, o.order[i])
		if i-first > maxCluster {
			return dst, false
		}
	}
	return dst, true
}

// Locate returns the FUNC record, by its number in the text, whose function holds
// addr.
func (f *File) Locate(addr uint64) []int {
	if i, ok := f.outline().at(addr); ok {
		return []int{int(i)}
	}
	return nil
}

// Extent returns how many bytes of text have to be read for a function, and how
// many all units have.
func (f *File) Extent(function int) (unit, all int) {
	o := f.outline()
	text, whole := f.functionText(function)
	if text.end > text.start {
		if _, ok := o.cluster(nil, o.heads[function].code.Start); !ok {
			text = whole
		}
	}
	return text.end - text.start, o.size
}

// functionText returns where a FUNC record and what belongs to it is, and which
// unit that is in.
func (f *File) functionText(function int) (text, unit span) {
	x := f.index()
	if function < 0 || function >= len(x.heads) {
		return span{}, span{}
	}
	at := x.heads[function].at
	unit = x.units[sort.Search(len(x.units), func(i int) bool { return x.units[i].end > at })]
	text = span{at, unit.end}
	if function+1 < len(x.heads) {
		text.end = min(text.end, x.heads[function+1].at)
	}
	return text, unit
}

// ReadFor decodes, of the unit that a function is in, the functions that hold one
// of the given addresses and those that overlap them; with nil for addresses, all.
func (r *reader) ReadFor(function int, addrs []uint64, u *debuginfo.Unit) error {
	r.begin(u)
	_, unit := r.text.functionText(function)
	o := r.text.outline()
	r.wanted = r.wanted[:0]
	alone := addrs != nil
	for i := 0; i < len(addrs) && alone; i++ {
		r.wanted, alone = o.cluster(r.wanted, addrs[i])
	}
	if !alone {
		r.records(unit)
		return r.end()
	}
	slices.Sort(r.wanted)
	for _, i := range slices.Compact(r.wanted) {
		if text, _ := r.text.functionText(int(i)); unit.start <= text.start && text.start < unit.end {
			r.records(text)
		}
	}
	return r.end()
}
