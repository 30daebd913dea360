package dwarf

import (
	"encoding/binary"
	"unsafe"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A unit is what decoding the DIEs of one unit takes: its bytes, abbreviations,
// and the bases that its root names.
type unit struct {
	header
	data  *Data // whose sections its offsets lead into
	main  *Data // the same, but of a split unit the skeleton's: the linked file, with the addresses
	info  []byte
	table *abbrevTable

	compDir  string
	language debuginfo.Language
	lowPC    uint64
	stmtList uint64 // offset in .debug_line
	hasLines bool

	strOffsets uint64 // where its part of .debug_str_offsets starts
	addrBase   uint64
	rngLists   uint64 // where its offset table in .debug_rnglists starts
	rangesBase uint64 // added to offsets in .debug_ranges by GNU split units

	dwoName     string // of a skeleton: the split file
	splitRanges uint64 // of a skeleton: rangesBase of its split unit

	unshared     *bool // of the reader: something leads to a supplementary file that is missing
	serial       int   // tells units apart: the order in which the reader opened them
	rangeEntries int   // how many entries of range lists were read
}

// A die holds the wanted attributes of one DIE. Slots that has does not list are stale.
type die struct {
	has  attrSet
	form [numAttrs + 1]form // the last slot takes what is decoded only to be passed over
	val  [numAttrs + 1]uint64
}

// fail returns an error about the DIE at offset p of .debug_info.
func fail(p int, reason string) error {
	return &cursor.Error{Section: ".debug_info", Offset: uint64(p), Reason: reason}
}

// uleb reads an unsigned LEB128 number at p; end is −1 if there is none.
func uleb(b []byte, p int) (v uint64, end int) {
	if p < len(b) && b[p] < 0x80 {
		return uint64(b[p]), p + 1
	}
	for shift := uint(0); p < len(b) && shift < 70; shift += 7 {
		c := b[p]
		p++
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return v, p
		}
	}
	return 0, -1
}

// sleb reads a signed LEB128 number at p; end is −1 if there is none.
func sleb(b []byte, p int) (v int64, end int) {
	for shift := uint(0); p < len(b) && shift < 70; {
		c := b[p]
		p++
		v |= int64(c&0x7f) << shift
		shift += 7
		if c < 0x80 {
			if c&0x40 != 0 && shift < 64 {
				v |= -1 << shift
			}
			return v, p
		}
	}
	return 0, -1
}

// skipString returns the offset after the zero that ends the string at p, or −1.
func skipString(b []byte, p int) int {
	if p > len(b) {
		return -1
	}
	n := cstring(b[p:])
	if n < 0 {
		return -1
	}
	return p + n + 1
}

func cstring(b []byte) int {
	for i, c := range b {
		if c == 0 {
			return i
		}
	}
	return -1
}

// abbrev returns the abbreviation of the DIE at p, or nil at the null entry that
// ends a list of siblings, and where the DIE's attributes start.
func (u *unit) abbrev(p int) (*abbrev, int, error) {
	var code uint64
	var q int
	switch b := u.info; { // codes are small: C++ and Rust need two bytes for half of them
	case p < len(b) && b[p] < 0x80:
		code, q = uint64(b[p]), p+1
	case p < len(b)-1 && b[p+1] < 0x80:
		code, q = uint64(b[p]&0x7f)|uint64(b[p+1])<<7, p+2
	default:
		if code, q = uleb(b, p); q < 0 {
			return nil, 0, fail(p, "DIE is cut short by the end of its unit")
		}
	}
	if t := u.table; code-1 < uint64(len(t.abbrevs)) {
		return &t.abbrevs[code-1], q, nil
	}
	if code == 0 {
		return nil, q, nil
	}
	a, err := u.table.find(code)
	return a, q, err
}

// skip returns where the attributes of a DIE that start at p end.
func (u *unit) skip(a *abbrev, p int, d *die) (int, error) {
	if a.fixed >= 0 {
		d.has = 0
		if p += int(a.fixed); p > len(u.info) {
			return 0, fail(p-int(a.fixed), "DIE is cut short by the end of its unit")
		}
		return p, nil
	}
	return u.decode(a, p, d)
}

// siblingOf returns where the DIE after the one with attributes at p and all its
// children starts, if the DIE says so.
func (u *unit) siblingOf(a *abbrev, p int, d *die) (int, bool) {
	var ref uint64
	switch {
	case a.sibling >= 0:
		if p += int(a.sibling); p > len(u.info)-4 {
			return 0, false
		}
		ref = uint64(u.load4(p))
	case a.fixed < 0 && a.has.has(sibling) && isLocal(d.form[sibling]):
		ref = d.val[sibling] // decoded by skip
	default:
		return 0, false
	}
	q := u.off + int(ref)
	return q, ref < uint64(len(u.info)) && q > p && q <= len(u.info)
}

// isLocal reports whether a reference of form f counts from the start of its unit.
func isLocal(f form) bool {
	return f >= formRef1 && f <= formRefUdata
}

