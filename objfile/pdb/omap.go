package pdb

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// An omap leads from addresses of the image as it was linked (the source) to
// those of the image that runs, after a tool such as BBT moved its basic blocks.
// Each entry moves the addresses from its own up to the next entry's.
type omap []move

// A move puts a run of source addresses at an address of the image; to is 0
// where the tool removed the code.
type move struct{ from, to uint32 }

func newOmap(data []byte) (omap, error) {
	c := cursor.New("OMAP", le, data)
	m := make(omap, 0, len(data)/8)
	for c.Len() >= 8 && c.Err() == nil {
		e := move{from: c.U32(), to: c.U32()}
		if n := len(m); n > 0 && e.from < m[n-1].from {
			c.Fail("source address %#x after %#x", e.from, m[n-1].from)
		}
		m = append(m, e)
	}
	return m, c.Err()
}

// addr returns where a source address is in the image, and whether it is there.
func (m omap) addr(src uint64) (uint64, bool) {
	i := m.after(src) - 1
	if i < 0 || m[i].to == 0 {
		return 0, false
	}
	return src - uint64(m[i].from) + uint64(m[i].to), true
}

// after returns the index of the first entry beyond src.
func (m omap) after(src uint64) int {
	return sort.Search(len(m), func(i int) bool { return uint64(m[i].from) > src })
}

// A translation moves one unit from source addresses to those of the image.
type translation struct {
	omap   omap
	ranges []debuginfo.Range
	budget int // pieces that may still be made
}

// maxPieces limits the pieces into which OMAP may cut a module whose stream
// has the given size. Code has more lines than blocks that move alone, and a
// line takes eight bytes.
func maxPieces(streamSize int) int { return 1024 + streamSize }

// translate turns a unit's source addresses into addresses of the image. A
// function whose entry was removed keeps its other pieces, the first of which
// becomes its entry; functions and rows that were removed go.
func (m omap) translate(u *debuginfo.Unit, streamSize int) error {
	t := translation{omap: m, budget: maxPieces(streamSize), ranges: make([]debuginfo.Range, 0, len(u.Ranges))}
	kept := u.Functions[:0]
	for _, f := range u.Functions {
		f.Ranges = t.span(u.Ranges[f.Ranges.First:f.Ranges.End])
		if f.Ranges.Len() == 0 {
			continue
		}
		entry, ok := m.addr(f.Entry)
		if !ok {
			entry = t.ranges[f.Ranges.First].Start
		}
		f.Entry = entry
		kept = append(kept, f)
	}
	u.Functions = kept
	for i := range u.Inlines {
		s := &u.Inlines[i].Ranges
		*s = t.span(u.Ranges[s.First:s.End])
	}
	u.Rows = t.rows(u.Rows)
	u.Ranges = t.ranges
	if t.budget < 0 {
		return fmt.Errorf("OMAP cuts the module into more than %d pieces", maxPieces(streamSize))
	}
	return nil
}

// span moves the ranges of one owner.
func (t *translation) span(src []debuginfo.Range) debuginfo.Span {
	first := len(t.ranges)
	for _, r := range src {
		t.pieces(r, func(p debuginfo.Range) {
			if n := len(t.ranges); n > first && t.ranges[n-1].End == p.Start {
				t.ranges[n-1].End = p.End
				return
			}
			t.ranges = append(t.ranges, p)
		})
	}
	return debuginfo.Span{First: uint32(first), End: uint32(len(t.ranges))}
}

// pieces calls f with each piece of the image that source range r became.
func (t *translation) pieces(r debuginfo.Range, f func(debuginfo.Range)) {
	for next := t.omap.after(r.Start); r.Start < r.End && t.budget >= 0; next++ {
		t.budget--
		end := r.End
		if next < len(t.omap) {
			end = min(end, uint64(t.omap[next].from))
		}
		if to, ok := t.omap.addr(r.Start); ok && end > r.Start {
			f(debuginfo.Range{Start: to, End: to + end - r.Start})
		}
		r.Start = end
	}
}

// rows moves the code of each row, and sorts what comes of it.
func (t *translation) rows(rows []debuginfo.Row) []debuginfo.Row {
	type piece struct {
		debuginfo.Range
		row debuginfo.Row
	}
	var list []piece
	for i, row := range rows {
		if row.End || i+1 == len(rows) {
			continue
		}
		t.pieces(debuginfo.Range{Start: row.Addr, End: rows[i+1].Addr}, func(p debuginfo.Range) {
			row.Addr = p.Start
			list = append(list, piece{p, row})
		})
	}
	slices.SortStableFunc(list, func(a, b piece) int { return cmp.Compare(a.Start, b.Start) })
	out := make([]debuginfo.Row, 0, len(list))
	var end uint64
	for i, p := range list {
		if i > 0 && p.Start > end {
			out = append(out, debuginfo.Row{Addr: end, End: true})
		}
		out = append(out, p.row)
		end = p.End
	}
	if len(list) > 0 {
		out = append(out, debuginfo.Row{Addr: end, End: true})
	}
	return out
}
