package pdb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/internal/golden"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		name string
		data string
		want error
	}{
		{"portable", "BSJB\x01\x00\x01\x00", ErrPortable},
		{"version 2.00", "Microsoft C/C++ program database 2.00\r\n\x1aJG\x00\x00", ErrPDB2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !Matches([]byte(tt.data)) {
				t.Error("not recognised")
			}
			if _, err := Parse([]byte(tt.data)); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	f := testPDB{}.parse(t)
	const want = "0102030405060708090a0b0c0d0e0f10 age 7, machine 0x8664, fastlink false, code [{1000 11000}]"
	got := fmt.Sprintf("%x age %d, machine %#x, fastlink %v, code %x", f.GUID(), f.Age(), f.Machine(), f.Fastlink(), f.CodeRanges())
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestFastlink(t *testing.T) {
	if f := (testPDB{features: []uint32{featureVC140, featureMinimal}}).parse(t); !f.Fastlink() {
		t.Error("a PDB of /DEBUG:FASTLINK is not recognised")
	}
}

func TestSymbols(t *testing.T) {
	public := func(flags, off uint32, section uint16, name string) buffer {
		return record(symPublic, buffer{}.u32(flags, off).u16(section).str(name))
	}
	publics := []buffer{
		public(publicFunction, 0x20, 1, "?f@@YAXXZ"),
		public(0, 0x10, 1, "_label"),
		public(publicFunction, 0x30, 2, "no such section"),
		record(symLocalProc, buffer{}.zeros(40)),
	}
	label := func(off uint32, name string) buffer {
		return record(symLabel, buffer{}.u32(off).u16(1).u8(0).str(name))
	}
	modules := []testModule{{symbols: join(label(0x40, "outside"),
		proc(symGlobalProc, "f", 0x50, 0x10), label(0x54, "inside"), end(symEnd), label(0x60, "after"))}}
	want := []Symbol{{"?f@@YAXXZ", 0x1020, false}, {"_label", 0x1010, false}, {"outside", 0x1040, true}, {"after", 0x1060, true}}
	got, err := testPDB{publics: publics, modules: modules}.parse(t).Symbols()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, -want +got:\n%s", err, diff)
	}

	moved := testPDB{publics: publics, omap: []move{{0x1010, 0}, {0x1020, 0x5000}}}
	want = []Symbol{{"?f@@YAXXZ", 0x5000, false}}
	if got, err = moved.parse(t).Symbols(); err != nil || !cmp.Equal(want, got) {
		t.Errorf("moved: %v (%v), want %v", got, err, want)
	}
}

// A scope says where its end is. Where that is no end, what follows is inside.
func TestLabelsBehindScopes(t *testing.T) {
	label := record(symLabel, buffer{}.u32(0x60).u16(1).u8(0).str("label"))
	scope := proc(symGlobalProc, "f", 0x50, 0x10)
	endAt := uint32(4 + len(scope) + len(label))
	for _, tt := range []struct {
		name string
		end  uint32
		want int // labels outside
	}{
		{"its end", endAt, 1},
		{"none", 0, 1},
		{"itself", 4, 1},
		{"the label inside", 4 + uint32(len(scope)), 1},
		{"behind the stream", 1 << 20, 1},
		{"the last place there is", ^uint32(0), 1},
		{"the label behind", endAt + uint32(len(end(symEnd))), 1},
		{"the end of another scope", endAt + uint32(len(end(symEnd))+len(label)), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			symbols := join(scope, label, end(symEnd), label, end(symEnd))
			le.PutUint32(symbols[8:], tt.end)
			got, err := testPDB{modules: []testModule{{symbols: symbols}}}.parse(t).Symbols()
			if len(got) != tt.want || err != nil {
				t.Errorf("%d labels (%v), want %d", len(got), err, tt.want)
			}
		})
	}
}

