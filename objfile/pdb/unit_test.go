package pdb

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// text of /names in these tests, and the offsets of its strings.
const (
	testStrings = "\x00a.cpp\x00b.h\x00Other.obj\x00"
	nameA       = 1
	nameB       = 7
	nameOther   = 11
)

var testChecksums = checksums(nameA, nameB) // a.cpp is file 0, b.h file 8

// describe writes a unit as the tests compare it.
func describe(u *debuginfo.Unit) string {
	var b strings.Builder
	ranges := func(s debuginfo.Span) (text string) {
		for _, r := range u.Ranges[s.First:s.End] {
			text += fmt.Sprintf(" %x-%x", r.Start, r.End)
		}
		return text
	}
	for _, f := range u.Functions {
		n := u.Names[f.Name]
		fmt.Fprintf(&b, "%x %s %s%s\n", f.Entry, n.Symbol, n.Language, ranges(f.Ranges))
		for _, in := range u.Inlines[f.Inlines.First:f.Inlines.End] {
			n := u.Names[in.Name]
			fmt.Fprintf(&b, "%s[%s]%s at %s:%d:%d%s\n", strings.Repeat("  ", int(in.Depth)),
				n.Scope, n.Symbol, u.Files[in.CallFile], in.CallLine, in.CallColumn, ranges(in.Ranges))
		}
	}
	for _, r := range u.Rows {
		if r.End {
			fmt.Fprintf(&b, "%x end\n", r.Addr)
		} else {
			fmt.Fprintf(&b, "%x %s:%d:%d\n", r.Addr, u.Files[r.File], r.Line, r.Column)
		}
	}
	return b.String()
}

