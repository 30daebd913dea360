package dwarf

import (
	"math"
	"strings"
	"testing"
)

// newTable returns the table at off of section, for 32-bit DWARF and 8-byte addresses.
func newTable(section []byte, off uint64) *abbrevTable {
	t := &abbrevTable{}
	t.reset(section, off, shape{addrSize: 8, offSize: 4, refAddr: 4}, &workload{limit: math.MaxInt})
	return t
}

// abbreviation appends an abbreviation of a subprogram without children.
func (b *buffer) abbreviation(code uint64, attrs ...uint64) *buffer {
	b.uleb(code).uleb(tagSubprogram).u8(0)
	for _, a := range attrs {
		b.uleb(a)
	}
	return b.u8(0).u8(0)
}

func TestAbbreviations(t *testing.T) {
	var b buffer
	b.abbreviation(1, attrName, uint64(formStrp))
	b.abbreviation(2, 0x3a, uint64(formData1), 0x3b, uint64(formData2), attrSibling, uint64(formRef4))
	b.abbreviation(1<<40, attrLowPC, uint64(formAddr), attrLowPC, uint64(formAddr), 0x3a, uint64(formData4), 0x3b, uint64(formFlagPresent))
	b.abbreviation(3, 0x3a, uint64(formUdata), 0x3b, uint64(formData1), 0x39, uint64(formData1), attrSibling, uint64(formRef4))
	b.abbreviation(1<<40, attrName, uint64(formStrp))
	b.u8(0)
	for _, tt := range []struct {
		name           string
		code           uint64
		fixed, sibling int
		has            attrSet
		steps          []opcode
	}{
		{"a wanted attribute is read", 1, -1, -1, set(name), []opcode{opRead4}},
		{"attributes of fixed size that nobody wants are one skip", 2, 7, 3, set(sibling), []opcode{opSkip, opRead4}},
		{"an attribute after one of varying size has no fixed place", 3, -1, -1, set(sibling), []opcode{opSkipUleb, opSkip, opRead4}},
		{"any code will do; of duplicates, in abbreviations or in a table, the first counts", 1 << 40, -1, -1, set(lowPC), []opcode{opRead8, opSkip}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := newTable(b.b, 0)
			a, err := table.find(tt.code)
			if err != nil {
				t.Fatal(err)
			}
			if int(a.fixed) != tt.fixed || int(a.sibling) != tt.sibling || a.has != tt.has {
				t.Errorf("size %d, sibling at %d, has %b; want %d, %d, %b", a.fixed, a.sibling, a.has, tt.fixed, tt.sibling, tt.has)
			}
			steps := table.ops[a.first:][:a.n]
			if len(steps) != len(tt.steps) {
				t.Fatalf("program %+v, want steps %v", steps, tt.steps)
			}
			for i := range steps {
				if steps[i].code != tt.steps[i] {
					t.Errorf("step %d is %+v, want %v", i, steps[i], tt.steps[i])
				}
			}
		})
	}
}

func TestAbbreviationErrors(t *testing.T) {
	for _, tt := range []struct {
		name  string
		build func(b *buffer)
		want  string
	}{
		{"a table outside", func(b *buffer) {}, ".debug_abbrev+0x2: abbreviation is cut short by the end of the section"},
		{"a code that is cut short", func(b *buffer) { b.u8(0x80) }, ".debug_abbrev+0x2: abbreviation is cut short by the end of the section"},
		{"a tag that is cut short", func(b *buffer) { b.u8(1).u8(0x80) }, ".debug_abbrev+0x2: abbreviation is cut short by the end of the section"},
		{"no children byte", func(b *buffer) { b.u8(1).u8(tagSubprogram) }, ".debug_abbrev+0x2: abbreviation is cut short by the end of the section"},
		{"no attributes", func(b *buffer) { b.u8(1).u8(tagSubprogram).u8(0) }, ".debug_abbrev+0x2: abbreviation is cut short by the end of the section"},
		{"a form that is cut short", func(b *buffer) { b.u8(1).u8(tagSubprogram).u8(0).u8(3).u8(0x80) }, ".debug_abbrev+0x2: abbreviation is cut short by the end of the section"},
		{"a constant that is cut short", func(b *buffer) { b.u8(1).u8(tagSubprogram).u8(0).u8(3).u8(byte(formImplicitConst)).u8(0x80) }, ".debug_abbrev+0x7: constant is cut short by the end of the section"},
		{"an unknown form", func(b *buffer) { b.abbreviation(1, attrName, 0x7f) }, ".debug_abbrev+0x7: form 0x7f is unknown"},
		{"a form beyond 16 bits", func(b *buffer) { b.abbreviation(1, attrName, 1<<20|uint64(formData4)) }, ".debug_abbrev+0x9: form 0xffff is unknown"},
		{"no such code", func(b *buffer) { b.abbreviation(1).u8(0) }, ".debug_abbrev+0x8: a table that ends before here has no abbreviation 5"},
		{"a number of 70 bits", func(b *buffer) {
			for range 10 {
				b.u8(0xff)
			}
			b.u8(0x7f).abbreviation(1)
		}, ".debug_abbrev+0x2: abbreviation is cut short by the end of the section"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b buffer
			tt.build(b.u8(0).u8(0))
			table := newTable(b.b, 2)
			for range 2 { // the fault is kept
				if _, err := table.find(5); err == nil || err.Error() != tt.want {
					t.Errorf("got error %v, want %v", err, tt.want)
				}
			}
		})
	}
}

// Tables that overlap cost their number times their size: a reader gives up.
func TestOverlappingTables(t *testing.T) {
	var b buffer
	for i := range uint64(1000) {
		b.abbreviation(1000+i, 0x3a, uint64(formData1))
	}
	work := workload{limit: 8 * len(b.b)}
	for off := 0; ; off += 8 {
		table := &abbrevTable{}
		table.reset(b.b, uint64(off), shape{addrSize: 8, offSize: 4, refAddr: 4}, &work)
		if _, err := table.find(1); strings.HasSuffix(err.Error(), ": tables overlap too much") {
			break
		} else if off > len(b.b) {
			t.Fatalf("%d bytes were compiled without a complaint", work.bytes)
		}
	}
	if work.bytes > work.limit+8 {
		t.Errorf("%d bytes were compiled, want at most %d", work.bytes, work.limit)
	}
}
