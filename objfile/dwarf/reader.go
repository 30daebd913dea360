package dwarf

import (
	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

const (
	// maxDepth limits how deep DIEs that may hold code nest. Compilers stay below
	// a few hundred: one level per lexical block or inlined call.
	maxDepth = 1 << 12

	// maxReferences limits the chain from a concrete function over its abstract
	// instance to its declaration. Three is what compilers need.
	maxReferences = 16

	// maxInlines limits the inlined calls of one unit, and maxRanges the ranges of
	// them and the functions, so that a small file cannot ask for much memory.
	// Units of link-time optimised C++ stay below a million.
	maxInlines = 1 << 22
	maxRanges  = 1 << 22

	// maxTables and maxUnits limit what a reader keeps of other units that were
	// referred to: abbreviation programs by their steps, unit roots by number.
	maxTables = 1 << 18
	maxUnits  = 1 << 12
)

// A reader decodes units of one Data. It implements [debuginfo.Reader].
type reader struct {
	d   *Data
	out *debuginfo.Unit

	lines  lineTable
	names  names
	tables map[tableKey]*abbrevTable
	steps  int // in tables
	others map[unitKey]*unit
	die    die // the DIE that the walk decoded last
	root   die // the root that was decoded last

	levels    []level // open DIEs during the walk
	functions int     // how many of them are functions
	open      bool    // the last of out.Functions is one of them
	pending   []int   // functions that stand inside a function, to be read after it
	soft      error   // the first fault that hides less than the rest of the unit
}

// A tableKey identifies an abbreviation table as compiled for a shape.
type tableKey struct {
	data  *Data
	off   uint64
	shape shape
}

type unitKey struct {
	data  *Data
	index int
}

func newReader(d *Data) *reader {
	r := &reader{d: d, tables: map[tableKey]*abbrevTable{}, others: map[unitKey]*unit{}}
	r.lines.paths = &paths{}
	r.names.r = r
	return r
}

// Read replaces what out holds by compilation unit i.
func (r *reader) Read(i int, out *debuginfo.Unit) error {
	out.Reset()
	if i >= r.d.NumUnits() {
		return &cursor.Error{Section: ".debug_info", Reason: "no such unit"}
	}
	index := r.d.code[i]
	if err := r.d.units[index].err; err != nil {
		return err
	}
	r.out, r.soft = out, nil
	u, err := r.newUnit(r.d, index)
	if err != nil {
		return err
	}
	if r.soft = r.lines.load(u, out); r.soft == nil {
		r.soft = r.lines.run()
	}
	r.names.reset()
	err = r.walkUnit(u)
	r.names.scopes.find(r)
	if err == nil {
		err = r.soft
	}
	return err
}

// newUnit prepares unit index of d and reads its root.
func (r *reader) newUnit(d *Data, index int) (*unit, error) {
	h := d.units[index]
	if h.err != nil {
		return nil, h.err
	}
	u := &unit{header: h, data: d, info: d.s.Info[:h.end], addr: d.s.Addr, table: r.table(d, h.abbrevs, h.shape)}
	return u, u.readRoot(&r.root)
}

// table returns the abbreviation table at off, compiled for units of shape s.
func (r *reader) table(d *Data, off uint64, s shape) *abbrevTable {
	key := tableKey{d, off, s}
	if t := r.tables[key]; t != nil {
		return t
	}
	if r.steps > maxTables {
		clear(r.tables)
		r.steps = 0
	}
	t := newAbbrevTable(d.order, d.s.Abbrev, off, s)
	r.tables[key] = t
	r.steps += 1 << 10 // what a table of C has; tables are compiled as they are used
	return t
}

// unitOf returns the unit that holds the DIE at off, which may be the one that is being read.
func (r *reader) unitOf(near *unit, d *Data, off uint64) (*unit, error) {
	if d == near.data && off >= uint64(near.dies) && off < uint64(near.end) {
		return near, nil
	}
	index, err := d.unitAt(off)
	if err != nil {
		return nil, err
	}
	key := unitKey{d, index}
	if u := r.others[key]; u != nil {
		return u, nil
	}
	if len(r.others) >= maxUnits {
		clear(r.others)
	}
	u, err := r.newUnit(d, index)
	if err != nil {
		return nil, err
	}
	r.others[key] = u
	return u, nil
}
