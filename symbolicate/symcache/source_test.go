package symcache

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// units is debug information that a test states.
type units []*unitBuilder

func (u units) NumUnits() int               { return len(u) }
func (u units) UnitSize(int) int            { return batchBytes } // each a batch of its own
func (u units) NewReader() debuginfo.Reader { return unitsReader(u) }

type unitsReader units

func (r unitsReader) Read(i int, u *debuginfo.Unit) error {
	*u = r[i].unit
	return r[i].err
}

// A unitBuilder states a unit.
type unitBuilder struct {
	unit debuginfo.Unit
	err  error
}

func newUnit() *unitBuilder {
	b := &unitBuilder{}
	b.unit.Reset()
	return b
}

func (b *unitBuilder) name(symbol string) uint32 {
	return b.fullName(debuginfo.Name{Symbol: symbol, Language: debuginfo.C})
}

func (b *unitBuilder) fullName(n debuginfo.Name) uint32 {
	b.unit.Names = append(b.unit.Names, n)
	return uint32(len(b.unit.Names) - 1)
}

func (b *unitBuilder) file(path string) uint32 {
	if path == "" {
		return 0
	}
	for i, f := range b.unit.Files {
		if f == path {
			return uint32(i)
		}
	}
	b.unit.Files = append(b.unit.Files, path)
	return uint32(len(b.unit.Files) - 1)
}

func (b *unitBuilder) ranges(bounds []uint64) debuginfo.Span {
	s := debuginfo.Span{First: uint32(len(b.unit.Ranges))}
	for i := 0; i < len(bounds); i += 2 {
		b.unit.Ranges = append(b.unit.Ranges, debuginfo.Range{Start: bounds[i], End: bounds[i+1]})
	}
	s.End = uint32(len(b.unit.Ranges))
	return s
}

// fn adds a function; bounds are starts and ends of its ranges.
func (b *unitBuilder) fn(symbol string, bounds ...uint64) *unitBuilder {
	n := uint32(len(b.unit.Inlines))
	f := debuginfo.Function{Name: b.name(symbol), Entry: bounds[0], Ranges: b.ranges(bounds), Inlines: debuginfo.Span{First: n, End: n}}
	b.unit.Functions = append(b.unit.Functions, f)
	return b
}

// inline adds a call inlined into the function added last.
func (b *unitBuilder) inline(depth uint32, symbol, file string, line uint32, bounds ...uint64) *unitBuilder {
	b.unit.Inlines = append(b.unit.Inlines, debuginfo.Inline{
		Name: b.name(symbol), Depth: depth, CallFile: b.file(file), CallLine: line, CallColumn: line + 100, Ranges: b.ranges(bounds),
	})
	b.unit.Functions[len(b.unit.Functions)-1].Inlines.End++
	return b
}

// row adds a row; line −1 ends the sequence.
func (b *unitBuilder) row(addr uint64, file string, line int) *unitBuilder {
	if line < 0 {
		b.unit.Rows = append(b.unit.Rows, debuginfo.Row{Addr: addr, End: true})
		return b
	}
	b.unit.Rows = append(b.unit.Rows, debuginfo.Row{Addr: addr, File: b.file(file), Line: uint32(line), Column: uint32(line) + 100})
	return b
}

// open compiles an input and opens the table.
func open(t testing.TB, in input, opts Options) *Cache {
	t.Helper()
	res, err := compile(in, opts)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(res.Table)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Verify(); err != nil {
		t.Fatal(err)
	}
	return c
}

// show prints a chain as "innermost at file:line < … < outermost at file:line".
func show(frames []Frame) string {
	var out []string
	for _, f := range frames {
		s := f.Symbol
		if f.Scope != "" {
			s = f.Scope + "::" + s
		}
		if f.File != "" || f.Line != 0 {
			s += fmt.Sprintf(" at %s:%d", f.File, f.Line)
		}
		out = append(out, s)
	}
	return strings.Join(out, " < ")
}

func symbols(triples ...any) (list []objfile.Symbol) {
	number := func(v any) uint64 {
		if n, ok := v.(int); ok {
			return uint64(n)
		}
		return v.(uint64) // what an int does not hold everywhere
	}
	for i := 0; i < len(triples); i += 3 {
		list = append(list, objfile.Symbol{Name: triples[i].(string), Addr: number(triples[i+1]), Size: number(triples[i+2]), Kind: objfile.Func})
	}
	return list
}
