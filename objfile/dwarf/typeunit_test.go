package dwarf

import (
	"testing"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

const boxSignature = 0x1122_3344_5566_7788

// typeUnitPair assembles a type unit and a unit with a function of that type,
// which GCC declares outside of the type's namespace. The first is at the start
// of .debug_info, before version 5 of what becomes .debug_types.
func typeUnitPair(version int, big bool) Sections {
	a := assembler{big: big}
	box := tree(tagStructureType, named("Box"), tree(tagSubprogram, named("weigh"), declared()))
	a.unit(unitSpec{version: version, kind: unitType, id: boxSignature, typeDIE: box},
		tree(tagTypeUnit, inLanguage(0x21), tree(tagNamespace, named("depot"), box)))
	types := a.sections().Info
	if version < 5 {
		a.info.b = nil
	}
	of := func(signature uint64, function string, start uint64) []any {
		decl := tree(tagSubprogram, named(function), declared())
		return []any{
			tree(tagStructureType, named("Box"), declared(), at(attrSignature, formRefSig8, signature), decl),
			tree(tagSubprogram, specOf(decl), lowHigh(start, start+0x10)),
		}
	}
	a.unit(unitSpec{version: version}, cu(of(boxSignature, "weigh", 0x1010), of(99, "open", 0x1020)))
	s := a.sections()
	if version < 5 {
		s.Types = types
	}
	return s
}

const typeUnitPicture = "depot::Box . weigh 0x1010-0x1020\nBox . open 0x1020-0x1030\n"

func TestTypeUnits(t *testing.T) {
	for _, version := range []int{4, 5} {
		for _, big := range []bool{false, true} {
			d, err := New((&assembler{big: big}).order(), typeUnitPair(version, big), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := readAll(d); got != typeUnitPicture {
				t.Errorf("version %d, big-endian %v: got %q, want %q", version, big, got, typeUnitPicture)
			}
		}
	}
}

// In a package an index says where the type units are, which come from any of the
// files that were packed.
func TestPackageTypes(t *testing.T) {
	const id = 5
	for _, version := range []int{4, 5} {
		for _, big := range []bool{false, true} {
			s := typeUnitPair(version, big)
			n := func(b []byte) uint64 { return uint64(len(b)) }
			start := uint64(0)
			typeColumn, typeSize := uint64(columnTypes), n(s.Types)
			if version == 5 {
				head, err := readHeader((&assembler{big: big}).order(), infoSection, s.Info, 0)
				if err != nil {
					t.Fatal(err)
				}
				start, typeColumn, typeSize = uint64(head.end), columnInfo, uint64(head.end)
			}
			units := cuIndex(version, big, id, []uint64{columnInfo, columnAbbrev}, []uint64{start, 0}, []uint64{n(s.Info) - start, n(s.Abbrev)})
			types := cuIndex(version, big, boxSignature, []uint64{typeColumn, columnAbbrev}, []uint64{0, 0}, []uint64{typeSize, n(s.Abbrev)})
			p, err := NewPackage((&assembler{big: big}).order(), units, types, s)
			if err != nil {
				t.Fatal(err)
			}
			d, err := p.Unit(id)
			if err != nil {
				t.Fatal(err)
			}
			if got := readAll(d); got != typeUnitPicture {
				t.Errorf("version %d, big-endian %v: got %q, want %q", version, big, got, typeUnitPicture)
			}
		}
	}
}

// An index may lead to a part without the type unit that it is asked for.
func TestPackageWithoutType(t *testing.T) {
	const id = 5
	s := typeUnitPair(4, false)
	n := func(b []byte) uint64 { return uint64(len(b)) }
	units := cuIndex(4, false, id, []uint64{columnInfo, columnAbbrev}, []uint64{0, 0}, []uint64{n(s.Info), n(s.Abbrev)})
	types := cuIndex(4, false, boxSignature, []uint64{columnAbbrev}, []uint64{0}, []uint64{n(s.Abbrev)})
	p, err := NewPackage((&assembler{}).order(), units, types, s)
	if err != nil {
		t.Fatal(err)
	}
	d, err := p.Unit(id)
	if err != nil {
		t.Fatal(err)
	}
	const want = "Box . weigh 0x1010-0x1020\nBox . open 0x1020-0x1030\n"
	if got := readAll(d); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzTypeUnits reads .debug_types of any bytes.
func FuzzTypeUnits(f *testing.F) {
	for _, big := range []bool{false, true} {
		f.Add(typeUnitPair(4, big).Types, big)
	}
	f.Fuzz(func(t *testing.T, types []byte, big bool) {
		s := typeUnitPair(4, big)
		s.Types = types
		d, err := New((&assembler{big: big}).order(), s, Options{Code: []debuginfo.Range{{Start: fuzzCode[0], End: fuzzCode[1]}, {Start: fuzzCode[2], End: fuzzCode[3]}}})
		if err != nil {
			t.Fatal(err)
		}
		checkData(t, d, false)
	})
}
