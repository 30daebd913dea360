package dwarf

import (
	"bytes"
	"strings"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// str returns the string that slot a of d holds, or "" if there is none or its
// reference leads nowhere.
func (u *unit) str(d *die, a attr) string {
	if !d.has.has(a) {
		return ""
	}
	v := d.val[a]
	switch d.form[a] {
	case formString:
		return stringAt(u.info, v)
	case formStrp:
		return stringAt(u.data.s.Str, v)
	case formLineStrp:
		return stringAt(u.data.s.LineStr, v)
	case formStrx, formStrx1, formStrx2, formStrx3, formStrx4, formGNUStrIndex:
		off, ok := tableEntry(u.data.s.StrOffsets, u.strOffsets, v, int(u.shape.offSize), u.data.big)
		if !ok {
			return ""
		}
		return stringAt(u.data.s.Str, off)
	case formStrpSup, formGNUStrpAlt:
		if sup := u.supplementary(); sup != nil {
			return stringAt(sup.s.Str, v)
		}
	}
	return ""
}

// maxString limits the length in bytes of a name or a path, so that many that
// overlap cannot cost more than reading the file often. The longest mangled names
// of C++ that compilers are known to write have some ten thousand bytes.
const maxString = 1 << 16

// stringAt returns the zero-terminated string at off, or "" if there is none.
func stringAt(section []byte, off uint64) string {
	if off >= uint64(len(section)) {
		return ""
	}
	b := section[off:]
	b = b[:min(len(b), maxString+1)]
	n := bytes.IndexByte(b, 0)
	if n < 0 {
		return ""
	}
	return view(b[:n])
}

// tableEntry reads entry i, of size bytes, of a table that starts at base.
func tableEntry(section []byte, base, i uint64, size int, big bool) (uint64, bool) {
	n := uint64(len(section))
	if base > n || i >= (n-base)/uint64(size) {
		return 0, false
	}
	off := base + i*uint64(size)
	return load(section[off:][:size], big), true
}

// address returns the address that slot a of d holds.
func (u *unit) address(d *die, a attr) (uint64, bool) {
	if !d.has.has(a) {
		return 0, false
	}
	switch d.form[a] {
	case formAddr:
		return d.val[a], true
	case formAddrx, formAddrx1, formAddrx2, formAddrx3, formAddrx4, formGNUAddrIndex:
		return u.indexedAddress(d.val[a])
	}
	return 0, false
}

func (u *unit) indexedAddress(i uint64) (uint64, bool) {
	return tableEntry(u.main.s.Addr, u.addrBase, i, int(u.shape.addrSize), u.data.big)
}

// isReference reports whether f leads to a DIE of this file or the supplementary one.
func isReference(f form) bool {
	switch f {
	case formRef1, formRef2, formRef4, formRef8, formRefUdata, formRefAddr, formRefSup4, formRefSup8, formGNURefAlt:
		return true
	}
	return false
}

// reference returns the DIE that slot a of d refers to: the file and the offset in
// its .debug_info. References to type units by signature lead to no function.
func (u *unit) reference(d *die, a attr) (*Data, uint64, bool) {
	if !d.has.has(a) || !isReference(d.form[a]) {
		return nil, 0, false
	}
	switch v := d.val[a]; d.form[a] {
	case formRefAddr:
		return u.data, v, true
	case formRefSup4, formRefSup8, formGNURefAlt:
		sup := u.supplementary()
		return sup, v, sup != nil
	default:
		return u.data, uint64(u.off) + v, v < uint64(u.end-u.off)
	}
}

// supplementary returns the supplementary file, which something in u leads to.
func (u *unit) supplementary() *Data {
	sup := u.data.opts.Supplementary
	if sup == nil {
		*u.unshared = true
	}
	return sup
}

// readRoot decodes the unit's root and takes over what it says about the unit.
func (u *unit) readRoot(d *die) error {
	d.has = 0
	a, p, err := u.abbrev(u.dies)
	if err != nil || a == nil {
		return err
	}
	if a.kind != kindUnit && a.kind != kindPartial {
		return fail(u.dies, "unit starts with a DIE that is not a unit's")
	}
	if _, err = u.skip(a, p, d); err != nil {
		return err
	}
	u.rootBases(d)
	u.compDir, u.dwoName = u.str(d, compDir), u.str(d, dwoName)
	if d.has.has(dwoID) {
		u.id = d.val[dwoID]
	}
	if d.has.has(lang) {
		u.language = language(d.val[lang])
		if u.language == debuginfo.C && strings.HasPrefix(u.str(d, producer), "zig ") {
			u.language = debuginfo.Zig // what it writes where LLVM makes its code
		}
	}
	u.lowPC, _ = u.address(d, lowPC)
	if d.has.has(stmtList) {
		u.stmtList, u.hasLines = d.val[stmtList], true
	}
	return nil
}

// rootBases takes over the bases of the unit's parts of other sections. A unit
// without them that is alone in its file starts after the first header there
// (DWARF 5 §7.26, §7.27, §7.28).
func (u *unit) rootBases(d *die) {
	base := func(a attr, otherwise uint64) uint64 {
		if d.has.has(a) {
			return d.val[a]
		}
		return otherwise
	}
	first := func(short uint64) uint64 {
		switch {
		case u.version < 5:
			return 0
		case u.shape.offSize == 8:
			return short + 8
		}
		return short
	}
	u.strOffsets = base(strOffsetsBase, first(8))
	u.addrBase = base(addrBase, first(8))
	u.rngLists = base(rnglistsBase, first(12))
	u.splitRanges = base(gnuRangesBase, 0) // the skeleton's own ranges count from 0
}

// ranges appends to dst the code of a DIE: DW_AT_ranges, or DW_AT_low_pc and
// DW_AT_high_pc. Ranges that are empty or not part of the program are left out.
func (u *unit) ranges(dst []debuginfo.Range, d *die) ([]debuginfo.Range, error) {
	if d.has.has(ranges) {
		return u.rangeList(dst, d)
	}
	if !d.has.has(lowPC) || !d.has.has(highPC) {
		return dst, nil
	}
	lo, ok := u.address(d, lowPC)
	if !ok {
		return dst, nil
	}
	hi, ok := u.address(d, highPC)
	if !ok {
		hi = lo + d.val[highPC] // a constant: bytes from low_pc (DWARF 5 §2.17.2)
	}
	return u.appendRange(dst, lo, hi), nil
}

func (u *unit) appendRange(dst []debuginfo.Range, lo, hi uint64) []debuginfo.Range {
	if hi = min(hi, u.main.codeEnd()); lo >= hi || !u.main.isCode(lo) {
		return dst
	}
	return append(dst, debuginfo.Range{Start: lo, End: hi})
}

// rangeList appends the ranges that DW_AT_ranges refers to.
func (u *unit) rangeList(dst []debuginfo.Range, d *die) ([]debuginfo.Range, error) {
	off := d.val[ranges]
	if u.version < 5 {
		return u.oldRanges(dst, off+u.rangesBase)
	}
	if d.form[ranges] == formRnglistx {
		rel, ok := tableEntry(u.data.s.RngLists, u.rngLists, off, int(u.shape.offSize), u.data.big)
		if !ok {
			return dst, &cursor.Error{Section: ".debug_rnglists", Offset: u.rngLists, Reason: "table has no such entry"}
		}
		off = u.rngLists + rel
	}
	return u.rngList(dst, off)
}

const tooManyRanges = "unit has more ranges than its size accounts for"

// maxRangeEntries limits the entries of range lists that are read for a unit, so
// that lists which many DIEs share cost no more than others. A function takes a
// dozen bytes and has a range or two, each once more in the unit's root, which
// alone is in a skeleton.
func (u *unit) maxRangeEntries() int {
	return 1<<14 + 16*(u.end-u.off)
}

// oldRanges reads a list of .debug_ranges (DWARF 4 §2.17.3).
func (u *unit) oldRanges(dst []debuginfo.Range, off uint64) ([]debuginfo.Range, error) {
	b := u.main.s.Ranges
	if off > uint64(len(b)) {
		return dst, &cursor.Error{Section: ".debug_ranges", Offset: off, Reason: "a list starts outside the section"}
	}
	size := int(u.shape.addrSize)
	allOnes := ^uint64(0) >> (64 - 8*size)
	base, baseOK := u.lowPC, true
	for p := int(off); p <= len(b)-2*size; p += 2 * size {
		if u.rangeEntries++; u.rangeEntries > u.maxRangeEntries() {
			return dst, &cursor.Error{Section: ".debug_ranges", Offset: uint64(p), Reason: tooManyRanges}
		}
		lo, hi := load(b[p:p+size], u.data.big), load(b[p+size:p+2*size], u.data.big)
		switch {
		case lo == 0 && hi == 0:
			return dst, nil
		case lo == allOnes:
			base, baseOK = hi, u.main.isCode(hi)
		case lo == hi || !baseOK: // nothing, or what a linker made of dropped code (1, 1)
		default:
			dst = u.appendRange(dst, (base+lo)&allOnes, (base+hi)&allOnes)
		}
	}
	return dst, &cursor.Error{Section: ".debug_ranges", Offset: off, Reason: "list does not end"}
}

// Kinds of entries in a range list (DWARF 5 §7.25).
const (
	rleEndOfList    = 0x00
	rleBaseAddressx = 0x01
	rleStartxEndx   = 0x02
	rleStartxLength = 0x03
	rleOffsetPair   = 0x04
	rleBaseAddress  = 0x05
	rleStartEnd     = 0x06
	rleStartLength  = 0x07
)

// rngList reads a list of .debug_rnglists (DWARF 5 §2.17.3).
func (u *unit) rngList(dst []debuginfo.Range, off uint64) ([]debuginfo.Range, error) {
	b, size := u.data.s.RngLists, int(u.shape.addrSize)
	if off > uint64(len(b)) {
		return dst, &cursor.Error{Section: ".debug_rnglists", Offset: off, Reason: "a list starts outside the section"}
	}
	base, baseOK := u.lowPC, true
	p := int(off)
	num := func() (v uint64) {
		if p >= 0 {
			v, p = uleb(b, p)
		}
		return v
	}
	addr := func() (v uint64, ok bool) {
		if p < 0 || p > len(b)-size {
			p = -1
			return 0, false
		}
		p += size
		return load(b[p-size:p], u.data.big), true
	}
	for p >= 0 && p < len(b) {
		entry := b[p]
		p++
		if u.rangeEntries++; u.rangeEntries > u.maxRangeEntries() {
			return dst, &cursor.Error{Section: ".debug_rnglists", Offset: uint64(p - 1), Reason: tooManyRanges}
		}
		var lo, hi uint64
		ok := true
		switch entry {
		case rleEndOfList:
			return dst, nil
		case rleBaseAddressx:
			base, ok = u.indexedAddress(num())
			baseOK = ok && u.main.isCode(base)
			continue
		case rleBaseAddress:
			base, ok = addr()
			baseOK = ok && u.main.isCode(base)
			continue
		case rleOffsetPair:
			lo, hi, ok = base+num(), base+num(), baseOK
		case rleStartxEndx:
			var ok2 bool
			lo, ok = u.indexedAddress(num())
			hi, ok2 = u.indexedAddress(num())
			ok = ok && ok2
		case rleStartxLength:
			lo, ok = u.indexedAddress(num())
			hi = lo + num()
		case rleStartEnd:
			lo, _ = addr()
			hi, ok = addr()
		case rleStartLength:
			lo, ok = addr()
			hi = lo + num()
		default:
			return dst, &cursor.Error{Section: ".debug_rnglists", Offset: uint64(p - 1), Reason: "entry of an unknown kind"}
		}
		if ok && p >= 0 {
			dst = u.appendRange(dst, lo, hi)
		}
	}
	return dst, &cursor.Error{Section: ".debug_rnglists", Offset: off, Reason: "list does not end"}
}
