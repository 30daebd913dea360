package pdb

import (
	"cmp"
	"slices"
	"sort"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// An outline says where the code of all modules is, by the heads of the records
// that lie outside any function: from each, the record says where the next one is.
// Section contributions are not enough: of functions that the linker folded into
// one, they know the module whose code it took, and any other may come first.
type outline struct {
	size   int      // of all modules' streams
	code   []piece  // ascending by start; those that start together, by their end
	labels []Symbol // ascending by address
}

// A piece is code of a function.
type piece struct{ start, end, module uint32 }

// outlineWindow is how many bytes of modules are gone over before their pages are
// dropped.
const outlineWindow = 16 << 20

// readOutline goes over all modules.
func (f *File) readOutline() *outline {
	o := &outline{}
	read := 0
	for i := range f.dbi.modules {
		f.eachOutside(i, func(kind uint16, body []byte) {
			if kind == symLabel {
				o.labels = f.appendLabel(o.labels, body)
				return
			}
			if start, size, ok := f.codeOf(kind, body); ok {
				o.code = append(o.code, piece{start, start + size, uint32(i)})
			}
		})
		o.size += f.UnitSize(i)
		if read += f.UnitSize(i); read >= outlineWindow && f.DropPages != nil {
			read = 0
			f.DropPages()
		}
	}
	o.labels = f.inImage(o.labels)
	slices.SortStableFunc(o.labels, func(a, b Symbol) int { return cmp.Compare(a.Addr, b.Addr) })
	o.sort()
	return o
}

// sort sorts the code. Of functions that start together the first one counts, and
// others only as far as they reach beyond it: so does a compiled table have it.
func (o *outline) sort() {
	keys := make([]uint64, len(o.code))
	for i, p := range o.code {
		keys[i] = uint64(p.start)<<32 | uint64(i)
	}
	slices.Sort(keys)
	kept := make([]piece, 0, len(o.code))
	for _, k := range keys {
		p := o.code[uint32(k)]
		if n := len(kept); n == 0 || kept[n-1].start != p.start || kept[n-1].end < p.end {
			kept = append(kept, p)
		}
	}
	o.code = kept
}

// maxNested limits how many pieces of code one address is looked for in.
const maxNested = 64

// module returns the module whose function a table has at addr, none if no
// function is there: of those that hold it the one that starts last.
func (o *outline) module(addr uint64) int {
	after := sort.Search(len(o.code), func(i int) bool { return uint64(o.code[i].start) > addr })
	best := none
	for i := after - 1; i >= max(after-maxNested, 0); i-- {
		p := o.code[i]
		if best != none && o.code[best].start != p.start {
			break
		}
		if addr < uint64(p.end) {
			best = i
		}
	}
	if best == none {
		return none
	}
	return int(o.code[best].module)
}

// Locate returns the module whose function holds addr. Where there is none, a
// section contribution says which module's lines may.
func (f *File) Locate(addr uint64) []int {
	if m := f.outline().module(addr); m != none {
		return []int{m}
	}
	if m := f.contributions().module(addr); m != none {
		return []int{m}
	}
	return nil
}

// CanLocate reports whether Locate finds what is there: a tool that rearranges code
// leaves no contributions.
func (f *File) CanLocate() bool { return f.contributions().len() > 0 }

// Extent returns how many bytes of symbols and lines a module has, and how many
// all have.
func (f *File) Extent(module int) (unit, all int) {
	if module >= 0 && module < len(f.dbi.modules) {
		unit = f.UnitSize(module)
	}
	return unit, f.outline().size
}

// ReadFor decodes a module's lines and those of its functions that hold one of the
// given addresses, ascending.
func (r *reader) ReadFor(module int, addrs []uint64, u *debuginfo.Unit) error {
	if module < 0 || module >= len(r.file.dbi.modules) {
		u.Reset()
		return nil
	}
	r.only = addrs
	defer func() { r.only = nil }()
	return r.Read(module, u)
}

// isUnwanted reports whether a record opens a function that holds none of the
// addresses that were asked for.
func (r *reader) isUnwanted(kind uint16, body []byte) bool {
	if r.only == nil || len(r.symbols.scopes) > 0 || !opensFunction(kind) {
		return false
	}
	start, size, ok := r.file.codeOf(kind, body)
	i := sort.Search(len(r.only), func(i int) bool { return r.only[i] >= uint64(start) })
	return !ok || i == len(r.only) || r.only[i] >= uint64(start)+uint64(size)
}
