package gopclntab

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// TestSharedRecordCostsNoMoreThanCode has a hundred thousand functions of four
// bytes share one record, whose tables are of half a million rows, each from
// another inlined call with a name that does not end.
func TestSharedRecordCostsNoMoreThanCode(t *testing.T) {
	const (
		functions = 100_000
		size      = 4
		runs      = 1 << 19
	)
	b := builder{magic: 0xfffffff1, order: binary.LittleEndian, word: 8, inlining: versions[0].inlinings[0]}
	v := b.version()
	names := bytes.Repeat([]byte("n"), 1<<20)
	values := append([]byte{0}, bytes.Repeat([]byte{2, 1}, runs)...)
	starts := (2*functions + 1) * 4
	part := b.functions(v, nil, starts, []testFunction{{name: 1, stack: 1, files: 1, lines: 1, inlined: 1}})
	record := binary.LittleEndian.Uint32(part[4:])
	for i := range functions {
		binary.LittleEndian.PutUint32(part[8*i:], uint32(size*i))
		binary.LittleEndian.PutUint32(part[8*i+4:], record)
	}
	binary.LittleEndian.PutUint32(part[8*functions:], size*functions)
	unitFiles := bytes.Repeat([]byte{1, 0, 0, 0}, runs)
	table := b.parts(v, headerSize+8*v.words, names, unitFiles, names, values, part)
	binary.LittleEndian.PutUint64(table[headerSize:], functions)
	var calls []byte
	for i := range uint32(runs) {
		calls = b.append32(calls, 0, i, (i+1)%size, 0) // each in the next, in a circle
	}
	code := debuginfo.Range{Start: textAddr, End: textAddr + size*functions}
	tab, err := New(Image{
		Table: Section{1 << 32, table}, Code: []debuginfo.Range{code},
		Data: []Section{{callsAddr + 8, calls}, {dataAddr, b.module(v, 1<<32, table)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := tab.NewReader()
	var u debuginfo.Unit
	rows, inlines := 0, 0
	for i := range tab.NumUnits() {
		if err := r.Read(i, &u); err != nil {
			t.Fatal(err)
		}
		check(t, &u, code)
		rows += len(u.Rows)
		inlines += len(u.Inlines)
	}
	if want := (size + 1) * functions; rows != want {
		t.Errorf("%d rows, want %d: one a byte, and one for the end of each function", rows, want)
	}
	if inlines == 0 || inlines > size*functions {
		t.Errorf("%d inlined calls in %d bytes of code", inlines, size*functions)
	}
}
