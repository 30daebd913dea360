package gopclntab

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

var builders = []struct {
	name string
	builder
}{
	{"go1.9", builder{magic: 0xfffffffb, order: binary.LittleEndian, word: 8, inlining: versions[3].inlinings[2]}},
	{"go1.9 386", builder{magic: 0xfffffffb, order: binary.LittleEndian, word: 4, inlining: versions[3].inlinings[2]}},
	{"go1.12", builder{magic: 0xfffffffb, order: binary.LittleEndian, word: 8, inlining: versions[3].inlinings[1]}},
	{"go1.13", builder{magic: 0xfffffffb, order: binary.LittleEndian, word: 8, inlining: versions[3].inlinings[0]}},
	{"go1.13 mips", builder{magic: 0xfffffffb, order: binary.BigEndian, word: 4, inlining: versions[3].inlinings[0]}},
	{"go1.16", builder{magic: 0xfffffffa, order: binary.LittleEndian, word: 8, inlining: versions[2].inlinings[0]}},
	{"go1.16 s390x", builder{magic: 0xfffffffa, order: binary.BigEndian, word: 8, inlining: versions[2].inlinings[0]}},
	{"go1.18", builder{magic: 0xfffffff0, order: binary.LittleEndian, word: 8, inlining: versions[1].inlinings[0]}},
	{"go1.18 ppc", builder{magic: 0xfffffff0, order: binary.BigEndian, word: 4, inlining: versions[1].inlinings[0]}},
	{"go1.20", builder{magic: 0xfffffff1, order: binary.LittleEndian, word: 8, inlining: versions[0].inlinings[0]}},
	{"go1.26", builder{magic: 0xfffffff1, order: binary.LittleEndian, word: 8, inlining: versions[0].inlinings[0], noAddress: true, tableEnd: true}},
	{"go1.26 arm", builder{magic: 0xfffffff1, order: binary.LittleEndian, word: 4, inlining: versions[0].inlinings[0], noAddress: true, tableEnd: true}},
	{"go1.26 s390x", builder{magic: 0xfffffff1, order: binary.BigEndian, word: 8, inlining: versions[0].inlinings[0], noAddress: true, tableEnd: true}},
}

// picture draws a unit.
func picture(u *debuginfo.Unit) string {
	var b strings.Builder
	for _, f := range u.Functions {
		fmt.Fprintf(&b, "%s %#x %x\n", u.Names[f.Name].Symbol, f.Entry, u.Ranges[f.Ranges.First:f.Ranges.End])
		for _, in := range u.Inlines[f.Inlines.First:f.Inlines.End] {
			fmt.Fprintf(&b, "%*s%s at %s:%d %x\n", 2*in.Depth, "", u.Names[in.Name].Symbol, u.Files[in.CallFile], in.CallLine,
				u.Ranges[in.Ranges.First:in.Ranges.End])
		}
	}
	for _, r := range u.Rows {
		if r.End {
			fmt.Fprintf(&b, "%#x end\n", r.Addr)
			continue
		}
		fmt.Fprintf(&b, "%#x %s:%d\n", r.Addr, u.Files[r.File], r.Line)
	}
	return b.String()
}

const (
	functionsPicture = `main.main 0x1000 [{1000 1040}]
  main.area at /src/main.go:4 [{1018 1020} {1010 1014}]
    main.square at /src/main.go:11 [{1014 1018}]
main.asm 0x1040 [{1040 1050}]
`
	rowsPicture = `0x1000 /src/main.go:3
0x1010 /src/main.go:10
0x1014 /src/main.go:20
0x1018 /src/main.go:11
0x1020 /src/main.go:4
0x1040 end
0x1040 /src/asm.s:7
0x1048 /src/asm.s:8
0x1050 end
`
)

func TestRead(t *testing.T) {
	for _, tt := range builders {
		t.Run(tt.name, func(t *testing.T) {
			table, err := New(tt.image())
			if err != nil {
				t.Fatal(err)
			}
			if n := table.NumUnits(); n != 1 {
				t.Errorf("%d units, want 1", n)
			}
			var u debuginfo.Unit
			if err := table.NewReader().Read(0, &u); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(functionsPicture+rowsPicture, picture(&u)); diff != "" {
				t.Errorf("unit (-want +got):\n%s", diff)
			}
			if got, want := table.Code(), (debuginfo.Range{Start: 0x1000, End: 0x1060}); got != want {
				t.Errorf("code %x, want %x", got, want)
			}
		})
	}
}

