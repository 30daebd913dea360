package symcache

import (
	"fmt"
	"math"
)

// An encoder writes the sections of a table. All but columns are written where they
// stay: the table is most of what compiling keeps in memory.
type encoder struct {
	t        *table
	wide     bool // files take 4 bytes
	out      []byte
	sections [numSections]extent
	columns  []byte    // come last
	ids      [3]string // debug id, code id, architecture, as far as they fit
}

// An extent is where in the table a section is.
type extent struct{ start, end int }

func newEncoder(t *table) *encoder {
	e := &encoder{t: t, wide: len(t.paths) > 1<<16}
	for i, s := range []string{t.c.in.DebugID, t.c.in.CodeID, t.c.in.Arch} {
		e.ids[i] = s[:min(len(s), math.MaxUint8)]
	}
	return e
}

// A room is how many bytes blocks and columns take at most.
type room struct{ blocks, columns int }

// add makes room for a block.
func (r *room) add(p *parts) {
	r.blocks += blockRowsSize + scopeBaseSize + columnsSize + len(p.body) + 4*len(p.files) + 8*len(p.scopes)
	if len(p.columns) > 0 {
		r.columns += columnsHeader + 6*len(p.columns) + 4*len(p.scopes)
	}
}

// reserve makes room for the table, short of what the pieces of an entry of many
// gigabytes repeat. It settles where those sections are whose sizes follow from where
// code is.
func (e *encoder) reserve() error {
	texts, err := e.textSize()
	if err != nil {
		return err
	}
	regions, buckets, blocks := 0, 0, 0
	err = e.walk(func(*regionBuilder, *entry, uint64, uint64, uint64) error {
		blocks++
		return nil
	}, func(r *regionBuilder) {
		regions++
		buckets += r.buckets()
	})
	if err != nil {
		return err
	}
	size := e.t.room
	size.blocks += blocks * (blockSize + blockPartSize)
	total := headerSize + regions*regionSize + 4*buckets + size.blocks + texts + size.columns + 8*int(numSections) + slack
	e.out = make([]byte, headerSize, total)
	e.sections[secRegions].start = headerSize
	for id, n := range [...]int{secRegions: regions * regionSize, secBuckets: 4 * buckets} {
		start := len(e.out)
		e.out = e.end(sectionID(id), e.out[:start+n])
	}
	e.columns = make([]byte, 0, size.columns)
	return nil
}

// end says that a section ends with out, and returns out with what follows it up
// to where the next one starts.
func (e *encoder) end(id sectionID, out []byte) []byte {
	e.sections[id].end = len(out)
	for len(out)%8 != 0 {
		out = append(out, 0)
	}
	if id+1 < numSections {
		e.sections[id+1].start = len(out)
	}
	return out
}

// walk goes over the pieces of code that become blocks: entries, cut where they are
// too long, with how many bytes of padding follow. It calls end for every region.
func (e *encoder) walk(visit func(r *regionBuilder, en *entry, start, end, tail uint64) error, end func(*regionBuilder)) error {
	var r regionBuilder
	regions := 0
	for i := range e.t.entries {
		en := &e.t.entries[i]
		for start := en.start; start < en.end; {
			stop := min(en.end, start+maxBlock)
			if !r.takes(start, stop) {
				end(&r)
				r = regionBuilder{starts: r.starts[:0], offsets: r.offsets[:0]}
				regions++
			}
			if regions >= maxRegions {
				return fmt.Errorf("symcache: code lies in more than %d places far apart", maxRegions)
			}
			r.add(start, stop)
			tail := uint64(0)
			if en.block != nil && stop == en.block.start+en.block.size {
				tail = min(uint64(en.block.tail), gap(e.t.entries, i))
				r.end = stop + tail
			}
			if err := visit(&r, en, start, stop, tail); err != nil {
				return err
			}
			start = stop
		}
	}
	if len(r.starts) > 0 {
		end(&r)
	}
	return nil
}

// blocks writes regions, buckets, blocks and columns.
func (e *encoder) blocks() error {
	regions := e.sections[secRegions]
	buckets := e.sections[secBuckets]
	err := e.walk(func(r *regionBuilder, en *entry, start, end, tail uint64) error {
		at := len(e.out) - e.sections[secBlocks].start
		if uint64(max(at, len(e.columns))) > math.MaxUint32-1<<24 {
			return sizeError("functions")
		}
		r.offsets = append(r.offsets, uint32(at))
		e.block(en, start, end, r.start, tail)
		return nil
	}, func(r *regionBuilder) {
		first := (buckets.start - e.sections[secBuckets].start) / 4
		r.put(e.out[regions.start:], uint32(first), uint32(len(e.out)-e.sections[secBlocks].start))
		regions.start += regionSize
		r.putBuckets(e.out[buckets.start:])
		buckets.start += 4 * r.buckets()
	})
	e.out = e.end(secBlocks, e.out)
	return err
}

// maxBlock is the longest block in bytes: with its tail a region of its own holds it.
const maxBlock = 1 << 31

// gap returns how many bytes lie between entry i and the next.
func gap(entries []entry, i int) uint64 {
	if i+1 == len(entries) {
		return math.MaxUint64
	}
	return entries[i+1].start - entries[i].end
}

