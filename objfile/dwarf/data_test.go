package dwarf

import (
	"encoding/binary"
	"testing"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

func TestNewErrors(t *testing.T) {
	const want = ".debug_abbrev+0x0: section is missing or empty"
	if _, err := New(binary.LittleEndian, Sections{Info: []byte{0}}, Options{}); err == nil || err.Error() != want {
		t.Errorf("got error %v, want %v", err, want)
	}
}

// Headers of units: what is broken, and what can be read after it.
func TestUnitHeaders(t *testing.T) {
	for _, tt := range []struct {
		name  string
		build func(b *buffer)
		want  string
		alone bool // nothing follows
	}{
		{"a length that is cut short", func(b *buffer) { b.uint(2, 0) }, "error: unit 0x0: .debug_info+0x0: need 4 bytes, have 2\n", true},
		{"zeros", func(b *buffer) { b.b = make([]byte, 4096) }, "error: unit 0x0: .debug_info+0x4: unit of 0 bytes ends in its header\n", true},
		{"more than there is", func(b *buffer) { b.uint(4, 100).uint(2, 5) }, "error: unit 0x0: .debug_info+0x4: unit of 100 bytes, section has 2 left\n", true},
		{"4 GiB", func(b *buffer) { b.uint(4, 0xffff_ffff).uint(8, 1<<62) }, "error: unit 0x0: .debug_info+0xc: unit of 4611686018427387904 bytes, section has 0 left\n", true},
		{"a reserved length", func(b *buffer) { b.uint(4, 0xffff_fff0) }, "error: unit 0x0: .debug_info+0x4: length 0xfffffff0 is reserved\n", true},
		{"an unknown version", func(b *buffer) { b.uint(4, 7).uint(2, 6).uint(4, 0).u8(8) }, "error: unit 0x0: .debug_info+0x6: DWARF version 6 is not known\nf 0x10-0x20\n", false},
		{"version 1", func(b *buffer) { b.uint(4, 7).uint(2, 1).uint(4, 0).u8(8) }, "error: unit 0x0: .debug_info+0x6: DWARF version 1 is not known\nf 0x10-0x20\n", false},
		{"addresses of 3 bytes", func(b *buffer) { b.uint(4, 7).uint(2, 4).uint(4, 0).u8(3) }, "error: unit 0x0: .debug_info+0xb: addresses of 3 bytes\nf 0x10-0x20\n", false},
		{"a header that its unit cuts short", func(b *buffer) { b.uint(4, 7).uint(2, 5).u8(unitCompile).u8(8).uint(4, 0) }, "error: unit 0x0: .debug_info+0xc: unit of 7 bytes ends in its header\nerror: unit 0xb: .debug_info+0xf: unit of 7680 bytes, section has 31 left\n", false},
		{"a unit without DIEs", func(b *buffer) { b.uint(4, 8).uint(2, 5).u8(unitCompile).u8(8).uint(4, 0) }, "error: .debug_info+0xc: DIE is cut short by the end of its unit\nf 0x10-0x20\n", false},
		{"a unit of a null entry", func(b *buffer) { b.uint(4, 9).uint(2, 5).u8(unitCompile).u8(8).uint(4, 0).u8(0) }, "f 0x10-0x20\n", false},
		{"units that hold no code", func(b *buffer) {
			b.uint(4, 8).uint(2, 5).u8(unitPartial).u8(8).uint(4, 0).uint(4, 20).uint(2, 5).u8(unitType).u8(8).uint(4, 0).uint(8, 0).uint(4, 0)
		}, "f 0x10-0x20\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := assembler{code: []uint64{0x10, 0x100}}
			tt.build(&a.info)
			before := len(a.info.b)
			a.unit(unitSpec{}, cu(fn("f", 0x10, 0x20)))
			if tt.alone {
				a.info.b = a.info.b[:before]
			}
			if got := readAll(a.data(t)); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

func TestReadOutside(t *testing.T) {
	a := assembler{}
	a.unit(unitSpec{}, cu())
	d := a.data(t)
	r := newReader(d)
	var u debuginfo.Unit
	for _, tt := range []struct {
		name string
		read func() error
		want string
	}{
		{"a unit that is not there", func() error { return r.Read(1, &u) }, ".debug_info+0x0: no such unit"},
		{"a unit before the first", func() error { return r.Read(-1, &u) }, ".debug_info+0x0: no such unit"},
		{"a handle outside", func() error { return r.ReadFor(1000, nil, &u) }, ".debug_info+0x3e8: no unit starts here"},
		{"a handle that leads into a unit", func() error { return r.ReadFor(1, nil, &u) }, "unit 0x1: .debug_info+0x5: unit of 83886080 bytes, section has 9 left"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.read(); err == nil || err.Error() != tt.want {
				t.Errorf("got error %v, want %v", err, tt.want)
			}
		})
	}
}

// One unit is the same however often, after whichever other, it is read.
func TestReadAgain(t *testing.T) {
	a := assembler{code: []uint64{0x10, 0x100}}
	g := tree(tagSubprogram, named("g"))
	a.unit(unitSpec{}, cu(g, fn("f", 0x10, 0x20, inlined(g, 0x10, 0x14))))
	a.unit(unitSpec{version: 4}, cu(fn("h", 0x20, 0x30)))
	d := a.data(t)
	r := d.NewReader()
	want := []string{"f 0x10-0x20\n  g 0x10-0x14\n", "h 0x20-0x30\n"}
	var u debuginfo.Unit
	for _, i := range []int{1, 0, 0, 1, 0} {
		if err := r.Read(i, &u); err != nil {
			t.Fatal(err)
		}
		if got := picture(&u); got != want[i] {
			t.Errorf("unit %d is\n%swant\n%s", i, got, want[i])
		}
	}
	if got, want := d.UnitSize(0)+d.UnitSize(1), len(d.s.Info); got != want {
		t.Errorf("units take %d bytes, want %d", got, want)
	}
}
