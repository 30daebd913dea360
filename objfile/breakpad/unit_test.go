package breakpad

import (
	"bytes"
	"fmt"
	"testing"

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
	if f.Functions(func(debuginfo.Range) {}); dropped != 5 {
		t.Errorf("another pass dropped pages %d times more, want 3", dropped-2)
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
