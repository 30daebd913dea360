package dwarf

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// fuzzCode is what the fuzz targets' programs have for code.
var fuzzCode = []uint64{0x1000, 0x3000, 0x4000, 0x9000}

// newFuzz returns an assembler whose sections hold something of everything, so
// that a target that replaces one of them finds the others good. It returns the
// root of the first unit.
func newFuzz(big, dwarf64 bool) (*assembler, unitSpec) {
	a := &assembler{big: big, code: fuzzCode}
	s := unitSpec{dwarf64: dwarf64}
	g := tree(tagSubprogram, named("g"), linkage("_Z1gv"))
	l := newLines(s, big, []string{"/src", "inc"}, "a.c", "a.c", "1 b.h")
	l.address(0x1000).special(0, 1).special(4, 2).op(lnsSetFile, 2).op(lnsSetColumn, 3).special(4, -1).op(lnsConstAddPC).end()
	a.line.b = l.table()
	a.rngLists.big, a.ranges.big = big, big
	header := 8 + s.offSize()
	a.rngLists.b = make([]byte, header)
	a.rngLists.uint(s.offSize(), uint64(s.offSize())).u8(rleOffsetPair).uleb(0x10).uleb(0x20).
		u8(rleStartxLength).uleb(0).uleb(8).u8(rleStartEnd).uint(8, 0x1100).uint(8, 0x1200).u8(rleEndOfList)
	a.ranges.uint(8, 0x10).uint(8, 0x20).uint(8, ^uint64(0)).uint(8, 0x2000).uint(8, 0x10).uint(8, 0x20).uint(8, 0).uint(8, 0)
	a.unit(s, cu(compiledIn("/src"), lines(0), at(attrLowPC, formAddrx, 0x1000), g,
		tree(tagNamespace, at(attrName, formStrx1, "ns"), at(attrSibling, formRef4, after{}),
			fn("f", 0x1000, 0x1040, inlined(g, 0x1004, 0x1010, fileLine(2, 7), at(attrCallColumn, formUdata, 3)),
				tree(tagClassType, tree(tagSubprogram, at(attrName, formStrp, "op"), at(attrRanges, formRnglistx, 0)))))))
	s.version = 4
	a.unit(s, cu(at(attrLowPC, formAddr, 0x1000), tree(tagSubprogram, at(attrAbstractOrigin, formRefAddr, g), rangesAt(0))))
	a.set(s, 0, 0x1000, 0x40)
	a.sections()
	return a, s
}

// addSeeds adds the section that of takes from good files, as it is and cut short.
func addSeeds(f *testing.F, of func(a *assembler) []byte) {
	for _, big := range []bool{false, true} {
		for _, dwarf64 := range []bool{false, true} {
			a, _ := newFuzz(big, dwarf64)
			section := of(a)
			f.Add(section, big, dwarf64)
			f.Add(section[:len(section)/2], big, dwarf64)
		}
	}
}

// fuzzSection reads files with one section replaced, and checks what must be true
// of any.
func fuzzSection(f *testing.F, section func(a *assembler) *buffer) {
	addSeeds(f, func(a *assembler) []byte { return section(a).b })
	f.Fuzz(func(t *testing.T, data []byte, big, dwarf64 bool) {
		a, _ := newFuzz(big, dwarf64)
		good := *a
		section(a).b = data
		if len(a.abbrev.b) == 0 && len(a.info.b) > 0 {
			t.Skip("New refuses a file without abbreviations")
		}
		checkData(t, a.data(t), bytes.Equal(a.info.b, good.info.b) && bytes.Equal(a.abbrev.b, good.abbrev.b))
	})
}

func FuzzInfo(f *testing.F)     { fuzzSection(f, func(a *assembler) *buffer { return &a.info }) }
func FuzzAbbrev(f *testing.F)   { fuzzSection(f, func(a *assembler) *buffer { return &a.abbrev }) }
func FuzzLine(f *testing.F)     { fuzzSection(f, func(a *assembler) *buffer { return &a.line }) }
func FuzzRanges(f *testing.F)   { fuzzSection(f, func(a *assembler) *buffer { return &a.ranges }) }
func FuzzRngLists(f *testing.F) { fuzzSection(f, func(a *assembler) *buffer { return &a.rngLists }) }
func FuzzAddr(f *testing.F)     { fuzzSection(f, func(a *assembler) *buffer { return &a.addrs }) }
func FuzzStrOffsets(f *testing.F) {
	fuzzSection(f, func(a *assembler) *buffer { return &a.strOffsets })
}

// FuzzAranges also checks that what is found is code, and each unit once.
func FuzzAranges(f *testing.F) {
	addSeeds(f, func(a *assembler) []byte { return a.aranges.b })
	f.Fuzz(func(t *testing.T, data []byte, big, dwarf64 bool) {
		a, _ := newFuzz(big, dwarf64)
		a.aranges.b = data
		d := a.data(t)
		for _, addr := range []uint64{0, 0x1000, 0x1010, 0x2fff, 0x4000, ^uint64(0)} {
			units := d.Locate(addr)
			slices.Sort(units)
			if n := len(slices.Compact(slices.Clone(units))); n != len(units) {
				t.Errorf("Locate(%#x) = %v, some twice", addr, units)
			}
			for _, u := range units {
				if size, all := d.Extent(u); size < 0 || size > all {
					t.Errorf("unit %#x has %d of %d bytes", u, size, all)
				}
			}
		}
		for _, l := range d.locator.listed {
			if l.Start >= l.End || !d.isCode(l.Start) {
				t.Errorf("%#x-%#x is listed", l.Start, l.End)
			}
		}
	})
}

