package dwarf

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// splitPair returns a linked file and the file that completes it: a function whose
// address, ranges and strings are found through both.
func splitPair(version int, big bool) (linked, split *assembler) {
	const id = 0x1122_3344_5566_7788
	linked, split = &assembler{big: big, code: []uint64{0x1000, 0x9000}}, &assembler{big: big}
	s := unitSpec{version: version, id: id}

	// What split units index stands in the linked file, after what is another's.
	linked.addrs.big = big
	linked.addrs.b = make([]byte, 16)
	addrBase := len(linked.addrs.b)
	linked.addrs.uint(8, 0x1000).uint(8, 0x1100)
	l := newLines(unitSpec{version: version}, big, []string{"/src", "inc"}, "a.c", "a.c", "1 b.h")
	if version < 5 {
		l.dirs, l.files = []string{"inc"}, []string{"a.c", "1 b.h"}
	}
	linked.line.b = l.address(0x1000).special(0, 1).op(lnsAdvancePC, 0x20).end().table()

	g := tree(tagSubprogram, named("g"))
	call := inlined(g, 0x1004, 0x1008, fileLine(2, 7))
	var f *node
	if version >= 5 {
		s.kind = unitSkeleton
		linked.unit(s, tree(tagSkeletonUnit, lines(0), compiledIn("/src"), at(attrDwoName, formString, "a.dwo"),
			at(attrAddrBase, formSecOffset, addrBase), at(attrLowPC, formAddr, 0x1000), at(attrHighPC, formData4, 0x20)))
		split.rngLists.big = big
		split.rngLists.b = make([]byte, 12)
		split.rngLists.uint(4, 4).u8(rleStartxLength).uleb(1).uleb(0x10).u8(rleOffsetPair).uleb(0x200).uleb(0x210).u8(rleEndOfList)
		f = tree(tagSubprogram, at(attrName, formStrx1, "ranged"), at(attrRanges, formRnglistx, 0))
		s.kind = unitSplitCompile
	} else {
		linked.ranges.big = big
		linked.ranges.uint(8, 0x4000).uint(8, 0x4010).uint(8, 0).uint(8, 0)
		rangesBase := len(linked.ranges.b)
		linked.ranges.uint(8, 0x100).uint(8, 0x110).uint(8, 0x200).uint(8, 0x210).uint(8, 0).uint(8, 0)
		linked.unit(s, tree(tagCompileUnit, lines(0), compiledIn("/src"), at(attrGNUDwoName, formString, "a.dwo"), at(attrGNUDwoID, formData8, uint64(id)),
			at(attrGNUAddrBase, formSecOffset, addrBase), at(attrGNURangesBase, formSecOffset, rangesBase), at(attrLowPC, formAddr, 0x1000), rangesAt(0)))
		f = tree(tagSubprogram, at(attrName, formGNUStrIndex, "ranged"), rangesAt(0))
	}
	form := formAddrx
	if version < 5 {
		form = formGNUAddrIndex
	}
	parts := []any{g, tree(tagSubprogram, named("f"), at(attrLowPC, formIndirect, []byte{0x80 | byte(form)&0x7f, byte(form >> 7), 0}), at(attrHighPC, formData4, 0x20), call), f}
	if version < 5 {
		parts = append(parts, at(attrGNUDwoID, formData8, uint64(id)))
	}
	split.unit(s, cu(parts))
	return linked, split
}

const splitPicture = `
	f 0x1000-0x1020
	  g 0x1004-0x1008 at /src/inc/b.h:7
	ranged 0x1100-0x1110 0x1200-0x1210
	0x1000 /src/a.c:2
	0x1020 end
`

func TestSplit(t *testing.T) {
	for _, version := range []int{4, 5} {
		for _, big := range []bool{false, true} {
			linked, split := splitPair(version, big)
			other := assembler{big: big} // a unit of another program
			other.unit(unitSpec{version: version, kind: unitSplitCompile, id: 1}, cu())
			d := split.data(t)
			ask := func(want Skeleton, d *Data, err error) func(Skeleton) (*Data, error) {
				return func(got Skeleton) (*Data, error) {
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("skeleton (-want +got):\n%s", diff)
					}
					return d, err
				}
			}
			s := Skeleton{Name: "a.dwo", CompDir: "/src", ID: 0x1122_3344_5566_7788}
			const lines = "0x1000 /src/a.c:2\n0x1020 end\n"
			for _, tt := range []struct {
				name string
				ask  func(Skeleton) (*Data, error)
				want string
			}{
				{"found", ask(s, d, nil), text(splitPicture)},
				{"nobody to ask", nil, lines + "error: unit 0x0: a.dwo: no such split file\n"},
				{"missing", ask(s, nil, nil), lines + "error: unit 0x0: a.dwo: no such split file\n"},
				{"not readable", ask(s, nil, errors.New("a.dwo: on fire")), lines + "error: unit 0x0: a.dwo: on fire\n"},
				{"of another build", ask(s, other.data(t), nil), lines + "error: unit 0x0: a.dwo: no unit has id 0x1122334455667788\n"},
			} {
				linked.opts.Split, linked.opts.Code = tt.ask, nil
				if diff := cmp.Diff(tt.want, readAll(linked.data(t))); diff != "" {
					t.Errorf("%s, version %d, big-endian %v (-want +got):\n%s", tt.name, version, big, diff)
				}
			}
			if !d.HasSplit(s.ID) || d.HasSplit(1) {
				t.Errorf("version %d: HasSplit is wrong", version)
			}
		}
	}
}

