package objfile

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

func TestMoves(t *testing.T) {
	m := newMoves([]move{
		{debuginfo.Range{Start: 0x40, End: 0x60}, 0x1000}, // g, placed before f
		{debuginfo.Range{Start: 0x00, End: 0x20}, 0x2000}, // f
		{debuginfo.Range{Start: 0x00, End: 0x10}, 0x3000}, // the same by another name
		{debuginfo.Range{Start: 0x80, End: 0x90}, 0x2010}, // folded into f
	})
	u := debuginfo.Unit{
		Functions: []debuginfo.Function{
			{Entry: 0x00, Ranges: debuginfo.Span{First: 0, End: 1}, Inlines: debuginfo.Span{First: 0, End: 1}},
			{Entry: 0x20, Ranges: debuginfo.Span{First: 2, End: 3}}, // was not linked
			{Entry: 0x28, Ranges: debuginfo.Span{First: 2, End: 4}}, // the entry was not
		},
		Inlines: []debuginfo.Inline{{Ranges: debuginfo.Span{First: 1, End: 2}}},
		Ranges:  []debuginfo.Range{{Start: 0x00, End: 0x24}, {Start: 0x08, End: 0x10}, {Start: 0x20, End: 0x40}, {Start: 0x40, End: 0x60}},
		Rows: []debuginfo.Row{
			{Addr: 0x00, Line: 1},
			{Addr: 0x10, Line: 2},
			{Addr: 0x20, Line: 3},
			{Addr: 0x38, Line: 4},
			{Addr: 0x48, Line: 5},
			{Addr: 0x60, End: true},
			{Addr: 0x80, Line: 8},
			{Addr: 0x90, End: true},
		},
	}
	m.apply(&u)
	want := debuginfo.Unit{
		Functions: []debuginfo.Function{
			{Entry: 0x2000, Ranges: debuginfo.Span{First: 0, End: 1}, Inlines: debuginfo.Span{First: 0, End: 1}},
			{Entry: 0x1000, Ranges: debuginfo.Span{First: 1, End: 2}},
		},
		Inlines: []debuginfo.Inline{{Ranges: debuginfo.Span{First: 2, End: 3}}},
		Ranges:  []debuginfo.Range{{Start: 0x2000, End: 0x2020}, {Start: 0x1000, End: 0x1020}, {Start: 0x2008, End: 0x2010}},
		Rows: []debuginfo.Row{
			{Addr: 0x1000, Line: 4},
			{Addr: 0x1008, Line: 5},
			{Addr: 0x1020, End: true},
			{Addr: 0x2000, Line: 1},
			{Addr: 0x2010, Line: 2},
			{Addr: 0x2020, End: true},
		},
	}
	if diff := cmp.Diff(want, u); diff != "" {
		t.Errorf("unit (-want +got):\n%s", diff)
	}
}

func TestSortSequences(t *testing.T) {
	rows := []debuginfo.Row{
		{Addr: 0x20, Line: 2},
		{Addr: 0x30, End: true},
		{Addr: 0x00, Line: 1},
		{Addr: 0x18, End: true},
		{Addr: 0x10, Line: 3},
		{Addr: 0x20, End: true}, // overlaps
	}
	want := []debuginfo.Row{{Addr: 0x00, Line: 1}, {Addr: 0x18, End: true}, {Addr: 0x20, Line: 2}, {Addr: 0x30, End: true}}
	if diff := cmp.Diff(want, sortSequences(rows)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}
