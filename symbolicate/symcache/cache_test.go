package symcache

import (
	"hash/crc32"
	"testing"
	"unsafe"

	"github.com/nativesym/nativesym/internal/fixture"
)

// seal gives a changed table the header checksum that it would have.
func seal(table []byte) {
	if len(table) < headerSize {
		return
	}
	clear(table[offHeaderCRC:][:4])
	le.PutUint32(table[offHeaderCRC:], crc32.Checksum(table[:headerSize], castagnoli))
}

// checkStrings fails the test if a frame's strings do not lie in the table.
func checkStrings(t testing.TB, c *Cache, frames []Frame) []Frame {
	start := uintptr(unsafe.Pointer(unsafe.SliceData(c.data)))
	end := start + uintptr(len(c.data))
	for _, f := range frames {
		for _, s := range []string{f.Symbol, f.Scope, f.File} {
			p := uintptr(unsafe.Pointer(unsafe.StringData(s)))
			if len(s) > 0 && (p < start || p+uintptr(len(s)) > end) {
				t.Fatalf("a string of %d bytes lies outside the table", len(s))
			}
		}
	}
	return frames
}

func TestOpenErrors(t *testing.T) {
	good := func() []byte {
		res, err := compile(input{DebugID: "id", Source: units{newUnit().fn("f", 0x10, 0x20)}}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return res.Table
	}
	for _, tt := range []struct {
		name   string
		change func(b []byte) []byte
		want   string
	}{
		{"empty", func(b []byte) []byte { return nil }, "not a symcache"},
		{"other magic", func(b []byte) []byte { b[0] = 'X'; return b }, "not a symcache"},
		{"header cut", func(b []byte) []byte { return b[:headerSize-1] }, "symcache header+0x0: need 160 bytes, have 159"},
		{"version", func(b []byte) []byte { b[4] = 9; return b }, "symcache of another version: it has 9, this program reads 1"},
		{"header damaged", func(b []byte) []byte { b[0x18] ^= 1; le.PutUint32(b[offHeaderCRC:], 1); return b }, ""},
		{"cut", func(b []byte) []byte { return b[:len(b)-1] }, ""},
		{"section outside", func(b []byte) []byte { le.PutUint64(b[offSections+8:], 1<<40); seal(b); return b }, ""},
		{"ids outside", func(b []byte) []byte { le.PutUint32(b[offTexts:], 1<<20); seal(b); return b }, "symcache header+0x28: ids lie outside the strings"},
		{"region outside", func(b []byte) []byte { le.PutUint32(b[headerSize+12:], 1<<30); return b }, "symcache regions+0x0: region reaches outside the buckets or the blocks"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Open(tt.change(good()))
			if err == nil || tt.want != "" && err.Error() != tt.want {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
	b := good()
	b[len(b)-slack-1] ^= 1
	c, err := Open(b)
	if err != nil {
		t.Fatal(err)
	}
	if c.Verify() == nil {
		t.Error("Verify accepts a changed byte")
	}
}

func TestLookupDoesNotAllocate(t *testing.T) {
	f, table := compileFile(t, fixture.Path(t, "bin/shop-clang19-x86_64"), Options{Columns: true})
	c, err := Open(table)
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]Frame, 0, 64)
	for _, rel := range probes(f) {
		if n := testing.AllocsPerRun(10, func() { dst = c.Lookup(dst[:0], rel) }); n != 0 {
			t.Fatalf("Lookup of %#x allocates %v times, want 0", rel, n)
		}
	}
}

// FuzzLookup changes tables in any way: what Open takes must answer.
func FuzzLookup(f *testing.F) {
	for _, name := range binaries {
		_, table := compileFile(f, fixture.Path(f, name), Options{Columns: true})
		if len(table) < 1<<16 {
			f.Add(table, uint64(0x1234))
		}
	}
	res, err := compile(input{Source: units{newUnit().fn("f", 0x10, 0x20).inline(1, "g", "a.c", 2, 0x14, 0x18)}}, Options{Columns: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(res.Table, uint64(0x15))
	f.Fuzz(func(t *testing.T, table []byte, rel uint64) {
		seal(table)
		c, err := Open(table)
		if err != nil {
			return
		}
		one := checkStrings(t, c, c.Lookup(nil, rel))
		c.LookupAll([]uint64{rel}, func(_ int, frames []Frame) {
			if len(frames) != len(one) {
				t.Errorf("%#x has %d frames alone and %d in a batch", rel, len(one), len(frames))
			}
		})
	})
}
