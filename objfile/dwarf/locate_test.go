package dwarf

import (
	"slices"
	"testing"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// set appends a set of .debug_aranges: starts and sizes of a unit's code.
func (a *assembler) set(s unitSpec, unit int, pairs ...uint64) {
	s.addrSize = cmpOr(s.addrSize, 8)
	b := &a.aranges
	b.big = a.big
	start := len(b.b)
	length := b.length(s.dwarf64)
	b.uint(2, 2).uint(s.offSize(), uint64(unit)).u8(byte(s.addrSize)).u8(0)
	for (len(b.b)-start)%(2*s.addrSize) != 0 {
		b.u8(0)
	}
	for _, v := range append(pairs, 0, 0) {
		b.uint(s.addrSize, v)
	}
	length()
}

func TestLocate(t *testing.T) {
	a := assembler{code: []uint64{0x10, 0x1000}}
	var at [6]int
	for i, root := range []*node{
		cu(lowHigh(0x10, 0x20)),     // listed as well
		cu(lowHigh(0x20, 0x30)),     // not listed
		cu(lowHigh(0x28, 0x40)),     // overlaps the one before
		cu(named("tells nothing")),  // may hold anything
		cu(lowHigh(0x5000, 0x5010)), // dropped code
		cu(rangesAt(0x1000)),        // a broken list
	} {
		at[i] = len(a.info.b)
		a.unit(unitSpec{}, root)
	}
	a.set(unitSpec{}, at[0], 0x10, 0x10, 0x800, 0x10, 0, 0, 0x900, 0x10)
	d := a.data(t)
	for _, tt := range []struct {
		name string
		addr uint64
		want []int
	}{
		{"listed", 0x10, []int{at[0]}},
		{"listed, the last byte", 0x1f, []int{at[0]}},
		{"listed, though its root says otherwise", 0x808, []int{at[0]}},
		{"by its root", 0x20, []int{at[1], at[3], at[5]}},
		{"by two roots, the latest start first", 0x2f, []int{at[2], at[1], at[3], at[5]}},
		{"nobody's", 0xa00, []int{at[3], at[5]}},
		{"dropped", 0x5000, []int{at[3], at[5]}},
		{"before everything", 0, []int{at[3], at[5]}},
		{"listed after a pair of zeros", 0x900, []int{at[0]}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := d.Locate(tt.addr); !slices.Equal(got, tt.want) {
				t.Errorf("Locate(%#x) = %#x, want %#x", tt.addr, got, tt.want)
			}
		})
	}
	if unit, all := d.Extent(at[1]); unit != at[2]-at[1] || all != len(a.info.b) {
		t.Errorf("Extent = %d of %d, want %d of %d", unit, all, at[2]-at[1], len(a.info.b))
	}
	for _, handle := range []int{-1, len(a.info.b)} {
		if unit, all := d.Extent(handle); unit != 0 || all != len(a.info.b) {
			t.Errorf("Extent(%d) = %d of %d, want 0 of %d", handle, unit, all, len(a.info.b))
		}
	}
}

// Of several units that describe the same code the first comes first, as in a
// table that was compiled, however many there are.
func TestLocateShared(t *testing.T) {
	a := assembler{code: []uint64{0x10, 0x1000}}
	var want []int
	for i := range maxSameAddress + 4 {
		if i < maxSameAddress {
			want = append(want, len(a.info.b))
		}
		a.unit(unitSpec{}, cu(lowHigh(0x10, 0x20)))
	}
	if got := a.data(t).Locate(0x14); !slices.Equal(got, want) {
		t.Errorf("Locate = %#x, want %#x", got, want)
	}
}

// A hole between two ranges of one unit may be its own.
func TestLocateAround(t *testing.T) {
	a := assembler{code: []uint64{0x10, 0x1000}}
	a.unit(unitSpec{}, cu(lowHigh(0x10, 0x20)))
	second := len(a.info.b)
	a.unit(unitSpec{}, cu(lowHigh(0x100, 0x180)))
	a.set(unitSpec{}, 0, 0x10, 0x10)
	a.set(unitSpec{}, second, 0x100, 0x20, 0x160, 0x20)
	d := a.data(t)
	for addr, want := range map[uint64][]int{0x8: nil, 0x18: {0}, 0x40: nil, 0x120: {second}, 0x15f: {second}, 0x180: nil} {
		if got := d.Locate(addr); !slices.Equal(got, want) {
			t.Errorf("Locate(%#x) = %#x, want %#x", addr, got, want)
		}
	}
}

