package dwarf

import (
	"fmt"
	"math"

	"github.com/nativesym/nativesym/internal/cursor"
)

// An abbreviation says which tag and attributes the DIEs that use it have
// (DWARF 5 §7.5.3). It is compiled once into a program of [op] that the walk
// runs over each DIE: attributes nobody asks for melt into a single skip, and a
// DIE of fixed size with nothing of interest costs one addition.
type abbrev struct {
	kind     kind
	children bool
	sibling  int16   // where in the attributes a 4-byte DW_AT_sibling lies; -1: not at a fixed place
	fixed    int32   // bytes of all attributes, if every size is fixed and none is wanted; else -1
	has      attrSet // wanted attributes that a DIE of this abbreviation has
	first, n uint32  // its program in abbrevTable.ops
}

// A kind is what the walk does at a DIE.
type kind uint8

const (
	kindSkip    kind = iota // nothing in it or below it is code
	kindUnit                // root of a unit
	kindFunc                // subprogram
	kindInline              // inlined subroutine
	kindBlock               // lexical block and the like: look inside
	kindScope               // namespace or module: look inside, part of names
	kindType                // class, struct, union: may hold functions, part of names
	kindPartial             // root of a unit that others import or refer to
)

func kindOf(tag uint64) kind {
	switch tag {
	case tagCompileUnit, tagSkeletonUnit:
		return kindUnit
	case tagPartialUnit, tagTypeUnit:
		return kindPartial
	case tagSubprogram:
		return kindFunc
	case tagInlinedSubroutine:
		return kindInline
	case tagLexicalBlock, tagTryBlock, tagCatchBlock, tagWithStmt:
		return kindBlock
	case tagNamespace, tagModule:
		return kindScope
	case tagClassType, tagStructureType, tagUnionType, tagInterfaceType:
		return kindType
	}
	return kindSkip
}

// An attr is a wanted attribute; it indexes the slots that a DIE is decoded into.
type attr uint8

const (
	name attr = iota
	linkageName
	lowPC
	highPC
	ranges
	entryPC
	origin        // DW_AT_abstract_origin
	specification // DW_AT_specification
	declaration
	signature // DW_AT_signature
	callFile
	callLine
	callColumn
	sibling

	// of a unit's root only
	stmtList
	compDir
	lang
	producer
	strOffsetsBase
	addrBase
	rnglistsBase
	gnuRangesBase
	dwoName
	dwoID

	numAttrs
)

// An attrSet is a set of attributes, one bit each.
type attrSet uint32

func (s attrSet) has(a attr) bool { return s>>a&1 != 0 }

func set(as ...attr) (s attrSet) {
	for _, a := range as {
		s |= 1 << a
	}
	return s
}

// wanted holds the attributes that the walk decodes of each kind of DIE.
var wanted = [...]attrSet{
	kindSkip:   set(sibling),
	kindFunc:   set(name, linkageName, lowPC, highPC, ranges, entryPC, origin, specification, declaration, sibling),
	kindInline: set(lowPC, highPC, ranges, origin, callFile, callLine, callColumn, sibling),
	kindBlock:  set(sibling),
	kindScope:  set(name, sibling),
	kindType:   set(name, specification, signature, sibling),
	kindUnit: set(name, lowPC, highPC, ranges, stmtList, compDir, lang, producer, strOffsetsBase, addrBase, rnglistsBase,
		gnuRangesBase, dwoName, dwoID),
	kindPartial: set(name, stmtList, compDir, lang, strOffsetsBase, addrBase, rnglistsBase),
}

// attrOf returns the slot of an attribute, and whether it is one that any kind wants.
func attrOf(at uint64) (attr, bool) {
	switch at {
	case attrSibling:
		return sibling, true
	case attrName:
		return name, true
	case attrLinkageName, attrMIPSLinkageName:
		return linkageName, true
	case attrLowPC:
		return lowPC, true
	case attrHighPC:
		return highPC, true
	case attrRanges:
		return ranges, true
	case attrEntryPC:
		return entryPC, true
	case attrAbstractOrigin:
		return origin, true
	case attrSpecification:
		return specification, true
	case attrDeclaration:
		return declaration, true
	case attrSignature:
		return signature, true
	case attrCallFile:
		return callFile, true
	case attrCallLine:
		return callLine, true
	case attrCallColumn:
		return callColumn, true
	case attrStmtList:
		return stmtList, true
	case attrCompDir:
		return compDir, true
	case attrLanguage:
		return lang, true
	case attrProducer:
		return producer, true
	case attrStrOffsetsBase:
		return strOffsetsBase, true
	case attrAddrBase, attrGNUAddrBase:
		return addrBase, true
	case attrRnglistsBase:
		return rnglistsBase, true
	case attrGNURangesBase:
		return gnuRangesBase, true
	case attrDwoName, attrGNUDwoName:
		return dwoName, true
	case attrGNUDwoID:
		return dwoID, true
	}
	return 0, false
}

