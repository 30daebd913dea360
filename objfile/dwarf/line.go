package dwarf

import (
	"fmt"
	"math"
	"slices"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// maxRows limits the rows of one line program, and so the memory of a hostile one
// to about 75 MB, twice that while they grow. All of Linux has little more; the
// largest unit that compilers are known to write has a tenth.
const maxRows = 3 << 20

// Standard and extended opcodes of line programs (DWARF 5 §6.2.5.2, §6.2.5.3).
const (
	lnsExtended         = 0x00
	lnsCopy             = 0x01
	lnsAdvancePC        = 0x02
	lnsAdvanceLine      = 0x03
	lnsSetFile          = 0x04
	lnsSetColumn        = 0x05
	lnsNegateStmt       = 0x06
	lnsSetBasicBlock    = 0x07
	lnsConstAddPC       = 0x08
	lnsFixedAdvancePC   = 0x09
	lnsSetPrologueEnd   = 0x0a
	lnsSetEpilogueBegin = 0x0b
	lnsSetISA           = 0x0c

	lneEndSequence = 0x01
	lneSetAddress  = 0x02
	lneDefineFile  = 0x03
)

// Content types of DWARF 5's file and directory tables (§6.2.4.1).
const (
	lnctPath           = 0x1
	lnctDirectoryIndex = 0x2
)

// A lineTable is one unit's line program: its header, and the scratch space to
// run it. It is reused from unit to unit.
type lineTable struct {
	u       *unit
	program []byte // opcodes, up to the end of the table
	offset  uint64 // of program in .debug_line

	minInst    uint64
	maxOps     uint64
	lineBase   int8
	lineRange  uint8
	opcodeBase uint8
	lengths    []byte // operands of each standard opcode

	dirs  []die16 // include directories, numbered as files refer to them
	files []fileEntry
	seen  []uint32 // by file number: 1 + its index in Unit.Files, 0 not yet used

	special    [256]advance // what each special opcode adds
	specialFor specialParameters
	paths      *paths
	out        *debuginfo.Unit
	seqs       []sequence
	spare      []debuginfo.Row
}

// A die16 is a string in a file table, not yet looked up.
type die16 struct {
	form form
	val  uint64
}

// A fileEntry is one file of a line table's header.
type fileEntry struct {
	name die16
	dir  uint32
}

// The specialParameters of a header say what special opcodes mean.
type specialParameters struct {
	known                 bool
	opcodeBase, lineRange uint8
	lineBase              int8
	minInst               uint64
}

// An advance is what a special opcode adds to address and line (DWARF 5 §6.2.5.1).
type advance struct {
	ops   uint16 // operations: instructions of the minimum length, except on VLIW machines
	bytes uint16 // what they take where they are instructions
	line  int16
}

// A sequence is a run of rows closed by an end row.
type sequence struct {
	start       uint64
	first, last int32 // rows; last is the end row
}

// load reads the header of u's line program; rows and files go to out.
func (t *lineTable) load(u *unit, out *debuginfo.Unit) error {
	t.u, t.out = u, out
	t.program, t.files, t.dirs, t.seen = nil, t.files[:0], t.dirs[:0], t.seen[:0]
	section := u.data.s.Line
	if !u.hasLines || len(section) == 0 {
		return nil
	}
	if u.stmtList >= uint64(len(section)) {
		return &cursor.Error{Section: ".debug_line", Offset: u.stmtList, Reason: "unit's line table starts outside the section"}
	}
	c := cursor.New(".debug_line", u.data.order, section)
	c.Seek(u.stmtList)
	offSize, length := unitLength(c)
	if length > uint64(c.Len()) {
		c.Fail("line table of %d bytes, section has %d left", length, c.Len())
	}
	start := c.Offset()
	body := cursor.At(".debug_line", u.data.order, c.Bytes(length), start)
	if err := c.Err(); err != nil {
		return err
	}
	return t.header(body, offSize)
}

func (t *lineTable) header(c *cursor.Cursor, offSize int) error {
	version := c.U16()
	if c.Err() == nil && (version < 2 || version > 5) {
		c.Fail("line table version %d is not known", version)
	}
	addrSize := t.u.shape.addrSize
	if version >= 5 {
		addrSize = c.U8()
		c.U8() // segment selector size
	}
	headerLength := c.Uint(offSize)
	if headerLength > uint64(c.Len()) {
		c.Fail("header of %d bytes, line table has %d left", headerLength, c.Len())
	}
	program := c.Offset() + headerLength
	t.minInst, t.maxOps = uint64(c.U8()), 1
	if version >= 4 {
		t.maxOps = max(uint64(c.U8()), 1)
	}
	c.U8() // default is_stmt
	t.lineBase, t.lineRange, t.opcodeBase = int8(c.U8()), c.U8(), c.U8()
	t.lengths = c.Bytes(uint64(max(t.opcodeBase, 1)) - 1)
	if c.Err() == nil && t.lineRange == 0 && t.opcodeBase != 0 {
		t.lineRange = 1 // only special opcodes divide by it: a program may do without
	}
	if version >= 5 {
		t.tablesV5(c, shape{addrSize: addrSize, offSize: uint8(offSize), refAddr: uint8(offSize)})
	} else {
		t.tablesV2(c)
	}
	c.Seek(program)
	t.offset = c.Offset()
	t.program = c.Bytes(uint64(c.Len()))
	t.seen = append(t.seen, make([]uint32, len(t.files))...)
	t.compileSpecial()
	return c.Err()
}

// compileSpecial fills t.special, unless the table before had the same parameters.
func (t *lineTable) compileSpecial() {
	p := specialParameters{true, t.opcodeBase, t.lineRange, t.lineBase, t.minInst}
	if p == t.specialFor {
		return
	}
	t.specialFor = p
	for i := int(t.opcodeBase); i < len(t.special); i++ {
		adj, lineRange := i-int(t.opcodeBase), int(max(t.lineRange, 1))
		ops := adj / lineRange
		t.special[i] = advance{ops: uint16(ops), bytes: uint16(ops * int(t.minInst)), line: int16(t.lineBase) + int16(adj%lineRange)}
	}
}

// tablesV2 reads the tables of versions 2 to 4: strings and numbers up to an empty name.
// Both start at 1; directory 0 is the unit's compilation directory, file 0 is none.
func (t *lineTable) tablesV2(c *cursor.Cursor) {
	t.dirs = append(t.dirs, die16{})
	for c.Err() == nil {
		at := c.Offset()
		if len(c.CString()) == 0 {
			break
		}
		t.dirs = append(t.dirs, die16{formString, at})
	}
	t.files = append(t.files, fileEntry{})
	for c.Err() == nil {
		at := c.Offset()
		if len(c.CString()) == 0 {
			break
		}
		t.files = append(t.files, fileEntry{name: die16{formString, at}, dir: uint32(min(c.Uleb(), math.MaxUint32))})
		c.Uleb() // time
		c.Uleb() // size
	}
}

// An entryFormat says which content stands in an entry in which form.
type entryFormat struct {
	content uint64
	form    form
}

// tablesV5 reads the self-describing tables of version 5 (§6.2.4.1).
func (t *lineTable) tablesV5(c *cursor.Cursor, s shape) {
	var formats [16]entryFormat
	t.entries(c, s, formats[:0], func(name die16, _ uint64) { t.dirs = append(t.dirs, name) })
	t.entries(c, s, formats[:0], func(name die16, dir uint64) {
		t.files = append(t.files, fileEntry{name: name, dir: uint32(min(dir, math.MaxUint32))})
	})
}

func (t *lineTable) entries(c *cursor.Cursor, s shape, formats []entryFormat, add func(name die16, dir uint64)) {
	for range c.U8() {
		formats = append(formats, entryFormat{c.Uleb(), form(min(c.Uleb(), math.MaxUint16))})
	}
	count := c.Uleb()
	if count > uint64(c.Len()) {
		c.Fail("%d entries in %d bytes", count, c.Len())
	}
	if len(formats) == 2 && formats[0] == (entryFormat{lnctPath, formLineStrp}) && s.offSize == 4 &&
		formats[1] == (entryFormat{lnctDirectoryIndex, formUdata}) {
		count -= t.plainEntries(c, count, add)
	}
	for range count {
		var name die16
		var dir uint64
		at := c.Offset()
		for _, f := range formats {
			v := readForm(c, s, f.form)
			switch f.content {
			case lnctPath:
				name = die16{f.form, v}
			case lnctDirectoryIndex:
				dir = v
			}
		}
		if c.Err() == nil && c.Offset() == at {
			c.Fail("entries of a file table take no bytes")
		}
		if c.Err() != nil {
			return
		}
		add(name, dir)
	}
}

// plainEntries reads entries in the form that GCC writes them, of which units have
// hundreds, as long as they are in it, and returns how many that is.
func (t *lineTable) plainEntries(c *cursor.Cursor, count uint64, add func(name die16, dir uint64)) (n uint64) {
	b, p := c.Rest(), 0
	for ; n < count && p+5 <= len(b) && b[p+4] < 0x80; n++ {
		add(die16{formLineStrp, load(b[p:p+4], t.u.data.big)}, uint64(b[p+4]))
		p += 5
	}
	c.Skip(uint64(p))
	return n
}

// readForm reads a value as file tables hold them; of a string it returns the offset.
func readForm(c *cursor.Cursor, s shape, f form) uint64 {
	if n, ok := s.sizeOf(f); ok {
		switch n {
		case 1, 2, 4, 8:
			return c.Uint(n)
		case 3:
			return uint64(c.U24())
		}
		c.Skip(uint64(n))
		return 0
	}
	at := c.Offset()
	switch f {
	case formString:
		c.CString()
		return at
	case formUdata, formStrx:
		return c.Uleb()
	case formBlock:
		c.Skip(c.Uleb())
	case formBlock1:
		c.Skip(uint64(c.U8()))
	case formBlock2:
		c.Skip(uint64(c.U16()))
	case formBlock4:
		c.Skip(uint64(c.U32()))
	default:
		c.Fail("file table uses form %#x", uint16(f))
	}
	return 0
}

// text returns a string of the file tables.
func (t *lineTable) text(s die16) string {
	switch s.form {
	case 0:
		return ""
	case formString:
		return stringAt(t.u.data.s.Line, s.val)
	}
	var d die
	d.has, d.form[name], d.val[name] = set(name), s.form, s.val
	return t.u.str(&d, name)
}

// file returns the index in Unit.Files of the file that the program calls n.
func (t *lineTable) file(n uint64) uint32 {
	if n >= uint64(len(t.files)) {
		return 0
	}
	if t.seen[n] == 0 {
		t.seen[n] = 1
		if path := t.path(t.files[n]); path != "" {
			t.out.Files = append(t.out.Files, path)
			t.seen[n] = uint32(len(t.out.Files))
		}
	}
	return t.seen[n] - 1
}

// path returns a file's full path. Directory 0 of version 5 is the compilation
// directory itself; the others may be relative to it.
func (t *lineTable) path(f fileEntry) string {
	file := t.text(f.name)
	if file == "" {
		return ""
	}
	dir := ""
	if int64(f.dir) < int64(len(t.dirs)) {
		dir = t.text(t.dirs[f.dir])
	}
	base := t.u.compDir
	if f.dir == 0 && dir != "" {
		base = ""
	}
	return t.paths.join(base, dir, file)
}

// run executes the program and leaves its rows in the unit.
func (t *lineTable) run() error {
	err := t.execute()
	t.order()
	return err
}

// execute is the state machine of DWARF 5 §6.2. A sequence that is not code, or
// never ends, leaves no rows.
func (t *lineTable) execute() error {
	b, rows := t.program, t.out.Rows
	opcodeBase, simple, columns := t.opcodeBase, t.maxOps == 1, !t.out.NoColumns
	first := len(rows) // of the current sequence
	t.seqs = t.seqs[:0]
	var addr, opIndex uint64
	line, column, file := uint32(1), uint32(0), t.file(1)
	var problem string
	p := 0
	for p >= 0 && p < len(b) && len(rows) <= maxRows {
		code := b[p]
		p++
		if code >= opcodeBase {
			adv := &t.special[code]
			if simple {
				addr += uint64(adv.bytes)
			} else {
				addr, opIndex = t.advanceVLIW(addr, opIndex, uint64(adv.ops))
			}
			line += uint32(int32(adv.line))
			rows = appendRow(rows, first, debuginfo.Row{Addr: addr, File: file, Line: line, Column: column})
			continue
		}
		var v uint64
		switch code {
		case lnsCopy:
			rows = appendRow(rows, first, debuginfo.Row{Addr: addr, File: file, Line: line, Column: column})
		case lnsAdvancePC:
			v, p = uleb(b, p)
			addr, opIndex = t.advance(addr, opIndex, v)
		case lnsAdvanceLine:
			var s int64
			if p < len(b) && b[p] < 0x80 {
				s, p = int64(int8(b[p]<<1)>>1), p+1
			} else {
				s, p = sleb(b, p)
			}
			line += uint32(s)
		case lnsSetFile:
			v, p = uleb(b, p)
			if v < uint64(len(t.seen)) && t.seen[v] != 0 {
				file = t.seen[v] - 1
			} else {
				file = t.file(v)
			}
		case lnsSetColumn:
			v, p = uleb(b, p)
			if columns {
				column = uint32(min(v, math.MaxUint32))
			}
		case lnsNegateStmt, lnsSetBasicBlock, lnsSetPrologueEnd, lnsSetEpilogueBegin:
		case lnsConstAddPC:
			addr, opIndex = t.advance(addr, opIndex, uint64(t.special[255].ops))
		case lnsFixedAdvancePC:
			if p > len(b)-2 {
				p = -1
				break
			}
			addr, opIndex = addr+load(b[p:p+2], t.u.data.big), 0
			p += 2
		case lnsSetISA:
			_, p = uleb(b, p)
		case lnsExtended:
			v, p = uleb(b, p)
			if p < 0 || v == 0 || v > uint64(len(b)-p) {
				if p >= 0 && v == 0 {
					continue // padding
				}
				p = -1
				break
			}
			operands := b[p+1 : p+int(v)]
			extended := b[p]
			p += int(v)
			switch extended {
			case lneSetAddress:
				addr, opIndex = load(operands[:min(len(operands), 8)], t.u.data.big), 0
			case lneDefineFile:
				t.defineFile(operands, t.offset+uint64(p)-v+1)
			case lneEndSequence:
				rows = t.endSequence(rows, first, addr)
				first = len(rows)
				addr, opIndex, line, column, file = 0, 0, 1, 0, t.file(1)
			}
		default: // from a later version: its operands are LEB128 numbers
			for range t.lengths[code-1] {
				if p >= 0 {
					_, p = uleb(b, p)
				}
			}
		}
	}
	if len(rows) > maxRows {
		problem = fmt.Sprintf("line program yields more than %d rows", maxRows)
	}
	t.out.Rows = rows[:first]
	if p < 0 {
		problem = "line program is cut short"
	}
	if problem != "" {
		return &cursor.Error{Section: ".debug_line", Offset: t.offset, Reason: problem}
	}
	return nil
}

func (t *lineTable) advance(addr, opIndex, ops uint64) (uint64, uint64) {
	if t.maxOps == 1 {
		return addr + ops*t.minInst, 0
	}
	return t.advanceVLIW(addr, opIndex, ops)
}

func (t *lineTable) advanceVLIW(addr, opIndex, ops uint64) (uint64, uint64) {
	n := opIndex + ops
	return addr + t.minInst*(n/t.maxOps), n % t.maxOps
}

// defineFile adds a file in the middle of a program (DW_LNE_define_file).
func (t *lineTable) defineFile(operands []byte, at uint64) {
	c := cursor.At(".debug_line", t.u.data.order, operands, at)
	c.CString()
	dir := c.Uleb()
	if c.Err() == nil {
		t.files = append(t.files, fileEntry{name: die16{formString, at}, dir: uint32(min(dir, math.MaxUint32))})
		t.seen = append(t.seen, 0)
	}
}

// appendRow adds a row to the sequence that starts at first. Of several rows at
// one address the last counts; a row that repeats the one before adds nothing.
func appendRow(rows []debuginfo.Row, first int, r debuginfo.Row) []debuginfo.Row {
	if n := len(rows); n > first {
		last := &rows[n-1]
		if last.Addr == r.Addr {
			*last = r
			return rows
		}
		if last.Line == r.Line && last.Column == r.Column && last.File == r.File {
			return rows
		}
	}
	return append(rows, r)
}

// endSequence closes the sequence that starts at first, or takes its rows back if
// they are not code.
func (t *lineTable) endSequence(rows []debuginfo.Row, first int, end uint64) []debuginfo.Row {
	seq := rows[first:]
	end = min(end, t.u.data.codeEnd())
	if !slices.IsSortedFunc(seq, byAddr) {
		slices.SortStableFunc(seq, byAddr)
	}
	for len(seq) > 0 && seq[len(seq)-1].Addr >= end {
		seq = seq[:len(seq)-1]
	}
	if len(seq) == 0 || !t.u.data.isCode(seq[0].Addr) {
		return rows[:first]
	}
	t.seqs = append(t.seqs, sequence{start: seq[0].Addr, first: int32(first), last: int32(first + len(seq))})
	return append(rows[:first+len(seq)], debuginfo.Row{Addr: end, End: true})
}

func byAddr(a, b debuginfo.Row) int {
	switch {
	case a.Addr < b.Addr:
		return -1
	case a.Addr > b.Addr:
		return 1
	}
	return 0
}

// order puts the sequences in ascending order and frees them of overlaps: of two
// that cover the same code, the one that starts first counts.
func (t *lineTable) order() {
	ordered := true
	for i := 1; i < len(t.seqs); i++ {
		if t.seqs[i].start < t.out.Rows[t.seqs[i-1].last].Addr {
			ordered = false
			break
		}
	}
	if ordered {
		return
	}
	slices.SortStableFunc(t.seqs, func(a, b sequence) int {
		switch {
		case a.start < b.start:
			return -1
		case a.start > b.start:
			return 1
		}
		return 0
	})
	rows, sorted := t.out.Rows, t.spare[:0]
	end := uint64(0)
	for _, s := range t.seqs {
		from, last := int(s.first), int(s.last)
		if rows[last].Addr <= end {
			continue
		}
		for from+1 < last && rows[from+1].Addr <= end {
			from++
		}
		n := len(sorted)
		sorted = append(sorted, rows[from:last+1]...)
		sorted[n].Addr = max(sorted[n].Addr, end)
		end = rows[last].Addr
	}
	t.out.Rows, t.spare = sorted, rows
}