// block writes what an entry says about the code from start to end.
func (e *encoder) block(en *entry, start, end, region, tail uint64) {
	b := en.block
	p := &e.t.parts
	if b != nil {
		r := e.t.workers[b.worker].partsOf(b)
		r.readNames(p, b.start)
		r.readRest(p)
	}
	out := e.out
	at := len(out)
	flags := uint32(0)
	out = le.AppendUint32(out, uint32(start-region))
	out = le.AppendUint32(out, uint32(end-start))
	out = le.AppendUint32(out, 0)
	out = le.AppendUint32(out, en.function)
	entry, first, span := e.extent(en, p)
	if entry != start || first != start || span != end-start {
		flags |= blockPart
		out = le.AppendUint64(out, entry)
		out = le.AppendUint32(out, uint32(start-first))
		out = le.AppendUint32(out, uint32(min(span, math.MaxUint32)))
	}
	if b != nil && !p.isEmpty() {
		flags |= blockRows
		var cols uint32
		if len(p.columns) > 0 {
			flags |= blockColumns
			cols = uint32(len(e.columns))
			e.addColumns(p)
		}
		out = e.rows(out, b.worker, p, rowsExtra{clip: uint16(min(start-b.start, math.MaxUint16)), tail: uint16(tail), columns: cols, hasColumns: flags&blockColumns != 0})
	}
	le.PutUint32(out[at+8:], uint32(len(out)-at)<<8|flags)
	e.out = out
}

// extent returns where the function of an entry is entered, and the contiguous
// range that the entry is a part of.
func (e *encoder) extent(en *entry, p *parts) (entry, first, span uint64) {
	switch {
	case en.symbol >= 0:
		s := &e.t.c.in.Symbols[en.symbol]
		at := s.Addr - e.t.c.in.Base
		return at, at, s.Size
	default:
		return p.entry, p.first, p.span
	}
}

// isEmpty reports whether a block says nothing but its name.
func (p *parts) isEmpty() bool {
	return p.rows <= 1 && len(p.scopes) == 0 && p.bits.line == 0 && len(p.files) == 1 && p.files[0] == 0
}

// A rowsExtra is what a block's rows say that depends on the entry.
type rowsExtra struct {
	clip, tail uint16
	columns    uint32
	hasColumns bool
}

// rows appends the part of a block that lines need.
func (e *encoder) rows(out []byte, worker uint16, b *parts, x rowsExtra) []byte {
	numbers := e.t.byWork[worker]
	low, top, lowLine, topLine := ^uint32(0), uint32(0), ^uint32(0), uint32(0)
	for i := range b.scopes {
		s := &b.scopes[i]
		fn := numbers[s.function] - 1
		low, top = min(low, fn), max(top, fn)
		if s.callLine != 0 {
			lowLine, topLine = min(lowLine, s.callLine), max(topLine, s.callLine)
		}
	}
	var fnBits, lineBits uint8
	if len(b.scopes) > 0 {
		fnBits = width(top - low)
	}
	if topLine != 0 {
		lineBits = width(topLine - lowLine + 1)
	}
	out = le.AppendUint16(out, b.rows)
	out = le.AppendUint16(out, uint16(len(b.files)))
	out = le.AppendUint16(out, uint16(len(b.scopes)))
	out = le.AppendUint16(out, x.clip)
	out = le.AppendUint32(out, b.lineBase)
	out = append(out, b.bits.scope, b.bits.file, b.bits.line, lineBits, fnBits, b.bits.start)
	out = le.AppendUint16(out, x.tail)
	if len(b.scopes) > 0 {
		out = le.AppendUint32(out, low)
		out = le.AppendUint32(out, lowLine)
	}
	if x.hasColumns {
		out = le.AppendUint32(out, x.columns)
	}
	for _, f := range b.files {
		n := e.t.pathsBy[worker][f] - 1
		if e.wide {
			out = le.AppendUint32(out, n)
		} else {
			out = le.AppendUint16(out, uint16(n))
		}
	}
	out = append(out, b.body...)
	p := packer{b: out}
	for i := range b.scopes {
		s := &b.scopes[i]
		p.put(numbers[s.function]-1-low, fnBits)
		p.put(uint32(s.parent), b.bits.scope)
		p.put(uint32(s.callFile), b.bits.file)
		p.put(packLine(s.callLine, lowLine), lineBits)
	}
	return p.bytes()
}

// addColumns appends the columns of a block to their section.
func (e *encoder) addColumns(b *parts) {
	var top, topCall uint32
	for _, c := range b.columns {
		top = max(top, c.column)
	}
	for i := range b.scopes {
		topCall = max(topCall, b.scopes[i].callColumn)
	}
	starts := width(uint32(b.columns[len(b.columns)-1].start))
	out := le.AppendUint16(e.columns, uint16(len(b.columns)))
	p := packer{b: append(out, starts, width(top), width(topCall), 0)}
	for _, c := range b.columns {
		p.put(uint32(c.start), starts)
		p.put(c.column, width(top))
	}
	p.b = p.bytes()
	for i := range b.scopes {
		p.put(b.scopes[i].callColumn, width(topCall))
	}
	e.columns = p.bytes()
}