// TestParseErrors spoils one stream of a PDB at a time.
func TestParseErrors(t *testing.T) {
	p := testPDB{strings: testStrings, omap: []move{{0x1000, 0x1000}}, modules: []testModule{{name: "a.obj"}, {name: "b.obj"}}}
	for _, tt := range []struct {
		name   string
		stream int
		spoil  func(b []byte) []byte
		want   string
	}{
		{"info", int(streamInfo), func(b []byte) []byte { return b[:20] }, "info stream+0xc: need 16 bytes, have 8"},
		{"stream names", int(streamInfo), func(b []byte) []byte { b[0x29] = 1; return b }, "info stream+0x3b: 65537 named streams"},
		{"DBI", int(streamDBI), func(b []byte) []byte { return b[:63] }, "DBI stream+0x3c: need 4 bytes, have 3"},
		{
			"modules", int(streamDBI), func(b []byte) []byte { b[0x18]--; return b },
			"module 1: DBI stream+0xd6: string does not end",
		},
		{
			"a stream of two modules", int(streamDBI), func(b []byte) []byte { b[0x40+0x50+0x22]--; return b },
			"module 1: DBI stream+0xe0: stream 12 is another module's",
		},
		{
			"OMAP goes back", testOmap, func([]byte) []byte { return buffer{}.u32(0x2000, 1, 0x1000, 1, 0x3000, 1) },
			"OMAP+0x10: source address 0x1000 after 0x2000",
		},
		{"names", testNames, func(b []byte) []byte { b[0]++; return b }, "/names: signature 0xeffeefff"},
		{"cut names", testNames, func(b []byte) []byte { return b[:20] }, "/names+0xc: need 21 bytes, have 8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := rebuilt(t, p, tt.stream, tt.spoil(seed(t, p, uint16(tt.stream))))
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

// TestRepeatedReferences shows that many references to one long string or one
// record cost no more than the file is worth.
func TestRepeatedReferences(t *testing.T) {
	long := testPDB{strings: "\x00" + strings.Repeat("x", 100_000), modules: []testModule{{
		c13: join(checksums(1), lines(0, 8, block{0, [][2]uint32{{0, 5}}})),
	}}}
	if u := decodeAll(t, long.parse(t))[0]; len(u.Files[1]) != maxPath {
		t.Errorf("a path has %d bytes, want %d", len(u.Files[1]), maxPath)
	}

	p := testPDB{publics: []buffer{record(symPublic, buffer{}.u32(publicCode, 0).u16(1).str("f"))}}
	publics := append(buffer{}.u32(0, 400).zeros(0x14), make([]byte, 400)...)
	f, err := rebuilt(t, p, testPublics, publics)
	if err != nil {
		t.Fatal(err)
	}
	const want = "publics: map leads to more than the 0x10 bytes of records"
	if _, err := f.Symbols(); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestContributions(t *testing.T) {
	entry := func(section uint16, off, size uint32, extra int) buffer {
		return buffer{}.u16(section, 0).u32(off, size).zeros(16 + extra)
	}
	want := []debuginfo.Range{{Start: 0x1010, End: 0x1018}, {Start: 0x1100, End: 0x1110}}
	for _, tt := range []struct {
		name string
		data buffer
		want []debuginfo.Range
	}{
		{"version 60", join(buffer{}.u32(contributions60), entry(1, 0x10, 8, 0), entry(9, 0, 8, 0), entry(1, 0x100, 16, 0)), want},
		{"version 2", join(buffer{}.u32(contributionsV2), entry(1, 0x10, 8, 4), entry(1, 0x100, 16, 4)), want},
		{"one to come", join(buffer{}.u32(contributionsV2+1), entry(1, 0x10, 8, 4)), nil},
		{"none", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (testPDB{contribs: tt.data}).parse(t).Contributions(); !cmp.Equal(tt.want, got) {
				t.Errorf("got %x, want %x", got, tt.want)
			}
		})
	}
}

// TestTypeIndex shows that ids are found with the index that the linker wrote,
// without one, and with a wrong one.
func TestTypeIndex(t *testing.T) {
	p := testPDB{modules: []testModule{{}}}
	for i := range 300 {
		p.items = append(p.items, record(leafFuncID, buffer{}.u32(0, 0).str(fmt.Sprint("f", i))))
	}
	check := func(what string, f *File) {
		t.Helper()
		for _, i := range []uint32{0, 1, 63, 64, 65, 127, 299} {
			if _, name := f.functionName(0x1000 + i); name != fmt.Sprint("f", i) {
				t.Errorf("%s: function %#x is %q, want f%d", what, 0x1000+i, name, i)
			}
		}
		if _, name := f.functionName(0x1000 + 300); name != "" {
			t.Errorf("%s: a function beyond the last is %q", what, name)
		}
	}
	check("without an index", p.parse(t))
	p.typeIndex = true
	check("with one", p.parse(t))
	f, err := rebuilt(t, p, testItemIndex, buffer{}.u32(0x1000, 0, 0x1003, 48, 0x1003, 64, 0x1001, 80).zeros(800))
	if err != nil {
		t.Fatal(err)
	}
	check("with one that goes back", f)
}

// TestTill compares the frames at every row of our own program with a golden
// file, with which llvm-symbolizer agrees (TestAgreesWithLLVM).
func TestTill(t *testing.T) {
	modules := decodeAll(t, parseFile(t, fixture.Path(t, "bin/till-clang19-windows.pdb")))
	var got []byte
	for _, addr := range addresses(modules) {
		got = fmt.Appendf(got, "%#x\n", addr)
		for _, f := range lookup(modules, addr) {
			got = fmt.Appendf(got, "\t%v\n", f)
		}
	}
	golden.Equal(t, "till.txt", got)
}

// TestEveryPDB reads all PDBs of the corpus, also those that are broken on
// purpose: what is read is sound, and only the broken ones give errors.
func TestEveryPDB(t *testing.T) {
	root := fixture.Corpus(t, "")
	broken := map[string]string{
		"bad-block-size.pdb": "MSF header+0x0: no magic number",
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".pdb" || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := Parse(data)
		if want := broken[d.Name()]; err != nil {
			if err.Error() != want {
				t.Errorf("%s: error %v, want %q", path, err, want)
			}
			return nil
		}
		readAll(t, f)
		decodeAll(t, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
