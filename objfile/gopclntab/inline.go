package gopclntab

import (
	"sort"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

const (
	// maxCalls limits the inlined calls of one function, and maxCallDepth how deep
	// they nest. The compiler's own budget for inlining keeps functions to a few
	// thousand, a few dozen deep.
	maxCalls     = 1 << 16
	maxCallDepth = 1 << 10
)

// A call is an inlined call.
type call struct {
	index  int32 // in the function's calls
	name   uint32
	file   uint32 // index in Unit.Files
	line   uint32
	depth  uint32
	parent int32 // these are indexes in callReader.calls, -1 for none
	child  int32 // the last met
	before int32 // of the same parent, met before this one
	piece  int32 // index in callReader.pieces of the last
}

// A piece is code that is from an inlined call.
type piece struct {
	debuginfo.Range
	index int32 // of the call in the function's calls
	next  int32 // index in callReader.pieces of another piece of the same call, or -1
}

// A callReader is the scratch space for one function's inlined calls.
type callReader struct {
	tree   []byte // the calls as they are stored
	pieces []piece
	calls  []call
	byTree map[int32]int32 // call.index → index in calls
}

// inlines adds the function's inlined calls. Its rows tell where they are written.
func (r *reader) inlines(f *function, rows []debuginfo.Row) {
	if r.t.inlining == nil {
		return
	}
	c := &r.calls
	if c.tree = r.t.callTree(f); c.tree == nil {
		return
	}
	c.pieces = r.t.appendPieces(c.pieces[:0], f)
	if len(c.pieces) == 0 {
		return
	}
	c.calls = c.calls[:0]
	if c.byTree == nil {
		c.byTree = map[int32]int32{}
	}
	clear(c.byTree)
	for i := range c.pieces {
		p := &c.pieces[i]
		if at := r.call(f, rows, p.index, 0); at >= 0 {
			p.next, c.calls[at].piece = c.calls[at].piece, int32(i)
		}
	}
	for i := range c.calls {
		if c.calls[i].parent < 0 {
			r.emit(int32(i))
		}
	}
}

// appendPieces appends what code of the function is from inlined calls.
func (t *Table) appendPieces(list []piece, f *function) []piece {
	v := t.valuesAt(t.pcdata(f, t.inlining.pcdata), f.Range)
	for v.next() {
		if v.value >= 0 {
			list = append(list, piece{Range: debuginfo.Range{Start: v.start, End: v.end}, index: v.value, next: -1})
		}
	}
	return list
}

// call returns where call number index of the function is in callReader.calls,
// having put it there if it is new, or -1 if it makes no sense. Callers come
// before those they call.
func (r *reader) call(f *function, rows []debuginfo.Row, index int32, depth int) int32 {
	c := &r.calls
	if at, ok := c.byTree[index]; ok {
		return at
	}
	c.byTree[index] = -1
	raw, ok := r.t.rawCall(c.tree, index)
	if !ok || depth == maxCallDepth || len(c.calls) == maxCalls {
		return -1
	}
	n := call{index: index, name: r.name(raw.name), parent: -1, child: -1, before: -1, piece: -1, depth: 1}
	if r.t.inlining.parentBits == 0 {
		at := f.Start + uint64(raw.code)
		if raw.parent = c.around(at); raw.parent == index {
			return -1
		}
		row := rowAt(rows, at)
		n.file, n.line = row.File, row.Line
	} else {
		n.file, n.line = r.path(f, raw.file), uint32(max(raw.line, 0))
	}
	if raw.parent >= 0 {
		n.parent = r.call(f, rows, raw.parent, depth+1)
	}
	at := int32(len(c.calls))
	if n.parent >= 0 {
		p := &c.calls[n.parent]
		n.depth, n.before, p.child = p.depth+1, p.child, at
	}
	c.calls = append(c.calls, n)
	c.byTree[index] = at
	return at
}

// emit adds a call and those within it, in preorder.
func (r *reader) emit(at int32) {
	c := &r.calls.calls[at]
	first := uint32(len(r.out.Ranges))
	for p := c.piece; p >= 0; p = r.calls.pieces[p].next {
		r.out.Ranges = append(r.out.Ranges, r.calls.pieces[p].Range)
	}
	r.out.Inlines = append(r.out.Inlines, debuginfo.Inline{
		Name: c.name, Depth: c.depth, CallFile: c.file, CallLine: c.line,
		Ranges: debuginfo.Span{First: first, End: uint32(len(r.out.Ranges))},
	})
	for child := c.child; child >= 0; child = r.calls.calls[child].before {
		r.emit(child)
	}
}

// around returns the number of the call that code at addr is from, or -1.
func (c *callReader) around(addr uint64) int32 {
	i := sort.Search(len(c.pieces), func(i int) bool { return c.pieces[i].End > addr })
	if i < len(c.pieces) && c.pieces[i].Contains(addr) {
		return c.pieces[i].index
	}
	return -1
}

// rowAt returns the row that covers addr, or an empty one.
func rowAt(rows []debuginfo.Row, addr uint64) debuginfo.Row {
	i := sort.Search(len(rows), func(i int) bool { return rows[i].Addr > addr }) - 1
	if i < 0 || rows[i].End {
		return debuginfo.Row{}
	}
	return rows[i]
}

// A rawCall is an inlined call as it is stored.
type rawCall struct {
	parent int32
	file   int32  // if parentBits says that the parent is told
	line   int32  // likewise
	code   uint32 // otherwise: offset in the function of code that has the call's line
	name   uint32
}

// rawCall returns call number index of a function's calls.
func (t *Table) rawCall(tree []byte, index int32) (c rawCall, ok bool) {
	in := t.inlining
	if index < 0 || uint64(index) >= uint64(len(tree)/in.size) {
		return c, false
	}
	b := tree[int(index)*in.size:][:in.size]
	c.name = t.order.Uint32(b[in.name:])
	switch in.parentBits {
	case 0:
		c.code = t.order.Uint32(b[8:])
		return c, true
	case 16:
		c.parent = int32(int16(t.order.Uint16(b)))
	case 32:
		c.parent = int32(t.order.Uint32(b))
	}
	c.file, c.line = int32(t.order.Uint32(b[4:])), int32(t.order.Uint32(b[8:]))
	return c, true
}

// pcdata returns the offset of a function's table of values number n, 0 if it has none.
func (t *Table) pcdata(f *function, n int) uint32 {
	b := tail(t.functions, f.data)
	if uint64(n) >= uint64(f.tables) || len(b) < 4*(n+1) {
		return 0
	}
	return t.order.Uint32(b[4*n:])
}

// callTree returns the bytes from where a function's calls are stored on, nil if
// it has none.
func (t *Table) callTree(f *function) []byte {
	n, count := t.inlining.funcdata, uint32(f.count[3])
	if t.inlining.wide {
		count = t.order.Uint32(f.count[:])
	}
	if uint64(n) >= uint64(count) {
		return nil
	}
	at := f.data + 4*uint64(f.tables)
	size := t.startSize()
	if !t.version.relative { // addresses are aligned, as the table is
		at += -(t.image.Table.Addr + t.offsets[4] + at) & uint64(size-1)
	}
	b := tail(t.functions, at)
	if len(b) < size*(n+1) {
		return nil
	}
	addr := t.uint(b[size*n:], size)
	if t.version.relative {
		if addr == 1<<32-1 {
			return nil
		}
		addr += t.calls
	}
	if addr == 0 {
		return nil
	}
	return t.image.from(addr)
}
