package symcache

import (
	"cmp"
	"slices"
	"sync"

	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// Lazy answers lookups in a file that was not compiled. It decodes the few units
// that the first addresses need; when that has cost about as much as compiling
// does, it compiles the whole file and answers from the table. The answers are the
// same either way, as long as the file's index of addresses (.debug_aranges) names
// the right units. It is for one goroutine.
type Lazy struct {
	c       *compiler
	file    *objfile.File
	opts    Options
	locator debuginfo.Locator // nil if the format has none
	reader  debuginfo.Seeker
	unit    debuginfo.Unit
	loaded  bool                    // c has all symbols
	image   func() []objfile.Symbol // those of the image
	names   nameTable
	spent   int // what lookups have cost so far, in encoded bytes
	cache   *Cache
	frames  []Frame
	order   []int
	ahead   map[uint64][]Frame // answers to what Expect was told of
	fault   error              // of the first unit that could not be read to its end
}

// What lookups cost, in bytes of debug information that compiling gets through in
// the same time. Finding one function in a unit jumps over the others, which with
// the lines takes half of decoding them all; decoding and naming it comes on top.
const (
	seekShare    = 2
	functionCost = 32 << 10
)

// NewLazy returns a Lazy over f, which has to stay open.
func NewLazy(f *objfile.File, opts Options) (*Lazy, error) {
	l := &Lazy{file: f, opts: opts}
	l.names.init(64)
	l.image = sync.OnceValue(func() []objfile.Symbol {
		if opts.Image == nil {
			return nil
		}
		symbols, _ := imageSymbols(f, opts.Image)
		return symbols
	})
	return l, f.Guard(func() error {
		in, err := sourceOf(f)
		if err != nil {
			return err
		}
		l.c = &compiler{in: in, opts: opts}
		if l.locator, _ = in.Source.(debuginfo.Locator); l.locator != nil {
			l.reader, _ = in.Source.NewReader().(debuginfo.Seeker)
		}
		return nil
	})
}

// Expect says which offsets the next lookups will ask about. Answering them
// together decodes each unit once, and shows early whether compiling is cheaper.
func (l *Lazy) Expect(rels []uint64) error {
	if l.cache != nil || len(rels) < 2 {
		return nil
	}
	l.ahead = make(map[uint64][]Frame, len(rels))
	return l.LookupAll(rels, func(i int, frames []Frame) {
		if l.cache == nil {
			l.ahead[rels[i]] = slices.Clone(frames)
		}
	})
}

// Lookup appends to dst the frames at rel, an offset from the start of the image,
// innermost first, as [Cache.Lookup] does.
func (l *Lazy) Lookup(dst []Frame, rel uint64) ([]Frame, error) {
	if l.cache == nil {
		if frames, ok := l.ahead[rel]; ok {
			return append(dst, frames...), nil
		}
	}
	err := l.LookupAll([]uint64{rel}, func(_ int, frames []Frame) { dst = append(dst, frames...) })
	return dst, err
}

// LookupAll calls yield once for each of rels, in no particular order, with its
// index and its frames, which are valid during the call.
func (l *Lazy) LookupAll(rels []uint64, yield func(i int, frames []Frame)) error {
	return l.file.Guard(func() error {
		if l.cache == nil {
			units := l.assign(rels)
			if units != nil {
				return l.answer(rels, units, yield)
			}
			if err := l.compile(); err != nil {
				return err
			}
			l.ahead = nil
		}
		l.cache.LookupAll(rels, yield)
		return nil
	})
}

// compile compiles the whole file.
func (l *Lazy) compile() error {
	res, err := Compile(l.file, l.opts)
	if err == nil {
		l.cache, err = Open(res.Table)
	}
	l.note(res.Fault)
	return err
}

// Fault returns what was wrong with the first unit that a lookup could not read
// to its end, or nil. What such a unit told before the fault was used.
func (l *Lazy) Fault() error { return l.fault }

func (l *Lazy) note(err error) {
	if l.fault == nil {
		l.fault = err
	}
}

// assign finds the units of each address. It returns nil if compiling the whole
// file is cheaper than what decoding them, and those before, costs.
func (l *Lazy) assign(rels []uint64) [][]int {
	if l.reader == nil {
		return nil
	}
	units := make([][]int, len(rels))
	counted := map[int]bool{}
	for i, rel := range rels {
		units[i] = l.locator.Locate(rel + l.c.in.Base)
		l.spent += functionCost
		for _, u := range units[i] {
			if counted[u] {
				continue
			}
			counted[u] = true
			size, all := l.locator.Extent(u)
			if l.spent += size / seekShare; l.spent > max(all, 2*functionCost) {
				return nil
			}
		}
	}
	return units
}

// answer looks each address up in its units, every unit once if it can be.
func (l *Lazy) answer(rels []uint64, units [][]int, yield func(i int, frames []Frame)) error {
	l.order = l.order[:0]
	for i := range rels {
		l.order = append(l.order, i)
	}
	first := func(i int) int {
		if len(units[i]) == 0 {
			return -1
		}
		return units[i][0]
	}
	slices.SortFunc(l.order, func(a, b int) int {
		return cmp.Or(cmp.Compare(first(a), first(b)), cmp.Compare(rels[a], rels[b]))
	})
	var addrs []uint64
	for rest := l.order; len(rest) > 0; {
		n := 1
		for n < len(rest) && first(rest[n]) == first(rest[0]) {
			n++
		}
		group := rest[:n]
		rest = rest[n:]
		addrs = addrs[:0]
		for _, i := range group {
			addrs = append(addrs, rels[i]+l.c.in.Base)
		}
		if first(group[0]) >= 0 {
			l.note(l.reader.ReadFor(first(group[0]), addrs, &l.unit))
		} else {
			l.unit.Reset()
		}
		var open []int // answered neither by a function here nor otherwise
		for k, i := range group {
			if !l.find(addrs[k]) {
				open = append(open, i)
				continue
			}
			yield(i, l.frames)
		}
		for _, i := range open {
			l.search(rels[i]+l.c.in.Base, units[i])
			yield(i, l.frames)
		}
	}
	return nil
}

// search looks for addr in whole units, and then among rows and symbols alone.
func (l *Lazy) search(addr uint64, units []int) {
	for _, u := range units {
		l.note(l.reader.ReadFor(u, nil, &l.unit))
		if l.find(addr) {
			return
		}
	}
	for _, u := range units {
		l.note(l.reader.ReadFor(u, []uint64{}, &l.unit))
		if l.bare(addr) {
			return
		}
	}
	l.unit.Reset()
	l.bare(addr)
}

// find leaves in l.frames the chain at addr in the unit, and reports whether a
// function of it holds addr.
func (l *Lazy) find(addr uint64) bool {
	u := &l.unit
	var best *debuginfo.Function
	var code debuginfo.Range
	for i := range u.Functions {
		f := &u.Functions[i]
		for _, r := range u.Ranges[f.Ranges.First:f.Ranges.End] {
			if r.Contains(addr) && (best == nil || r.Start > code.Start) {
				best, code = f, r
			}
		}
	}
	l.frames = l.frames[:0]
	if best == nil {
		return false
	}
	base := l.c.in.Base
	outer := Frame{Entry: best.Entry - base, Size: code.End - code.Start}
	row := rowAt(u.Rows, addr)
	file, line, column := row.File, row.Line, row.Column
	for _, i := range l.chain(best, addr) {
		in := &u.Inlines[i]
		f := l.frame(outer, u.Names[in.Name], file, line, column)
		f.Inlined = true
		l.frames = append(l.frames, f)
		file, line, column = in.CallFile, in.CallLine, in.CallColumn
	}
	name := u.Names[best.Name]
	if !isMangled(name.Symbol) && (name.Symbol == "" || hasMangling(name.Language)) {
		l.loadSymbols(best.Entry)
		name = l.c.nameAt(name, outer.Entry)
	}
	l.frames = append(l.frames, l.frame(outer, name, file, line, column))
	return true
}

// frame completes a frame.
func (l *Lazy) frame(f Frame, n debuginfo.Name, file, line, column uint32) Frame {
	f.Symbol, f.Scope, f.Language, f.ID = n.Symbol, n.Scope, n.Language, l.names.number(n)
	f.File, f.Line = l.unit.Files[file], line
	if l.opts.Columns {
		f.Column = column
	}
	return f
}

// chain returns the inlined calls of f around addr, innermost first, as indexes.
// It follows the rules of the sweeper.
func (l *Lazy) chain(f *debuginfo.Function, addr uint64) []uint32 {
	u := &l.unit
	var path, best []uint32 // path[d]: the call met last at depth d+1
	for i := f.Inlines.First; i < f.Inlines.End; i++ {
		in := &u.Inlines[i]
		depth := min(int(in.Depth), len(path)+1)
		path = append(path[:depth-1], i)
		for _, r := range u.Ranges[in.Ranges.First:in.Ranges.End] {
			if r.Contains(addr) && depth >= len(best) {
				best = append(best[:0], path...)
			}
		}
	}
	slices.Reverse(best)
	return best
}

// rowAt returns the row that covers addr, or an empty one.
func rowAt(rows []debuginfo.Row, addr uint64) debuginfo.Row {
	i, found := slices.BinarySearchFunc(rows, addr, func(r debuginfo.Row, addr uint64) int {
		return cmp.Or(cmp.Compare(r.Addr, addr), -1) // the last row at an address counts
	})
	if found || i == 0 || rows[i-1].End {
		return debuginfo.Row{}
	}
	return rows[i-1]
}

// bare leaves in l.frames what symbols and rows alone say about addr.
func (l *Lazy) bare(addr uint64) bool {
	l.frames = l.frames[:0]
	l.loadSymbols(addr)
	row := rowAt(l.unit.Rows, addr)
	f := Frame{}
	rel := addr - l.c.in.Base
	i, ok := slices.BinarySearchFunc(l.c.named, rel, func(v interval, rel uint64) int {
		switch {
		case v.end <= rel:
			return -1
		case v.start > rel:
			return 1
		}
		return 0
	})
	var name debuginfo.Name
	if ok {
		s := &l.c.in.Symbols[l.c.named[i].item]
		name.Symbol = s.Name
		f.Entry, f.Size = s.Addr-l.c.in.Base, s.Size
	}
	if name.Symbol == "" && row.Line == 0 && row.File == 0 {
		return false
	}
	l.frames = append(l.frames, l.frame(f, name, row.File, row.Line, row.Column))
	return row.File != 0
}

// loadSymbols gives c all symbols, or those that may name addr where the file can
// tell.
func (l *Lazy) loadSymbols(addr uint64) {
	if l.loaded {
		return
	}
	near, ok := l.file.SymbolsNear(addr)
	if !ok {
		l.loaded = true
		l.c.in.Symbols, _ = symbolsOf(l.file, l.opts.Image)
		l.c.nameCode()
		return
	}
	l.c.in.Symbols = append(l.c.in.Symbols[:0], near...)
	for _, s := range l.image() {
		if s.Addr == addr || s.Addr < addr && addr-s.Addr < s.Size {
			l.c.in.Symbols = append(l.c.in.Symbols, s)
		}
	}
	slices.SortStableFunc(l.c.in.Symbols, byAddr)
	l.c.nameCode()
}
