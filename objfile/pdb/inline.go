package pdb

import (
	"cmp"
	"slices"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// An inlineTree turns what a PDB says of inlined calls into what
// [debuginfo.Inline] says.
//
// In a PDB an inlined call (a site) has a line table of its own, for the lines
// of the inlined function; the line of the call is what the line table of the
// site or function around it says at the same address, and is taken where the
// site begins.
//
// One sweep over the module's addresses lays the tables over one another. At
// each address it walks from the function down through the sites that are
// active there: the last line it meets is the row of that address, and the ones
// before are the lines of the calls.
type inlineTree struct {
	sites []site   // in preorder
	spans []span   // rows of the sites; first in their order, then by address
	keys  []uint64 // of spans, while they are sorted
	spare []span   // scratch
	rows  []debuginfo.Row
	outer []int32 // by function: the outermost site that became active last, or none
	links []link
	chain []int32 // sites at the address of the sweep
}

// A site is one S_INLINESITE record.
type site struct {
	name     uint32 // in unit.Names
	function int32
	parent   int32 // the site around it, or none
	depth    uint32

	// What the sweep finds.
	call        line
	first, last int32 // links; none before the site was met

	// Where the sweep is.
	span   int32  // the site's row that became active last
	until  uint32 // the end of that row, or of those of a site inside
	inside int32  // the site inside that became active last, or none
}

// A link is a range in the list of a site's ranges.
type link struct {
	debuginfo.Range
	next int32
}

// A line is a place in the source.
type line struct{ file, number, column uint32 }

// maxLinks limits the ranges of a module by its sites and their rows. Compilers
// need less than one for each; corrupt files could ask for maxNesting.
const maxLinks = 4

func (t *inlineTree) reset() {
	t.sites = t.sites[:0]
	t.spans = t.spans[:0]
	t.outer = t.outer[:0]
	t.links = t.links[:0]
}

// inlineSite reads an inlined call and opens its scope.
//
//	offset  size  field
//	0x00    4×2   records: parent, end
//	0x08    4     function id
//	0x0c    …     annotations
func (r *reader) inlineSite(b []byte, annotations int) bool {
	if len(b) < annotations {
		return false
	}
	w, t := &r.symbols, &r.inlines
	sc := w.inner()
	if sc.function == none {
		w.scopes = append(w.scopes, sc)
		return true
	}
	source := r.inlinee(le.Uint32(b[8:]))
	n := int32(len(t.sites))
	s := site{
		name: source.name, function: sc.function, parent: sc.site, depth: 1,
		first: none, last: none, span: none, inside: none,
	}
	if sc.site != none {
		s.depth += t.sites[sc.site].depth
	}
	t.sites = append(t.sites, s)
	sc.site = n
	w.scopes = append(w.scopes, sc)
	first := len(t.spans)
	t.spans = annotate(t.spans, b[annotations:], span{file: source.file, line: source.line, site: n})
	kept := t.spans[:first]
	for _, s := range t.spans[first:] {
		if s.start >= sc.size {
			continue
		}
		s.end = sc.start + min(s.end, sc.size)
		s.start += sc.start
		if s.file = r.fileAt(s.file); !source.known {
			s.file, s.line = 0, 0 // counted from nowhere
		}
		kept = append(kept, s)
	}
	t.spans = kept
	return true
}

// layInlines fills the unit's rows, and its inlined calls.
func (r *reader) layInlines() error {
	t, u := &r.inlines, r.unit
	if len(t.spans) == 0 {
		u.Rows = r.lines.sorted(u.Rows)
		return nil
	}
	t.rows = r.lines.sorted(t.rows)
	t.sortSpans()
	for range u.Functions {
		t.outer = append(t.outer, none)
	}
	s := sweep{tree: t, out: u.Rows, function: none, limit: maxLinks * (len(t.sites) + len(t.spans))}
	err := s.run()
	u.Rows = s.out
	t.appendTo(u)
	return err
}

// sortSpans sorts the spans by address, those that start together as they were
// met: a call before the calls inside it. Sorting one number a span is several
// times faster than sorting spans.
func (t *inlineTree) sortSpans() {
	t.keys = t.keys[:0]
	for i := range t.spans {
		t.keys = append(t.keys, uint64(t.spans[i].start)<<32|uint64(i))
	}
	slices.Sort(t.keys)
	t.spare = t.spare[:0]
	for _, k := range t.keys {
		t.spare = append(t.spare, t.spans[uint32(k)])
	}
	t.spans, t.spare = t.spare, t.spans
}

// appendTo gives the unit's functions their inlined calls.
func (t *inlineTree) appendTo(u *debuginfo.Unit) {
	// Sites of separated code come after those of other functions.
	slices.SortStableFunc(t.sites, func(a, b site) int { return cmp.Compare(a.function, b.function) })
	for i := range t.sites {
		s := &t.sites[i]
		if s.first == none {
			continue
		}
		ranges := uint32(len(u.Ranges))
		for l := s.first; l != none; l = t.links[l].next {
			u.Ranges = append(u.Ranges, t.links[l].Range)
		}
		inlines := &u.Functions[s.function].Inlines
		if inlines.Len() == 0 {
			inlines.First = uint32(len(u.Inlines))
		}
		u.Inlines = append(u.Inlines, debuginfo.Inline{
			Name: s.name, Depth: s.depth,
			CallFile: s.call.file, CallLine: s.call.number, CallColumn: s.call.column,
			Ranges: debuginfo.Span{First: ranges, End: uint32(len(u.Ranges))},
		})
		inlines.End = uint32(len(u.Inlines))
	}
}

// extend adds a range to a site. Ranges come in ascending order.
func (t *inlineTree) extend(n int32, r debuginfo.Range) {
	s := &t.sites[n]
	if s.last != none && t.links[s.last].End == r.Start {
		t.links[s.last].End = r.End
		return
	}
	l := int32(len(t.links))
	t.links = append(t.links, link{r, none})
	if s.first == none {
		s.first = l
	} else {
		t.links[s.last].next = l
	}
	s.last = l
}
