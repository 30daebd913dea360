package objfile

import (
	"cmp"
	"slices"
	"sort"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A move is a run of an object file's code that the linker placed as one.
type move struct {
	from debuginfo.Range
	to   uint64 // where from.Start went
}

// moves do not overlap and ascend by where they move from.
type moves []move

// newMoves sorts a list. Of several that overlap, as those of a function with two
// names do, the first stays.
func newMoves(list []move) moves {
	slices.SortStableFunc(list, func(a, b move) int { return cmp.Compare(a.from.Start, b.from.Start) })
	end := uint64(0)
	return slices.DeleteFunc(list, func(m move) bool {
		if m.from.Start < end {
			return true
		}
		end = m.from.End
		return false
	})
}

// find returns the move of an address, if it was linked at all.
func (m moves) find(addr uint64) (move, bool) {
	i := sort.Search(len(m), func(i int) bool { return m[i].from.End > addr })
	if i == len(m) || m[i].from.Start > addr {
		return move{}, false
	}
	return m[i], true
}

// apply turns a unit's addresses in the object file into linked addresses.
// Functions that were not linked go.
func (m moves) apply(u *debuginfo.Unit) {
	ranges := make([]debuginfo.Range, 0, len(u.Ranges))
	span := func(s debuginfo.Span) debuginfo.Span {
		first := uint32(len(ranges))
		for _, r := range u.Ranges[s.First:s.End] {
			if v, ok := m.find(r.Start); ok {
				ranges = append(ranges, v.apply(r))
			}
		}
		return debuginfo.Span{First: first, End: uint32(len(ranges))}
	}
	kept := u.Functions[:0]
	for _, f := range u.Functions {
		if f.Ranges = span(f.Ranges); f.Ranges.Len() == 0 {
			continue
		}
		if v, ok := m.find(f.Entry); ok {
			f.Entry = v.to + f.Entry - v.from.Start
		} else {
			f.Entry = ranges[f.Ranges.First].Start
		}
		kept = append(kept, f)
	}
	u.Functions = kept
	for i := range u.Inlines {
		u.Inlines[i].Ranges = span(u.Inlines[i].Ranges)
	}
	u.Ranges = ranges
	u.Rows = m.rows(u.Rows)
}

// apply moves a range that starts in the move, and ends it there too.
func (v move) apply(r debuginfo.Range) debuginfo.Range {
	shift := v.to - v.from.Start
	return debuginfo.Range{Start: r.Start + shift, End: min(r.End, v.from.End) + shift}
}

// sortSequences sorts sequences of rows by address. Of those that overlap the
// first stays.
func sortSequences(rows []debuginfo.Row) []debuginfo.Row {
	var sequences [][]debuginfo.Row
	first := 0
	for i, row := range rows {
		if row.End {
			sequences = append(sequences, rows[first:i+1])
			first = i + 1
		}
	}
	slices.SortStableFunc(sequences, func(a, b []debuginfo.Row) int { return cmp.Compare(a[0].Addr, b[0].Addr) })
	sorted := make([]debuginfo.Row, 0, len(rows))
	for _, s := range sequences {
		if n := len(sorted); n == 0 || s[0].Addr >= sorted[n-1].Addr {
			sorted = append(sorted, s...)
		}
	}
	return sorted
}

// rows returns a sequence of rows for each move. The rows of a function are from
// one sequence of the object file.
func (m moves) rows(rows []debuginfo.Row) []debuginfo.Row {
	if !slices.IsSortedFunc(rows, func(a, b debuginfo.Row) int { return cmp.Compare(a.Addr, b.Addr) }) {
		rows = sortSequences(rows)
	}
	byTarget := slices.Clone(m)
	slices.SortStableFunc(byTarget, func(a, b move) int { return cmp.Compare(a.to, b.to) })
	out := make([]debuginfo.Row, 0, len(rows)+2*len(m))
	end := uint64(0) // of the sequence before
	for _, v := range byTarget {
		first := max(0, sort.Search(len(rows), func(i int) bool { return rows[i].Addr > v.from.Start })-1)
		start := len(out)
		for _, row := range rows[first:] {
			if row.Addr >= v.from.End {
				break
			}
			if row.End {
				if len(out) > start {
					break
				}
				continue
			}
			row.Addr = v.to + max(row.Addr, v.from.Start) - v.from.Start
			out = append(out, row)
		}
		if len(out) == start {
			continue
		}
		if out[start].Addr < end {
			out = out[:start] // of functions that the linker folded into one the first stays
			continue
		}
		end = v.to + v.from.End - v.from.Start
		out = append(out, debuginfo.Row{Addr: end, End: true})
	}
	return out
}
