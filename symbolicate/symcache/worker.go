package symcache

import (
	"cmp"
	"slices"
	"sync/atomic"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A worker decodes units and turns their functions into blocks.
type worker struct {
	c      *compiler
	index  uint16
	reader debuginfo.Reader
	unit   debuginfo.Unit
	sweep  sweeper
	seq    uint32
	ranges []debuginfo.Range // of the unit's functions
	owner  owner             // of the current range
	parts  parts             // of the block that was finished last
	coded  []byte            // scratch
	arena  arena             // what blocks say

	*interner
	unitNames []uint32 // by index in the unit: the interner's number + 1, 0 not yet asked for
	unitPaths []uint32
	blocks    [][]block // in chunks, so that none is moved
	err       error     // what was wrong with the first broken unit
	broke     int       // which one that is
	broken    int       // how many there are
}

func newWorker(c *compiler, index int) *worker {
	w := &worker{c: c, index: uint16(index), reader: c.in.Source.NewReader(), interner: newInterner()}
	w.sweep.u = &w.unit
	w.unit.NoColumns = !c.opts.Columns
	w.sweep.split = w.splitBlock
	w.sweep.b = blockBuilder{u: &w.unit, names: w.unitName, paths: w.unitPath, columns: c.opts.Columns}
	return w
}

// run takes batches of units until there are none left.
func (w *worker) run(next *atomic.Int64) {
	for {
		i := int(next.Add(1)) - 1
		if i >= len(w.c.batches) {
			return
		}
		b := w.c.batches[i]
		for unit := b.First; unit < b.End; unit++ {
			if w.c.cancelled() {
				return
			}
			w.read(int(unit))
		}
		w.c.done(b)
	}
}

// forget lets go of what only decoding needs.
func (w *worker) forget() {
	w.reader, w.unit, w.sweep, w.ranges = nil, debuginfo.Unit{}, sweeper{}, nil
	w.unitNames, w.unitPaths = nil, nil
	w.interner.forget()
}

// read turns unit i into blocks.
func (w *worker) read(i int) {
	if err := w.reader.Read(i, &w.unit); err != nil {
		w.broken++
		if w.err == nil {
			w.err, w.broke = err, i
		}
	}
	u := &w.unit
	w.unitNames = zeros(w.unitNames, len(u.Names))
	w.unitPaths = zeros(w.unitPaths, len(u.Files))
	w.seq = 0
	w.sweep.row = 0
	w.ranges = w.ranges[:0]
	for f := range u.Functions {
		w.function(i, &u.Functions[f])
	}
	w.orphans(i)
}

// zeros returns a slice of n zeros, s itself if it is long enough.
func zeros(s []uint32, n int) []uint32 {
	if cap(s) < n {
		return make([]uint32, n, 2*n)
	}
	s = s[:n]
	clear(s)
	return s
}

func (w *worker) unitName(i uint32) uint32 {
	if w.unitNames[i] == 0 {
		w.unitNames[i] = w.name(w.unit.Names[i]) + 1
	}
	return w.unitNames[i] - 1
}

func (w *worker) unitPath(i uint32) uint32 {
	if w.unitPaths[i] == 0 {
		w.unitPaths[i] = w.path(w.unit.Files[i]) + 1
	}
	return w.unitPaths[i] - 1
}

// function turns a function of unit i into blocks, one or more a range.
func (w *worker) function(i int, f *debuginfo.Function) {
	u := &w.unit
	w.sweep.function(f)
	w.sweep.b.inlines = u.Inlines[f.Inlines.First:f.Inlines.End]
	name := w.unitName(f.Name)
	for _, r := range u.Ranges[f.Ranges.First:f.Ranges.End] {
		if r.Start >= r.End || r.Start < w.c.in.Base {
			continue
		}
		w.ranges = append(w.ranges, r)
		w.blocksOf(r, owner{unit: uint32(i), function: name, entry: f.Entry - w.c.in.Base})
	}
}

// blocksOf appends the blocks of a contiguous range of o's.
func (w *worker) blocksOf(r debuginfo.Range, o owner) {
	o.first, o.span = r.Start-w.c.in.Base, r.End-r.Start
	w.owner = o
	w.sweep.b.begin(r.Start)
	w.sweep.sweep(r.Start, r.End)
	w.finish(r.End, w.sweep.tail(r.End))
}

// splitBlock ends the block that is being built and starts one at pos.
func (w *worker) splitBlock(pos uint64) {
	w.finish(pos, 0)
	w.sweep.b.begin(pos)
}

// finish appends the block that was built, which ends at end.
func (w *worker) finish(end uint64, tail uint16) {
	b := block{start: w.sweep.b.start - w.c.in.Base, size: end - w.sweep.b.start, tail: tail, worker: w.index, orphan: w.owner.orphan}
	w.parts.owner, w.parts.seq = w.owner, w.seq
	w.seq++
	w.sweep.b.finish(&w.parts)
	w.coded = w.parts.appendTo(w.coded[:0], b.start)
	b.chunk, b.at = w.arena.keep(w.coded)
	w.add(b)
}

// partsOf returns a reader of what a block of this worker says.
func (w *worker) partsOf(b *block) partsReader { return partsReader{w.arena.chunks[b.chunk][b.at:]} }

// add keeps a block.
func (w *worker) add(b block) {
	const chunk = 512
	n := len(w.blocks) - 1
	if n < 0 || len(w.blocks[n]) == chunk {
		w.blocks = append(w.blocks, make([]block, 0, chunk))
		n++
	}
	w.blocks[n] = append(w.blocks[n], b)
}

// orphans turns rows that no function of unit i covers into blocks. A symbol may
// name them: assembly has lines and labels but no functions.
func (w *worker) orphans(i int) {
	slices.SortFunc(w.ranges, func(a, b debuginfo.Range) int { return cmp.Compare(a.Start, b.Start) })
	w.sweep.function(&debuginfo.Function{})
	w.sweep.b.inlines = nil
	rows := w.unit.Rows
	next := 0
	for first := 0; first < len(rows); {
		last := first
		for last < len(rows)-1 && !rows[last].End {
			last++
		}
		pos, end := rows[first].Addr, rows[last].Addr
		for next < len(w.ranges) && w.ranges[next].Start < end {
			w.orphan(i, debuginfo.Range{Start: pos, End: w.ranges[next].Start})
			pos = max(pos, w.ranges[next].End)
			next++
		}
		if next > 0 && w.ranges[next-1].End > end {
			next-- // it reaches into the next sequence
		}
		w.orphan(i, debuginfo.Range{Start: pos, End: end})
		first = last + 1
	}
}

func (w *worker) orphan(i int, r debuginfo.Range) {
	if r.Start >= r.End || r.Start < w.c.in.Base || !w.c.isNamed(r) && !w.startsRow(r) {
		return
	}
	w.blocksOf(r, owner{unit: uint32(i), entry: r.Start - w.c.in.Base, orphan: true})
}

// startsRow reports whether a row starts in r. Padding without one is covered by
// the row of the function before it.
func (w *worker) startsRow(r debuginfo.Range) bool {
	w.sweep.seekRow(r.Start)
	rows, i := w.unit.Rows, w.sweep.row
	if i >= 0 && rows[i].Addr == r.Start {
		return true
	}
	return i+1 < len(rows) && rows[i+1].Addr < r.End
}