// A skeleton with functions, as clang writes for those who have no split files,
// answers only while the split file is missing.
func TestFatSkeleton(t *testing.T) {
	linked, split := splitPair(5, false)
	linked.info, linked.abbrev = buffer{}, buffer{}
	linked.unit(unitSpec{kind: unitSkeleton, id: 0x1122_3344_5566_7788}, tree(tagSkeletonUnit, at(attrDwoName, formString, "a.dwo"),
		at(attrAddrBase, formSecOffset, 16), at(attrLowPC, formAddr, 0x1000), fn("lean", 0x1000, 0x1020)))
	if got, want := readAll(linked.data(t)), "lean 0x1000-0x1020\nerror: unit 0x0: a.dwo: no such split file\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	d := split.data(t)
	linked.opts = Options{Split: func(Skeleton) (*Data, error) { return d, nil }}
	if got, want := readAll(linked.data(t)), "f 0x1000-0x1020\n  g 0x1004-0x1008 at ?:7\nranged 0x1100-0x1110 0x1200-0x1210\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// cuIndex returns an index of one unit at the given offsets and sizes.
func cuIndex(version int, big bool, id uint64, sections, offsets, sizes []uint64) []byte {
	b := buffer{big: big}
	if version == 5 {
		b.uint(2, 5).uint(2, 0)
	} else {
		b.uint(4, 2)
	}
	const slots = 4
	first := id & (slots - 1)
	second := (first + (id>>32&(slots-1) | 1)) & (slots - 1)
	b.uint(4, uint64(len(sections))).uint(4, 1).uint(4, slots)
	for slot := range uint64(slots) { // the first slot of the id is taken by another's
		switch slot {
		case first:
			b.uint(8, 99)
		case second:
			b.uint(8, id)
		default:
			b.uint(8, 0)
		}
	}
	for slot := range uint64(slots) {
		switch slot {
		case first, second:
			b.uint(4, 1)
		default:
			b.uint(4, 0)
		}
	}
	for _, list := range [][]uint64{sections, offsets, sizes} {
		for _, v := range list {
			b.uint(4, v)
		}
	}
	return b.b
}

func TestPackage(t *testing.T) {
	const id = 0x1122_3344_5566_7788
	for _, version := range []int{4, 5} {
		for _, big := range []bool{false, true} {
			linked, split := splitPair(version, big)
			alone := split.sections()
			pad := func(b []byte) []byte {
				return append(bytes.Repeat([]byte{0xee}, 7), append(b[:len(b):len(b)], 0xee)...)
			}
			s := Sections{Info: pad(alone.Info), Abbrev: pad(alone.Abbrev), StrOffsets: pad(alone.StrOffsets), RngLists: pad(alone.RngLists), Str: alone.Str}
			n := func(b []byte) uint64 { return uint64(len(b)) }
			index := cuIndex(version, big, id, []uint64{columnInfo, columnAbbrev, 4, columnStrOffsets, columnRngLists},
				[]uint64{7, 7, 1 << 30, 7, 7}, []uint64{n(alone.Info), n(alone.Abbrev), 1, n(alone.StrOffsets), n(alone.RngLists)})
			if version == 4 {
				s.RngLists = nil
			}
			p, err := NewPackage(split.order(), index, nil, s)
			if err != nil {
				t.Fatal(err)
			}
			linked.opts.Split = func(s Skeleton) (*Data, error) { return p.Unit(s.ID) }
			if diff := cmp.Diff(text(splitPicture), readAll(linked.data(t))); diff != "" {
				t.Errorf("version %d, big-endian %v (-want +got):\n%s", version, big, diff)
			}
			for _, other := range []uint64{id + 1, id + 2, 98} {
				if d, err := p.Unit(other); d != nil || err != nil {
					t.Errorf("unit %#x: got %v, %v", other, d, err)
				}
			}
		}
	}
}

func TestPackageErrors(t *testing.T) {
	const id = 0x1122_3344_5566_7788
	good := cuIndex(5, false, id, []uint64{columnInfo}, []uint64{0}, []uint64{4})
	edit := func(at int, v byte) []byte {
		b := bytes.Clone(good)
		b[at] = v
		return b
	}
	for _, tt := range []struct {
		name  string
		index []byte
		want  string
	}{
		{"empty", nil, ".debug_cu_index+0x0: need 4 bytes, have 0"},
		{"an unknown version", edit(0, 3), ".debug_cu_index+0x4: index version 3 is not known"},
		{"slots", edit(12, 3), ".debug_cu_index+0x10: 3 slots are no power of two"},
		{"too many slots", edit(13, 1), ".debug_cu_index+0x10: 260 slots are no power of two"},
		{"more slots than there are bytes", edit(12, 64), ".debug_cu_index+0x10: need 512 bytes, have 60"},
		{"more units than there are bytes", edit(9, 1), ".debug_cu_index+0x44: 257 units of 1 columns in 8 bytes"},
		{"sizes that are cut short", edit(8, 2), ".debug_cu_index+0x4c: need 8 bytes, have 0"},
		{"a part beyond its section", good, ".debug_info.dwo+0x0: a unit's part reaches beyond the section"},
		{"a slot that leads nowhere", edit(16+32+4, 9), ".debug_cu_index+0x0: a slot leads to a unit that is not there"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := NewPackage((&assembler{}).order(), tt.index, nil, Sections{Info: []byte{1}, Abbrev: []byte{0}})
			if err == nil {
				_, err = p.Unit(id)
			}
			if err == nil || err.Error() != tt.want {
				t.Errorf("got error %v, want %v", err, tt.want)
			}
		})
	}
}

