package symcache

import (
	"math"
	"unsafe"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A Frame is one call of the chain at an address. Its strings are valid until the
// Cache is closed.
type Frame struct {
	Symbol   string // the linker's name, or the plain one where there is no other
	Scope    string // namespaces and types around a plain Symbol
	File     string // full path as the compiler recorded it, cleaned
	Line     uint32 // from 1, 0 unknown
	Column   uint32 // from 1, 0 unknown
	ID       uint32 // of Symbol, Scope and Language together, within this Cache
	Language debuginfo.Language
	Inlined  bool   // into the next frame of the chain
	Entry    uint64 // where the outermost function is entered, an offset in the image
	Size     uint64 // bytes of the outermost function's contiguous code around the address
}

// Plain returns what people call the function where debug information gives no
// linker's name: Symbol in its Scope.
func (f *Frame) Plain() string {
	if f.Scope == "" {
		return f.Symbol
	}
	sep := f.Language.Separator()
	if sep == "" {
		sep = "::"
	}
	return f.Scope + sep + f.Symbol
}

// Lookup appends to dst the frames at rel, an offset from the start of the image,
// innermost first, and returns the extended slice. Where nothing is known it
// appends nothing. It does not allocate if dst has room.
func (c *Cache) Lookup(dst []Frame, rel uint64) []Frame {
	dst, _ = c.lookup(dst, rel)
	return dst
}

// lookup is Lookup; it also returns up to which offset in the image the same answer
// holds at least, which is at most rel where it knows of none.
func (c *Cache) lookup(dst []Frame, rel uint64) (frames []Frame, until uint64) {
	r := c.regionOf(rel)
	if r == nil {
		return dst, 0
	}
	at := uint32(rel - r.start)
	b := c.blockAt(r, at)
	if b == nil {
		return dst, 0
	}
	start := le.Uint32(b)
	dst, span := c.frames(dst, r, b, at-start)
	return dst, r.start + uint64(start) + uint64(span)
}

// regionOf returns the region that rel lies in, or nil. Most images have one.
func (c *Cache) regionOf(rel uint64) *region {
	lo, hi := 0, len(c.region)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		switch r := &c.region[mid]; {
		case rel < r.start:
			hi = mid
		case rel-r.start >= uint64(r.span):
			lo = mid + 1
		default:
			return r
		}
	}
	return nil
}

// blockAt returns the table from the last block on that starts at or before an
// offset in a region, or nil.
func (c *Cache) blockAt(r *region, at uint32) []byte {
	b := c.blocks[:r.endBlock]
	off := le.Uint32(c.buckets[4*(int(r.bucket)+int(at>>r.shift)):])
	for range maxChain + 1 {
		if uint64(off)+blockSize > uint64(len(b)) {
			return nil
		}
		next := off + le.Uint32(b[off+8:])>>8
		if uint64(next)+blockSize > uint64(len(b)) || le.Uint32(b[next:]) > at {
			break
		}
		off = next
	}
	if le.Uint32(b[off:]) > at {
		return nil
	}
	return b[off:]
}

// frames appends the chain at an offset in the block that b starts with, and
// returns up to which offset the same holds.
func (c *Cache) frames(dst []Frame, r *region, b []byte, at uint32) (frames []Frame, until uint32) {
	length, function := le.Uint32(b[8:]), le.Uint32(b[12:])
	flags := length & 0xff
	if length >>= 8; length < blockSize || uint64(length) > uint64(len(b)) {
		return dst, 0
	}
	size := le.Uint32(b[4:])
	outer := Frame{Entry: r.start + uint64(le.Uint32(b)), Size: uint64(size)}
	// The fields at the end are loaded with up to eight bytes of what follows:
	// sections end with that much slack.
	b = b[:length:min(uint64(length)+slack, uint64(cap(b)))]
	p := b[blockSize:]
	if flags&blockPart != 0 {
		if len(p) < blockPartSize {
			return dst, 0
		}
		outer.Entry, outer.Size = le.Uint64(p), uint64(le.Uint32(p[12:]))
		p = p[blockPartSize:]
	}
	switch {
	case flags&blockRows == 0 && at < size:
		c.name(&outer, function)
		return append(dst, outer), size
	case flags&blockRows == 0 || len(p) < blockRowsSize:
		return dst, 0
	case at < size:
		dst, until = c.chain(dst, p, outer, function, flags, at)
		return dst, min(until, size)
	case at-size < uint32(le.Uint16(p[18:])):
		return c.tail(dst, p, flags, size-1), 0
	}
	return dst, 0
}

