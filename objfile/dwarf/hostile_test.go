package dwarf

import (
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// What a hostile file may cost: a second of the processor, doubled for a machine
// that does other things too, and 256 MiB.
const (
	hostileTime   = 2 * time.Second
	hostileMemory = 256 << 20
)

func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	// chain puts a million DIEs into one another, each of the bytes of one.
	chain := func(a *assembler, outer *node) {
		outer.open = true
		a.unit(unitSpec{}, cu(outer))
		one := a.info.b[outer.off:outer.end]
		if n := len(outer.children); n > 0 {
			one = a.info.b[outer.off:outer.children[0].off]
		}
		rest := append([]byte{}, a.info.b[outer.end:]...)
		a.info.b = a.info.b[:outer.off]
		for range 1_000_000 {
			a.info.b = append(a.info.b, one...)
		}
		a.info.b = append(a.info.b, rest...)
		a.fixLength()
	}
	// repeat appends to a unit n times the last DIE.
	repeat := func(a *assembler, n int, dies ...*node) {
		var parts []any
		for _, d := range dies {
			parts = append(parts, d)
		}
		root := cu(parts)
		root.open = true
		a.unit(unitSpec{}, root)
		a.sections()
		last := dies[len(dies)-1]
		one := append([]byte{}, a.info.b[last.off:last.end]...)
		for range n {
			a.info.b = append(a.info.b, one...)
		}
		a.fixLength()
	}
	for _, tt := range []struct {
		name  string
		build func(a *assembler)
		want  string // the error
	}{
		{"blocks a million deep", func(a *assembler) {
			chain(a, tree(tagLexicalBlock, tree(tagLexicalBlock)))
		}, "DIEs nest too deep"},
		{"functions a million deep", func(a *assembler) {
			chain(a, fn("", 0x10, 0x20, tree(tagLexicalBlock)))
		}, "DIEs nest too deep"},
		{"types a million deep", func(a *assembler) {
			chain(a, tree(tagClassType, tree(tagClassType)))
		}, "DIEs nest too deep"},
		{"a million types in functions in functions", func(a *assembler) {
			types := tree(tagClassType)
			outer := types
			for range 2 * maxNesting {
				outer = fn("f", 0x10, 0x20, outer)
				outer.open = true
			}
			root := cu(outer)
			root.open = true
			a.unit(unitSpec{}, root)
			for range 2_000_000 {
				a.info.b = append(a.info.b, a.info.b[types.off:types.end]...)
			}
			a.fixLength()
		}, "functions nest too deep"},
		{"a function in types a million deep", func(a *assembler) {
			chain(a, tree(tagClassType, fn("f", 0x10, 0x20)))
		}, "DIEs nest too deep"},
		{"a million inlined calls of a function that refers to itself", func(a *assembler) {
			g := tree(tagSubprogram)
			g.attrs = []attribute{originOf(g)}
			repeat(a, 1_000_000, g, inlined(g, 0x10, 0x20))
		}, ""},
		{"a million functions with a list of a million entries", func(a *assembler) {
			for range 1_000_000 {
				a.rngLists.u8(rleOffsetPair).uleb(1).uleb(2)
			}
			a.rngLists.u8(rleEndOfList)
			repeat(a, 1_000_000, tree(tagSubprogram, rangesAt(0)))
		}, "unit holds too many ranges"},
		{"a list that never ends", func(a *assembler) {
			for range 2_000_000 {
				a.rngLists.u8(rleOffsetPair).uleb(0x10).uleb(0x11)
			}
			repeat(a, 0, tree(tagSubprogram, rangesAt(0)))
		}, "more ranges than its size accounts for"},
		{"a list of version 4 that never ends", func(a *assembler) {
			for range 1_000_000 {
				a.ranges.uint(8, 0x10).uint(8, 0x11)
			}
			a.unit(unitSpec{version: 4}, cu(tree(tagSubprogram, rangesAt(0))))
		}, "more ranges than its size accounts for"},
		{"2^60 rows", func(a *assembler) {
			l := newLines(unitSpec{}, false, []string{"/src"}, "a.c", "a.c")
			l.address(0x10)
			for range 1_000_000 {
				l.op(lnsAdvancePC, 1<<60).op(lnsCopy)
			}
			a.line.b = l.table()
			a.unit(unitSpec{}, cu(lines(0)))
		}, ""},
		{"more rows than there may be", func(a *assembler) {
			l := newLines(unitSpec{}, false, []string{"/src"}, "a.c", "a.c")
			l.address(0x10)
			for range 2 * maxRows {
				l.special(1, 1)
			}
			a.line.b = l.table()
			a.unit(unitSpec{}, cu(lines(0)))
		}, "line program yields more than 3145728 rows"},
		{"an abbreviation of a million flags", func(a *assembler) {
			root := cu()
			a.unit(unitSpec{}, root)
			a.abbrev.b = a.abbrev.b[:len(a.abbrev.b)-1]
			a.abbrev.uleb(2).uleb(tagSubprogram).u8(0)
			for range 1_000_000 {
				a.abbrev.uleb(attrName).uleb(uint64(formFlagPresent))
			}
			a.abbrev.u8(0).u8(0).u8(0)
			for range 1_000_000 {
				a.info.u8(2)
			}
			a.fixLength()
		}, ""},
		{"megabytes of zeros for units", func(a *assembler) {
			a.abbrev.u8(0)
			a.info.b = make([]byte, 16<<20)
		}, "unit of 0 bytes ends in its header"},
		{"many functions in a scope with a long name", func(a *assembler) {
			f := tree(tagSubprogram, named("f"), lowHigh(0x10, 0x20))
			root := cu(tree(tagNamespace, named(strings.Repeat("x", 1000)), f))
			root.open, root.children[0].open = true, true
			a.unit(unitSpec{}, root)
			one := append([]byte{}, a.info.b[f.off:f.end]...)
			for range 200_000 {
				a.info.b = append(a.info.b, one...)
			}
			a.fixLength()
		}, ""},
		{"a line table of 4 G files", func(a *assembler) {
			a.line.uint(4, 40).uint(2, 5).u8(8).u8(0).uint(4, 32)
			a.line.u8(1).u8(1).u8(1).u8(1).u8(1).u8(1).u8(1).uleb(1).uleb(8).uleb(1 << 32)
			a.line.b = append(a.line.b, make([]byte, 30)...)
			a.unit(unitSpec{}, cu(lines(0)))
		}, "entries in"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := assembler{code: []uint64{0x10, 0x1000_0000}}
			a.unit(unitSpec{version: 4}, cu()) // so that the sections know their order
			a.info, a.abbrev = buffer{}, buffer{}
			tt.build(&a)
			d := a.data(t)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			defer debug.SetMemoryLimit(debug.SetMemoryLimit(int64(before.Sys) + hostileMemory))
			defer debug.SetGCPercent(debug.SetGCPercent(10)) // what is needed counts, not what is left lying
			var err error
			took := quickest(t, func() {
				var u debuginfo.Unit
				err = nil
				for i, r := 0, d.NewReader(); i < d.NumUnits() && err == nil; i++ {
					err = r.Read(i, &u)
				}
			})
			runtime.ReadMemStats(&after)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("error %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want one that says %q", err, tt.want)
			}
			if took > hostileTime {
				t.Errorf("took %v, want at most %v", took, hostileTime)
			}
			if grown := after.HeapSys - min(before.HeapSys, after.HeapSys); grown > hostileMemory {
				t.Errorf("the heap grew by %d bytes, want at most %d", grown, hostileMemory)
			}
		})
	}
}

// quickest returns how much of the processor f takes: the first time, if that is
// quick enough, for a machine that is shared is slow at times.
func quickest(t *testing.T, f func()) time.Duration {
	t.Helper()
	best := time.Duration(1 << 62)
	for range 4 {
		runtime.GC()
		if best = min(best, fixture.CPU(f)); best < hostileTime {
			break
		}
	}
	return best
}

// fixLength makes the only unit, of 32-bit DWARF, reach to the end of the section.
func (a *assembler) fixLength() {
	length := buffer{big: a.big}
	copy(a.info.b, length.uint(4, uint64(len(a.info.b)-4)).b)
}