// TestModules decodes modules made by hand. The expected text is what the
// format says of their records.
func TestModules(t *testing.T) {
	compile3 := record(symCompile3, buffer{}.u32(1).zeros(20))
	noColumns := lines(0x100, 0x20, block{0, [][2]uint32{{0, 5}, {8, 6}}})
	for _, tt := range []struct {
		name string
		pdb  testPDB
		want string
	}{
		{
			name: "functions of all kinds",
			pdb: testPDB{modules: []testModule{{symbols: join(
				compile3,
				proc(symGlobalProc, "a", 0, 0x10), end(symEnd),
				proc(symLocalProc, "ns::b", 0x10, 0x10), end(symEnd),
				proc(symGlobalProcID, "c", 0x20, 0x10), end(symProcIDEnd),
				proc(symLocalProcID, "d", 0x30, 0x10), end(symProcIDEnd),
				record(symThunk, buffer{}.zeros(0xc).u32(0x40).u16(1, 6).u8(0).str("jump")), end(symEnd),
				proc(symGlobalProc, "dropped by the linker", 0, 0), end(symEnd),
			)}}},
			want: "1000 a cpp 1000-1010\n1010 ns::b cpp 1010-1020\n1020 c cpp 1020-1030\n1030 d cpp 1030-1040\n1040 jump cpp 1040-1046\n",
		},
		{
			name: "rows of two files interleave, and of two at one offset the last counts",
			pdb: testPDB{strings: testStrings, modules: []testModule{{c13: join(
				lines(0x100, 0x20,
					block{0, [][2]uint32{{0, 5}, {0, 6}, {0x10, 7}, {0x40, 9}}},
					block{8, [][2]uint32{{8, 70}}}),
				testChecksums,
			)}}},
			want: "1100 a.cpp:5:0\n1100 a.cpp:6:0\n1108 b.h:70:0\n1110 a.cpp:7:0\n1120 end\n",
		},
		{
			name: "sequences ascend, and of folded ones the first stays",
			pdb: testPDB{strings: testStrings, modules: []testModule{{c13: join(
				testChecksums,
				lines(0x200, 8, block{0, [][2]uint32{{0, 2}}}),
				lines(0x100, 8, block{0, [][2]uint32{{0, 1}}}),
				lines(0x200, 8, block{8, [][2]uint32{{0, 3}}}),
			)}}},
			want: "1100 a.cpp:1:0\n1108 end\n1200 a.cpp:2:0\n1208 end\n",
		},
		{
			name: "marks for the debugger are no lines",
			pdb: testPDB{strings: testStrings, modules: []testModule{{c13: join(testChecksums,
				lines(0, 0x20, block{0, [][2]uint32{{0, 0x80000005}, {8, 0xfeefee}, {16, 0x80f00f00}, {24, 6}}}))}}},
			want: "1000 a.cpp:5:0\n1008 a.cpp:0:0\n1010 a.cpp:0:0\n1018 a.cpp:6:0\n1020 end\n",
		},
		{
			name: "columns",
			pdb: testPDB{strings: testStrings, modules: []testModule{{c13: join(testChecksums,
				subsection(subsectionLines, buffer{}.u32(0).u16(1, 1).u32(8).
					u32(0, 2, 36).u32(0, 5, 4, 6).u16(3, 9, 11, 0)))}}},
			want: "1000 a.cpp:5:3\n1004 a.cpp:6:11\n1008 end\n",
		},
		{
			name: "inlined calls nest; the line around them is the line of the call",
			pdb: testPDB{
				strings: testStrings, typeIndex: true,
				types: []buffer{
					record(leafEnum, buffer{}.zeros(12).str("unrelated")),
					record(leafStructure, buffer{}.zeros(16).u16(0x8004).u32(8).str("ns::Type")),
				},
				items: []buffer{
					record(leafMemberFuncID, buffer{}.u32(0x1001, 0).str("method")),
					record(leafStringID, buffer{}.u32(0).str("ns::inner")),
					record(leafFuncID, buffer{}.u32(0x1001, 0).str("helper")),
					record(leafFuncID, buffer{}.u32(0, 0).str("plain")),
				},
				modules: []testModule{{
					symbols: join(
						proc(symGlobalProc, "f", 0x100, 0x20),
						record(symBlock, buffer{}.zeros(0x12).str("")),
						inlineSite(0x1000, 3, 4, 4, 0x10),
						record(symInlineSite2, buffer{}.zeros(8).u32(0x1002, 3).u8(5, 8, 3, 8, 6, 4, 4, 4)),
						end(symInlineSiteEnd),
						end(symInlineSiteEnd),
						end(symEnd),
						inlineSite(0x1003, 3, 0x1c, 4, 0x40),
						end(symInlineSiteEnd),
						end(symEnd),
					),
					c13: join(testChecksums, noColumns, inlinees(
						inlinee{id: 0x1002, file: 0, line: 40}, inlinee{id: 0x1000, file: 8, line: 30}, inlinee{id: 0x1003, file: 8, line: 60})),
				}},
			},
			want: "1100 f  1100-1120\n" +
				"  [ns::Type]method at a.cpp:5:0 1104-1114\n" +
				"    [ns::inner]helper at b.h:30:0 1108-110c\n" +
				"  []plain at a.cpp:6:0 111c-1120\n" +
				"1100 a.cpp:5:0\n1104 b.h:30:0\n1108 b.h:40:0\n110c b.h:30:0\n1114 a.cpp:6:0\n111c b.h:60:0\n1120 end\n",
		},
		{
			name: "a site covers what the sites inside it do",
			pdb: testPDB{strings: testStrings, modules: []testModule{{
				symbols: join(
					proc(symGlobalProc, "f", 0x100, 0x20),
					inlineSite(0x1000), inlineSite(0x1001, 3, 8, 4, 4), end(symInlineSiteEnd), end(symInlineSiteEnd),
					end(symEnd)),
				c13: join(testChecksums, noColumns, inlinees(inlinee{id: 0x1001, file: 8, line: 9})),
			}}},
			want: "1100 f  1100-1120\n  [] at a.cpp:6:0 1108-110c\n    [] at :0:0 1108-110c\n" +
				"1100 a.cpp:5:0\n1108 b.h:9:0\n110c a.cpp:6:0\n1120 end\n",
		},
		{
			name: "separated code belongs to its function",
			pdb: testPDB{strings: testStrings, modules: []testModule{{
				symbols: join(
					proc(symGlobalProc, "hot", 0x100, 0x20), end(symEnd),
					proc(symGlobalProc, "other", 0x200, 0x20), end(symEnd),
					record(symSeparated, buffer{}.zeros(8).u32(0x10, 0, 0x800, 0x100).u16(1, 1)),
					inlineSite(0x1000, 3, 4, 4, 4), end(symInlineSiteEnd),
					end(symEnd),
					record(symSeparated, buffer{}.zeros(8).u32(0x10, 0, 0x900, 0x300).u16(1, 1)), end(symEnd),
				),
				c13: inlinees(inlinee{id: 0x1000, file: 8, line: 9}),
			}}},
			want: "1100 hot  1100-1120 1800-1810\n  [] at :0:0 1804-1808\n1200 other  1200-1220\n1804 :9:0\n1808 end\n",
		},
		{
			name: "a function inlined from another module",
			pdb: testPDB{
				strings: testStrings,
				items: []buffer{
					record(leafFuncID, buffer{}.u32(0, 0).str("wrong")),
					record(leafFuncID, buffer{}.u32(0, 0).str("imported")),
				},
				modules: []testModule{
					{
						symbols: join(proc(symGlobalProc, "f", 0x100, 0x20),
							inlineSite(importBit|1, 3, 4, 4, 4), end(symInlineSiteEnd), end(symEnd)),
						c13: subsection(subsectionImports, buffer{}.u32(nameOther, 2, 0x1000, 0x8000abcd)),
					},
					{name: "other.OBJ", c13: subsection(subsectionExports, buffer{}.u32(0x8000abcd, 0x1001, 0x1000, 0x1000))},
				},
			},
			want: "1100 f  1100-1120\n  []imported at :0:0 1104-1108\n1104 :0:0\n1108 end\n",
		},
		{
			name: "OMAP cuts functions and moves rows",
			pdb: testPDB{
				strings: testStrings,
				omap:    []move{{0x1000, 0x1000}, {0x1108, 0x3000}, {0x1110, 0}, {0x1118, 0x1108}, {0x1120, 0}},
				modules: []testModule{{
					symbols: join(proc(symGlobalProc, "f", 0x100, 0x20), end(symEnd),
						proc(symGlobalProc, "gone", 0x110, 8), end(symEnd)),
					c13: join(testChecksums, noColumns),
				}},
			},
			want: "1100 f  1100-1108 3000-3008 1108-1110\n" +
				"1100 a.cpp:5:0\n1108 a.cpp:6:0\n1110 end\n3000 a.cpp:6:0\n3008 end\n",
		},
		{
			name: "a PDB without ids keeps inlined calls, without names",
			pdb: testPDB{
				features: []uint32{},
				items:    []buffer{record(leafFuncID, buffer{}.u32(0, 0).str("not an id stream"))},
				modules: []testModule{{symbols: join(proc(symGlobalProc, "f", 0, 0x20),
					inlineSite(0x1000, 3, 4, 4, 4), end(symInlineSiteEnd), end(symEnd))}},
			},
			want: "1000 f  1000-1020\n  [] at :0:0 1004-1008\n1004 :0:0\n1008 end\n",
		},
	} {
		for _, fragmented := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/fragmented=%v", tt.name, fragmented), func(t *testing.T) {
				tt.pdb.msf.fragmented = fragmented
				var u debuginfo.Unit
				if err := tt.pdb.parse(t).NewReader().Read(0, &u); err != nil {
					t.Fatal(err)
				}
				checkUnit(t, &u)
				if diff := cmp.Diff(tt.want, describe(&u)); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
}

// TestCorruptModules shows that what is corrupt costs itself: the rest is there.
func TestCorruptModules(t *testing.T) {
	f := proc(symGlobalProc, "f", 0, 8)
	rows := join(testChecksums, lines(0, 8, block{0, [][2]uint32{{0, 5}}}))
	const fText, rowsText = "1000 f  1000-1008\n", "1000 a.cpp:5:0\n1008 end\n"
	for _, tt := range []struct {
		name         string
		symbols, c13 buffer
		err, want    string
	}{
		{
			"a record is too small for its kind", join(f, record(symGlobalProc, buffer{}.zeros(8))), rows,
			"module 0 (m): symbols+0x30: record of kind 0x1110 has 8 bytes", fText + rowsText,
		},
		{
			"a record is cut short", join(f, buffer{}.u16(90, symEnd)), rows,
			"module 0 (m): symbols+0x30: record cut short", fText + rowsText,
		},
		{
			"too many scopes", join(f, buffer(strings.Repeat(string(record(symBlock, nil)), maxNesting))), rows,
			"module 0 (m): symbols+0x22c: more than 128 scopes are open", fText + rowsText,
		},
		{
			"a subsection is cut short", f, join(rows, buffer{}.u32(subsectionLines, 90)),
			"module 0 (m): C13 part+0x40: subsection cut short", fText + rowsText,
		},
		{
			"lines are cut short", f, join(subsection(subsectionLines, buffer{}.u32(0).u16(1, 0).u32(8, 0, 77, 8)), rows),
			"module 0 (m): lines+0x20: need 616 bytes, have 0", fText + rowsText,
		},
		{
			"inlinees of a kind to come", f, join(subsection(subsectionInlinees, buffer{}.u32(2)), rows),
			"module 0 (m): inlinee lines+0xc: signature 0x2", fText + rowsText,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := testPDB{strings: testStrings, modules: []testModule{{"m", tt.symbols, tt.c13}}}
			var u debuginfo.Unit
			err := p.parse(t).NewReader().Read(0, &u)
			if err == nil || err.Error() != tt.err {
				t.Errorf("error %v, want %s", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, describe(&u)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// checkUnit fails the test unless u keeps the promises of package debuginfo.
func checkUnit(t testing.TB, u *debuginfo.Unit) {
	t.Helper()
	ranges := func(s debuginfo.Span) {
		t.Helper()
		if s.First > s.End || int(s.End) > len(u.Ranges) {
			t.Fatalf("ranges %v of %d", s, len(u.Ranges))
		}
		for _, r := range u.Ranges[s.First:s.End] {
			if r.Start >= r.End {
				t.Fatalf("empty range %x", r)
			}
		}
	}
	inlines := uint32(0)
	for _, f := range u.Functions {
		ranges(f.Ranges)
		if f.Ranges.Len() == 0 || int(f.Name) >= len(u.Names) {
			t.Fatalf("function %+v", f)
		}
		if f.Inlines.Len() == 0 {
			continue
		}
		if f.Inlines.First != inlines || int(f.Inlines.End) > len(u.Inlines) {
			t.Fatalf("inlined calls %v after %d", f.Inlines, inlines)
		}
		inlines = f.Inlines.End
		depth := uint32(0)
		for _, in := range u.Inlines[f.Inlines.First:f.Inlines.End] {
			ranges(in.Ranges)
			if in.Depth == 0 || in.Depth > depth+1 || int(in.Name) >= len(u.Names) || int(in.CallFile) >= len(u.Files) {
				t.Fatalf("inlined call %+v in one of depth %d", in, depth)
			}
			depth = in.Depth
		}
	}
	for i, r := range u.Rows {
		if int(r.File) >= len(u.Files) || i > 0 && r.Addr < u.Rows[i-1].Addr {
			t.Fatalf("row %d: %+v", i, r)
		}
	}
	if n := len(u.Rows); n > 0 && !u.Rows[n-1].End {
		t.Fatalf("the last row ends nothing: %+v", u.Rows[n-1])
	}
}

func TestReadDoesNotAllocate(t *testing.T) {
	f := parseFile(t, fixture.Path(t, "bin/till-clang19-windows.pdb"))
	r := f.NewReader()
	var u debuginfo.Unit
	read := func() {
		for i := range f.NumUnits() {
			if err := r.Read(i, &u); err != nil {
				t.Fatal(err)
			}
		}
	}
	read()
	if n := testing.AllocsPerRun(100, read); n != 0 {
		t.Errorf("reading modules again allocates %v times, want 0", n)
	}
}