func TestReadWithoutModule(t *testing.T) {
	b := builders[9].builder
	b.noModule = true
	want := "main.main 0x1000 [{1000 1040}]\nmain.asm 0x1040 [{1040 1050}]\n" + rowsPicture
	for _, tt := range []struct {
		name      string
		noAddress bool
	}{
		{"the header tells where code starts", false},
		{"code starts where the text does", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.noAddress = tt.noAddress
			table, err := New(b.image())
			if err != nil {
				t.Fatal(err)
			}
			var u debuginfo.Unit
			if err := table.NewReader().Read(0, &u); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(want, picture(&u)); diff != "" {
				t.Errorf("unit (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLocate(t *testing.T) {
	table, err := New(builders[9].image())
	if err != nil {
		t.Fatal(err)
	}
	r := table.NewReader().(debuginfo.Seeker)
	var u debuginfo.Unit
	for _, tt := range []struct {
		addr  uint64
		units []int
		want  string
	}{
		{0xfff, nil, ""},
		{0x1000, []int{0}, "main.main"},
		{0x103f, []int{0}, "main.main"},
		{0x1040, []int{0}, "main.asm"},
		{0x105f, []int{0}, "main.asm"}, // padding
		{0x1060, nil, ""},
	} {
		units := table.Locate(tt.addr)
		if diff := cmp.Diff(tt.units, units); diff != "" {
			t.Errorf("Locate(%#x) (-want +got):\n%s", tt.addr, diff)
		}
		for _, unit := range units {
			if err := r.ReadFor(unit, []uint64{tt.addr}, &u); err != nil {
				t.Error(err)
			}
			if len(u.Functions) != 1 || u.Names[u.Functions[0].Name].Symbol != tt.want {
				t.Errorf("ReadFor(%#x) =\n%s\nwant %s", tt.addr, picture(&u), tt.want)
			}
		}
	}
	if err := r.ReadFor(0, []uint64{0x1001, 0x1010, 0x1041}, &u); err != nil || picture(&u) != functionsPicture+rowsPicture {
		t.Errorf("ReadFor three addresses: %v\n%s", err, picture(&u))
	}
	if err := r.ReadFor(0, nil, &u); err != nil || picture(&u) != functionsPicture+rowsPicture {
		t.Errorf("ReadFor the whole unit: %v\n%s", err, picture(&u))
	}
}

func TestNewErrors(t *testing.T) {
	edit := func(at int, v ...byte) func(*Image) {
		return func(im *Image) { copy(im.Table.Bytes[at:], v) }
	}
	sections := builders[9].builder
	sections.sections = 2
	elsewhere := builders[9].builder
	elsewhere.noModule, elsewhere.noAddress = true, true
	for _, tt := range []struct {
		name string
		builder
		edit func(*Image)
		want string
	}{
		{"no magic", builders[9].builder, edit(0, 0), ".gopclntab+0x0: no header of a Go line table"},
		{"word of 5 bytes", builders[9].builder, edit(7, 5), ".gopclntab+0x0: no header of a Go line table"},
		{"cut", builders[9].builder, func(im *Image) { im.Table.Bytes = im.Table.Bytes[:20] }, ".gopclntab+0x10: need 8 bytes, have 4"},
		{"many functions", builders[9].builder, edit(8, 0, 0, 1), ".gopclntab+0x8: 65536 functions: has room for 17"},
		{"part outside", builders[9].builder, edit(32, 0, 0, 1), ".gopclntab+0x48: a part at 0x10000: has 0x154 bytes"},
		{"several sections of code", sections, func(*Image) {}, ".gopclntab+0x0: code in 2 sections"},
		{"other code", elsewhere, func(im *Image) { im.Text.End += 0x100 }, ".gopclntab+0x0: nothing tells where code starts"},
		{"no code", builders[9].builder, func(im *Image) { im.Code = nil }, ".gopclntab+0x0: functions do not lie in the program's code"},
		{"out of order", builders[9].builder, func(im *Image) {
			starts := im.Table.Bytes[binary.LittleEndian.Uint64(im.Table.Bytes[64:]):]
			binary.LittleEndian.PutUint32(starts, 0x50)
		}, ".gopclntab+0x0: function 0 starts after the next"},
		{"many files", builders[0].builder, edit(0x38, 0), ".gopclntab+0x0: 4294967291 files: has room for 71"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			im := tt.image()
			tt.edit(&im)
			if _, err := New(im); err == nil || err.Error() != tt.want {
				t.Errorf("New: %v, want %s", err, tt.want)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	table, err := New(builders[9].image())
	if err != nil {
		t.Fatal(err)
	}
	const want = ".gopclntab+0x0: no such unit"
	var u debuginfo.Unit
	r := table.NewReader().(debuginfo.Seeker)
	for _, unit := range []int{-1, 1} {
		if err := r.Read(unit, &u); err == nil || err.Error() != want {
			t.Errorf("Read(%d): %v, want %s", unit, err, want)
		}
		if err := r.ReadFor(unit, []uint64{0x1000}, &u); err == nil || err.Error() != want {
			t.Errorf("ReadFor(%d): %v, want %s", unit, err, want)
		}
	}
}

func TestFind(t *testing.T) {
	for _, tt := range builders {
		table := tt.image().Table.Bytes
		data := append([]byte("padding: \xf1\xff\xff\xff\x00\x00not..."), table...)
		for len(data)%4 != 0 {
			data = append(data[:1], data...)
		}
		want := len(data) - len(table)
		if tt.order == binary.BigEndian {
			want = -1 // PE files are little-endian
		}
		if got := Find(data); got != want {
			t.Errorf("%s: Find = %d, want %d", tt.name, got, want)
		}
	}
}
