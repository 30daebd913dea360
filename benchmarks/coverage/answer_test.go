package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReaders(t *testing.T) {
	want := [][]frame{
		{{"each", "parcel.h", 25}, {"weigh", "weigh.cc", 7}},
		nil,
		{{"memcpy", "", 0}},
	}
	for _, tt := range []struct {
		name string
		read func(string) [][]frame
		out  string
	}{
		{"llvm-symbolizer", readLLVM, `depot::Wrap<int, 2>::each<depot::Box::weigh(long) const::{lambda(int)#1}>(int) const
/src/parcel/parcel.h:25:12
_ZNK5depot3Box5weighEl
/src/parcel/weigh.cc:7:22

??
??:0:0

memcpy@plt
??:0:0

`},
		{"eu-addr2line", readAddr2line, `0x10
each<depot::Box::weigh(long int) const::<lambda(int)> > inlined at /src/parcel/weigh.cc:7:22 in weigh
/src/parcel/parcel.h:25:12
weigh
/src/parcel/weigh.cc:7:22
0x11
??
??:0
0x12
memcpy
??:?
`},
		{"addr2line", readAddr2line, `0x10
each
/src/parcel/parcel.h:25 (discriminator 3)
_ZNK5depot3Box5weighEl.part.0
/src/parcel/weigh.cc:7
0x11
??
??:?
0x12
memcpy@plt
??:0
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(want, tt.read(tt.out), cmp.AllowUnexported(frame{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestScore(t *testing.T) {
	outer, inner := frame{"f", "f.c", 3}, frame{"g", "g.h", 9}
	q := question{want: [][]frame{{inner, outer}, {outer}}}
	for _, tt := range []struct {
		name    string
		answers [][]frame
		want    string
	}{
		{"all", q.want, "✓"},
		{"nothing", nil, "–"},
		{"no inlined calls", [][]frame{{outer}, {outer}}, "50 %"},
		{"names", [][]frame{{{"f", "", 0}}, {{"f", "", 0}}}, "function"},
		{"places", [][]frame{{{"?", "g.h", 9}}, {{"?", "f.c", 3}}}, "line"},
		{"both, but no chain", [][]frame{{{"f", "g.h", 9}}, {{"f", "other.c", 3}}}, "function, line"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var s score
			if s.add(q, tt.answers); s.String() != tt.want {
				t.Errorf("got %s, want %s", s, tt.want)
			}
		})
	}
}