// tail appends what is known about padding after a block: where its last row, the
// one at last, comes from.
func (c *Cache) tail(dst []Frame, p []byte, flags, last uint32) []Frame {
	n := len(dst)
	dst, _ = c.chain(dst, p, Frame{}, 0, flags, last)
	if len(dst) == n {
		return dst
	}
	row := dst[n]
	return append(dst[:n], Frame{File: row.File, Line: row.Line, Column: row.Column})
}

// rowsHeader is the decoded start of a block's rows.
type rowsHeader struct {
	rows, files, scopes, clip uint16
	lineBase                  uint32
	startBits, scopeBits      uint8
	fileBits, lineBits        uint8
	callLineBits              uint8
	functionBits              uint8
}

// chain appends the frames that a block's rows and scopes give at an offset, and
// returns up to which offset the same holds.
func (c *Cache) chain(dst []Frame, p []byte, outer Frame, function, flags, at uint32) (frames []Frame, until uint32) {
	h := rowsHeader{
		rows: le.Uint16(p), files: le.Uint16(p[2:]), scopes: le.Uint16(p[4:]), clip: le.Uint16(p[6:]),
		lineBase:  le.Uint32(p[8:]),
		scopeBits: p[12] & 31, fileBits: p[13] & 31, lineBits: p[14] & 63, callLineBits: p[15] & 63, functionBits: p[16] & 63, startBits: p[17] & 31,
	}
	p = p[blockRowsSize:]
	var lowFunction, lowCall, cols uint32
	if h.scopes > 0 && len(p) >= scopeBaseSize {
		lowFunction, lowCall = le.Uint32(p), le.Uint32(p[4:])
		p = p[scopeBaseSize:]
	}
	if flags&blockColumns != 0 && len(p) >= columnsSize {
		cols = le.Uint32(p)
		p = p[columnsSize:]
	}
	fileBytes := 2
	if c.wideFiles {
		fileBytes = 4
	}
	dict := int(h.files) * fileBytes
	rowBits := uint64(h.startBits) + uint64(h.scopeBits) + uint64(h.fileBits) + uint64(h.lineBits)
	packed := fieldBytes(int(h.rows), uint(rowBits))
	if h.rows == 0 || dict+packed > len(p) {
		return dst, 0
	}
	at += uint32(h.clip)
	files := p[:dict]
	rows := p[dict:cap(p)]
	row, until := findStart(rows, int(h.rows), rowBits, h.startBits, at)

	pos := uint64(row)*rowBits + uint64(h.startBits)
	scope := field(rows, pos, h.scopeBits)
	pos += uint64(h.scopeBits)
	file := field(rows, pos, h.fileBits)
	line := unpackLine(field(rows, pos+uint64(h.fileBits), h.lineBits), h.lineBase)

	calls := rows[packed:]
	callBits := uint64(h.functionBits) + uint64(h.scopeBits) + uint64(h.fileBits) + uint64(h.callLineBits)
	col := columnReader{}
	if flags&blockColumns != 0 {
		col = c.columnsAt(cols, at)
		until = min(until, col.until)
	}
	column := col.row
	for n := 0; scope > 0 && scope <= uint32(h.scopes) && n < maxOverlap; n++ {
		pos := uint64(scope-1) * callBits
		f := outer
		f.Inlined = true
		c.name(&f, lowFunction+field(calls, pos, h.functionBits))
		f.File, f.Line, f.Column = c.file(files, fileBytes, file), line, column
		dst = append(dst, f)
		pos += uint64(h.functionBits)
		parent := field(calls, pos, h.scopeBits)
		pos += uint64(h.scopeBits)
		file = field(calls, pos, h.fileBits)
		pos += uint64(h.fileBits)
		line = unpackLine(field(calls, pos, h.callLineBits), lowCall)
		column = col.call(scope)
		if parent >= scope {
			break
		}
		scope = parent
	}
	c.name(&outer, function)
	outer.File, outer.Line, outer.Column = c.file(files, fileBytes, file), line, column
	return append(dst, outer), until - uint32(h.clip)
}

