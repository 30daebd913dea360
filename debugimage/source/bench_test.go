package source

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/internal/fixture"
)

// bigTree makes a tree of 2,000 directories with 10 files each: programs, debug files,
// PDBs and others.
func bigTree(b *testing.B) string {
	root := b.TempDir()
	kinds := []string{shopDebug, "bin/shop-gcc12-x86_64", otherShop, "bin/till-clang19-windows.pdb", "bin/till-clang19-windows.exe", "README.md"}
	for i := range kinds {
		kinds[i] = fixture.Path(b, kinds[i])
	}
	for i := range 2000 {
		dir := filepath.Join(root, fmt.Sprintf("%02d/%02d", i/100, i%100))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		for j := range 10 {
			if err := os.Link(kinds[(i+j)%len(kinds)], filepath.Join(dir, fmt.Sprint(j))); err != nil {
				b.Skip(err)
			}
		}
		if err := os.Chtimes(dir, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
			b.Fatal(err)
		}
	}
	return root
}

// BenchmarkDir is what the first question to a tree of 20,000 files costs, and to look
// for changes where there are none. heap-B is what stays in memory. A miss is a question
// about what is not there.
func BenchmarkDir(b *testing.B) {
	root := bigTree(b)
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			before := heap()
			d := NewDir(root)
			if _, err := d.look(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(heap()-before), "heap-B")
			runtime.KeepAlive(d)
		}
	})
	b.Run("miss", func(b *testing.B) {
		d := NewDir(root)
		im := (&debugimage.Fields{Type: "elf", CodeID: "0123456789abcdef", CodeFile: "/bin/x"}).Image()
		b.ReportAllocs()
		for b.Loop() {
			if res, err := d.Find(b.Context(), &im); err != nil || len(res.Files) != 0 {
				b.Fatal(res, err)
			}
		}
	})
	b.Run("unchanged", func(b *testing.B) {
		d := NewDir(root)
		seen, err := d.look(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if seen, err = d.lookAgain(b.Context(), seen); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
