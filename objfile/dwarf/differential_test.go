package dwarf

import (
	"cmp"
	stddwarf "debug/dwarf"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// openELF opens a file for this reader and for that of the standard library,
// which serves as the oracle.
func openELF(t testing.TB, name string) (*Data, *stddwarf.Data) {
	t.Helper()
	f, err := elf.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	section := func(n string) []byte {
		s := f.Section(n)
		if s == nil {
			return nil
		}
		data, err := s.Data()
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	var code []debuginfo.Range
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_EXECINSTR != 0 && s.Flags&elf.SHF_ALLOC != 0 {
			code = append(code, debuginfo.Range{Start: s.Addr, End: s.Addr + s.Size})
		}
	}
	slices.SortFunc(code, func(a, b debuginfo.Range) int { return cmp.Compare(a.Start, b.Start) })
	d, err := New(f.ByteOrder, Sections{
		Info: section(".debug_info"), Abbrev: section(".debug_abbrev"), Line: section(".debug_line"), LineStr: section(".debug_line_str"),
		Str: section(".debug_str"), StrOffsets: section(".debug_str_offsets"), Addr: section(".debug_addr"),
		Ranges: section(".debug_ranges"), RngLists: section(".debug_rnglists"), Aranges: section(".debug_aranges"),
	}, Options{Code: code})
	if err != nil {
		t.Fatal(err)
	}
	oracle, err := f.DWARF()
	if err != nil {
		t.Fatal(err)
	}
	return d, oracle
}

// TestDifferential compares functions, inlined calls and rows with what debug/dwarf
// reads, which walks every DIE.
func TestDifferential(t *testing.T) {
	names := []string{
		fixture.Path(t, "bin/shop-clang19-x86_64"), fixture.Path(t, "bin/relay-rust1.95-x86_64"), fixture.Path(t, "bin/fleet-go1.26-x86_64.debug"),
	}
	debug, _ := filepath.Glob(filepath.Join(fixture.Path(t, "symbols"), ".build-id", "*", "*.debug"))
	for _, name := range append(names, debug...) {
		t.Run(filepath.Base(name), func(t *testing.T) { compareWithOracle(t, name) })
	}
}

// TestDifferentialCorpus does the same with other people's programs.
func TestDifferentialCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("debug/dwarf takes its time")
	}
	corpus := fixture.Corpus(t, "README.md")
	names, _ := filepath.Glob(filepath.Join(filepath.Dir(corpus), "gen/out/elf/*/prog"))
	for _, more := range []string{
		"built/ninja-gcc-O2-zlib/ninja", "built/ninja-clang-O2-aranges/ninja", "built/go/gofix-linux-amd64",
		"debian/amd64/libc.so.6.debug", "debian/s390x/libc.so.6.debug",
	} {
		names = append(names, filepath.Join(filepath.Dir(corpus), more))
	}
	for _, name := range names {
		short := strings.TrimPrefix(name, filepath.Dir(corpus)+"/")
		t.Run(short, func(t *testing.T) {
			if _, err := os.Stat(name); err != nil {
				t.Skip(err)
			}
			for part, why := range unlike {
				if strings.Contains(short, part) {
					t.Skip(why)
				}
			}
			compareWithOracle(t, name)
		})
	}
}

// unlike says which files the oracle cannot read.
var unlike = map[string]string{
	"elf/minidebuginfo": "no debug information", "elf/symtab-only": "no debug information", "elf/pair-": "no debug information",
	"-split": "debug/dwarf does not read split DWARF", "-dwp": "debug/dwarf does not read split DWARF",
	"clang-x64-dwarf64": "debug/dwarf misreads clang's 64-bit DWARF 5", "zlibgnu": "package debug/elf leaves .zdebug as it is", "x64-types4": "debug/dwarf cannot tell type units of DWARF 4",
	"dwz-multi": "debug/dwarf does not read supplementary files",
}

// A subprogram is a function as the comparison sees it.
type subprogram struct {
	ranges  string
	inlines int // with code
}

func compareWithOracle(t *testing.T, name string) {
	t.Helper()
	d, oracle := openELF(t, name)
	functions := map[subprogram]int{}
	var u debuginfo.Unit
	units := map[uint64]map[string]int{} // rows by table
	r := newReader(d)
	for i := range d.NumUnits() {
		if err := r.Read(i, &u); err != nil {
			t.Errorf("unit %d: %v", i, err)
		}
		for _, f := range u.Functions {
			s := subprogram{ranges: fmt.Sprintf("%#x", u.Ranges[f.Ranges.First:f.Ranges.End])}
			for _, in := range u.Inlines[f.Inlines.First:f.Inlines.End] {
				if in.Ranges.Len() > 0 {
					s.inlines++
				}
			}
			functions[s]++
		}
		opened, err := r.openUnit(d, d.units[d.code[i]])
		if err != nil {
			t.Fatal(err)
		}
		if opened.hasLines {
			units[opened.stmtList] = rowSet(&u)
		}
	}
	wantFunctions, wantUnits := oracleUnits(t, d, oracle)
	if diff := gocmp.Diff(wantFunctions, functions); diff != "" {
		t.Errorf("functions (-debug/dwarf +got):\n%s", head(diff))
	}
	for off, want := range wantUnits {
		if want == nil {
			continue // sequences that overlap: the oracle has no opinion
		}
		if diff := gocmp.Diff(want, units[off]); diff != "" {
			t.Errorf("rows of the table at %#x (-debug/dwarf +got):\n%s", off, head(diff))
		}
	}
}