// FuzzPaths checks that a clean path stays as it is, and that an absolute one
// stays absolute.
func FuzzPaths(f *testing.F) {
	for _, s := range [][3]string{
		{"/src", "inc", "a.h"}, {`C:\src`, `..\x`, "a.h"}, {"C:/src", "./y", "../a.h"}, {`\\host\share`, "", "a"}, {"", "..", "a"},
	} {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(func(t *testing.T, base, dir, file string) {
		if strings.Contains(base+"/"+dir+"/"+file, `/\`) {
			t.Skip("a name that starts with \\ cannot be told from a path of Windows")
		}
		p := joinPath(base, dir, file)
		if again := cleanPath(p); again != p {
			t.Errorf("join(%q, %q, %q) = %q, cleaned again %q", base, dir, file, p, again)
		}
		if base != "" && isAbsolute(base) && (p == "" || !isAbsolute(p)) {
			t.Errorf("join(%q, %q, %q) = %q, which is relative", base, dir, file, p)
		}
	})
}

// checkData reads every unit and checks what must be true whatever the bytes.
// Where siblings lie, what is found depends on what is passed over: only in honest
// files is what ReadFor finds a part of what Read does.
func checkData(t *testing.T, d *Data, honest bool) {
	t.Helper()
	var u, again, some debuginfo.Unit
	r, fresh := newReader(d), newReader(d)
	for i := range d.NumUnits() {
		err := r.Read(i, &u)
		checkUnit(t, &u)
		if err2 := fresh.Read(i, &again); (err == nil) != (err2 == nil) || err != nil && err.Error() != err2.Error() {
			t.Fatalf("unit %d: read twice, errors are %v and %v", i, err, err2)
		}
		if a, b := picture(&u), picture(&again); a != b {
			t.Fatalf("unit %d: read twice (-first +second):\n%s", i, cmp.Diff(a, b))
		}
		addrs := []uint64{0x1008, 0x1500, 0x2010}
		fresh.ReadFor(d.units[d.code[i]].off, addrs, &some) // its error may be another: it reads less
		checkUnit(t, &some)
		if honest {
			checkPart(t, &some, &u)
		}
	}
}

// checkUnit checks that indexes lead somewhere, ranges are code, rows in order.
func checkUnit(t *testing.T, u *debuginfo.Unit) {
	t.Helper()
	isCode := (&Data{opts: Options{Code: []debuginfo.Range{{Start: fuzzCode[0], End: fuzzCode[1]}, {Start: fuzzCode[2], End: fuzzCode[3]}}}}).isCode
	checkRanges := func(s debuginfo.Span) {
		if s.First > s.End || int(s.End) > len(u.Ranges) {
			t.Fatalf("ranges %+v of %d", s, len(u.Ranges))
		}
		for _, r := range u.Ranges[s.First:s.End] {
			if r.Start >= r.End || !isCode(r.Start) || r.End > fuzzCode[3] {
				t.Fatalf("range %#x-%#x", r.Start, r.End)
			}
		}
	}
	inlines := uint32(0)
	for _, f := range u.Functions {
		checkRanges(f.Ranges)
		ranges := u.Ranges[f.Ranges.First:f.Ranges.End]
		if !slices.ContainsFunc(ranges, func(r debuginfo.Range) bool { return r.Contains(f.Entry) }) {
			t.Fatalf("function %+v enters outside its code", f)
		}
		if int(f.Name) >= len(u.Names) || f.Inlines.First != inlines || f.Inlines.First > f.Inlines.End || int(f.Inlines.End) > len(u.Inlines) {
			t.Fatalf("function %+v with %d names, %d inlined calls", f, len(u.Names), len(u.Inlines))
		}
		inlines = f.Inlines.End
		depth := uint32(0)
		for _, in := range u.Inlines[f.Inlines.First:f.Inlines.End] {
			checkRanges(in.Ranges)
			if in.Depth == 0 || in.Depth > depth+1 || int(in.Name) >= len(u.Names) || int(in.CallFile) >= len(u.Files) {
				t.Fatalf("inlined call %+v after depth %d, %d names, %d files", in, depth, len(u.Names), len(u.Files))
			}
			depth = in.Depth
		}
	}
	for i, r := range u.Rows {
		switch {
		case int(r.File) >= len(u.Files):
			t.Fatalf("row %+v with %d files", r, len(u.Files))
		case i > 0 && r.Addr < u.Rows[i-1].Addr:
			t.Fatalf("row %+v after %+v", r, u.Rows[i-1])
		case i > 0 && r.End && u.Rows[i-1].End, i == 0 && r.End:
			t.Fatalf("row %d ends an empty sequence", i)
		case i == len(u.Rows)-1 && !r.End:
			t.Fatalf("the last sequence does not end")
		case (i == 0 || u.Rows[i-1].End) && !isCode(r.Addr) && i == 0, r.Addr > fuzzCode[3]:
			t.Fatalf("row %+v is not code", r)
		}
	}
}

// checkPart checks that every function of part is one of whole.
func checkPart(t *testing.T, part, whole *debuginfo.Unit) {
	t.Helper()
	type function struct{ entry, start, end uint64 }
	have := map[function]bool{}
	key := func(u *debuginfo.Unit, f debuginfo.Function) function {
		r := u.Ranges[f.Ranges.First]
		return function{f.Entry, r.Start, r.End}
	}
	for _, f := range whole.Functions {
		have[key(whole, f)] = true
	}
	for _, f := range part.Functions {
		if !have[key(part, f)] {
			t.Fatalf("ReadFor finds %+v, which Read does not", key(part, f))
		}
	}
}
