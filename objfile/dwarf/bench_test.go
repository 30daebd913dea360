package dwarf

import (
	"errors"
	"io"
	"testing"

	stddwarf "debug/dwarf"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// program is what the benchmarks read: C++ with deep inlining.
func program(b *testing.B) (*Data, *stddwarf.Data) {
	b.Helper()
	return openELF(b, fixture.Corpus(b, "built/ninja-clang-O2-aranges/ninja"))
}

// BenchmarkUnits reads everything of every unit: functions, inlined calls, names,
// lines.
func BenchmarkUnits(b *testing.B) {
	d, _ := program(b)
	b.SetBytes(int64(len(d.s.Info)))
	b.ReportAllocs()
	r := d.NewReader()
	var u debuginfo.Unit
	functions := 0
	for b.Loop() {
		functions = 0
		for i := range d.NumUnits() {
			if err := r.Read(i, &u); err != nil {
				b.Fatal(err)
			}
			functions += len(u.Functions)
		}
	}
	if functions != 518 { // debug/dwarf finds as many: see TestDifferentialCorpus
		b.Errorf("%d functions", functions)
	}
}

// BenchmarkWalk decodes the DIEs of every unit. The standard library's walk, which
// does not find out names and call sites, is beside it.
func BenchmarkWalk(b *testing.B) {
	d, oracle := program(b)
	b.Run("dwarf", func(b *testing.B) {
		b.SetBytes(int64(len(d.s.Info)))
		b.ReportAllocs()
		r := newReader(d)
		var out debuginfo.Unit
		functions := 0
		for b.Loop() {
			functions = 0
			for i := range d.NumUnits() {
				out.Reset()
				r.forget()
				r.out = &out
				r.names.reset()
				u, err := r.openUnit(d, d.units[d.code[i]])
				if err != nil {
					b.Fatal(err)
				}
				if err := r.walkUnit(u); err != nil {
					b.Fatal(err)
				}
				functions += len(out.Functions)
			}
		}
		if functions != 518 {
			b.Errorf("%d functions", functions)
		}
	})
	b.Run("debug-dwarf", func(b *testing.B) {
		b.SetBytes(int64(len(d.s.Info)))
		b.ReportAllocs()
		functions := 0
		for b.Loop() {
			functions = 0
			r := oracle.Reader()
			for {
				e, err := r.Next()
				if err != nil {
					b.Fatal(err)
				}
				if e == nil {
					break
				}
				if e.Tag == stddwarf.TagSubprogram && codeOf(b, d, oracle, e) != "" {
					functions++
				}
			}
		}
		if functions != 518 {
			b.Errorf("%d functions", functions)
		}
	})
}

// BenchmarkLines runs every line program.
func BenchmarkLines(b *testing.B) {
	d, oracle := program(b)
	b.Run("dwarf", func(b *testing.B) {
		b.SetBytes(int64(len(d.s.Line)))
		b.ReportAllocs()
		r := newReader(d)
		var out debuginfo.Unit
		rows := 0
		for b.Loop() {
			rows = 0
			for i := range d.NumUnits() {
				out.Reset()
				r.forget()
				u, err := r.openUnit(d, d.units[d.code[i]])
				if err != nil {
					b.Fatal(err)
				}
				if err := r.lines.load(u, &out); err != nil {
					b.Fatal(err)
				}
				if err := r.lines.run(); err != nil {
					b.Fatal(err)
				}
				rows += len(out.Rows)
			}
		}
		if rows == 0 {
			b.Error("no rows")
		}
	})
	b.Run("debug-dwarf", func(b *testing.B) {
		b.SetBytes(int64(len(d.s.Line)))
		b.ReportAllocs()
		for b.Loop() {
			r := oracle.Reader()
			for {
				e, err := r.Next()
				if err != nil {
					b.Fatal(err)
				}
				if e == nil {
					break
				}
				lines, err := oracle.LineReader(e)
				if err != nil {
					b.Fatal(err)
				}
				var row stddwarf.LineEntry
				for err == nil && lines != nil {
					err = lines.Next(&row)
				}
				if err != nil && !errors.Is(err, io.EOF) {
					b.Fatal(err)
				}
				r.SkipChildren()
			}
		}
	})
}

// However many DIEs and rows a unit has, reading it allocates the same few times
// once a reader has its memory.
func TestAllocations(t *testing.T) {
	read := func(n int) float64 {
		a := assembler{code: []uint64{0x1000, 0x1000_0000}}
		g := tree(tagSubprogram, named("g"), linkage("_Z1gv"))
		l := newLines(unitSpec{}, false, []string{"/src"}, "a.c", "a.c")
		l.address(0x1000)
		root := cu(compiledIn("/src"), lines(0), g)
		for i := range uint64(n) {
			start := 0x1000 + 0x10*i
			root.children = append(root.children, fn("f", start, start+0x10, linkage("_Z1fv"),
				tree(tagLexicalBlock, inlined(g, start, start+4, fileLine(1, 1)))))
			l.special(4, 1).op(lnsAdvanceLine, 40).op(lnsCopy).special(4, 0)
		}
		a.line.b = l.end().table()
		a.unit(unitSpec{}, root)
		d := a.data(t)
		r := d.NewReader()
		var u debuginfo.Unit
		allocs := testing.AllocsPerRun(20, func() {
			if err := r.Read(0, &u); err != nil {
				t.Fatal(err)
			}
		})
		if len(u.Functions) != n || len(u.Inlines) != n || len(u.Rows) < n {
			t.Fatalf("%d functions, %d inlined calls, %d rows, want %d", len(u.Functions), len(u.Inlines), len(u.Rows), n)
		}
		return allocs
	}
	const most = 4
	few, many := read(100), read(10_000)
	if few != many || many > most {
		t.Errorf("%v allocations for 100 functions, %v for 10000; want at most %d for each", few, many, most)
	}
}
