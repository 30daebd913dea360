package pdb

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// linked fills in where scopes end.
func linked(records ...buffer) buffer {
	data := join(records...)
	var open []int
	for s := (recordScanner{data: data}); ; {
		at := s.off
		switch ok := s.next(); {
		case !ok:
			return data
		case opensFunction(s.kind):
			open = append(open, at)
		case s.kind == symEnd && len(open) > 0:
			le.PutUint32(data[open[len(open)-1]+8:], uint32(at+4))
			open = open[:len(open)-1]
		}
	}
}

// contribution returns an entry of a list of contributions to the code section.
func contribution(module uint16, off, size uint32) buffer {
	return buffer{}.u16(1, 0).u32(off, size, 0).u16(module, 0).zeros(8)
}

func contributionList(entries ...buffer) buffer {
	return append(buffer{}.u32(contributions60), join(entries...)...)
}

func separated(off, size, parent uint32) buffer {
	return record(symSeparated, buffer{}.zeros(8).u32(size, 0, off, parent).u16(1, 1))
}

// located returns a PDB whose modules share code in the ways that linkers have.
func located() testPDB {
	label := record(symLabel, buffer{}.u32(0x600).u16(1).u8(0).str("label"))
	return testPDB{
		modules: []testModule{
			{name: "a", symbols: linked(
				proc(symGlobalProc, "dropped", testCodeSize, 0x10), end(symEnd),
				proc(symGlobalProc, "f", 0x100, 0x20), end(symEnd),
				proc(symGlobalProc, "folded", 0x200, 0x20), end(symEnd),
				separated(0x400, 0x10, 0x100), end(symEnd), label)},
			{name: "b", symbols: linked(
				proc(symLocalProc, "kept", 0x200, 0x20), end(symEnd),
				proc(symLocalProc, "longer", 0x200, 0x30), end(symEnd),
				proc(symLocalProc, "around", 0x300, 0x100), end(symEnd))},
			{name: "c", symbols: linked(proc(symGlobalProc, "inside", 0x340, 0x10), end(symEnd))},
		},
		contribs: contributionList(contribution(0, 0x100, 0x40), contribution(1, 0x200, 0x30),
			contribution(1, 0x300, 0x100), contribution(0, 0x400, 0), contribution(0, 0x400, 0x10),
			contribution(2, 0x500, 0x10), contribution(99, 0x700, 0x10)),
		publics: []buffer{
			record(symPublic, buffer{}.u32(publicFunction, 0x100).u16(1).str("?f@@YAXXZ")),
			record(symPublic, buffer{}.u32(publicFunction, 0x200).u16(1).str("?folded@@YAXXZ")),
			record(symPublic, buffer{}.u32(publicFunction, 0x200).u16(1).str("?kept@@YAXXZ")),
			record(symPublic, buffer{}.u32(publicFunction, 0x500).u16(1).str("_c")),
		},
	}
}

func TestLocate(t *testing.T) {
	f := located().parse(t)
	for _, tt := range []struct {
		name string
		addr uint64
		want []int
	}{
		{"a function", 0x1100, []int{0}},
		{"its last byte", 0x111f, []int{0}},
		{"after it, a contribution", 0x1120, []int{0}},
		{"folded code is the first module's, whoever contributed it", 0x1200, []int{0}},
		{"as far as that reaches", 0x1220, []int{1}},
		{"a function in another", 0x1340, []int{2}},
		{"the one around it", 0x1350, []int{1}},
		{"separated code", 0x1400, []int{0}},
		{"no function, a contribution", 0x1500, []int{2}},
		{"neither", 0x1510, nil},
		{"before all", 0x1000, nil},
		{"in no section", 0x10, nil},
		{"far away", 1 << 40, nil},
		{"a module that is not there", 0x1700, []int{99}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := f.Locate(tt.addr); !slices.Equal(got, tt.want) {
				t.Errorf("Locate(%#x) = %v, want %v", tt.addr, got, tt.want)
			}
		})
	}
	a, all := f.Extent(0)
	if want := f.UnitSize(0) + f.UnitSize(1) + f.UnitSize(2); a != f.UnitSize(0) || all != want {
		t.Errorf("Extent(0) = %d of %d, want %d of %d", a, all, f.UnitSize(0), want)
	}
	if none, _ := f.Extent(99); none != 0 {
		t.Errorf("a module that is not there has %d bytes", none)
	}
}

// A list of contributions out of order says the same.
func TestContributionsUnsorted(t *testing.T) {
	p := located()
	list := slices.Collect(slices.Chunk(p.contribs[4:], 28))
	slices.Reverse(list)
	p.contribs = contributionList(list...)
	sorted, unsorted := located().parse(t), p.parse(t)
	for addr := uint64(0xff0); addr < 0x1800; addr += 4 {
		if got, want := unsorted.contributions().module(addr), sorted.contributions().module(addr); got != want {
			t.Fatalf("%#x is module %d's, want %d's", addr, got, want)
		}
	}
	if got, want := len(unsorted.Contributions()), len(sorted.Contributions()); got != want {
		t.Errorf("%d contributions, want %d", got, want)
	}
}

