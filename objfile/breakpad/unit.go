package breakpad

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A reader decodes units. Nothing is allocated for a line: what it needs is from
// the unit before.
type reader struct {
	text    *File
	data    []byte
	index   *index
	files   slots
	origins slots

	// Of the unit that is being read.
	unit      *debuginfo.Unit
	code      debuginfo.Range // of the function; empty if none is open
	rowsEnd   uint64          // where the open sequence of rows ends; 0 if none is open
	lastEnd   uint64          // where the sequence before ended
	unsorted  bool            // sequences do not ascend
	err       error           // the first fault
	calls     []call          // inlined into the function
	cut       []call          // scratch
	spare     []call          // scratch
	keys      []uint64        // of calls, while they are sorted
	rows      []debuginfo.Row // scratch
	sequences []sequence      // scratch
	wanted    []uint32        // scratch of ReadFor: heads
}

// slots say where a numbered name is in the unit, by its index among the numbered;
// 0 not yet asked for.
type slots []uint32

func newReader(f *File) *reader {
	x := f.index()
	return &reader{text: f, data: f.data, index: x, files: make(slots, len(x.files)), origins: make(slots, len(x.origins))}
}

// Read decodes unit i.
func (r *reader) Read(i int, u *debuginfo.Unit) error {
	r.begin(u)
	r.records(r.index.units[i])
	return r.end()
}

// begin empties u, which records are then read into.
func (r *reader) begin(u *debuginfo.Unit) {
	u.Reset()
	clear(r.files)
	clear(r.origins)
	r.unit, r.err, r.code, r.calls = u, nil, debuginfo.Range{}, r.calls[:0]
	r.rowsEnd, r.lastEnd, r.unsorted = 0, 0, false
}

// records reads the records of a run of functions.
func (r *reader) records(span span) {
	for l := (lines{data: r.data[:span.end], off: span.start}); l.next(); {
		if !r.record(l.line) && r.err == nil {
			r.err = &cursor.Error{Section: "symbols", Offset: uint64(l.at), Reason: "record cannot be read"}
		}
	}
	r.endFunction()
}

// end completes the unit.
func (r *reader) end() error {
	if r.unsorted {
		r.sortRows()
	}
	return r.err
}

// record reads a line, and reports whether it could. What is neither FUNC nor
// INLINE nor a line record does not belong to a function.
func (r *reader) record(line []byte) bool {
	switch {
	case len(line) == 0:
	case line[0] == 'F' && bytes.HasPrefix(line, []byte("FUNC ")):
		return r.readFunc(line)
	case line[0] == 'F' && bytes.HasPrefix(line, []byte("FILE ")):
	case hexDigits[line[0]] != 0:
		return r.readLine(line)
	case bytes.HasPrefix(line, []byte("INLINE ")):
		return r.readInline(line[len("INLINE "):])
	}
	return true
}

// readFunc starts a function. One without code is none.
func (r *reader) readFunc(line []byte) bool {
	r.endFunction()
	f, ok := parseFunc(line)
	if !ok || f.code.Start == f.code.End {
		return ok
	}
	u := r.unit
	r.code = f.code
	name := uint32(0)
	if f.name != "" {
		name = r.addName(f.name)
	}
	first, inlines := uint32(len(u.Ranges)), uint32(len(u.Inlines))
	u.Ranges = append(u.Ranges, f.code)
	u.Functions = append(u.Functions, debuginfo.Function{
		Entry:   f.code.Start,
		Name:    name,
		Ranges:  debuginfo.Span{First: first, End: first + 1},
		Inlines: debuginfo.Span{First: inlines, End: inlines},
	})
	return true
}

// endFunction closes the function that is open.
func (r *reader) endFunction() {
	r.endRows()
	if len(r.calls) > 0 {
		r.layInlines()
	}
	r.code = debuginfo.Range{}
}

// readLine reads "address size line file", the size and the address in hex. A line
// that ends beyond the function ends with it.
func (r *reader) readLine(line []byte) bool {
	f := record{rest: line}
	code := f.codeRange()
	number, file := f.dec(), f.dec()
	if f.bad {
		return false
	}
	if code.Start == code.End || !r.code.Contains(code.Start) {
		return true
	}
	u := r.unit
	if r.rowsEnd != 0 && (code.Start > r.rowsEnd || code.Start < u.Rows[len(u.Rows)-1].Addr) {
		r.endRows()
	}
	if r.rowsEnd == 0 && code.Start < r.lastEnd {
		r.unsorted = true
	}
	u.Rows = append(u.Rows, debuginfo.Row{Addr: code.Start, File: r.file(file), Line: number})
	r.rowsEnd = min(max(r.rowsEnd, code.End), r.code.End)
	return true
}

// endRows closes the sequence of rows that is open.
func (r *reader) endRows() {
	if r.rowsEnd != 0 {
		r.unit.Rows = append(r.unit.Rows, debuginfo.Row{Addr: r.rowsEnd, End: true})
		r.lastEnd = r.rowsEnd
		r.rowsEnd = 0
	}
}

// A sequence is a run of rows up to one with End set.
type sequence struct {
	start      uint64
	first, end int
}

// sortRows puts the sequences in order. Of those that overlap (functions that the
// linker folded into one) the first stays.
func (r *reader) sortRows() {
	r.rows = append(r.rows[:0], r.unit.Rows...)
	r.sequences = r.sequences[:0]
	first := 0
	for i := range r.rows {
		if r.rows[i].End {
			r.sequences = append(r.sequences, sequence{r.rows[first].Addr, first, i + 1})
			first = i + 1
		}
	}
	slices.SortStableFunc(r.sequences, func(a, b sequence) int { return cmp.Compare(a.start, b.start) })
	rows := r.unit.Rows[:0]
	end := uint64(0)
	for _, s := range r.sequences {
		if s.start >= end {
			rows = append(rows, r.rows[s.first:s.end]...)
			end = r.rows[s.end-1].Addr
		}
	}
	r.unit.Rows = rows
}

// file returns the index in the unit of a source file, 0 if there is none.
func (r *reader) file(number uint32) uint32 {
	i, ok := r.index.files.find(number)
	if !ok {
		return 0
	}
	if r.files[i] == 0 {
		r.files[i] = uint32(len(r.unit.Files))
		r.unit.Files = append(r.unit.Files, r.index.files[i].name)
	}
	return r.files[i]
}

// origin returns the index in the unit of the name of an inlined function, 0 if
// there is none.
func (r *reader) origin(number uint32) uint32 {
	i, ok := r.index.origins.find(number)
	if !ok {
		return 0
	}
	if r.origins[i] == 0 {
		r.origins[i] = r.addName(r.index.origins[i].name)
	}
	return r.origins[i]
}

// addName adds a name to the unit and returns its index.
func (r *reader) addName(symbol string) uint32 {
	r.unit.Names = append(r.unit.Names, debuginfo.Name{Symbol: symbol})
	return uint32(len(r.unit.Names) - 1)
}