// slots is attrOf for small attributes, numAttrs where it is false: most
// attributes of an abbreviation are passed over, and this is how fast they are told.
var slots = func() (slots [128]attr) {
	for at := range slots {
		slot, ok := attrOf(uint64(at))
		if slots[at] = numAttrs; ok {
			slots[at] = slot
		}
	}
	return slots
}()

// An op is one step over a DIE's attributes. Steps below opSkip read the value
// of slot; the others skip.
type op struct {
	code opcode
	slot attr
	form form
	n    uint32 // opSkip: bytes; opConst: the value's index in abbrevTable.consts
}

type opcode uint8

const (
	opRead1 opcode = iota
	opRead2
	opRead3
	opRead4
	opRead8
	opReadUleb
	opReadSleb
	opReadString // the slot gets the string's offset
	opReadFlag   // DW_FORM_flag_present: no bytes, the value is 1
	opConst      // DW_FORM_implicit_const: the value stands in the abbreviation
	opReadOther  // DW_FORM_indirect
	opSkip
	opSkipUleb
	opSkipString
	opSkipBlock1
	opSkipBlock2
	opSkipBlock4
	opSkipBlock
)

// A shape is what the size of a form depends on besides the form.
type shape struct {
	addrSize uint8 // 2, 4 or 8
	offSize  uint8 // 4, or 8 in 64-bit DWARF
	refAddr  uint8 // of DW_FORM_ref_addr: the address size in version 2, else offSize
}

// sizeOf returns the size in bytes of the values of a form, if all have the same.
func (s shape) sizeOf(f form) (int, bool) {
	switch f {
	case formFlagPresent, formImplicitConst:
		return 0, true
	case formData1, formRef1, formFlag, formStrx1, formAddrx1:
		return 1, true
	case formData2, formRef2, formStrx2, formAddrx2:
		return 2, true
	case formStrx3, formAddrx3:
		return 3, true
	case formData4, formRef4, formStrx4, formAddrx4, formRefSup4:
		return 4, true
	case formData8, formRef8, formRefSig8, formRefSup8:
		return 8, true
	case formData16:
		return 16, true
	case formAddr:
		return int(s.addrSize), true
	case formRefAddr:
		return int(s.refAddr), true
	case formStrp, formSecOffset, formLineStrp, formStrpSup, formGNURefAlt, formGNUStrpAlt:
		return int(s.offSize), true
	}
	return 0, false
}

var readOps = [...]opcode{0: opReadFlag, 1: opRead1, 2: opRead2, 3: opRead3, 4: opRead4, 8: opRead8}

// compile returns the step that decodes a value of form f, or skips it.
func (s shape) compile(f form, slot attr, read bool) (op, bool) {
	if n, ok := s.sizeOf(f); ok {
		if !read || n == 16 {
			return op{code: opSkip, n: uint32(n)}, true
		}
		return op{code: readOps[n], slot: slot, form: f}, true
	}
	code := opSkipUleb
	switch f {
	case formUdata, formRefUdata, formStrx, formAddrx, formLoclistx, formRnglistx, formGNUAddrIndex, formGNUStrIndex:
		if read {
			code = opReadUleb
		}
	case formSdata:
		if read {
			code = opReadSleb
		}
	case formString:
		code = opSkipString
		if read {
			code = opReadString
		}
	case formBlock1:
		code = opSkipBlock1
	case formBlock2:
		code = opSkipBlock2
	case formBlock4:
		code = opSkipBlock4
	case formBlock, formExprloc:
		code = opSkipBlock
	case formIndirect:
		code = opReadOther // also when skipped: its size stands in the DIE
	default:
		return op{}, false
	}
	return op{code: code, slot: slot, form: f}, true
}

// An abbrevTable is one table of .debug_abbrev, compiled for units of one shape.
// Abbreviations are compiled when first asked for: a unit of which only the root
// is read costs one.
type abbrevTable struct {
	shape    shape
	sizes    [64]int8  // of the values of the low forms, in bytes; −1 where they differ
	compiled *workload // counts what is compiled, of all tables together
	section  []byte
	pos      int      // what is left to compile starts here; −1 after the end or a fault
	err      error    // the fault
	abbrevs  []abbrev // by code − 1, while codes count up from 1
	sparse   map[uint64]abbrev
	ops      []op
	consts   []int64
}

// reset makes t the table at off, keeping its memory.
func (t *abbrevTable) reset(section []byte, off uint64, s shape, compiled *workload) {
	sizes := t.sizes
	if s != t.shape {
		for f := range sizes {
			sizes[f] = -1
			if n, ok := s.sizeOf(form(f)); ok && form(f) != formImplicitConst {
				sizes[f] = int8(n)
			}
		}
	}
	*t = abbrevTable{
		shape: s, sizes: sizes, section: section, compiled: compiled,
		abbrevs: t.abbrevs[:0], ops: t.ops[:0], consts: t.consts[:0],
	}
	t.pos = int(min(off, uint64(len(section))))
}

