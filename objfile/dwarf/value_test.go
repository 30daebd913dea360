package dwarf

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Code of functions, in every encoding. What starts outside 0x1000–0x9000 is not
// part of the program.
func TestRanges(t *testing.T) {
	const root = 0x2000 // DW_AT_low_pc of the unit, the base of lists
	rngList := func(entries func(b *buffer, addr func(uint64))) func(a *assembler, s unitSpec) []any {
		return func(a *assembler, s unitSpec) []any {
			a.rngLists.big = a.big
			entries(&a.rngLists, func(v uint64) { a.rngLists.uint(s.addrSize, v) })
			return []any{at(attrRanges, formSecOffset, 0)}
		}
	}
	oldList := func(pairs ...uint64) func(a *assembler, s unitSpec) []any {
		return func(a *assembler, s unitSpec) []any {
			a.ranges.big = a.big
			for _, v := range pairs {
				a.ranges.uint(s.addrSize, v)
			}
			return []any{at(attrRanges, formSecOffset, 0)}
		}
	}
	indexed := func(a *assembler, s unitSpec) {
		a.addrs.big = a.big
		header := 8
		if s.dwarf64 {
			header = 16
		}
		a.addrs.b = make([]byte, header)
		a.addrs.uint(s.addrSize, 0x1000).uint(s.addrSize, 0x1010).uint(s.addrSize, 0)
	}
	v5, v4 := []int{5}, []int{2, 3, 4}
	for _, tt := range []struct {
		name     string
		versions []int
		code     func(a *assembler, s unitSpec) []any
		want     string
	}{
		{"low and high address", []int{2, 3, 4, 5}, func(*assembler, unitSpec) []any {
			return []any{at(attrLowPC, formAddr, 0x1000), at(attrHighPC, formAddr, 0x1010)}
		}, "f 0x1000-0x1010"},
		{"high as a size", []int{4, 5}, func(*assembler, unitSpec) []any {
			return []any{at(attrLowPC, formAddr, 0x1000), at(attrHighPC, formUdata, 0x10)}
		}, "f 0x1000-0x1010"},
		{"empty", []int{2, 5}, func(*assembler, unitSpec) []any {
			return []any{at(attrLowPC, formAddr, 0x1000), at(attrHighPC, formAddr, 0x1000)}
		}, ""},
		{"backwards", []int{2, 5}, func(*assembler, unitSpec) []any {
			return []any{at(attrLowPC, formAddr, 0x1010), at(attrHighPC, formAddr, 0x1000)}
		}, ""},
		{"a size that wraps", []int{5}, func(*assembler, unitSpec) []any {
			return []any{at(attrLowPC, formAddr, 0x1000), at(attrHighPC, formData8, ^uint64(0))}
		}, ""},
		{"more than there is", []int{5}, func(*assembler, unitSpec) []any {
			return []any{at(attrLowPC, formAddr, 0x1000), at(attrHighPC, formData4, uint64(0xffff_0000))}
		}, "f 0x1000-0x9000"},
		{"no high", []int{2, 5}, func(*assembler, unitSpec) []any { return []any{at(attrLowPC, formAddr, 0x1000)} }, ""},
		{"no low", []int{5}, func(*assembler, unitSpec) []any { return []any{at(attrHighPC, formData4, 0x10)} }, ""},
		{"a low that is no address", []int{5}, func(*assembler, unitSpec) []any {
			return []any{at(attrLowPC, formData4, 0x1000), at(attrHighPC, formData4, 0x10)}
		}, ""},
		{"a block for a number", []int{5}, func(*assembler, unitSpec) []any {
			return []any{at(attrLowPC, formAddr, 0x1000), at(attrHighPC, formBlock1, []byte{1})}
		}, ""},
		{"low by index", v5, func(*assembler, unitSpec) []any {
			return []any{at(attrLowPC, formAddrx, 0x1000), at(attrHighPC, formData4, 0x10)}
		}, "f 0x1000-0x1010"},
		{"both by index of every size", v5, func(*assembler, unitSpec) []any {
			return []any{
				at(attrLowPC, formAddrx1, 0x1000), at(attrHighPC, formAddrx2, 0x1010),
				at(attrName, formString, "f"), tree(tagSubprogram, named("g"), at(attrLowPC, formAddrx3, 0x1020), at(attrHighPC, formAddrx4, 0x1030)),
			}
		}, "f 0x1000-0x1010\nf . g 0x1020-0x1030"},
		{"an index of split DWARF 4", []int{4}, func(*assembler, unitSpec) []any {
			return []any{at(attrLowPC, formGNUAddrIndex, 0x1000), at(attrHighPC, formData4, 0x10)}
		}, "f 0x1000-0x1010"},
		{"an index without a table", v5, func(a *assembler, s unitSpec) []any {
			return []any{at(attrLowPC, formIndirect, []byte{byte(formAddrx), 7}), at(attrHighPC, formData4, 0x10)}
		}, ""},

		{"a list from the unit's base", v4, oldList(0x10, 0x20, 0x30, 0x40, 0, 0), "f 0x2010-0x2020 0x2030-0x2040"},
		{"a list with a base of its own", v4, oldList(^uint64(0), 0x1000, 0, 8, 0x10, 0x18, 0, 0), "f 0x1000-0x1008 0x1010-0x1018"},
		{"a list with empty entries, and those of dropped code", v4, oldList(1, 1, 0x10, 0x10, 0x10, 0x20, 0, 0), "f 0x2010-0x2020"},
		{"a list with a base that was dropped", v4, oldList(^uint64(0), 0, 0x1000, 0x1010, ^uint64(0), 0x1000, 0, 8, 0, 0), "f 0x1000-0x1008"},
		{"a list without an end", v4, oldList(0x10, 0x20), "f 0x2010-0x2020\nerror: .debug_ranges+0x0: list does not end"},
		{
			"a list outside", v4, func(*assembler, unitSpec) []any { return []any{at(attrRanges, formData4, 9)} },
			"error: .debug_ranges+0x9: a list starts outside the section",
		},

		{"DW_RLE_offset_pair", v5, rngList(func(b *buffer, addr func(uint64)) {
			b.u8(rleOffsetPair).uleb(0x10).uleb(0x20).u8(rleOffsetPair).uleb(0x200).uleb(0x300).u8(rleEndOfList)
		}), "f 0x2010-0x2020 0x2200-0x2300"},
		{"DW_RLE_base_address", v5, rngList(func(b *buffer, addr func(uint64)) {
			b.u8(rleBaseAddress)
			addr(0x1000)
			b.u8(rleOffsetPair).uleb(0).uleb(8).u8(rleEndOfList)
		}), "f 0x1000-0x1008"},
		{"DW_RLE_base_address of dropped code", v5, rngList(func(b *buffer, addr func(uint64)) {
			b.u8(rleBaseAddress)
			addr(^uint64(0))
			b.u8(rleOffsetPair).uleb(0x1001).uleb(0x1008).u8(rleBaseAddress)
			addr(0x1000)
			b.u8(rleOffsetPair).uleb(0).uleb(8).u8(rleEndOfList)
		}), "f 0x1000-0x1008"},
		{"DW_RLE_start_end", v5, rngList(func(b *buffer, addr func(uint64)) {
			b.u8(rleStartEnd)
			addr(0x1000)
			addr(0x1010)
			b.u8(rleStartEnd)
			addr(0)
			addr(0x10)
			b.u8(rleEndOfList)
		}), "f 0x1000-0x1010"},
		{"DW_RLE_start_length", v5, rngList(func(b *buffer, addr func(uint64)) {
			b.u8(rleStartLength)
			addr(0x1000)
			b.uleb(0x10).u8(rleStartLength)
			addr(^uint64(0))
			b.uleb(0x10).u8(rleEndOfList)
		}), "f 0x1000-0x1010"},
		{"DW_RLE_base_addressx, startx_endx, startx_length", v5, func(a *assembler, s unitSpec) []any {
			indexed(a, s)
			a.rngLists.u8(rleBaseAddressx).uleb(1).u8(rleOffsetPair).uleb(0).uleb(8).
				u8(rleStartxEndx).uleb(0).uleb(1).u8(rleStartxLength).uleb(1).uleb(4).u8(rleEndOfList)
			return []any{at(attrRanges, formSecOffset, 0)}
		}, "f 0x1010-0x1018 0x1000-0x1010 0x1010-0x1014"},
		{"indexes that the table does not have, or that lead to dropped code", v5, func(a *assembler, s unitSpec) []any {
			indexed(a, s)
			a.rngLists.u8(rleStartxEndx).uleb(0).uleb(9).u8(rleStartxEndx).uleb(9).uleb(1).u8(rleStartxLength).uleb(9).uleb(4).
				u8(rleStartxLength).uleb(2).uleb(4).u8(rleBaseAddressx).uleb(9).u8(rleOffsetPair).uleb(0x1000).uleb(0x1008).
				u8(rleBaseAddressx).uleb(2).u8(rleOffsetPair).uleb(0x1000).uleb(0x1008).
				u8(rleStartxLength).uleb(0).uleb(4).u8(rleEndOfList)
			return []any{at(attrRanges, formSecOffset, 0)}
		}, "f 0x1000-0x1004"},
		{"a list by index", v5, func(a *assembler, s unitSpec) []any {
			header := 12
			if s.dwarf64 {
				header = 20
			}
			a.rngLists.big, a.rngLists.b = a.big, make([]byte, header)
			a.rngLists.uint(s.offSize(), 1).uint(s.offSize(), uint64(2*s.offSize())).u8(rleOffsetPair).uleb(0x10).uleb(0x20).u8(rleEndOfList)
			return []any{at(attrRanges, formRnglistx, 1)}
		}, "f 0x2010-0x2020"},
		{
			"a list without an end", v5, rngList(func(b *buffer, addr func(uint64)) { b.u8(rleOffsetPair).uleb(0x10).uleb(0x20) }),
			"f 0x2010-0x2020\nerror: .debug_rnglists+0x0: list does not end",
		},
		{
			"a list of nothing", v5, func(*assembler, unitSpec) []any { return []any{at(attrRanges, formSecOffset, 0)} },
			"error: .debug_rnglists+0x0: list does not end",
		},
		{
			"an entry that is cut short", v5, rngList(func(b *buffer, addr func(uint64)) { b.u8(rleStartLength).uleb(0x10) }),
			"error: .debug_rnglists+0x0: list does not end",
		},
		{
			"a list outside", v5, func(*assembler, unitSpec) []any { return []any{at(attrRanges, formSecOffset, 9)} },
			"error: .debug_rnglists+0x9: a list starts outside the section",
		},
		{
			"an entry of an unknown kind", v5, rngList(func(b *buffer, addr func(uint64)) { b.u8(rleOffsetPair).uleb(0x10).uleb(0x20).u8(8) }),
			"f 0x2010-0x2020\nerror: .debug_rnglists+0x3: entry of an unknown kind",
		},
	} {
		for _, version := range tt.versions {
			for _, s := range []unitSpec{{addrSize: 8}, {addrSize: 4}, {addrSize: 8, dwarf64: true}} {
				for _, big := range []bool{false, true} {
					s.version = version
					a := assembler{big: big, code: []uint64{0x1000, 0x9000}}
					code := tt.code(&a, s)
					a.unit(s, cu(at(attrLowPC, formAddr, root), tree(tagSubprogram, named("f"), code)))
					if diff := cmp.Diff(text(tt.want+"\n"), readAll(a.data(t))); diff != "" {
						t.Errorf("%s, %+v, big-endian %v (-want +got):\n%s", tt.name, s, big, diff)
					}
				}
			}
		}
	}
}

