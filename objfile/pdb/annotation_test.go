package pdb

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnnotate(t *testing.T) {
	at := func(start, end, line uint32) span { return span{start: start, end: end, file: 8, line: line} }
	for _, tt := range []struct {
		name string
		data []byte
		want []span
	}{
		{"nothing", nil, nil},
		{"code offset, then length", []byte{3, 0x10, 4, 5}, []span{at(0x10, 0x15, 100)}},
		{"a row ends where the next starts", []byte{3, 0x10, 6, 4, 3, 3, 4, 5}, []span{at(0x10, 0x13, 100), at(0x13, 0x18, 102)}},
		{"a row without an end", []byte{3, 0x10, 4, 5, 3, 2}, []span{at(0x10, 0x15, 100)}},
		{"offsets go on from the end of a row", []byte{3, 0x10, 4, 5, 3, 2, 4, 1}, []span{at(0x10, 0x15, 100), at(0x17, 0x18, 100)}},
		{"the line goes back", []byte{6, 7, 3, 1, 4, 1}, []span{at(1, 2, 97)}},
		{"code and line in one", []byte{11, 0x23, 4, 1}, []span{at(3, 4, 101)}},
		{"code and line back in one", []byte{11, 0x35, 4, 1}, []span{at(5, 6, 99)}},
		// From crash.pdb, function _Tidy_deallocate, as llvm-pdbutil prints it:
		// code 0x48 up to 0x4b, then line -7, code 0x4d up to 0x53.
		{
			"length and code",
			[]byte{3, 0x41, 12, 3, 7, 6, 0xf, 12, 6, 5, 0, 0},
			[]span{at(0x41, 0x48, 100), at(0x48, 0x4b, 100), at(0x4d, 0x53, 93)},
		},
		{"code offset is set", []byte{3, 9, 4, 1, 1, 0x20, 3, 0, 4, 1}, []span{at(9, 10, 100), at(0x20, 0x21, 100)}},
		{"file", []byte{5, 0x30, 3, 1, 4, 1}, []span{{start: 1, end: 2, file: 0x30, line: 100}}},
		{"columns", []byte{9, 7, 10, 4, 13, 9, 3, 1, 4, 1}, []span{{start: 1, end: 2, file: 8, line: 100, column: 7}}},
		{"kinds that say nothing of rows", []byte{7, 2, 8, 1, 3, 1, 4, 1}, []span{at(1, 2, 100)}},
		{"numbers of two and four bytes", []byte{3, 0x81, 0x02, 4, 0xc0, 0x01, 0x00, 0x00}, []span{at(0x102, 0x10102, 100)}},
		{"separated code is left out", []byte{3, 1, 4, 1, 2, 1, 3, 1, 4, 1, 2, 0, 3, 1, 4, 1}, []span{at(1, 2, 100), at(5, 6, 100)}},
		{"padding ends them", []byte{0, 3, 1, 4, 1}, nil},
		{"cut in a number", []byte{3, 1, 4, 0x81}, nil},
		{"a number of no size", []byte{3, 1, 4, 0xff, 1, 1, 1}, nil},
		{"an end before the start", []byte{3, 9, 1, 0, 4, 1}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := annotate(nil, tt.data, span{file: 8, line: 100})
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(span{})); diff != "" {
				t.Errorf("annotate(% x) (-want +got):\n%s", tt.data, diff)
			}
		})
	}
}
