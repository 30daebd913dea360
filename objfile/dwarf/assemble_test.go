package dwarf

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// An assembler builds the sections of a file with DWARF from calls. Its zero
// value builds little-endian ones.
type assembler struct {
	big  bool
	opts Options
	code []uint64 // starts and ends of the program's code, for opts.Code

	info, abbrev, line, str, lineStr, strOffsets, addrs, ranges, rngLists, aranges buffer

	patches []reference
}

// data returns what New makes of the sections.
func (a *assembler) data(t testing.TB) *Data {
	t.Helper()
	for i := 0; i+1 < len(a.code); i += 2 {
		a.opts.Code = append(a.opts.Code, debuginfo.Range{Start: a.code[i], End: a.code[i+1]})
	}
	d, err := New(a.order(), a.sections(), a.opts)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (a *assembler) sections() Sections {
	for _, p := range a.patches {
		value := uint64(p.to.off)
		if p.after {
			value = uint64(p.to.end)
		}
		if p.local {
			value -= uint64(p.unit)
		}
		if p.size == 0 { // LEB128, padded to 5 bytes
			for i := range 5 {
				a.info.b[p.at+i] = byte(value>>(7*i)) | 0x80
			}
			a.info.b[p.at+4] &= 0x7f
			continue
		}
		b := buffer{big: a.big}
		b.uint(p.size, value)
		copy(a.info.b[p.at:], b.b)
	}
	a.patches = nil
	return Sections{
		Info: a.info.b, Abbrev: a.abbrev.b, Line: a.line.b, LineStr: a.lineStr.b, Str: a.str.b, StrOffsets: a.strOffsets.b,
		Addr: a.addrs.b, Ranges: a.ranges.b, RngLists: a.rngLists.b, Aranges: a.aranges.b,
	}
}

func (a *assembler) order() binary.ByteOrder {
	if a.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// A reference is a place in .debug_info that gets the offset of a DIE.
type reference struct {
	at, size, unit int
	to             *node
	after, local   bool
}

// A node is a DIE that is to be assembled.
type node struct {
	tag      uint64
	attrs    []attribute
	children []*node
	open     bool // no null entry ends the children
	off, end int  // where it was put
}

// An attribute's value is an int, uint64, string, []byte, *node (a reference to
// it) or after.
type attribute struct {
	name  uint64
	form  form
	value any
}

// after is the value of a DW_AT_sibling that tells the truth.
type after struct{}

// tree returns a DIE of attributes and children.
func tree(tag uint64, parts ...any) *node {
	n := &node{tag: tag}
	for _, p := range parts {
		switch p := p.(type) {
		case attribute:
			n.attrs = append(n.attrs, p)
		case *node:
			n.children = append(n.children, p)
		case []any:
			more := tree(tag, p...)
			n.attrs, n.children = append(n.attrs, more.attrs...), append(n.children, more.children...)
		default:
			panic(fmt.Sprintf("a DIE has no part %T", p))
		}
	}
	return n
}

func at(name uint64, f form, value any) attribute { return attribute{name, f, value} }

// Attributes that most tests need.
func named(s string) attribute        { return at(attrName, formString, s) }
func linkage(s string) attribute      { return at(attrLinkageName, formString, s) }
func inLanguage(code int) attribute   { return at(attrLanguage, formData1, code) }
func originOf(n *node) attribute      { return at(attrAbstractOrigin, formRef4, n) }
func specOf(n *node) attribute        { return at(attrSpecification, formRef4, n) }
func lines(off int) attribute         { return at(attrStmtList, formSecOffset, off) }
func compiledIn(dir string) attribute { return at(attrCompDir, formString, dir) }
func fileLine(file, line int) []any {
	return []any{at(attrCallFile, formData1, file), at(attrCallLine, formData1, line)}
}
func rangesAt(off int) attribute { return at(attrRanges, formSecOffset, off) }
func declared() attribute        { return at(attrDeclaration, formFlagPresent, nil) }
func lowHigh(start, end uint64) []any {
	return []any{at(attrLowPC, formAddr, start), at(attrHighPC, formData8, end-start)}
}

// cu returns a compilation unit's root in C++.
func cu(parts ...any) *node {
	return tree(tagCompileUnit, inLanguage(0x21), parts)
}

// fn returns a function at [start, end).
func fn(name string, start, end uint64, parts ...any) *node {
	return tree(tagSubprogram, named(name), lowHigh(start, end), parts)
}

// inlined returns an inlined call of the function to.
func inlined(to *node, start, end uint64, parts ...any) *node {
	return tree(tagInlinedSubroutine, originOf(to), lowHigh(start, end), parts)
}

// A unitSpec says how a unit is encoded. Zero fields mean version 5, 8-byte
// addresses, 32-bit DWARF, a compilation unit.
type unitSpec struct {
	version, addrSize int
	dwarf64           bool
	kind              uint8
	id                uint64
	typeDIE           *node // of a type unit
}

func (s unitSpec) offSize() int {
	if s.dwarf64 {
		return 8
	}
	return 4
}

// unit appends a unit.
func (a *assembler) unit(s unitSpec, root *node) {
	s.version, s.addrSize, s.kind = cmpOr(s.version, 5), cmpOr(s.addrSize, 8), cmpOr(s.kind, unitCompile)
	for _, b := range []*buffer{&a.info, &a.abbrev, &a.line, &a.str, &a.lineStr, &a.strOffsets, &a.addrs, &a.ranges, &a.rngLists, &a.aranges} {
		b.big = a.big
	}
	w := &unitWriter{assembler: a, unitSpec: s, start: len(a.info.b), codes: map[string]int{}}
	tables := len(a.abbrev.b)
	length := a.info.length(s.dwarf64)
	a.info.uint(2, uint64(s.version))
	if s.version >= 5 {
		a.info.u8(s.kind).u8(byte(s.addrSize)).uint(s.offSize(), uint64(tables))
		switch s.kind {
		case unitSkeleton, unitSplitCompile:
			a.info.uint(8, s.id)
		}
	} else {
		a.info.uint(s.offSize(), uint64(tables)).u8(byte(s.addrSize))
	}
	if s.kind == unitType || s.kind == unitSplitType { // before version 5 in .debug_types
		a.info.uint(8, s.id)
		if s.typeDIE != nil {
			a.patches = append(a.patches, reference{at: len(a.info.b), size: s.offSize(), unit: w.start, to: s.typeDIE, local: true})
		}
		a.info.uint(s.offSize(), 0)
	}
	w.die(root)
	a.abbrev.u8(0)
	length()
}

func cmpOr[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// A unitWriter appends the DIEs of one unit.
type unitWriter struct {
	*assembler
	unitSpec
	start int
	codes map[string]int // abbreviation codes by what they say
}

func (w *unitWriter) die(n *node) {
	n.off = len(w.info.b)
	w.info.uleb(uint64(w.code(n)))
	for _, at := range n.attrs {
		w.value(n, at.form, at.value)
	}
	for _, c := range n.children {
		w.die(c)
	}
	if len(n.children) > 0 && !n.open {
		w.info.u8(0)
	}
	n.end = len(w.info.b)
}

// code returns the code of the abbreviation of n, which it appends if it is new.
func (w *unitWriter) code(n *node) int {
	var b buffer
	b.uleb(n.tag)
	if len(n.children) > 0 {
		b.u8(1)
	} else {
		b.u8(0)
	}
	for _, at := range n.attrs {
		b.uleb(at.name).uleb(uint64(at.form))
		if at.form == formImplicitConst {
			b.sleb(int64(at.value.(int)))
		}
	}
	b.u8(0).u8(0)
	code, ok := w.codes[string(b.b)]
	if !ok {
		code = len(w.codes) + 1
		w.codes[string(b.b)] = code
		w.abbrev.uleb(uint64(code))
		w.abbrev.b = append(w.abbrev.b, b.b...)
	}
	return code
}

// value appends a value of form f.
func (w *unitWriter) value(n *node, f form, v any) {
	s := shape{addrSize: uint8(w.addrSize), offSize: uint8(w.offSize()), refAddr: uint8(w.offSize())}
	if w.version == 2 {
		s.refAddr = s.addrSize
	}
	size, fixed := s.sizeOf(f)
	switch v := v.(type) {
	case nil:
		return
	case *node, after:
		p := reference{at: len(w.info.b), size: size, unit: w.start, local: isLocal(f)}
		if p.to, _ = v.(*node); p.to == nil {
			p.to, p.after = n, true
		}
		w.patches = append(w.patches, p)
		w.info.b = append(w.info.b, make([]byte, cmpOr(size, 5))...)
		return
	case []byte:
		switch f {
		case formBlock1:
			w.info.u8(byte(len(v)))
		case formBlock2:
			w.info.uint(2, uint64(len(v)))
		case formBlock4:
			w.info.uint(4, uint64(len(v)))
		case formBlock, formExprloc:
			w.info.uleb(uint64(len(v)))
		}
		w.info.b = append(w.info.b, v...)
		return
	case string:
		w.string(f, v, size)
		return
	}
	number := toUint64(v)
	switch f {
	case formAddrx, formAddrx1, formAddrx2, formAddrx3, formAddrx4, formGNUAddrIndex:
		number = w.index(&w.addrs, w.addrSize, number)
	}
	switch {
	case f == formImplicitConst, f == formFlagPresent:
	case fixed:
		w.info.uint(size, number)
	case f == formSdata:
		w.info.sleb(int64(number))
	default:
		w.info.uleb(number)
	}
}

func toUint64(v any) uint64 {
	switch v := v.(type) {
	case int:
		return uint64(v)
	case uint64:
		return v
	}
	panic(fmt.Sprintf("no value is a %T", v))
}

// string appends a string, where its form wants it.
func (w *unitWriter) string(f form, s string, size int) {
	switch f {
	case formString:
		w.info.cstring(s)
	case formStrp:
		w.info.uint(size, uint64(w.str.keep(s)))
	case formLineStrp:
		w.info.uint(size, uint64(w.lineStr.keep(s)))
	default:
		i := w.index(&w.strOffsets, w.offSize(), uint64(w.str.keep(s)))
		if size > 0 {
			w.info.uint(size, i)
		} else {
			w.info.uleb(i)
		}
	}
}

// index appends a number to a table and returns its index. In version 5 the table
// has a header, so that the default base is right.
func (w *unitWriter) index(table *buffer, size int, number uint64) uint64 {
	header := 0
	if w.version >= 5 {
		header = 8
		if w.dwarf64 {
			header = 16
		}
	}
	if len(table.b) == 0 {
		table.b = make([]byte, header)
	}
	table.uint(size, number)
	return uint64((len(table.b)-header)/size - 1)
}

// A buffer is a section that is being written.
type buffer struct {
	b   []byte
	big bool
}

func (b *buffer) u8(v byte) *buffer { b.b = append(b.b, v); return b }

func (b *buffer) uint(size int, v uint64) *buffer {
	for i := range size {
		shift := 8 * i
		if b.big {
			shift = 8 * (size - 1 - i)
		}
		b.b = append(b.b, byte(v>>shift))
	}
	return b
}

func (b *buffer) uleb(v uint64) *buffer {
	b.b = binary.AppendUvarint(b.b, v)
	return b
}

func (b *buffer) sleb(v int64) *buffer {
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return b.u8(c)
		}
		b.u8(c | 0x80)
	}
}

func (b *buffer) cstring(s string) *buffer {
	b.b = append(append(b.b, s...), 0)
	return b
}

// keep appends a string and returns its offset.
func (b *buffer) keep(s string) int {
	if len(b.b) == 0 {
		b.u8(0) // so that offset 0 is not a string a test asks for
	}
	off := len(b.b)
	b.cstring(s)
	return off
}

// length appends an initial length, which the function it returns fills in.
func (b *buffer) length(dwarf64 bool) func() {
	size := 4
	if dwarf64 {
		b.uint(4, 0xffff_ffff)
		size = 8
	}
	at := len(b.b)
	b.uint(size, 0)
	return func() {
		n := buffer{big: b.big}
		n.uint(size, uint64(len(b.b)-at-size))
		copy(b.b[at:], n.b)
	}
}

// picture returns what a unit says, a line for each function, inlined call and row.
func picture(u *debuginfo.Unit) string {
	var b strings.Builder
	ranges := func(s debuginfo.Span) {
		for _, r := range u.Ranges[s.First:s.End] {
			fmt.Fprintf(&b, " %#x-%#x", r.Start, r.End)
		}
	}
	name := func(i uint32) string {
		n := u.Names[i]
		if n.Symbol == "" {
			return "?"
		}
		if n.Scope != "" {
			return n.Scope + " . " + n.Symbol
		}
		return n.Symbol
	}
	file := func(i uint32) string {
		if u.Files[i] == "" {
			return "?"
		}
		return u.Files[i]
	}
	place := func(f, line, column uint32) string {
		if column != 0 {
			return fmt.Sprintf("%s:%d:%d", file(f), line, column)
		}
		return fmt.Sprintf("%s:%d", file(f), line)
	}
	for _, f := range u.Functions {
		fmt.Fprintf(&b, "%s", name(f.Name))
		ranges(f.Ranges)
		if f.Entry != u.Ranges[f.Ranges.First].Start {
			fmt.Fprintf(&b, " entry %#x", f.Entry)
		}
		b.WriteByte('\n')
		for _, in := range u.Inlines[f.Inlines.First:f.Inlines.End] {
			fmt.Fprintf(&b, "%s%s", strings.Repeat("  ", int(in.Depth)), name(in.Name))
			ranges(in.Ranges)
			if in.CallFile != 0 || in.CallLine != 0 {
				fmt.Fprintf(&b, " at %s", place(in.CallFile, in.CallLine, in.CallColumn))
			}
			b.WriteByte('\n')
		}
	}
	for _, r := range u.Rows {
		if r.End {
			fmt.Fprintf(&b, "%#x end\n", r.Addr)
			continue
		}
		fmt.Fprintf(&b, "%#x %s\n", r.Addr, place(r.File, r.Line, r.Column))
	}
	return b.String()
}

// readAll reads every unit of d and returns their pictures, errors among them.
func readAll(d *Data) string {
	var b strings.Builder
	var u debuginfo.Unit
	r := d.NewReader()
	for i := range d.NumUnits() {
		err := r.Read(i, &u)
		b.WriteString(picture(&u))
		if err != nil {
			fmt.Fprintf(&b, "error: %v\n", err)
		}
	}
	return b.String()
}

// text cuts a picture out of a raw string that is indented for reading.
func text(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		if line = strings.TrimLeft(line, "\t"); strings.TrimSpace(line) != "" {
			b.WriteString(line)
		}
	}
	return b.String()
}
