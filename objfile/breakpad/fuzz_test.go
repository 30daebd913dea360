package breakpad

import (
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// FuzzBreakpad holds what is read of any text to what the model promises: spans
// within their slices, ranges that do not end before they start, calls in preorder
// within the text's own measure, sequences of rows that ascend and are closed.
func FuzzBreakpad(f *testing.F) {
	f.Add(string(fixture.Read(f, "bin/macos/prog.sym"))[len(module):])
	f.Add("FILE 0 a\nINLINE_ORIGIN 0 o\nFUNC m 10 20 0 f\nINLINE 0 1 0 0 10 8 20 8\nINLINE 1 2 0 0 10 18\n10 8 1 0\n20 8 2 0\nPUBLIC m 40 0 p\n")
	f.Add("FUNC 10 20 0 f\r\n18 8 1 0\r\n10 8 2 0\r\nFUNC 0 10 0 g\r\n0 10 1 1\r\nSTACK WIN 4\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Parse([]byte(module + text))
		if err != nil {
			t.Fatal(err)
		}
		file.Functions(func(r debuginfo.Range) {
			if r.End < r.Start {
				t.Fatalf("function %+v", r)
			}
		})
		checkFew(t, file)
		var u debuginfo.Unit
		r := file.NewReader()
		for i := range file.NumUnits() {
			_ = r.Read(i, &u)
			checkUnit(t, &u)
			if limit := 64 * len(text); len(u.Inlines)+len(u.Ranges)+len(u.Rows) > limit {
				t.Fatalf("%d calls, %d ranges, %d rows of %d bytes", len(u.Inlines), len(u.Ranges), len(u.Rows), len(text))
			}
		}
	})
}

func checkUnit(t *testing.T, u *debuginfo.Unit) {
	t.Helper()
	for _, f := range u.Functions {
		if int(f.Name) >= len(u.Names) || f.Ranges.First > f.Ranges.End || int(f.Ranges.End) > len(u.Ranges) ||
			f.Inlines.First > f.Inlines.End || int(f.Inlines.End) > len(u.Inlines) {
			t.Fatalf("function %+v", f)
		}
		last := uint64(0)
		for _, in := range u.Inlines[f.Inlines.First:f.Inlines.End] {
			if int(in.Name) >= len(u.Names) || int(in.CallFile) >= len(u.Files) || in.Ranges.Len() != 1 || int(in.Ranges.End) > len(u.Ranges) {
				t.Fatalf("call %+v", in)
			}
			start := u.Ranges[in.Ranges.First].Start
			if in.Depth == 0 || start < last {
				t.Fatalf("call %+v at %#x after one at %#x", in, start, last)
			}
			last = start
		}
	}
	for _, r := range u.Ranges {
		if r.Start >= r.End {
			t.Fatalf("range %+v", r)
		}
	}
	for i, r := range u.Rows {
		if int(r.File) >= len(u.Files) || i > 0 && r.Addr < u.Rows[i-1].Addr {
			t.Fatalf("row %d is %+v after %+v", i, r, u.Rows[max(0, i-1)])
		}
	}
	if n := len(u.Rows); n > 0 && !u.Rows[n-1].End {
		t.Fatal("the last sequence is open")
	}
}
