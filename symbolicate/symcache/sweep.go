package symcache

import (
	"cmp"
	"slices"
	"sort"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// maxOverlap limits how many inlined calls are open at one address, and how deep they
// nest, also in a table that is read. Real code nests them a few dozen deep; a file
// that was made for the purpose has 65,536 at every address, each of which a lookup
// would go through. Of calls that nest deeper, the outermost and the innermost one are
// kept.
const maxOverlap = 1 << 10

// A sweeper goes over one function's code from front to back and finds for every
// address which inlined call and which row it belongs to.
//
// Ranges of inlined calls nest, but compilers also let siblings overlap and
// children stick out of their parents. At each address the deepest call wins, of
// several the last; its callers are its parents, whatever their own ranges say.
type sweeper struct {
	u       *debuginfo.Unit
	b       blockBuilder
	parents []int32 // of the function's inlines: index among them, −1 for the function
	byDepth []int32 // the inline met last at each depth
	pieces  []piece // ranges of inlines
	keys    []uint64
	spare   []piece
	open    []piece          // those around the current address, the winner last
	row     int              // in u.Rows: the last one at or before the current address
	split   func(pos uint64) // ends the block that is being built and starts one at pos
}

// A piece is a range of an inlined call.
type piece struct {
	start, end uint64
	inline     int32 // index among the function's inlines
	depth      uint32
}

// before says whether q wins over p where both hold an address.
func (p piece) before(q piece) bool {
	return p.depth < q.depth || p.depth == q.depth && p.inline < q.inline
}

// function prepares the sweep of f.
func (s *sweeper) function(f *debuginfo.Function) {
	inlines := s.u.Inlines[f.Inlines.First:f.Inlines.End]
	s.parents, s.byDepth, s.pieces = s.parents[:0], append(s.byDepth[:0], -1), s.pieces[:0]
	sorted := true
	for i := range inlines {
		in := &inlines[i]
		depth := min(in.Depth, uint32(len(s.byDepth)), maxOverlap)
		s.parents = append(s.parents, s.byDepth[depth-1])
		s.byDepth = append(s.byDepth[:depth], int32(i))
		for _, r := range s.u.Ranges[in.Ranges.First:in.Ranges.End] {
			if n := len(s.pieces); n > 0 && r.Start < s.pieces[n-1].start {
				sorted = false
			}
			s.pieces = append(s.pieces, piece{start: r.Start, end: r.End, inline: int32(i), depth: depth})
		}
	}
	if !sorted {
		s.sort()
	}
}

// sort orders the pieces by start, those that start together as they were met.
// Sorting one number a piece is several times faster than sorting pieces.
func (s *sweeper) sort() {
	low, high := s.pieces[0].start, s.pieces[0].start
	for _, p := range s.pieces {
		low, high = min(low, p.start), max(high, p.start)
	}
	const indexBits = 24
	if high-low >= 1<<(64-indexBits) || len(s.pieces) >= 1<<indexBits {
		slices.SortStableFunc(s.pieces, func(a, b piece) int { return cmp.Compare(a.start, b.start) })
		return
	}
	s.keys = s.keys[:0]
	for i, p := range s.pieces {
		s.keys = append(s.keys, (p.start-low)<<indexBits|uint64(i))
	}
	slices.Sort(s.keys)
	s.spare = s.spare[:0]
	for _, k := range s.keys {
		s.spare = append(s.spare, s.pieces[k&(1<<indexBits-1)])
	}
	s.pieces, s.spare = s.spare, s.pieces
}

// sweep feeds the block builder with the code from start to end.
func (s *sweeper) sweep(start, end uint64) {
	s.open = s.open[:0]
	s.seekRow(start)
	next := 0
	for pos := start; pos < end; {
		s.expire(pos)
		for ; next < len(s.pieces) && s.pieces[next].start <= pos; next++ {
			if s.pieces[next].end > pos {
				s.enter(s.pieces[next])
			}
		}
		stop := end
		if next < len(s.pieces) {
			stop = min(stop, s.pieces[next].start)
		}
		inline := int32(-1)
		for i := range s.open {
			stop = min(stop, s.open[i].end)
			inline = s.open[i].inline
		}
		s.emit(pos, stop, inline)
		pos = stop
	}
}

// expire closes the pieces that end at or before pos.
func (s *sweeper) expire(pos uint64) {
	n := 0
	for _, p := range s.open {
		if p.end > pos {
			s.open[n] = p
			n++
		}
	}
	s.open = s.open[:n]
}

// enter opens a piece.
func (s *sweeper) enter(p piece) {
	i := len(s.open)
	if i == maxOverlap {
		if s.open[i-1].before(p) {
			s.open[i-1] = p
		}
		return
	}
	if i == 0 || s.open[i-1].before(p) { // they nest, as they should
		s.open = append(s.open, p)
		return
	}
	for i > 0 && p.before(s.open[i-1]) {
		i--
	}
	s.open = slices.Insert(s.open, i, p)
}

// seekRow moves to the last row at or before pos.
func (s *sweeper) seekRow(pos uint64) {
	rows := s.u.Rows
	if i := s.row; i >= 0 && i < len(rows) && rows[i].Addr <= pos {
		for steps := 0; steps < 16; steps++ { // functions mostly follow one another
			if i+1 == len(rows) || rows[i+1].Addr > pos {
				s.row = i
				return
			}
			i++
		}
	}
	s.row = sort.Search(len(rows), func(i int) bool { return rows[i].Addr > pos }) - 1
}

// emit adds the rows from pos to end, which belong to an inlined call. A row too far
// from the start of its block starts the next.
func (s *sweeper) emit(pos, end uint64, inline int32) {
	rows := s.u.Rows
	scope := s.b.scopeOf(s, inline)
	for pos < end {
		for s.row+1 < len(rows) && rows[s.row+1].Addr <= pos {
			s.row++
		}
		var r debuginfo.Row
		if s.row >= 0 && !rows[s.row].End {
			r = rows[s.row]
		}
		if pos-s.b.start > maxRowStart {
			s.split(pos)
			scope = s.b.scopeOf(s, inline)
		}
		s.b.row(pos, scope, &r)
		if s.row+1 == len(rows) {
			return
		}
		pos = rows[s.row+1].Addr
	}
}

// tail returns how many bytes from end on, where a sweep stopped, the row that was
// current there still covers.
func (s *sweeper) tail(end uint64) uint16 {
	rows := s.u.Rows
	if s.row < 0 || s.row+1 >= len(rows) || rows[s.row].End || rows[s.row+1].Addr <= end {
		return 0
	}
	return uint16(min(rows[s.row+1].Addr-end, maxTail))
}

// maxTail is the most padding in bytes that a block can have: compilers align
// functions to 64 bytes at most, loops and pages to more.
const maxTail = 1<<16 - 1