func TestRangeListIndexErrors(t *testing.T) {
	a := assembler{code: []uint64{0x1000, 0x9000}}
	a.unit(unitSpec{}, cu(at(attrRnglistsBase, formSecOffset, 4), tree(tagSubprogram, named("f"), at(attrRanges, formRnglistx, 3))))
	const want = "error: .debug_rnglists+0x4: table has no such entry\n"
	if got := readAll(a.data(t)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Without the program's code ranges only tombstones are told from code.
func TestTombstones(t *testing.T) {
	a := assembler{}
	a.unit(unitSpec{}, cu(fn("zero", 0, 0x10), fn("f", 0x10, 0x20), fn("ones", ^uint64(0), 0xf), fn("linker's", ^uint64(1), ^uint64(0))))
	a.unit(unitSpec{addrSize: 4}, cu(fn("ones", 1<<32-1, 1<<32+9), fn("linker's", 1<<32-2, 1<<32+9)))
	if got, want := readAll(a.data(t)), "f 0x10-0x20\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Names in every form of a string.
func TestStrings(t *testing.T) {
	for _, tt := range []struct {
		name    string
		version int
		value   func(a *assembler) attribute
		want    string
	}{
		{"in the DIE", 5, func(*assembler) attribute { return at(attrName, formString, "s") }, "s"},
		{"DW_FORM_strp", 2, func(*assembler) attribute { return at(attrName, formStrp, "s") }, "s"},
		{"DW_FORM_line_strp", 5, func(*assembler) attribute { return at(attrName, formLineStrp, "s") }, "s"},
		{"DW_FORM_strx", 5, func(*assembler) attribute { return at(attrName, formStrx, "s") }, "s"},
		{"DW_FORM_strx1", 5, func(*assembler) attribute { return at(attrName, formStrx1, "s") }, "s"},
		{"DW_FORM_strx2", 5, func(*assembler) attribute { return at(attrName, formStrx2, "s") }, "s"},
		{"DW_FORM_strx3", 5, func(*assembler) attribute { return at(attrName, formStrx3, "s") }, "s"},
		{"DW_FORM_strx4", 5, func(*assembler) attribute { return at(attrName, formStrx4, "s") }, "s"},
		{"DW_FORM_GNU_str_index", 4, func(*assembler) attribute { return at(attrName, formGNUStrIndex, "s") }, "s"},
		{"DW_FORM_strp_sup", 5, func(a *assembler) attribute { return at(attrName, formStrpSup, []byte{2, 0, 0, 0}) }, "shared"},
		{"DW_FORM_GNU_strp_alt", 4, func(a *assembler) attribute { return at(attrName, formGNUStrpAlt, []byte{2, 0, 0, 0}) }, "shared"},
		{"DW_FORM_strp_sup without the file", 5, func(a *assembler) attribute {
			a.opts.Supplementary = nil
			return at(attrName, formStrpSup, []byte{2, 0, 0, 0})
		}, "?"},
		{"DW_FORM_indirect", 5, func(*assembler) attribute { return at(attrName, formIndirect, []byte("\x08s\x00")) }, "s"},
		{"DW_FORM_indirect of a form that is no string", 5, func(*assembler) attribute { return at(attrName, formIndirect, []byte("\x0a\x01\x00")) }, "?"},
		{"an offset outside", 5, func(*assembler) attribute { return at(attrName, formStrp, 99) }, "?"},
		{"a string that does not end", 5, func(a *assembler) attribute {
			a.str.b = []byte("\x00open")
			return at(attrName, formStrp, 1)
		}, "?"},
		{"an index outside", 5, func(*assembler) attribute { return at(attrName, formIndirect, []byte{byte(formStrx), 9}) }, "?"},
		{"a number", 5, func(*assembler) attribute { return at(attrName, formData4, 1) }, "?"},
		{"16 bytes", 5, func(*assembler) attribute { return at(attrName, formData16, make([]byte, 16)) }, "?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := assembler{code: []uint64{0x10, 0x100}}
			a.opts.Supplementary = &Data{s: Sections{Str: []byte("x\x00shared\x00")}}
			name := tt.value(&a)
			a.unit(unitSpec{version: tt.version}, cu(tree(tagSubprogram, name, lowHigh(0x10, 0x20))))
			if got, want := readAll(a.data(t)), tt.want+" 0x10-0x20\n"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// Attributes that nobody asks for, in every form, are passed over.
func TestSkipForms(t *testing.T) {
	const other = 0x3a // DW_AT_decl_file, which is not wanted
	for _, tt := range []struct {
		form  form
		value any
	}{
		{formAddr, 1},
		{formBlock2, []byte{1}},
		{formBlock4, []byte{1, 2}},
		{formData2, 1},
		{formData4, 1},
		{formData8, 1},
		{formString, "s"},
		{formBlock, []byte{1, 2, 3}},
		{formBlock1, []byte{1}},
		{formData1, 1},
		{formFlag, 1},
		{formSdata, -1000},
		{formStrp, "s"},
		{formUdata, 1000},
		{formRefAddr, 1},
		{formRef1, 1},
		{formRef2, 1},
		{formRef4, 1},
		{formRef8, 1},
		{formRefUdata, 1000},
		{formIndirect, []byte("\x08s\x00")},
		{formSecOffset, 1},
		{formExprloc, []byte{1}},
		{formFlagPresent, nil},
		{formStrx, "s"},
		{formAddrx, 1},
		{formRefSup4, 1},
		{formStrpSup, 1},
		{formData16, make([]byte, 16)},
		{formLineStrp, "s"},
		{formRefSig8, 1},
		{formImplicitConst, -1},
		{formLoclistx, 1000},
		{formRnglistx, 1000},
		{formRefSup8, 1},
		{formStrx1, "s"},
		{formStrx2, "s"},
		{formStrx3, "s"},
		{formStrx4, "s"},
		{formAddrx1, 1},
		{formAddrx2, 1},
		{formAddrx3, 1},
		{formAddrx4, 1},
		{formGNUAddrIndex, 1},
		{formGNUStrIndex, "s"},
		{formGNURefAlt, 1},
		{formGNUStrpAlt, 1},
	} {
		for _, s := range []unitSpec{{}, {addrSize: 4, dwarf64: true}, {version: 2, addrSize: 4}, {addrSize: 2}} {
			a := assembler{code: []uint64{0x10, 0x100}}
			a.unit(s, cu(tree(tagLexicalBlock, at(other, tt.form, tt.value), fn("f", 0x10, 0x20, at(other, tt.form, tt.value)))))
			const want = "f 0x10-0x20\n"
			if got := readAll(a.data(t)); got != want {
				t.Errorf("form %#x, %+v: got %q, want %q", uint16(tt.form), s, got, want)
			}
		}
	}
}

// A size in every form of a number, told in the abbreviation or in the DIE.
func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		form  form
		bytes []byte
	}{
		{formData1, []byte{0x10}},
		{formData2, []byte{0x10, 0}},
		{formData4, []byte{0x10, 0, 0, 0}},
		{formData8, []byte{0x10, 0, 0, 0, 0, 0, 0, 0}},
		{formUdata, []byte{0x90, 0}},
		{formSdata, []byte{0x10}},
		{formImplicitConst, nil},
		{formStrx3, []byte{0x10, 0, 0}}, // not a number's form, but three bytes
	} {
		code := []attribute{at(attrHighPC, formIndirect, append([]byte{byte(tt.form)}, tt.bytes...))}
		if tt.form != formUdata && tt.form != formSdata {
			code = append(code, at(attrHighPC, tt.form, 0x10))
		} else {
			code = append(code, at(attrHighPC, tt.form, tt.bytes))
		}
		if tt.form == formImplicitConst { // whose value cannot stand in the DIE
			code = code[1:]
		}
		if tt.form == formStrx3 {
			code = code[:1]
		}
		for _, high := range code {
			a := assembler{code: []uint64{0x10, 0x100}}
			a.unit(unitSpec{}, cu(tree(tagSubprogram, named("f"), at(attrLowPC, formAddr, 0x10), high)))
			if got, want := readAll(a.data(t)), "f 0x10-0x20\n"; got != want {
				t.Errorf("form %#x in %#x: got %q, want %q", uint16(tt.form), uint16(high.form), got, want)
			}
		}
	}
}

// Attributes of every form, wanted or not, that the end of the unit cuts short.
func TestCutShort(t *testing.T) {
	const other = 0x3a
	for _, tt := range []struct {
		form  form
		value any
	}{
		{formAddr, 1},
		{formBlock2, []byte{1}},
		{formBlock4, []byte{1, 2}},
		{formData2, 1},
		{formData4, 1},
		{formData8, 1},
		{formString, "s"},
		{formBlock, []byte{1, 2, 3}},
		{formBlock1, []byte{1}},
		{formData1, 1},
		{formSdata, -1000},
		{formUdata, 1000},
		{formStrx3, "s"},
		{formData16, make([]byte, 16)},
		{formIndirect, []byte("\x08s\x00")},
		{formIndirect, []byte{byte(formData1), 1}},
		{formIndirect, []byte{byte(formData2), 1, 1}},
		{formIndirect, []byte{byte(formData4), 1, 1, 1, 1}},
		{formIndirect, []byte{byte(formData8), 1, 1, 1, 1, 1, 1, 1, 1}},
		{formIndirect, []byte{byte(formUdata), 0x80, 1}},
	} {
		for _, name := range []uint64{attrName, other} {
			// A value before it keeps the size of what nobody wants from being fixed.
			a := assembler{code: []uint64{0x10, 0x100}}
			f := tree(tagSubprogram, at(0x3b, formUdata, 1), at(name, tt.form, tt.value))
			root := cu(f)
			root.open = true
			a.unit(unitSpec{}, root)
			cutUnit(&a, 1)
			want := fmt.Sprintf("error: .debug_info+%#x: attributes are cut short, or of an unknown form\n", f.off+1)
			if got := readAll(a.data(t)); got != want {
				t.Errorf("form %#x of attribute %#x: got %q, want %q", uint16(tt.form), name, got, want)
			}
		}
	}
}

// Forms that no value may have.
func TestBadForms(t *testing.T) {
	for _, tt := range []struct {
		name  string
		value []byte
	}{
		{"a form in a form", []byte{byte(formIndirect), byte(formData1), 1}},
		{"a constant that stands nowhere", []byte{byte(formImplicitConst)}},
		{"an unknown form", []byte{0x7e}},
		{"a form beyond 16 bits", []byte{0x80, 0x80, 0x80, 1}},
		{"a block longer than its unit", []byte{byte(formBlock), 0xff, 0xff, 0xff, 0xff, 0x0f}},
		{"a block of 4 GiB", []byte{byte(formBlock4), 0xff, 0xff, 0xff, 0xff}},
		{"a number that does not end", []byte{byte(formUdata), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
		{"a signed number that does not end", []byte{byte(formSdata), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
	} {
		for _, name := range []uint64{attrName, 0x3a} {
			a := assembler{code: []uint64{0x10, 0x100}}
			f := tree(tagSubprogram, at(name, formIndirect, tt.value))
			a.unit(unitSpec{}, cu(f))
			want := fmt.Sprintf("error: .debug_info+%#x: attributes are cut short, or of an unknown form\n", f.off+1)
			if (tt.value[0] == byte(formUdata) || tt.value[0] == byte(formSdata)) && name != attrName {
				want = "" // what is passed over may have any length
			}
			if got := readAll(a.data(t)); got != want {
				t.Errorf("%s, attribute %#x: got %q, want %q", tt.name, name, got, want)
			}
		}
	}
}
