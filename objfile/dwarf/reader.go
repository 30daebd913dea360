package dwarf

import (
	"fmt"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

const (
	// maxDepth limits how deep DIEs that may hold code nest. Compilers stay below
	// a few hundred: one level per lexical block or inlined call.
	maxDepth = 1 << 12

	// maxNesting limits how deep concrete functions stand in one another: a lambda
	// in a lambda is one level. Each level is passed over by the ones around it.
	// Those that are deeper are left out.
	maxNesting = 1 << 3

	// maxReferences limits the chain from a concrete function over its abstract
	// instance to its declaration. Three is what compilers need.
	maxReferences = 16

	// maxInlines limits the inlined calls of one unit, and maxRanges the entries of
	// range lists read for them and the functions, so that a small file cannot ask for much memory.
	// Units of link-time optimised C++ stay below a million.
	maxInlines = 1 << 22
	maxRanges  = 1 << 22

	// maxTables and maxUnits limit what a reader keeps of other units that were
	// referred to: abbreviation tables, and roots of units.
	maxTables = 1 << 8
	maxUnits  = 1 << 12

	// maxTableWork limits what is compiled of abbreviation tables for one unit and
	// those it refers to, in multiples of the section: tables that overlap, which
	// no producer writes, would cost their number times their size.
	maxTableWork = 8
)

// A reader decodes units of one Data. It implements [debuginfo.Reader].
type reader struct {
	d   *Data
	out *debuginfo.Unit

	lines    lineTable
	names    names
	tables   map[tableKey]*abbrevTable
	spare    []*abbrevTable // tables of units that are done with, for their memory
	others   map[unitKey]*unit
	unshared bool     // see unit
	opened   int      // units opened so far
	compiled workload // bytes of abbreviation tables compiled since forget emptied them

	die  die // the DIE that the walk decoded last
	root die // the root that was decoded last

	levels    []level      // open DIEs during the walk
	functions int          // how many of them are functions
	nesting   int          // how many functions are around the one that is walked
	open      bool         // the last of out.Functions is one of them
	pending   []pendingDIE // functions that stand inside a function, to be read after it
	only      []uint64     // addresses that functions have to hold; nil: read all
	soft      error        // the first fault that hides less than the rest of the unit
}

// A workload counts bytes up to a limit.
type workload struct{ bytes, limit int }

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
	if i < 0 || i >= r.d.NumUnits() {
		return &cursor.Error{Section: ".debug_info", Reason: "no such unit"}
	}
	return r.read(r.d.units[r.d.code[i]], out)
}

// read replaces what out holds by the unit with header h.
func (r *reader) read(h header, out *debuginfo.Unit) error {
	r.forget()
	r.out, r.soft, r.unshared = out, nil, false
	u, err := r.openUnit(r.d, h)
	if err != nil {
		return err
	}
	if r.soft = r.lines.load(u, out); r.soft == nil {
		r.soft = r.lines.run()
	}
	r.names.reset()
	u, err = r.split(u)
	if err != nil && r.soft == nil {
		r.soft = err
	}
	err = r.walkUnit(u)
	r.names.scopes.find(r)
	switch {
	case err != nil:
		return err
	case r.soft == nil && r.unshared && r.d.opts.NoSupplementary != nil:
		return fmt.Errorf("unit %#x: %w", h.off, r.d.opts.NoSupplementary)
	}
	return r.soft
}

// newUnit prepares unit index of d and reads its root.
func (r *reader) newUnit(d *Data, index int) (*unit, error) {
	return r.openUnit(d, d.units[index])
}

func (r *reader) openUnit(d *Data, h header) (*unit, error) {
	if h.bad {
		_, err := readHeader(d.order, d.section, d.s.Info, h.off)
		return nil, err
	}
	r.opened++
	u := &unit{
		header: h, data: d, info: d.s.Info[:h.end], main: d, table: r.table(d, h.abbrevs, h.shape),
		unshared: &r.unshared, serial: r.opened,
	}
	return u, u.readRoot(&r.root)
}

// table returns the abbreviation table at off, compiled for units of shape s.
func (r *reader) table(d *Data, off uint64, s shape) *abbrevTable {
	key := tableKey{d, off, s}
	if t := r.tables[key]; t != nil {
		return t
	}
	t := &abbrevTable{}
	if n := len(r.spare); n > 0 {
		t, r.spare = r.spare[n-1], r.spare[:n-1]
	}
	r.compiled.limit = max(r.compiled.limit, maxTableWork*(len(d.s.Abbrev)+1))
	t.reset(d.s.Abbrev, off, s, &r.compiled)
	r.tables[key] = t
	return t
}

// forget makes room between units, when nothing is in use.
func (r *reader) forget() {
	if len(r.others) < maxUnits && len(r.tables) < maxTables && r.compiled.bytes <= r.compiled.limit/2 {
		return
	}
	r.compiled.bytes = 0
	clear(r.others)
	for _, t := range r.tables {
		r.spare = append(r.spare, t)
	}
	clear(r.tables)
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
	u, err := r.newUnit(d, index)
	if err != nil {
		return nil, err
	}
	r.others[key] = u
	return u, nil
}
