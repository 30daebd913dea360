package symcache

import (
	"cmp"
	"hash/crc32"
	"math"
	"slices"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A table puts together what the workers found: it settles overlaps, fills gaps
// from symbols, numbers names and files, and writes the bytes. Numbers are given in
// the order of addresses, so the bytes do not depend on who found what.
type table struct {
	c       *compiler
	workers []*worker
	blocks  []*block // by address
	entries []entry
	parts   parts // of the block that was decoded last
	room    room  // that blocks need

	described bool // there are blocks

	names   nameTable
	byWork  [][]uint32 // per worker: its number of a name → number + 1
	paths   []string
	pathNo  map[string]uint32
	pathsBy [][]uint32
}

// An entry is a piece of code as the table will hold it.
type entry struct {
	start, end uint64 // offsets in the image
	block      *block // nil where only a symbol is known
	symbol     int32  // names code without a function; −1 none
	function   uint32
}

func newTable(c *compiler, workers []*worker) *table {
	t := &table{
		c: c, workers: workers,
		paths: []string{""}, pathNo: map[string]uint32{"": 0},
	}
	names := len(c.in.Symbols)
	for _, w := range workers {
		w.forget()
		names += w.names.len()
		t.byWork = append(t.byWork, make([]uint32, w.names.len()))
		t.pathsBy = append(t.pathsBy, make([]uint32, len(w.paths)))
		for _, chunk := range w.blocks {
			for i := range chunk {
				t.blocks = append(t.blocks, &chunk[i])
			}
		}
	}
	t.described = len(t.blocks) > 0
	t.names.init(names)
	t.sortBlocks()
	t.settle()
	t.blocks = nil // those that count are in entries
	t.number()
	return t
}

// sortBlocks sorts by compareBlocks. Blocks that start together are few, so it
// sorts one number a block, its start and index, and compares only those.
func (t *table) sortBlocks() {
	const indexBits = 24
	top := uint64(0)
	for _, b := range t.blocks {
		top = max(top, b.start)
	}
	if len(t.blocks) >= 1<<indexBits || top >= 1<<(64-indexBits) {
		slices.SortFunc(t.blocks, t.compareBlocks)
		return
	}
	keys := make([]uint64, len(t.blocks))
	for i, b := range t.blocks {
		keys[i] = b.start<<indexBits | uint64(i)
	}
	slices.Sort(keys)
	sorted := make([]*block, len(keys))
	for i, k := range keys {
		sorted[i] = t.blocks[k&(1<<indexBits-1)]
	}
	for i := 0; i < len(sorted); {
		n := i + 1
		for n < len(sorted) && sorted[n].start == sorted[i].start {
			n++
		}
		slices.SortFunc(sorted[i:n], t.compareBlocks)
		i = n
	}
	t.blocks = sorted
}

// compareBlocks orders by start; of blocks that start together, that of the unit that comes first.
func (t *table) compareBlocks(a, b *block) int {
	if a.start != b.start {
		return cmp.Compare(a.start, b.start)
	}
	unit, seq := t.found(a)
	unitB, seqB := t.found(b)
	return cmp.Or(cmp.Compare(unit, unitB), cmp.Compare(seq, seqB))
}

// found returns where a block was found.
func (t *table) found(b *block) (unit, seq uint32) {
	r := t.workers[b.worker].partsOf(b)
	return r.number32(), r.number32()
}

// settle decides what the table says about every address.
func (t *table) settle() {
	var functions, orphans []interval
	for i, b := range t.blocks {
		v := interval{b.start, b.start + b.size, int32(i)}
		if b.orphan {
			orphans = append(orphans, v)
		} else {
			functions = append(functions, v)
		}
	}
	functions = resolve(functions, make([]interval, 0, len(functions)))
	g := gapFiller{t: t, symbols: t.c.named, orphans: resolve(orphans, nil)}
	t.entries = make([]entry, 0, len(functions)+len(functions)/4)
	pos := uint64(0)
	for _, f := range functions {
		g.fill(pos, f.start)
		t.entries = append(t.entries, entry{start: f.start, end: f.end, block: t.blocks[f.item], symbol: -1})
		pos = f.end
	}
	g.fill(pos, math.MaxUint64)
}

// A gapFiller adds entries for code between functions. Gaps come in ascending order.
type gapFiller struct {
	t                *table
	symbols, orphans []interval
}

func (g *gapFiller) fill(pos, end uint64) {
	for pos < end {
		g.symbols = dropBefore(g.symbols, pos)
		g.orphans = dropBefore(g.orphans, pos)
		e := entry{start: pos, end: end, symbol: -1}
		if len(g.symbols) > 0 {
			e.end = clip(g.symbols[0], pos, e.end, func() { e.symbol = g.symbols[0].item })
		}
		if len(g.orphans) > 0 {
			e.end = clip(g.orphans[0], pos, e.end, func() { e.block = g.t.blocks[g.orphans[0].item] })
		}
		if e.symbol >= 0 || e.block != nil {
			g.t.entries = append(g.t.entries, e)
		}
		pos = e.end
	}
}

// dropBefore drops the intervals that end at or before pos.
func dropBefore(v []interval, pos uint64) []interval {
	for len(v) > 0 && v[0].end <= pos {
		v = v[1:]
	}
	return v
}

// clip returns how far from pos v says one thing: it calls inside if it holds pos.
func clip(v interval, pos, end uint64, inside func()) uint64 {
	if v.start > pos {
		return min(end, v.start)
	}
	inside()
	return min(end, v.end)
}

// namesAPage is how many entries are numbered before the pages that their names are
// in are dropped if memory is short.
const namesAPage = 1 << 12

// number gives numbers to names and files in the order in which entries use them.
func (t *table) number() {
	for i := range t.entries {
		e := &t.entries[i]
		if i%namesAPage == 0 {
			t.c.saveMemory()
		}
		if e.block == nil {
			e.function = t.names.number(debuginfo.Name{Symbol: t.c.in.Symbols[e.symbol].Name})
			continue
		}
		w := t.workers[e.block.worker]
		r, p := w.partsOf(e.block), &t.parts
		r.readNames(p, e.block.start)
		t.room.add(p)
		e.function = t.functionOf(e, p)
		for j := range p.scopes {
			t.workerName(w, p.scopes[j].function)
		}
		numbers := t.pathsBy[w.index]
		for _, f := range p.files {
			if numbers[f] == 0 {
				numbers[f] = t.pathNumber(w.paths[f]) + 1
			}
		}
	}
}

func (t *table) workerName(w *worker, name uint32) uint32 {
	n := &t.byWork[w.index][name]
	if *n == 0 {
		*n = t.names.number(*w.names.at(name)) + 1
	}
	return *n - 1
}

func (t *table) pathNumber(p string) uint32 {
	id, ok := t.pathNo[p]
	if !ok {
		id = uint32(len(t.paths))
		t.paths = append(t.paths, p)
		t.pathNo[p] = id
	}
	return id
}

// functionOf returns the number of the function of an entry, whose block has these parts.
func (t *table) functionOf(e *entry, p *parts) uint32 {
	if e.block.orphan {
		if e.symbol < 0 {
			return 0
		}
		return t.names.number(debuginfo.Name{Symbol: t.c.in.Symbols[e.symbol].Name})
	}
	w := t.workers[e.block.worker]
	name := *w.names.at(p.function)
	if better := t.c.nameAt(name, p.entry); better != name {
		return t.names.number(better)
	}
	return t.workerName(w, p.function)
}

// encode writes the table. Sections that can be large are written where they stay.
func (t *table) encode() ([]byte, error) {
	e := newEncoder(t)
	if err := e.reserve(); err != nil {
		return nil, err
	}
	if err := e.blocks(); err != nil {
		return nil, err
	}
	e.texts()
	out := append(e.end(secColumns, append(e.out, e.columns...)), make([]byte, slack)...)
	for i, s := range e.sections {
		le.PutUint64(out[offSections+16*i:], uint64(s.start))
		le.PutUint64(out[offSections+16*i+8:], uint64(s.end-s.start))
	}
	copy(out, magic)
	le.PutUint32(out[offVersion:], Version)
	le.PutUint64(out[offSize:], uint64(len(out)))
	le.PutUint64(out[offBase:], t.c.in.Base)
	le.PutUint32(out[offFlags:], t.flags())
	copy(out[offTextSizes:], []byte{byte(len(e.ids[0])), byte(len(e.ids[1])), byte(len(e.ids[2]))})
	le.PutUint32(out[offBodyCRC:], crc32.Checksum(out[headerSize:], castagnoli))
	le.PutUint32(out[offHeaderCRC:], crc32.Checksum(out[:headerSize], castagnoli))
	return out, nil
}

func (t *table) flags() (flags uint32) {
	if t.described {
		flags |= flagDebugInfo
	}
	if t.c.opts.Columns {
		flags |= flagColumns
	}
	return flags
}
