package symcache

import (
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A block is a piece of a function on its way into the table. There are as many as
// functions, and all are kept until their order is known, so what a block says is
// encoded, and decoded into [parts] again for the table.
type block struct {
	start, size uint64 // offset in the image, bytes
	chunk, at   uint32 // where its worker keeps the rest
	worker      uint16
	tail        uint16 // bytes after the block that its last row covers as well: padding
	orphan      bool   // rows that no function claims: a symbol may
}

// An owner is what the blocks of a contiguous range have in common.
type owner struct {
	unit        uint32
	function    uint32 // name
	entry       uint64 // of the function, an offset in the image
	first, span uint64 // the range: its start and bytes
	orphan      bool
}

// parts are what a block says, but for the numbers of functions and files, which
// are its worker's until all are known.
type parts struct {
	owner
	seq      uint32 // of the blocks of a unit: order of discovery
	rows     uint16
	lineBase uint32
	bits     blockBits
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

// finish fills in the rows of a block.
func (b *blockBuilder) finish(dst *parts) {
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
	dst.rows, dst.lineBase = uint16(len(b.rows)), low
	dst.bits = blockBits{width(uint32(last)), width(uint32(top.scope)), width(uint32(top.file)), width(lines)}
	b.bits.b = b.bits.b[:0]
	for i := range b.rows {
		r := &b.rows[i]
		b.bits.put(uint32(r.start), dst.bits.start)
		b.bits.put(uint32(r.scope), dst.bits.scope)
		b.bits.put(uint32(r.file), dst.bits.file)
		b.bits.put(packLine(r.line, low), dst.bits.line)
	}
	dst.body, dst.files, dst.scopes, dst.columns = b.bits.bytes(), b.files, b.scopes, b.cols
}

// packLine returns line as blocks store it: 0 if unknown, else counted from base.
func packLine(line, base uint32) uint32 {
	if line == 0 {
		return 0
	}
	return line - base + 1
}