// findStart returns the last of n packed records of the given bits that starts at
// or before at, and the start of the one after it. Records begin with their start,
// of w bits, and ascend by it; the first is taken to be at or before at.
func findStart(records []byte, n int, bits uint64, w uint8, at uint32) (index int, next uint32) {
	lo, hi := 0, n
	next = math.MaxUint32
	for hi-lo > 1 {
		mid := int(uint(lo+hi) >> 1)
		if s := field(records, uint64(mid)*bits, w); s <= at {
			lo = mid
		} else {
			hi, next = mid, s
		}
	}
	return lo, next
}

func unpackLine(v, base uint32) uint32 {
	if v == 0 {
		return 0
	}
	return base + v - 1
}

// name fills in what function id is called.
func (c *Cache) name(f *Frame, id uint32) {
	at := uint64(id) * functionSize
	if at+functionSize > uint64(len(c.functions)) {
		return
	}
	b := c.functions[at:][:functionSize]
	off, size := le.Uint32(b), uint32(le.Uint16(b[4:]))
	f.ID, f.Language = id, debuginfo.Language(b[6])
	if size == longSymbol && off >= 4 && uint64(off) <= uint64(len(c.strings)) {
		size = le.Uint32(c.strings[off-4:])
	}
	f.Symbol = c.text(off, size)
	if b[7]&flagScope != 0 {
		end := uint64(off) + uint64(size)
		if end+2 <= uint64(len(c.strings)) {
			f.Scope = c.text(uint32(end+2), uint32(le.Uint16(c.strings[end:])))
		}
	}
}

// file returns the path of a block's file.
func (c *Cache) file(files []byte, n int, i uint32) string {
	at := int(i) * n
	if at+n > len(files) {
		return ""
	}
	id := uint64(le.Uint16(files[at:]))
	if n == 4 {
		id = uint64(le.Uint32(files[at:]))
	}
	if (id+1)*fileSize > uint64(len(c.files)) {
		return ""
	}
	b := c.files[id*fileSize:][:fileSize]
	return c.text(le.Uint32(b), le.Uint32(b[4:]))
}

// text returns a string of the table.
func (c *Cache) text(off, size uint32) string {
	if uint64(off)+uint64(size) > uint64(len(c.strings)) {
		return ""
	}
	return view(c.strings[off:][:size])
}

// view returns b as a string that shares its memory.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// A columnReader knows the columns of one address in a block.
type columnReader struct {
	row   uint32 // the column there
	until uint32 // offset up to which it holds
	calls []byte
	width uint8
}

// columnsAt reads the columns of a block at off in their section.
func (c *Cache) columnsAt(off, at uint32) (r columnReader) {
	if uint64(off)+columnsHeader > uint64(len(c.columns)) {
		return r
	}
	b := c.columns[off:]
	n, starts, w := int(le.Uint16(b)), b[2]&31, b[3]&63
	r.width = b[4] & 63
	b = b[columnsHeader:]
	bits := uint64(starts) + uint64(w)
	packed := fieldBytes(n, uint(bits))
	if n == 0 || packed > len(b) {
		return r
	}
	b = b[:cap(b)]
	var i int
	i, r.until = findStart(b, n, bits, starts, at)
	r.row = field(b, uint64(i)*bits+uint64(starts), w)
	r.calls = b[packed:]
	return r
}

// call returns the column of the call that a scope is.
func (r *columnReader) call(scope uint32) uint32 {
	return field(r.calls, uint64(scope-1)*uint64(r.width), r.width)
}
