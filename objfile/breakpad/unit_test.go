package breakpad

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// manyFunctions returns a symbol file of about size bytes.
func manyFunctions(size int) []byte {
	var b bytes.Buffer
	b.WriteString(module)
	for i := range 100 {
		fmt.Fprintf(&b, "FILE %d /src/dir%d/file.cc\nINLINE_ORIGIN %d ns::inlined%d(int)\n", i, i, i, i)
	}
	for addr := 0x1000; b.Len() < size; addr += 0x100 {
		fmt.Fprintf(&b, "FUNC %x 100 0 ns::Class::function%d(int, char const*)\n", addr, addr)
		for i := range 3 {
			fmt.Fprintf(&b, "INLINE %d %d %d %d %x %x\n", i, addr&0xfff, i, addr>>8%100, addr+0x10*i, 0x80-0x10*i)
		}
		for i := range 16 {
			fmt.Fprintf(&b, "%x 10 %d %d\n", addr+0x10*i, 10+i, addr>>8%100)
		}
	}
	return b.Bytes()
}

func TestUnits(t *testing.T) {
	data := append(manyFunctions(5<<19), "STACK CFI INIT 1000 100 .cfa: $rsp 8 +\nSTACK CFI 1001 x\n"...)
	f, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if n := f.NumUnits(); n != 3 {
		t.Fatalf("%d units, want 3 of 2.5 MiB", n)
	}
	functions, last := 0, uint64(0)
	var u debuginfo.Unit
	r := f.NewReader()
	for i := range 3 {
		if i < 2 && (f.UnitSize(i) < unitSize || f.UnitSize(i) > unitSize+2000) {
			t.Errorf("unit %d takes %d bytes", i, f.UnitSize(i))
		}
		if err := r.Read(i, &u); err != nil {
			t.Error(err)
		}
		functions += len(u.Functions)
		last = u.Functions[len(u.Functions)-1].Entry
	}
	want := bytes.Count(data, []byte("\nFUNC "))
	if functions != want || last != 0x1000+uint64(want-1)*0x100 {
		t.Errorf("%d functions up to %#x, want %d", functions, last, want)
	}
	if got := f.index().units[2].end; got != bytes.Index(data, []byte("STACK")) {
		t.Errorf("the last unit ends at %d, where unwind records start at %d", got, bytes.Index(data, []byte("STACK")))
	}
}

func TestReadDoesNotAllocate(t *testing.T) {
	f, err := Parse(manyFunctions(1 << 18))
	if err != nil {
		t.Fatal(err)
	}
	r := f.NewReader()
	var u debuginfo.Unit
	r.Read(0, &u)
	if n := testing.AllocsPerRun(10, func() { r.Read(0, &u) }); n != 0 {
		t.Errorf("Read allocates %v times, want 0", n)
	}
}

// Calls are in the same order whichever way they are sorted.
func TestSorted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &reader{code: debuginfo.Range{Start: 1 << 20, End: 2 << 20}}
		first := rapid.SampledFrom([]uint64{1 << 20, 1<<20 - 2, 1<<20 + 1<<startBits - 2}).Draw(t, "first start")
		var calls []call
		for i := range rapid.IntRange(0, 40).Draw(t, "calls") {
			calls = append(calls, call{
				code:  debuginfo.Range{Start: first + rapid.Uint64Max(4).Draw(t, "start")},
				depth: rapid.SampledFrom([]uint32{0, 1, 2, maxDepth}).Draw(t, "depth"), callLine: uint32(i),
			})
		}
		byDepth := rapid.Bool().Draw(t, "by depth")
		want := slices.Clone(calls)
		slices.SortStableFunc(want, func(a, b call) int {
			depth, start := int(a.depth)-int(b.depth), int(a.code.Start)-int(b.code.Start)
			if byDepth {
				return cmp.Or(depth, start)
			}
			return cmp.Or(start, depth)
		})
		if got := r.sorted(calls, byDepth); !slices.Equal(got, want) {
			t.Errorf("by depth %v:\n got %v\nwant %v", byDepth, got, want)
		}
	})
}

// Whoever goes over the whole text lets go of its pages on the way.
func TestDropPages(t *testing.T) {
	f, err := Parse(manyFunctions(2*dropSize + unitSize))
	if err != nil {
		t.Fatal(err)
	}
	dropped := 0
	f.DropPages = func() { dropped++ }
	if f.NumUnits(); dropped != 2 {
		t.Errorf("the first pass dropped pages %d times, want 2", dropped)
	}
}

func BenchmarkScan(b *testing.B) {
	data := manyFunctions(32 << 20)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if x := scan(data, func() {}); len(x.units) != 32 {
			b.Fatalf("%d units", len(x.units))
		}
	}
}

func BenchmarkRead(b *testing.B) {
	data := manyFunctions(1 << 20)
	f, err := Parse(data)
	if err != nil {
		b.Fatal(err)
	}
	r := f.NewReader()
	var u debuginfo.Unit
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if err := r.Read(0, &u); err != nil {
			b.Fatal(err)
		}
	}
}
