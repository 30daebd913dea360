package pdb

import (
	"fmt"
	"math"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A sweep goes through a module's addresses upwards, from one place where
// anything changes to the next. See [inlineTree].
type sweep struct {
	tree  *inlineTree
	out   []debuginfo.Row
	limit int // of links

	row      int  // the next row of the functions
	outer    line // what the row before it says
	lined    bool // the row before it says something
	span     int  // the next row of the sites
	function int32
}

// farEnd lies beyond all addresses.
const farEnd = math.MaxUint64

func (s *sweep) run() error {
	for pos := s.next(); pos != farEnd; {
		s.activate(pos)
		end, inner, known := s.descend(pos)
		s.emit(pos, inner, known)
		if end == farEnd {
			break
		}
		for _, n := range s.tree.chain {
			s.tree.extend(n, debuginfo.Range{Start: pos, End: end})
		}
		if len(s.tree.links) > s.limit {
			s.emit(end, line{}, false)
			return fmt.Errorf("inlined calls at %#x: more than %d ranges", pos, s.limit)
		}
		pos = end
	}
	return nil
}

// next returns the address where the next row starts.
func (s *sweep) next() uint64 {
	next := uint64(farEnd)
	if s.row < len(s.tree.rows) {
		next = s.tree.rows[s.row].Addr
	}
	if s.span < len(s.tree.spans) {
		next = min(next, uint64(s.tree.spans[s.span].start))
	}
	return next
}

// activate takes the rows that start at pos.
func (s *sweep) activate(pos uint64) {
	t := s.tree
	for ; s.row < len(t.rows) && t.rows[s.row].Addr == pos; s.row++ {
		row := t.rows[s.row]
		s.outer, s.lined = line{row.File, row.Line, row.Column}, !row.End // an end says nothing: line{}
	}
	for ; s.span < len(t.spans) && uint64(t.spans[s.span].start) == pos; s.span++ {
		sp := &t.spans[s.span]
		t.sites[sp.site].span = int32(s.span)
		s.reach(sp.site, sp.end)
	}
}

// reach makes a site and those around it active up to end.
func (s *sweep) reach(n int32, end uint32) {
	t := s.tree
	for {
		st := &t.sites[n]
		st.until = max(st.until, end)
		if st.parent == none {
			t.outer[st.function] = n
			s.function = st.function
			return
		}
		t.sites[st.parent].inside = n
		n = st.parent
	}
}

// descend collects the sites at pos, from the outside in. It returns up to where
// they hold, the innermost line, and whether there is one.
func (s *sweep) descend(pos uint64) (end uint64, at line, known bool) {
	t := s.tree
	t.chain = t.chain[:0]
	end, at, known = s.next(), s.outer, s.lined
	if s.function == none {
		return end, at, known
	}
	for n := t.outer[s.function]; n != none && uint64(t.sites[n].until) > pos; n = t.sites[n].inside {
		st := &t.sites[n]
		end = min(end, uint64(st.until))
		if st.first == none {
			st.call = at
		}
		t.chain = append(t.chain, n)
		at, known = line{}, true
		if st.span != none && uint64(t.spans[st.span].end) > pos {
			sp := &t.spans[st.span]
			at = line{sp.file, sp.line, sp.column}
			end = min(end, uint64(sp.end))
		}
	}
	return end, at, known
}

// emit appends the row that starts at pos, unless it says what the last one did.
func (s *sweep) emit(pos uint64, at line, known bool) {
	row := debuginfo.Row{Addr: pos, End: true}
	if known {
		row = debuginfo.Row{Addr: pos, File: at.file, Line: at.number, Column: at.column}
	}
	n := len(s.out)
	if n == 0 || s.out[n-1].End {
		if row.End {
			return
		}
	} else if last := s.out[n-1]; !row.End && last.File == row.File && last.Line == row.Line && last.Column == row.Column {
		return
	}
	s.out = append(s.out, row)
}
