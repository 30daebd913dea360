package symcache

import (
	"fmt"
	"math"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// An encoder writes the sections of a table.
type encoder struct {
	t        *table
	wide     bool // files take 4 bytes
	sections [numSections][]byte
	ids      [3]string // debug id, code id, architecture, as far as they fit
}

func newEncoder(t *table) *encoder {
	e := &encoder{t: t, wide: len(t.paths) > 1<<16}
	for i, s := range []string{t.c.in.DebugID, t.c.in.CodeID, t.c.in.Arch} {
		e.ids[i] = s[:min(len(s), math.MaxUint8)]
	}
	return e
}

// reserve makes room for the sections that grow block by block.
func (e *encoder) reserve() {
	blocks, columns := 0, 0
	for i := range e.t.entries {
		blocks += blockSize + blockPartSize
		if b := e.t.entries[i].block; b != nil {
			blocks += blockRowsSize + scopeBaseSize + len(b.body) + 4*len(b.files) + 8*len(b.scopes)
			columns += 4 + 4*len(b.columns) + 2*len(b.scopes)
		}
	}
	e.sections[secBlocks] = make([]byte, 0, blocks)
	e.sections[secColumns] = make([]byte, 0, columns)
}

// blocks writes regions, buckets, blocks and columns.
func (e *encoder) blocks() error {
	e.reserve()
	var r regionBuilder
	for i := range e.t.entries {
		en := &e.t.entries[i]
		for start := en.start; start < en.end; {
			if len(e.sections[secRegions])/regionSize >= maxRegions {
				return fmt.Errorf("symcache: code lies in more than %d places far apart", maxRegions)
			}
			end := min(en.end, start+maxBlock)
			if !r.takes(start, end) {
				e.endRegion(&r)
			}
			if max(uint64(len(e.sections[secBlocks])), uint64(len(e.sections[secColumns]))) > math.MaxUint32-1<<24 {
				return sizeError("functions")
			}
			r.add(start, end, uint32(len(e.sections[secBlocks])))
			tail := uint64(0)
			if en.block != nil && end == en.block.start+en.block.size {
				tail = min(uint64(en.block.tail), gap(e.t.entries, i))
				r.end = end + tail
			}
			e.block(en, start, end, r.start, tail)
			start = end
		}
	}
	e.endRegion(&r)
	return nil
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

// A regionBuilder collects the blocks of a region.
type regionBuilder struct {
	start, end      uint64
	lone            bool     // it is one long block
	starts, offsets []uint32 // of the blocks, in the region and in their section
}

// takes reports whether a block from start to end belongs to the region. What is
// long, or far from what is before it, gets a region of its own: it would take
// buckets that have nothing to tell.
func (r *regionBuilder) takes(start, end uint64) bool {
	return len(r.starts) == 0 ||
		!r.lone && end-start < maxGap && start-r.end < maxGap && end+maxTail-r.start <= math.MaxUint32
}

func (r *regionBuilder) add(start, end uint64, offset uint32) {
	if len(r.starts) == 0 {
		r.start, r.lone = start, end-start >= maxGap
	}
	r.end = end
	r.starts = append(r.starts, uint32(start-r.start))
	r.offsets = append(r.offsets, offset)
}

// shift returns how many bytes of the region a bucket covers, as a power of two.
func (r *regionBuilder) shift() uint8 {
	if r.lone {
		return loneShift
	}
	shift := uint8(minShift)
	for shift < maxShift && (r.end-r.start)>>shift > bucketsABlock*uint64(len(r.starts)) {
		shift++
	}
	return shift
}

// endRegion writes the region, its buckets, and starts another.
func (e *encoder) endRegion(r *regionBuilder) {
	if len(r.starts) == 0 {
		return
	}
	shift, span := r.shift(), r.end-r.start
	out := le.AppendUint64(e.sections[secRegions], r.start)
	for _, v := range []uint32{uint32(span), uint32(len(e.sections[secBuckets]) / 4), r.offsets[0], uint32(len(e.sections[secBlocks]))} {
		out = le.AppendUint32(out, v)
	}
	e.sections[secRegions] = append(out, shift, 0, 0, 0, 0, 0, 0, 0)
	b := e.sections[secBuckets]
	block := 0
	for at := uint64(0); at < span; at += 1 << shift {
		for block+1 < len(r.starts) && uint64(r.starts[block+1]) <= at {
			block++
		}
		b = le.AppendUint32(b, r.offsets[block])
	}
	e.sections[secBuckets] = b
	*r = regionBuilder{starts: r.starts[:0], offsets: r.offsets[:0]}
}

// block writes what an entry says about the code from start to end.
func (e *encoder) block(en *entry, start, end, region, tail uint64) {
	b := en.block
	out := e.sections[secBlocks]
	at := len(out)
	flags := uint32(0)
	out = le.AppendUint32(out, uint32(start-region))
	out = le.AppendUint32(out, uint32(end-start))
	out = le.AppendUint32(out, 0)
	out = le.AppendUint32(out, en.function)
	entry, first, span := e.extent(en)
	if entry != start || first != start || span != end-start {
		flags |= blockPart
		out = le.AppendUint64(out, entry)
		out = le.AppendUint32(out, uint32(start-first))
		out = le.AppendUint32(out, uint32(min(span, math.MaxUint32)))
	}
	if b != nil && !b.isEmpty() {
		flags |= blockRows
		var cols uint32
		if len(b.columns) > 0 {
			flags |= blockColumns
			cols = uint32(len(e.sections[secColumns]))
			e.columns(b)
		}
		out = e.rows(out, b, rowsExtra{clip: uint16(min(start-b.start, math.MaxUint16)), tail: uint16(tail), columns: cols, hasColumns: flags&blockColumns != 0})
	}
	le.PutUint32(out[at+8:], uint32(len(out)-at)<<8|flags)
	e.sections[secBlocks] = out
}

// extent returns where the function of an entry is entered, and the contiguous
// range that the entry is a part of.
func (e *encoder) extent(en *entry) (entry, first, span uint64) {
	switch {
	case en.symbol >= 0:
		s := &e.t.c.in.Symbols[en.symbol]
		at := s.Addr - e.t.c.in.Base
		return at, at, s.Size
	default:
		return en.block.entry, en.block.first, en.block.span
	}
}

// isEmpty reports whether b says nothing but its name.
func (b *block) isEmpty() bool {
	return b.rows <= 1 && len(b.scopes) == 0 && b.bits.line == 0 && len(b.files) == 1 && b.files[0] == 0
}

// A rowsExtra is what a block's rows say that depends on the entry.
type rowsExtra struct {
	clip, tail uint16
	columns    uint32
	hasColumns bool
}

// rows appends the part of a block that lines need.
func (e *encoder) rows(out []byte, b *block, x rowsExtra) []byte {
	numbers := e.t.byWork[b.worker]
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
		n := e.t.pathsBy[b.worker][f] - 1
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

// columns appends the columns of a block to their section.
func (e *encoder) columns(b *block) {
	var top, topCall uint32
	for _, c := range b.columns {
		top = max(top, c.column)
	}
	for i := range b.scopes {
		topCall = max(topCall, b.scopes[i].callColumn)
	}
	starts := width(uint32(b.columns[len(b.columns)-1].start))
	out := le.AppendUint16(e.sections[secColumns], uint16(len(b.columns)))
	p := packer{b: append(out, starts, width(top), width(topCall), 0)}
	for _, c := range b.columns {
		p.put(uint32(c.start), starts)
		p.put(c.column, width(top))
	}
	p.b = p.bytes()
	for i := range b.scopes {
		p.put(b.scopes[i].callColumn, width(topCall))
	}
	e.sections[secColumns] = p.bytes()
}

// Names may be written over one another in a file, each the end of a longer one, so
// that they add up to more than the file. Real ones add up to less than the file
// unpacked, which is 32 times its size at most.
const (
	minTexts  = 64 << 20
	textShare = 32
)

// texts writes functions, files and strings.
func (e *encoder) texts() error {
	size := uint64(0)
	names := &e.t.names
	for i := range names.len() {
		n := names.at(uint32(i))
		size += uint64(len(n.Symbol)) + uint64(len(n.Scope)) + 6
	}
	for _, p := range e.t.paths {
		size += uint64(len(p))
	}
	if limit := min(minTexts+textShare*uint64(e.t.c.in.Size), math.MaxUint32-1<<10); size > limit {
		return fmt.Errorf("symcache: names and paths take %d bytes, more than the %d that a file of its size may have", size, limit)
	}
	s := make([]byte, 0, size+3*math.MaxUint8)
	for _, id := range e.ids {
		s = append(s, id...)
	}
	functions := make([]byte, 0, functionSize*names.len())
	for i := range names.len() {
		var off uint32
		var flags byte
		n := names.at(uint32(i))
		off, s = e.name(s, n, &flags)
		functions = le.AppendUint32(functions, off)
		functions = le.AppendUint16(functions, uint16(min(len(n.Symbol), longSymbol)))
		functions = append(functions, byte(n.Language), flags)
	}
	files := make([]byte, 0, fileSize*len(e.t.paths))
	for _, p := range e.t.paths {
		files = le.AppendUint32(files, uint32(len(s)))
		files = le.AppendUint32(files, uint32(len(p)))
		s = append(s, p...)
	}
	e.sections[secFunctions], e.sections[secFiles], e.sections[secStrings] = functions, files, s
	return nil
}

// name appends the strings of a name to s.
func (e *encoder) name(s []byte, n *debuginfo.Name, flags *byte) (uint32, []byte) {
	if len(n.Symbol) >= longSymbol {
		s = le.AppendUint32(s, uint32(len(n.Symbol)))
	}
	off := uint32(len(s))
	s = append(s, n.Symbol...)
	if n.Scope != "" {
		*flags |= flagScope
		scope := n.Scope[:min(len(n.Scope), math.MaxUint16)]
		s = le.AppendUint16(s, uint16(len(scope)))
		s = append(s, scope...)
	}
	return off, s
}