func TestCanLocate(t *testing.T) {
	moved := located()
	moved.omap = []move{{0x1000, 0x2000}}
	unknown := located()
	unknown.contribs = append(buffer{}.u32(1), unknown.contribs[4:]...)
	wide := located()
	wide.contribs = append(buffer{}.u32(contributionsV2), contribution(0, 0x100, 0x40).zeros(4)...)
	for _, tt := range []struct {
		name string
		pdb  testPDB
		want bool
	}{
		{"a list", located(), true},
		{"a list of the newer kind", wide, true},
		{"one of an unknown kind", unknown, false},
		{"none", testPDB{}, false},
		{"code was rearranged", moved, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.pdb.parse(t).CanLocate(); got != tt.want {
				t.Errorf("CanLocate = %v, want %v", got, tt.want)
			}
		})
	}
	if _, ok := moved.parse(t).SymbolsNear(0x1100, func(Symbol) bool { return true }); ok {
		t.Error("a few symbols of rearranged code were found")
	}
}

// ReadFor leaves functions out, and only those without the addresses.
func TestReadFor(t *testing.T) {
	f := located().parse(t)
	r := newReader(f)
	for _, tt := range []struct {
		name   string
		module int
		addrs  []uint64
		want   string
	}{
		{"all", 0, nil, "f 1100-1120 1400-1410, folded 1200-1220"},
		{"one", 0, []uint64{0x111f}, "f 1100-1120"},
		{"several", 0, []uint64{0, 0x1100, 0x1200, 0x9999}, "f 1100-1120, folded 1200-1220"},
		{"with separated code", 0, []uint64{0x1100, 0x1400}, "f 1100-1120 1400-1410"},
		{"separated code alone is left out", 0, []uint64{0x1400}, ""},
		{"two at once", 1, []uint64{0x1210}, "kept 1200-1220, longer 1200-1230"},
		{"none", 0, []uint64{0x1120}, ""},
		{"no module", 99, nil, ""},
		{"none either", -1, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var u debuginfo.Unit
			if err := r.ReadFor(tt.module, tt.addrs, &u); err != nil {
				t.Fatal(err)
			}
			checkUnit(t, &u)
			var got []string
			for _, fn := range u.Functions {
				s := u.Names[fn.Name].Symbol
				for _, v := range u.Ranges[fn.Ranges.First:fn.Ranges.End] {
					s += fmt.Sprintf(" %x-%x", v.Start, v.End)
				}
				got = append(got, s)
			}
			if got := strings.Join(got, ", "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A scope that does not say where it ends is read to find out.
func TestReadForUnlinked(t *testing.T) {
	p := testPDB{modules: []testModule{{symbols: join(
		proc(symGlobalProc, "f", 0x100, 0x20), end(symEnd),
		proc(symGlobalProc, "g", 0x200, 0x20), end(symEnd))}}}
	f := p.parse(t)
	if got := f.Locate(0x1200); !slices.Equal(got, []int{0}) {
		t.Errorf("Locate = %v", got)
	}
	var u debuginfo.Unit
	if err := newReader(f).ReadFor(0, []uint64{0x1200}, &u); err != nil || len(u.Functions) != 2 {
		t.Errorf("%d functions, %v", len(u.Functions), err)
	}
}

func TestSymbolsNear(t *testing.T) {
	p := located()
	every := func(Symbol) bool { return true }
	for _, tt := range []struct {
		name   string
		addr   uint64
		counts func(Symbol) bool
		want   string
	}{
		{"the last and the next", 0x1100, every, "?f@@YAXXZ ?folded@@YAXXZ label"},
		{"all of an address", 0x12ff, every, "?kept@@YAXXZ ?folded@@YAXXZ _c label"},
		{"what does not count", 0x12ff, func(s Symbol) bool { return strings.HasPrefix(s.Name, "?f") }, "?folded@@YAXXZ"},
		{"labels", 0x1700, every, "_c label"},
		{"before all", 0x1000, every, "?f@@YAXXZ label"},
		{"in no section", 0x10, every, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list, ok := p.parse(t).SymbolsNear(tt.addr, tt.counts)
			var names []string
			for _, s := range list {
				names = append(names, s.Name)
			}
			if got := strings.Join(names, " "); got != tt.want || !ok {
				t.Errorf("%s, %v; want %s", got, ok, tt.want)
			}
		})
	}
	for range 2 * maxNear {
		p.publics = append(p.publics, p.publics[3])
	}
	f := p.parse(t)
	if _, ok := f.SymbolsNear(0x1500, every); ok {
		t.Error("an address has more symbols than the limit")
	}
	if _, ok := f.SymbolsNear(0x1200, func(s Symbol) bool { return s.Name != "_c" }); ok {
		t.Error("more symbols than the limit were passed over")
	}
}

// A PDB is gone over without holding on to it.
func TestOutlineDropsPages(t *testing.T) {
	big := buffer{}.zeros(1 << 20)
	p := testPDB{msf: testMSF{blockSize: 4096}}
	for range 2 * outlineWindow >> 20 {
		p.modules = append(p.modules, testModule{name: "m", c13: big})
	}
	f := p.parse(t)
	dropped := 0
	f.DropPages = func() { dropped++ }
	f.outline()
	if dropped != 2 {
		t.Errorf("pages were dropped %d times, want 2", dropped)
	}
}
