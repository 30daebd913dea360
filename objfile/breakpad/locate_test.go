package breakpad

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

func TestLocate(t *testing.T) {
	const text = module + "FILE 0 a.c\n" +
		"FUNC 100 20 0 late\n100 20 1 0\n" + // 0
		"FUNC 50 10 0 early\n50 10 2 0\n" + // 1
		"FUNC m 50 10 0 folded\n50 10 3 0\n" + // 2
		"FUNC 50 18 0 longer\n50 18 4 0\n" + // 3
		"FUNC zz broken\n" + // 4
		"FUNC 200 0 0 empty\n" + // 5
		"FUNC 300 100 0 around\n300 100 5 0\n" + // 6
		"FUNC 340 10 0 inside\n340 10 6 0\n" + // 7
		"STACK CFI INIT 100 20 .cfa: $rsp 8 +\n" +
		"FUNC 400 10 0 behind\n400 10 7 0\n" // 8
	f, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	r := f.NewReader().(debuginfo.Seeker)
	early := "50 early 50-60\n50 folded 50-60\n50 longer 50-68\nrow 50 a.c:2, 60 end\n"
	around := "300 around 300-400\n340 inside 340-350\nrow 300 a.c:5, 400 end\n"
	for _, tt := range []struct {
		name string
		addr uint64
		want []int
		unit string
	}{
		{"a function", 0x100, []int{0}, "100 late 100-120\nrow 100 a.c:1, 120 end\n"},
		{"its last byte", 0x11f, []int{0}, "100 late 100-120\nrow 100 a.c:1, 120 end\n"},
		{"of folded functions the first", 0x50, []int{1}, early},
		{"as far as it reaches", 0x60, []int{3}, early},
		{"one inside another", 0x340, []int{7}, around},
		{"the one around it", 0x350, []int{6}, around},
		{"of another unit", 0x400, []int{8}, "400 behind 400-410\nrow 400 a.c:7, 410 end\n"},
		{"before all", 0, nil, ""},
		{"between", 0x68, nil, ""},
		{"empty", 0x200, nil, ""},
		{"behind all", 1 << 63, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := f.Locate(tt.addr)
			if !slices.Equal(got, tt.want) {
				t.Errorf("Locate(%#x) = %v, want %v", tt.addr, got, tt.want)
			}
			var u debuginfo.Unit
			for _, handle := range got {
				if err := r.ReadFor(handle, []uint64{tt.addr}, &u); err != nil || picture(&u) != tt.unit {
					t.Errorf("got %v\n%swant\n%s", err, picture(&u), tt.unit)
				}
			}
		})
	}
	if unit, all := f.Extent(0); unit != len("FUNC 100 20 0 late\n100 20 1 0\n") || all != f.UnitSize(0)+f.UnitSize(1) {
		t.Errorf("Extent(0) = %d of %d", unit, all)
	}
	var u debuginfo.Unit
	for _, handle := range []int{-1, 99} {
		if unit, _ := f.Extent(handle); unit != 0 {
			t.Errorf("Extent(%d) = %d", handle, unit)
		}
		if err := r.ReadFor(handle, nil, &u); err != nil || len(u.Functions) != 0 {
			t.Errorf("ReadFor(%d) read %d functions, %v", handle, len(u.Functions), err)
		}
	}
	if err := r.ReadFor(0, nil, &u); err == nil || len(u.Functions) != 6 {
		t.Errorf("%d functions of the unit, %v", len(u.Functions), err)
	}
}

// Many functions that overlap are read with their unit.
func TestLocateMany(t *testing.T) {
	for _, tt := range []struct{ name, format string }{
		{"folded", "FUNC 100 20 0 f%d\n"},
		{"in a row", "FUNC 1%02x 20 0 f%d\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			b.WriteString(module)
			for i := range 2 * maxCluster {
				args := []any{i, i}
				fmt.Fprintf(&b, tt.format, args[:strings.Count(tt.format, "%")]...)
			}
			f, err := Parse([]byte(b.String()))
			if err != nil {
				t.Fatal(err)
			}
			found := f.Locate(0x118)
			if len(found) != 1 {
				t.Fatalf("Locate = %v", found)
			}
			if unit, all := f.Extent(found[0]); unit != all {
				t.Errorf("Extent = %d of %d", unit, all)
			}
			var u debuginfo.Unit
			if err := f.NewReader().(debuginfo.Seeker).ReadFor(found[0], []uint64{0x118}, &u); err != nil || len(u.Functions) != 2*maxCluster {
				t.Errorf("%d functions, %v", len(u.Functions), err)
			}
		})
	}
}

// checkFew holds what is read for an address to what whole units say of it.
func checkFew(t *testing.T, f *File) {
	r := f.NewReader().(debuginfo.Seeker)
	var u debuginfo.Unit
	units := make([]debuginfo.Unit, f.NumUnits())
	for i := range units {
		_ = r.Read(i, &units[i])
	}
	var addrs []uint64
	f.Functions(func(c debuginfo.Range) {
		if len(addrs) < 64 {
			addrs = append(addrs, c.Start, c.Start+(c.End-c.Start)/2, c.End)
		}
	})
	for _, addr := range addrs {
		want := "nothing"
		start := uint64(0)
		for i := range units {
			if s, at, ok := said(&units[i], addr); ok && (want == "nothing" || at > start) {
				want, start = s, at
			}
		}
		got := "nothing"
		for _, handle := range f.Locate(addr) {
			_ = r.ReadFor(handle, []uint64{addr}, &u)
			checkUnit(t, &u)
			got, _, _ = said(&u, addr)
			if unit, all := f.Extent(handle); unit > all {
				t.Fatalf("function %d has %d of %d bytes", handle, unit, all)
			}
		}
		if got != want {
			t.Fatalf("%#x is %s, want %s", addr, got, want)
		}
	}
}

// said returns what a unit says of addr, and where the function starts.
func said(u *debuginfo.Unit, addr uint64) (s string, start uint64, ok bool) {
	for _, f := range u.Functions {
		if c := u.Ranges[f.Ranges.First]; c.Contains(addr) && (!ok || c.Start > start) {
			s, start, ok = fmt.Sprintf("%s %x, %d calls", u.Names[f.Name].Symbol, c, f.Inlines.Len()), c.Start, true
		}
	}
	row := debuginfo.Row{End: true}
	for _, r := range u.Rows {
		if r.Addr <= addr {
			row = r
		}
	}
	if ok && !row.End {
		s += fmt.Sprintf(", %s:%d", u.Files[row.File], row.Line)
	}
	return s, start, ok
}
