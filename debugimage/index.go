package debugimage

import (
	"cmp"
	"slices"
)

// An Index finds the image that an address lies in. It does not change after
// [NewIndex] and is safe for concurrent use.
//
// Ranges are half-open: the address just after an image belongs to the next one.
// An image of unknown size reaches up to the next start, or without bound if it
// is the last. Where images overlap, the one that starts latest has the address.
//
// The images are flattened once into runs that do not overlap, so that Find is
// one binary search:
//
//	images   A ├──────────────────┤
//	         B      ├─────┤
//	runs     A      B     A       none
type Index struct {
	starts []Abs  // of the runs, ascending
	owners []span // what each run belongs to
}

// A span is where one image lies. Its last byte is kept instead of its end: the
// end of an image that reaches the top of the address space is not an address.
type span struct {
	image int32 // index in the images of NewIndex, -1 none
	open  bool  // size unknown and nothing after it
	start Abs
	last  Abs
}

var none = span{image: -1}

const top = ^Abs(0)

// NewIndex returns an index over images. Foreign ones and those at address 0
// have no addresses and take no part.
func NewIndex(images []Image) *Index {
	spans := make([]span, 0, len(images))
	for i := range images {
		if im := &images[i]; im.Type != Foreign && im.Addr != 0 {
			spans = append(spans, span{image: int32(i), start: im.Addr, last: im.Addr})
		}
	}
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	next := top // start of the images after those of the same start
	known := false
	for i := len(spans) - 1; i >= 0; i-- {
		s := &spans[i]
		if i+1 < len(spans) && spans[i+1].start != s.start {
			next, known = spans[i+1].start, true
		}
		switch size := images[s.image].Size; {
		case size != 0:
			s.last = s.start + min(Abs(size)-1, top-s.start)
		case known:
			s.last = next - 1
		default:
			s.last, s.open = top, true
		}
	}
	x := &Index{
		starts: make([]Abs, 0, 2*len(spans)),
		owners: make([]span, 0, 2*len(spans)),
	}
	x.flatten(spans)
	return x
}

// flatten turns spans, sorted by start, into runs. The images that are open at
// the current address are a stack: the latest start is on top.
func (x *Index) flatten(spans []span) {
	var stack []span
	closeBefore := func(limit Abs) {
		for len(stack) > 0 && stack[len(stack)-1].last < limit {
			end := stack[len(stack)-1].last + 1
			for len(stack) > 0 && stack[len(stack)-1].last < end {
				stack = stack[:len(stack)-1]
			}
			owner := none
			if len(stack) > 0 {
				owner = stack[len(stack)-1]
			}
			x.add(end, owner)
		}
	}
	for _, s := range spans {
		closeBefore(s.start)
		stack = append(stack, s)
		x.add(s.start, s)
	}
	closeBefore(top)
}

// add begins a run, in place of one that began at the same address.
func (x *Index) add(start Abs, owner span) {
	if n := len(x.starts); n > 0 && x.starts[n-1] == start {
		x.owners[n-1] = owner
		return
	}
	x.starts = append(x.starts, start)
	x.owners = append(x.owners, owner)
}

// Find returns which of the images given to NewIndex holds the address a.
func (x *Index) Find(a Abs) (image int, ok bool) {
	s := x.find(a)
	return int(s.image), s.image >= 0
}

func (x *Index) find(a Abs) span {
	lo, hi := 0, len(x.starts) // the answer's index + 1 is in [lo, hi]
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if x.starts[mid] <= a {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return none
	}
	return x.owners[lo-1]
}