// What is broken in .debug_aranges is found by the roots.
func TestBrokenAranges(t *testing.T) {
	for _, tt := range []struct {
		name  string
		build func(a *assembler)
	}{
		{"none", func(*assembler) {}},
		{"zeros", func(a *assembler) { a.aranges.b = make([]byte, 100) }},
		{"cut short", func(a *assembler) { a.set(unitSpec{}, 0, 0x10, 0x10); a.aranges.b = a.aranges.b[:20] }},
		{"version 3", func(a *assembler) { a.set(unitSpec{}, 0, 0x10, 0x10); a.aranges.b[4] = 3 }},
		{"segments", func(a *assembler) { a.set(unitSpec{}, 0, 0x10, 0x10); a.aranges.b[11] = 1 }},
		{"addresses of 2 bytes", func(a *assembler) { a.set(unitSpec{}, 0, 0x10, 0x10); a.aranges.b[10] = 2 }},
		{"a unit that is not there", func(a *assembler) { a.set(unitSpec{}, 0x10000, 0x10, 0x10) }},
		{"empty ranges, ranges that wrap, ranges of what is not code", func(a *assembler) {
			a.set(unitSpec{}, 0, 0x10, 0, 0x14, ^uint64(0), 0x5000, 0x10)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := assembler{code: []uint64{0x10, 0x1000}}
			tt.build(&a)
			a.unit(unitSpec{}, cu(lowHigh(0x10, 0x20)))
			d := a.data(t)
			if got := d.Locate(0x18); !slices.Equal(got, []int{0}) {
				t.Errorf("Locate = %v, want the one unit", got)
			}
			if len(d.locator.listed) != 0 {
				t.Errorf("%+v is listed", d.locator.listed)
			}
		})
	}
}

func TestArangesShapes(t *testing.T) {
	for _, s := range []unitSpec{{}, {addrSize: 4}, {dwarf64: true}, {addrSize: 4, dwarf64: true}} {
		for _, big := range []bool{false, true} {
			a := assembler{big: big, code: []uint64{0x10, 0x1000}}
			a.set(s, 0, 0x10, 0x10, 0x40, 8)
			a.set(s, 0, 0x60, 8)
			a.unit(s, cu())
			d := a.data(t)
			for _, addr := range []uint64{0x10, 0x47, 0x60} {
				if d.Locate(addr); len(within(d.locator.listed, addr)) != 1 {
					t.Errorf("%+v, big-endian %v: %#x is not listed", s, big, addr)
				}
			}
		}
	}
}

// ReadFor leaves functions out, and only those without the addresses.
func TestReadFor(t *testing.T) {
	g := tree(tagSubprogram, named("g"))
	a := assembler{code: []uint64{0x10, 0x1000}}
	a.unit(unitSpec{}, cu(g, fn("a", 0x10, 0x20, inlined(g, 0x10, 0x14)), fn("b", 0x20, 0x30, inlined(g, 0x20, 0x24)),
		fn("c", 0x30, 0x40, tree(tagClassType, fn("d", 0x50, 0x60)))))
	r := newReader(a.data(t))
	var u debuginfo.Unit
	for _, tt := range []struct {
		name  string
		addrs []uint64
		want  string
	}{
		{"all", nil, "a 0x10-0x20\n  g 0x10-0x14\nb 0x20-0x30\n  g 0x20-0x24\nc 0x30-0x40\nc::(anonymous class) . d 0x50-0x60\n"},
		{"one", []uint64{0x2f}, "b 0x20-0x30\n  g 0x20-0x24\n"},
		{"several", []uint64{0, 0x1f, 0x20, 0x999}, "a 0x10-0x20\n  g 0x10-0x14\nb 0x20-0x30\n  g 0x20-0x24\n"},
		{"none", []uint64{0x999}, ""},
		{"one in a function that was left out may be missing", []uint64{0x50}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := r.ReadFor(0, tt.addrs, &u); err != nil {
				t.Fatal(err)
			}
			if got := picture(&u); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}
