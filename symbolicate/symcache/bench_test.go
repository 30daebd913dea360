package symcache

import (
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
)

// benchmarked opens the file to measure on: the one that SYMCACHE_FILE names, or a
// small one of our own.
func benchmarked(b *testing.B) *objfile.File {
	path := os.Getenv("SYMCACHE_FILE")
	if path == "" {
		path = fixture.Path(b, "bin/fleet-go1.26-x86_64.debug")
	}
	f, err := objfile.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	return f
}

// known returns n offsets that the table has an answer for.
func known(b *testing.B, c *Cache, f *objfile.File, n int) (rels []uint64) {
	rng := rand.New(rand.NewPCG(5, 6))
	code := f.CodeRanges()
	for len(rels) < n {
		r := code[rng.IntN(len(code))]
		rel := r.Start - f.Base() + rng.Uint64N(r.End-r.Start)
		if frames := c.Lookup(nil, rel); len(frames) > 0 && frames[0].Line > 0 {
			rels = append(rels, rel)
		}
	}
	return rels
}

func BenchmarkLookup(b *testing.B) {
	f := benchmarked(b)
	res, err := Compile(f, Options{})
	if err != nil {
		b.Fatal(err)
	}
	c, err := Open(res.Table)
	if err != nil {
		b.Fatal(err)
	}
	random := known(b, c, f, 1<<18)
	sorted := slices.Sorted(slices.Values(random))
	for _, bb := range []struct {
		name string
		rels []uint64
	}{{"random", random}, {"hot", random[:1000]}, {"sorted", sorted}} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			dst := make([]Frame, 0, 64)
			frames, i := 0, 0
			for b.Loop() {
				dst = c.Lookup(dst[:0], bb.rels[i])
				frames += len(dst)
				if i++; i == len(bb.rels) {
					i = 0
				}
			}
			b.ReportMetric(float64(frames)/float64(b.N), "frames/op")
		})
	}
	for _, bb := range []struct {
		name string
		rels []uint64
	}{{"batch/random", random}, {"batch/sorted", sorted}} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; i < b.N; i += len(bb.rels) {
				c.LookupAll(bb.rels, func(int, []Frame) {})
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	f := benchmarked(b)
	b.ReportAllocs()
	for b.Loop() {
		res, err := Compile(f, Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(res.Table)))
	}
}
