package main

import (
	"bufio"
	"fmt"
	"io"
	"sort"
	"strconv"

	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// writeBreakpad writes the debug information of the object at path as Breakpad's
// dump_syms does. For a file larger than any object at hand it writes it several
// times, one copy behind the other.
func writeBreakpad(w io.Writer, path, copies string) error {
	n, err := strconv.Atoi(copies)
	if err != nil {
		return err
	}
	f, err := objfile.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.DebugInfo()
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<20)
	id := f.DebugID()
	fmt.Fprintf(out, "MODULE Linux %s %X%X %s\n", f.Arch(), id.UUID, id.Age, "measured")
	b := &breakpadWriter{out: out, base: f.Base(), files: map[string]int{}, origins: map[string]int{}}
	if err := b.each(info, b.numberAll); err != nil {
		return err
	}
	for range n {
		if err := b.each(info, b.functions); err != nil {
			return err
		}
		b.copied = (b.end + 0xffff) &^ 0xffff
	}
	return out.Flush()
}

// A breakpadWriter first numbers files and origins, whose records come before
// all others, and then writes functions.
type breakpadWriter struct {
	out     *bufio.Writer
	unit    debuginfo.Unit
	base    uint64 // of the image
	copied  uint64 // where the copy starts
	end     uint64 // of what was written
	files   map[string]int
	origins map[string]int
}

// each reads every unit and calls f.
func (b *breakpadWriter) each(info debuginfo.Source, f func()) error {
	reader := info.NewReader()
	for i := range info.NumUnits() {
		if err := reader.Read(i, &b.unit); err != nil {
			return err
		}
		f()
	}
	return nil
}

func (b *breakpadWriter) numberAll() {
	for i := range b.unit.Files {
		b.file(uint32(i))
	}
	for _, in := range b.unit.Inlines {
		b.origin(in.Name)
	}
}

func (b *breakpadWriter) functions() {
	for i := range b.unit.Functions {
		b.function(&b.unit.Functions[i])
	}
}

func (b *breakpadWriter) number(record string, numbers map[string]int, name string) int {
	n, ok := numbers[name]
	if !ok {
		n = len(numbers)
		numbers[name] = n
		fmt.Fprintf(b.out, "%s %d %s\n", record, n, name)
	}
	return n
}

func (b *breakpadWriter) file(i uint32) int {
	return b.number("FILE", b.files, b.unit.Files[i])
}

func (b *breakpadWriter) origin(i uint32) int {
	return b.number("INLINE_ORIGIN", b.origins, b.name(i))
}

func (b *breakpadWriter) name(i uint32) string {
	switch n := b.unit.Names[i]; {
	case n.Symbol == "":
		return "<name omitted>"
	case n.Scope != "":
		return n.Scope + "::" + n.Symbol
	default:
		return n.Symbol
	}
}

// at returns where linked address addr is in the image that is written.
func (b *breakpadWriter) at(addr uint64) uint64 { return addr - b.base + b.copied }

func (b *breakpadWriter) function(f *debuginfo.Function) {
	u := &b.unit
	for _, r := range u.Ranges[f.Ranges.First:f.Ranges.End] {
		if r.Start < b.base || r.Start >= r.End {
			continue
		}
		b.end = max(b.end, b.at(r.End))
		inlines := u.Inlines[f.Inlines.First:f.Inlines.End]
		fmt.Fprintf(b.out, "FUNC %x %x 0 %s\n", b.at(r.Start), r.End-r.Start, b.name(f.Name))
		for i := range inlines {
			b.inline(&inlines[i], r)
		}
		b.lines(b.rowsIn(r), r)
	}
}

// inline writes the ranges of a call that lie in r.
func (b *breakpadWriter) inline(in *debuginfo.Inline, r debuginfo.Range) {
	head := false
	for _, p := range b.unit.Ranges[in.Ranges.First:in.Ranges.End] {
		if !r.Contains(p.Start) {
			continue
		}
		if !head {
			fmt.Fprintf(b.out, "INLINE %d %d %d %d", in.Depth-1, in.CallLine, b.file(in.CallFile), b.origin(in.Name))
			head = true
		}
		fmt.Fprintf(b.out, " %x %x", b.at(p.Start), p.End-p.Start)
	}
	if head {
		b.out.WriteByte('\n')
	}
}

// rowsIn returns the rows that have code in r.
func (b *breakpadWriter) rowsIn(r debuginfo.Range) []debuginfo.Row {
	rows := b.unit.Rows
	first := sort.Search(len(rows), func(i int) bool { return rows[i].Addr > r.Start }) - 1
	last := sort.Search(len(rows), func(i int) bool { return rows[i].Addr >= r.End })
	return rows[max(first, 0):last]
}

func (b *breakpadWriter) lines(rows []debuginfo.Row, r debuginfo.Range) {
	for i, row := range rows {
		start, end := max(row.Addr, r.Start), r.End
		if i+1 < len(rows) {
			end = min(end, rows[i+1].Addr)
		}
		if !row.End && start < end {
			fmt.Fprintf(b.out, "%x %x %d %d\n", b.at(start), end-start, row.Line, b.file(row.File))
		}
	}
}