// FuzzPackage checks that what a package hands out lies in its sections.
func FuzzPackage(f *testing.F) {
	const id = 0x1122_3344_5566_7788
	for _, version := range []int{2, 5} {
		for _, big := range []bool{false, true} {
			f.Add(cuIndex(version, big, id, []uint64{columnInfo, columnAbbrev}, []uint64{0, 0}, []uint64{4, 1}), big)
		}
	}
	f.Fuzz(func(t *testing.T, index []byte, big bool) {
		s := Sections{Info: make([]byte, 64), Abbrev: make([]byte, 64), StrOffsets: make([]byte, 64), RngLists: make([]byte, 64), Str: []byte("x\x00")}
		p, err := NewPackage((&assembler{big: big}).order(), index, index, s)
		if err != nil {
			return
		}
		for _, id := range []uint64{0, 1, 99, id} {
			d, err := p.Unit(id)
			if err != nil || d == nil {
				continue
			}
			for _, part := range [][]byte{d.s.Info, d.s.Abbrev, d.s.StrOffsets, d.s.RngLists} {
				if len(part) != cap(part) || len(part) > 64 {
					t.Errorf("a part of %d bytes, %d with what follows", len(part), cap(part))
				}
			}
			d.typeUnit(id)
			again, _ := p.Unit(id)
			if !bytes.Equal(again.s.Info, d.s.Info) {
				t.Errorf("unit %#x is another the second time", id)
			}
		}
	})
}

// FuzzSplit reads a skeleton completed by a split file of any DIEs.
func FuzzSplit(f *testing.F) {
	for _, version := range []int{4, 5} {
		for _, big := range []bool{false, true} {
			_, split := splitPair(version, big)
			f.Add(split.sections().Info, version == 5, big)
		}
	}
	f.Fuzz(func(t *testing.T, info []byte, v5, big bool) {
		version := 4
		if v5 {
			version = 5
		}
		linked, split := splitPair(version, big)
		linked.code = fuzzCode
		s := split.sections()
		s.Info = info
		d, err := New(split.order(), s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		linked.opts.Split = func(Skeleton) (*Data, error) { return d, nil }
		checkData(t, linked.data(t), false)
	})
}

func TestSkeletons(t *testing.T) {
	for _, version := range []int{4, 5} {
		linked, split := splitPair(version, false)
		d := split.data(t)
		linked.opts.Split = func(Skeleton) (*Data, error) { return d, nil }
		linked.unit(unitSpec{version: 3}, cu(named("whole")))
		got := linked.data(t)
		all := got.Skeletons()
		if len(all) != 1 || all[0].Name == "" || !d.HasSplit(all[0].ID) {
			t.Errorf("version %d: got %+v", version, all)
		}
		if lowest, highest := got.Versions(); lowest != 3 || highest != version {
			t.Errorf("versions %d to %d, want 3 to %d", lowest, highest, version)
		}
	}
	if lowest, highest := (&assembler{}).data(t).Versions(); lowest != 0 || highest != 0 {
		t.Errorf("versions %d to %d of nothing", lowest, highest)
	}
}