func head(diff string) string {
	lines := strings.SplitAfterN(diff, "\n", 60)
	return strings.Join(lines[:min(len(lines), 59)], "")
}

// rowSet returns the rows of a unit, without folders: debug/dwarf leaves some of
// them out of paths.
func rowSet(u *debuginfo.Unit) map[string]int {
	set := map[string]int{}
	last := ""
	for _, r := range u.Rows {
		said := fmt.Sprintf("%s:%d:%d", path.Base(u.Files[r.File]), r.Line, r.Column)
		if r.End {
			said = "end"
		}
		if said != last || r.End {
			set[fmt.Sprintf("%#x %s", r.Addr, said)]++
		}
		last = said
	}
	return set
}

// oracleUnits returns what debug/dwarf finds: functions, and rows by line table.
func oracleUnits(t *testing.T, d *Data, oracle *stddwarf.Data) (map[subprogram]int, map[uint64]map[string]int) {
	t.Helper()
	functions, units := map[subprogram]int{}, map[uint64]map[string]int{}
	reader := oracle.Reader()
	var around []*subprogram // functions that stand around the current DIE; nil: a DIE that is none
	closeOne := func() {
		if s := around[len(around)-1]; s != nil {
			functions[*s]++
		}
		around = around[:len(around)-1]
	}
	inUnit := true
	for {
		e, err := reader.Next()
		if err != nil {
			t.Fatal(err)
		}
		if e == nil {
			return functions, units
		}
		if e.Tag == 0 {
			closeOne()
			continue
		}
		var opened *subprogram
		switch e.Tag {
		case stddwarf.TagCompileUnit:
			inUnit = true
			if off, ok := e.Val(stddwarf.AttrStmtList).(int64); ok {
				units[uint64(off)] = oracleRows(t, d, oracle, e)
			}
		case stddwarf.TagPartialUnit, stddwarf.TagTypeUnit:
			inUnit = false
		case stddwarf.TagSubprogram:
			if code := codeOf(t, d, oracle, e); inUnit && code != "" && e.Val(stddwarf.AttrDeclaration) == nil {
				opened = &subprogram{ranges: code}
			}
		case stddwarf.TagInlinedSubroutine:
			i := len(around) - 1
			for i >= 0 && around[i] == nil {
				i--
			}
			if i >= 0 && codeOf(t, d, oracle, e) != "" {
				around[i].inlines++
			}
		}
		around = append(around, opened)
		if !e.Children {
			closeOne()
		}
	}
}

// codeOf returns the ranges of a DIE that are part of the program.
func codeOf(t testing.TB, d *Data, oracle *stddwarf.Data, e *stddwarf.Entry) string {
	t.Helper()
	ranges, err := oracle.Ranges(e)
	if err != nil {
		t.Fatal(err)
	}
	var code []debuginfo.Range
	for _, r := range ranges {
		if d.isCode(r[0]) && r[0] < r[1] {
			code = append(code, debuginfo.Range{Start: r[0], End: r[1]})
		}
	}
	if len(code) == 0 {
		return ""
	}
	return fmt.Sprintf("%#x", code)
}

// oracleRows returns the rows of a unit as this package gives them: of several at
// one address the last, none that says the same as the one before. It returns nil
// where sequences overlap or go back.
func oracleRows(t *testing.T, d *Data, oracle *stddwarf.Data, e *stddwarf.Entry) map[string]int {
	t.Helper()
	lines, err := oracle.LineReader(e)
	if err != nil || lines == nil {
		t.Fatalf("no line table: %v", err)
	}
	type sequence struct {
		start, end uint64
		rows       []stddwarf.LineEntry
	}
	var all []sequence
	var seq sequence
	var row stddwarf.LineEntry
	for {
		if err := lines.Next(&row); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		n := len(seq.rows)
		switch {
		case n > 0 && row.Address < seq.rows[n-1].Address:
			return nil
		case row.EndSequence:
			if n > 0 && d.isCode(seq.rows[0].Address) && seq.rows[0].Address < row.Address {
				seq.start, seq.end = seq.rows[0].Address, row.Address
				all = append(all, seq)
			}
			seq = sequence{}
		case n > 0 && row.Address == seq.rows[n-1].Address:
			seq.rows[n-1] = row
		default:
			seq.rows = append(seq.rows, row)
		}
	}
	slices.SortFunc(all, func(a, b sequence) int { return cmp.Compare(a.start, b.start) })
	set := map[string]int{}
	for i, s := range all {
		if i > 0 && s.start < all[i-1].end {
			return nil
		}
		last := ""
		for _, r := range s.rows {
			name := "."
			if r.File != nil && r.File.Name != "" {
				name = path.Base(r.File.Name)
			}
			if said := fmt.Sprintf("%s:%d:%d", name, r.Line, r.Column); said != last && r.Address < s.end {
				set[fmt.Sprintf("%#x %s", r.Address, said)]++
				last = said
			}
		}
		set[fmt.Sprintf("%#x end", s.end)]++
	}
	return set
}