func (u *unit) load4(p int) uint32 {
	if u.data.big {
		return binary.BigEndian.Uint32(u.info[p:])
	}
	return binary.LittleEndian.Uint32(u.info[p:])
}

// load reads an integer of n bytes, 1 to 8, in the file's byte order.
func load(b []byte, big bool) (v uint64) {
	switch { // nearly always
	case len(b) == 8 && !big:
		return binary.LittleEndian.Uint64(b)
	case len(b) == 4 && !big:
		return uint64(binary.LittleEndian.Uint32(b))
	case big:
		for _, c := range b {
			v = v<<8 | uint64(c)
		}
		return v
	}
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v
}

// decode runs the program of a over the attributes at p and returns where they end.
// It spells out the steps that most DIEs consist of.
func (u *unit) decode(a *abbrev, p int, d *die) (int, error) {
	d.has = a.has
	start, b := p, u.info
	ops := u.table.ops[a.first:][:a.n]
	for i := range ops {
		o := &ops[i]
		switch {
		case o.code == opSkip:
			p += int(o.n)
			continue
		case o.code == opRead4 && p <= len(b)-4:
			d.form[o.slot], d.val[o.slot] = o.form, uint64(u.load4(p))
			p += 4
			continue
		case o.code == opRead1 && p < len(b):
			d.form[o.slot], d.val[o.slot] = o.form, uint64(b[p])
			p++
			continue
		}
		if p = u.step(o, p, d); p < 0 {
			break
		}
	}
	if p < 0 || p > len(u.info) {
		return 0, fail(start, "attributes are cut short, or of an unknown form")
	}
	return p, nil
}

// step performs one step at p and returns where it ends, or −1.
func (u *unit) step(o *op, p int, d *die) int {
	b := u.info
	slot := o.slot
	switch o.code {
	case opRead4:
		if p > len(b)-4 {
			return -1
		}
		d.form[slot], d.val[slot] = o.form, uint64(u.load4(p))
		return p + 4
	case opRead1:
		if p >= len(b) {
			return -1
		}
		d.form[slot], d.val[slot] = o.form, uint64(b[p])
		return p + 1
	case opRead8:
		if p > len(b)-8 {
			return -1
		}
		d.form[slot] = o.form
		if u.data.big {
			d.val[slot] = binary.BigEndian.Uint64(b[p:])
		} else {
			d.val[slot] = binary.LittleEndian.Uint64(b[p:])
		}
		return p + 8
	case opRead2, opRead3:
		n := 2 + int(o.code-opRead2)
		if p > len(b)-n {
			return -1
		}
		d.form[slot], d.val[slot] = o.form, load(b[p:p+n], u.data.big)
		return p + n
	case opReadUleb:
		v, end := uleb(b, p)
		d.form[slot], d.val[slot] = o.form, v
		return end
	case opReadSleb:
		v, end := sleb(b, p)
		d.form[slot], d.val[slot] = o.form, uint64(v)
		return end
	case opReadString:
		d.form[slot], d.val[slot] = o.form, uint64(p)
		return skipString(b, p)
	case opReadFlag:
		d.form[slot], d.val[slot] = o.form, 1
		return p
	case opConst:
		d.form[slot], d.val[slot] = o.form, uint64(u.table.consts[o.n])
		return p
	case opSkip:
		return p + int(o.n)
	case opSkipUleb:
		for ; p < len(b); p++ {
			if b[p] < 0x80 {
				return p + 1
			}
		}
		return -1
	case opSkipString:
		return skipString(b, p)
	case opSkipBlock1, opSkipBlock2, opSkipBlock4, opSkipBlock:
		return u.skipBlock(o.code, p)
	case opReadOther:
		return u.stepIndirect(o, p, d)
	}
	return -1
}

func (u *unit) skipBlock(code opcode, p int) int {
	n, q := uint64(0), p
	switch size := 1 << (code - opSkipBlock1); {
	case code == opSkipBlock:
		n, q = uleb(u.info, p)
	case p > len(u.info)-size:
		return -1
	default:
		n, q = load(u.info[p:p+size], u.data.big), p+size
	}
	if q < 0 || n > uint64(len(u.info)-q) {
		return -1
	}
	return q + int(n)
}

// stepIndirect decodes a value whose form stands before it (DW_FORM_indirect).
func (u *unit) stepIndirect(o *op, p int, d *die) int {
	f, q := uleb(u.info, p)
	if q < 0 || f == uint64(formIndirect) || f == uint64(formImplicitConst) || f > 0xffff {
		return -1
	}
	if o.slot == numAttrs {
		return u.run(form(f), numAttrs, false, q, d)
	}
	d.val[o.slot], d.form[o.slot] = 0, 0 // for a form that yields no value
	return u.run(form(f), o.slot, true, q, d)
}

func (u *unit) run(f form, slot attr, read bool, p int, d *die) int {
	o, ok := u.table.shape.compile(f, slot, read)
	if !ok {
		return -1
	}
	return u.step(&o, p, d)
}

// view returns b as a string that shares its memory: what it shows is valid
// while the sections are.
func view(b []byte) string {
	return unsafe.String(unsafe.SliceData(b), len(b))
}
