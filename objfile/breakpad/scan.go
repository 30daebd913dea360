package breakpad

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// unitSize is the least text that makes a unit, short of the last one: enough to
// make starting on a unit cheap, little enough to share out the work.
const unitSize = 1 << 20

// dropSize is how much text is gone over before its pages are dropped.
const dropSize = 16 * unitSize

// An index is what a pass over the whole text finds.
type index struct {
	units   []span
	heads   []head // of all FUNC records, in the order of the text
	files   numbered
	origins numbered // names of inlined functions
	symbols []Symbol
}

// A span is a run of bytes of the text.
type span struct{ start, end int }

// A head is where a FUNC record is and which code it stands for: none if it cannot
// be read.
type head struct {
	code debuginfo.Range
	at   int
}

// scan goes over the text. A unit starts with a FUNC record; it ends with the next
// one, or where unwind records start. It calls drop after every dropSize bytes.
func scan(data []byte, drop func()) *index {
	x := &index{}
	dropped := 0
	start := -1 // of the current unit
	l := lines{data: data}
	cut := func() {
		if start >= 0 {
			x.units = append(x.units, span{start, l.at})
		}
		start = -1
	}
	for l.next() {
		if len(l.line) == 0 {
			continue
		}
		if l.at-dropped > dropSize {
			dropped = l.at
			drop()
		}
		switch l.line[0] {
		case 'F':
			if bytes.HasPrefix(l.line, []byte("FUNC ")) {
				if l.at-start >= unitSize {
					cut()
				}
				if start < 0 {
					start = l.at
				}
				h := head{at: l.at}
				if f, ok := parseFunc(l.line); ok {
					h.code = f.code
				}
				x.heads = append(x.heads, h)
			} else if rest, ok := bytes.CutPrefix(l.line, []byte("FILE ")); ok {
				x.files.add(rest)
			}
		case 'I':
			if rest, ok := bytes.CutPrefix(l.line, []byte("INLINE_ORIGIN ")); ok {
				x.origins.add(rest)
			}
		case 'P':
			if rest, ok := bytes.CutPrefix(l.line, []byte("PUBLIC ")); ok {
				if s, ok := parsePublic(rest); ok {
					x.symbols = append(x.symbols, s)
				}
			}
		case 'S':
			if bytes.HasPrefix(l.line, []byte("STACK ")) {
				cut()
			}
		}
	}
	l.at = len(data)
	cut()
	x.files.sort()
	x.origins.sort()
	return x
}

// numbered are names that records refer to by number, ascending.
type numbered []numberedName

type numberedName struct {
	number uint32
	name   string
}

// add reads "number name".
func (n *numbered) add(rest []byte) {
	r := record{rest: rest}
	number := r.dec()
	if name := r.text(); !r.bad {
		*n = append(*n, numberedName{number, name})
	}
}

// sort makes find work. Of several names with a number the last counts.
func (n *numbered) sort() {
	byNumber := func(a, b numberedName) int { return cmp.Compare(a.number, b.number) }
	if !slices.IsSortedFunc(*n, byNumber) {
		slices.SortStableFunc(*n, byNumber)
	}
	kept := (*n)[:0]
	for _, v := range *n {
		if k := len(kept); k > 0 && kept[k-1].number == v.number {
			kept[k-1] = v
			continue
		}
		kept = append(kept, v)
	}
	*n = kept
}

// find returns the index of a number. Most files number from 0 without gaps.
func (n numbered) find(number uint32) (int, bool) {
	if i := int(number); i < len(n) && n[i].number == number {
		return i, true
	}
	return slices.BinarySearchFunc(n, number, func(v numberedName, number uint32) int { return cmp.Compare(v.number, number) })
}
