package gopclntab

import (
	"testing"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// FuzzTable reads any bytes as a table, and checks that what it says is about the
// program's code and hangs together.
func FuzzTable(f *testing.F) {
	for _, b := range builders {
		im := b.image()
		data := []byte(nil)
		if len(im.Data) > 1 {
			data = im.Data[1].Bytes
		}
		f.Add(im.Table.Bytes, im.Data[0].Bytes, data)
	}
	f.Fuzz(func(t *testing.T, table, calls, data []byte) {
		code := debuginfo.Range{Start: textAddr, End: textAddr + textSize}
		tab, err := New(Image{
			Table: Section{tableAddr, table}, Code: []debuginfo.Range{code}, Text: code,
			Data: []Section{{callsAddr, calls}, {dataAddr, data}},
		})
		if err != nil {
			return
		}
		r := tab.NewReader().(debuginfo.Seeker)
		var u, one debuginfo.Unit
		rows := 0
		for i := range tab.NumUnits() {
			if err := r.Read(i, &u); err != nil {
				t.Fatal(err)
			}
			check(t, &u, code)
			rows += len(u.Rows)
			for _, fn := range u.Functions {
				if err := r.ReadFor(i, []uint64{fn.Entry}, &one); err != nil || len(one.Functions) != 1 || one.Functions[0].Entry != fn.Entry {
					t.Fatalf("ReadFor(%d, %#x): %v, %+v", i, fn.Entry, err, one.Functions)
				}
			}
		}
		if most := 2*textSize + 2*tab.count; rows > most {
			t.Errorf("%d rows of %d bytes of code", rows, textSize)
		}
	})
}

// check checks that indexes are within u, addresses within code, and rows and
// calls in order.
func check(t *testing.T, u *debuginfo.Unit, code debuginfo.Range) {
	t.Helper()
	ranges := func(s debuginfo.Span) {
		for _, r := range u.Ranges[s.First:s.End] {
			if r.Start >= r.End || r.Start < code.Start || r.End > code.End {
				t.Errorf("range %#x", r)
			}
		}
	}
	for _, f := range u.Functions {
		_ = u.Names[f.Name]
		ranges(f.Ranges)
		depth := uint32(0)
		for _, in := range u.Inlines[f.Inlines.First:f.Inlines.End] {
			_, _ = u.Names[in.Name], u.Files[in.CallFile]
			if in.Depth == 0 || in.Depth > depth+1 {
				t.Errorf("a call at depth %d after one at %d", in.Depth, depth)
			}
			depth = in.Depth
			ranges(in.Ranges)
		}
	}
	last := code.Start
	for _, r := range u.Rows {
		_ = u.Files[r.File]
		if r.Addr < last || r.Addr > code.End {
			t.Errorf("row at %#x after %#x", r.Addr, last)
		}
		last = r.Addr
	}
}