// fail records a fault at offset p of the section.
func (t *abbrevTable) fail(p int, format string, args ...any) error {
	t.err = &cursor.Error{Section: ".debug_abbrev", Offset: uint64(p), Reason: fmt.Sprintf(format, args...)}
	t.pos = -1
	return t.err
}

// find returns the abbreviation with the code.
func (t *abbrevTable) find(code uint64) (*abbrev, error) {
	for {
		if code-1 < uint64(len(t.abbrevs)) {
			return &t.abbrevs[code-1], nil
		}
		if t.pos < 0 {
			break
		}
		if err := t.next(); err != nil {
			return nil, err
		}
	}
	if a, ok := t.sparse[code]; ok {
		return &a, nil
	}
	if t.err == nil {
		t.fail(len(t.section), "a table that ends before here has no abbreviation %d", code)
	}
	return nil, t.err
}

// next compiles one more abbreviation.
func (t *abbrevTable) next() error {
	b, at := t.section, t.pos
	code, p := uleb(b, at)
	if code == 0 && p >= 0 {
		t.pos = -1
		return nil
	}
	var tag uint64
	if p >= 0 {
		tag, p = uleb(b, p)
	}
	if p < 0 || p >= len(b) {
		return t.fail(at, "abbreviation is cut short by the end of the section")
	}
	a := abbrev{kind: kindOf(tag), children: b[p] != 0, sibling: -1, first: uint32(len(t.ops))}
	p++
	size, fixed := 0, true // of the attributes so far
	want := wanted[a.kind]
	for {
		var attribute, f uint64
		if p+1 < len(b) && b[p] < 0x80 && b[p+1] < 0x80 {
			attribute, f = uint64(b[p]), uint64(b[p+1])
			p += 2
		} else {
			attribute, p = uleb(b, p)
			if p >= 0 {
				f, p = uleb(b, p)
			}
			if p < 0 {
				return t.fail(at, "abbreviation is cut short by the end of the section")
			}
		}
		if attribute == 0 && f == 0 {
			break
		}
		if attribute < uint64(len(slots)) && f < uint64(len(t.sizes)) {
			if n := t.sizes[f]; n >= 0 && !want.has(slots[attribute]) {
				size += int(n)
				t.skip(&a, int(n))
				continue
			}
		}
		n, ok := t.shape.sizeOf(form(min(f, math.MaxUint16)))
		if attribute == attrSibling && f == uint64(formRef4) && fixed && size < math.MaxInt16 {
			a.sibling = int16(size)
		}
		size, fixed = size+n, fixed && ok && size < math.MaxInt32/2
		if p = t.attribute(&a, attribute, form(min(f, math.MaxUint16)), p); p < 0 {
			return t.err
		}
	}
	a.n = uint32(len(t.ops)) - a.first
	a.fixed = -1
	if fixed && a.has&^set(sibling) == 0 {
		a.fixed = int32(size)
	}
	t.add(code, a)
	t.pos = p
	if t.compiled.bytes += p - at; t.compiled.bytes > t.compiled.limit {
		return t.fail(at, "tables overlap too much")
	}
	return nil
}

// attribute appends to the program what decodes one attribute of a. The constant
// that may follow the form is at p; it returns what follows that, or −1.
func (t *abbrevTable) attribute(a *abbrev, at uint64, f form, p int) int {
	slot, ok := attrOf(at)
	read := ok && wanted[a.kind].has(slot) && !a.has.has(slot) // of duplicates, which no producer writes, the first counts
	o, ok := t.shape.compile(f, slot, read)
	if !ok {
		t.fail(p, "form %#x is unknown", uint16(f))
		return -1
	}
	if f == formImplicitConst {
		v, q := sleb(t.section, p)
		if q < 0 {
			t.fail(p, "constant is cut short by the end of the section")
			return -1
		}
		p = q
		if read {
			o = op{code: opConst, slot: slot, form: f, n: uint32(len(t.consts))}
			t.consts = append(t.consts, v)
		}
	}
	if o.code < opReadOther || f == formIndirect && read {
		a.has |= 1 << slot
	}
	if f == formIndirect && !read {
		o.slot = numAttrs
	}
	if o.code == opSkip {
		t.skip(a, int(o.n))
	} else {
		t.ops = append(t.ops, o)
	}
	return p
}

// skip appends to the program of a that n bytes are passed over.
func (t *abbrevTable) skip(a *abbrev, n int) {
	if last := len(t.ops) - 1; last >= int(a.first) && t.ops[last].code == opSkip {
		t.ops[last].n += uint32(n)
	} else if n > 0 {
		t.ops = append(t.ops, op{code: opSkip, n: uint32(n)})
	}
}

func (t *abbrevTable) add(code uint64, a abbrev) {
	if code == uint64(len(t.abbrevs))+1 {
		t.abbrevs = append(t.abbrevs, a)
		return
	}
	if t.sparse == nil {
		t.sparse = map[uint64]abbrev{}
	}
	if _, dup := t.sparse[code]; !dup {
		t.sparse[code] = a
	}
}
