package symcache

import (
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A block is a piece of a function on its way into the table: encoded but for the
// numbers of functions and files, which are its worker's until all are known.
type block struct {
	start, size uint64 // offset in the image, bytes
	entry       uint64 // of the function, an offset in the image
	first, span uint64 // the contiguous range that this is a piece of: its start and bytes
	function    uint32 // name
	unit, seq   uint32 // order of discovery, the same however many workers there are
	worker      uint16
	orphan      bool // rows that no function claims: a symbol may

	rows     uint16
	lineBase uint32
	bits     blockBits
	tail     uint32 // bytes after the block that its last row covers as well: padding
	body     []byte // packed rows
	files    []uint32
	scopes   []scope
	columns  []column
}

// blockBits holds the widths of a block's packed fields, in bits.
type blockBits struct{ start, scope, file, line uint8 }

// A scope is an inlined call in a block. Scope 0 is the function itself and is not stored.
type scope struct {
	function   uint32
	callLine   uint32
	callColumn uint32
	parent     uint16 // always less than the scope's own number
	callFile   uint16 // index in the block's files
}

// A column says from where on a column counts.
type column struct {
	start  uint16
	column uint32
}

const (
	maxScopes = 1<<16 - 1 // in one block, that is at 64 Ki addresses where rows start
	maxFiles  = 1<<16 - 1
)

// A blockRow is a row of the block that is being built.
type blockRow struct {
	start, scope, file uint16
	line               uint32
}

// A blockBuilder collects one block. Marks of files and scopes carry the block's
// number, so that starting one costs nothing.
type blockBuilder struct {
	u       *debuginfo.Unit
	inlines []debuginfo.Inline // of the function
	names   func(name uint32) uint32
	paths   func(file uint32) uint32
	columns bool // whether columns are wanted

	number    uint32 // of the block, from 1
	start     uint64
	rows      []blockRow
	cols      []column
	files     []uint32
	scopes    []scope
	fileMark  []mark // by unit file
	scopeMark []mark // by inline of the function
	bits      packer
	arena     arena
}

// A mark is a number in the block whose number it carries.
type mark struct {
	block uint32
	index uint16
}

// begin starts a block at start.
func (b *blockBuilder) begin(start uint64) {
	b.number++
	b.start = start
	b.rows, b.cols = b.rows[:0], b.cols[:0]
	b.files, b.scopes = b.files[:0], b.scopes[:0]
	b.fileMark = extend(b.fileMark, len(b.u.Files))
	b.scopeMark = extend(b.scopeMark, len(b.inlines))
}

// extend lengthens marks to at least n.
func extend(marks []mark, n int) []mark {
	if n > len(marks) {
		marks = append(marks, make([]mark, n-len(marks))...)
	}
	return marks
}

// scopeOf returns the number that an inlined call of the function has in the block.
func (b *blockBuilder) scopeOf(s *sweeper, inline int32) uint16 {
	if inline < 0 {
		return 0
	}
	if m := &b.scopeMark[inline]; m.block == b.number {
		return m.index
	}
	parent := b.scopeOf(s, s.parents[inline])
	if len(b.scopes) == maxScopes {
		return parent
	}
	in := &b.inlines[inline]
	b.scopes = append(b.scopes, scope{
		function: b.names(in.Name), parent: parent,
		callFile: b.fileOf(in.CallFile), callLine: in.CallLine, callColumn: in.CallColumn,
	})
	n := uint16(len(b.scopes))
	b.scopeMark[inline] = mark{b.number, n}
	return n
}

// fileOf returns the number that a file of the unit has in the block.
func (b *blockBuilder) fileOf(file uint32) uint16 {
	if m := &b.fileMark[file]; m.block == b.number {
		return m.index
	}
	n := len(b.files)
	if n == maxFiles {
		return 0
	}
	b.files = append(b.files, b.paths(file))
	b.fileMark[file] = mark{b.number, uint16(n)}
	return uint16(n)
}

// row adds what holds from pos on, unless it held before.
func (b *blockBuilder) row(pos uint64, scope uint16, r *debuginfo.Row) {
	start := uint16(pos - b.start)
	if b.columns && (len(b.cols) == 0 || b.cols[len(b.cols)-1].column != r.Column) {
		b.cols = append(b.cols, column{start, r.Column})
	}
	file := b.fileOf(r.File)
	if n := len(b.rows); n > 0 {
		if l := &b.rows[n-1]; l.scope == scope && l.file == file && l.line == r.Line {
			return
		}
	}
	b.rows = append(b.rows, blockRow{start, scope, file, r.Line})
}

// finish encodes the rows of a block of size bytes into dst.
func (b *blockBuilder) finish(dst *block, size uint64) {
	var top blockRow
	low := ^uint32(0)
	for i := range b.rows {
		r := &b.rows[i]
		top.scope, top.file = max(top.scope, r.scope), max(top.file, r.file)
		if r.line != 0 {
			low, top.line = min(low, r.line), max(top.line, r.line)
		}
	}
	for i := range b.scopes {
		top.scope = max(top.scope, b.scopes[i].parent)
		top.file = max(top.file, b.scopes[i].callFile)
	}
	lines := uint32(0)
	if top.line != 0 {
		lines = top.line - low + 1
	}
	last := uint16(0)
	if n := len(b.rows); n > 0 {
		last = b.rows[n-1].start
	}
	dst.size, dst.rows, dst.lineBase = size, uint16(len(b.rows)), low
	dst.bits = blockBits{width(uint32(last)), width(uint32(top.scope)), width(uint32(top.file)), width(lines)}
	b.bits.b = b.bits.b[:0]
	for i := range b.rows {
		r := &b.rows[i]
		b.bits.put(uint32(r.start), dst.bits.start)
		b.bits.put(uint32(r.scope), dst.bits.scope)
		b.bits.put(uint32(r.file), dst.bits.file)
		b.bits.put(packLine(r.line, low), dst.bits.line)
	}
	dst.body = b.arena.bytes(b.bits.bytes())
	dst.files = b.arena.ids(b.files)
	dst.scopes = b.arena.calls(b.scopes)
	dst.columns = b.arena.cols(b.cols)
}

// packLine returns line as blocks store it: 0 if unknown, else counted from base.
func packLine(line, base uint32) uint32 {
	if line == 0 {
		return 0
	}
	return line - base + 1
}

// An arena keeps many short slices in few allocations.
type arena struct {
	b []byte
	u []uint32
	s []scope
	c []column
}

func (a *arena) bytes(v []byte) []byte    { return keep(&a.b, v, 1<<18) }
func (a *arena) ids(v []uint32) []uint32  { return keep(&a.u, v, 1<<15) }
func (a *arena) calls(v []scope) []scope  { return keep(&a.s, v, 1<<13) }
func (a *arena) cols(v []column) []column { return keep(&a.c, v, 1<<14) }

// keep copies v to the end of *chunk, or of a new chunk of n values if it does not fit.
func keep[T any](chunk *[]T, v []T, n int) []T {
	if len(v) == 0 {
		return nil
	}
	if cap(*chunk)-len(*chunk) < len(v) {
		*chunk = make([]T, 0, max(n, len(v)))
	}
	at := len(*chunk)
	*chunk = append(*chunk, v...)
	return (*chunk)[at : at+len(v) : at+len(v)]
}
