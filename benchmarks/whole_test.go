package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// eachInput runs f as a sub-benchmark on every input that inputs.mk has made.
func eachInput(b *testing.B, f func(b *testing.B, s subject, file *objfile.File)) {
	for _, in := range inputs {
		b.Run(in.name, func(b *testing.B) {
			s := subject{input: in, path: filepath.Join("inputs", in.name)}
			if _, err := os.Stat(s.path); err != nil {
				b.Skipf("make -C benchmarks inputs: %v", err)
			}
			file, err := objfile.Open(s.path)
			if err != nil {
				b.Fatal(err)
			}
			defer file.Close()
			f(b, s, file)
		})
	}
}

// BenchmarkCompile compiles whole files on one core; its rate is that of the
// file's size.
func BenchmarkCompile(b *testing.B) {
	eachInput(b, func(b *testing.B, s subject, file *objfile.File) {
		info, err := os.Stat(s.path)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(info.Size())
		for b.Loop() {
			if _, err := symcache.Compile(file, symcache.Options{Workers: 1}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkLookup asks for random addresses of whole files, one by one.
func BenchmarkLookup(b *testing.B) {
	eachInput(b, func(b *testing.B, s subject, file *objfile.File) {
		compiled, err := symcache.Compile(file, symcache.Options{Workers: 1})
		if err != nil {
			b.Fatal(err)
		}
		cache, err := symcache.Open(compiled.Table)
		if err != nil {
			b.Fatal(err)
		}
		addrs, err := s.draw(timedLookups)
		if err != nil {
			b.Fatal(err)
		}
		var frames []symcache.Frame
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			frames = cache.Lookup(frames[:0], addrs[i%len(addrs)]-cache.Base())
		}
	})
}
