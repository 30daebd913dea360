package objfile

import (
	"debug/elf"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
)

// Opening reads headers only, so it takes no longer for a large file.
func BenchmarkOpen(b *testing.B) {
	path := fixture.Corpus(b, "debian/amd64/libc.so.6.debug")
	b.ReportAllocs()
	for b.Loop() {
		f, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}

func BenchmarkSymbols(b *testing.B) {
	f := open(b, fixture.Corpus(b, "debian/amd64/libc.so.6.debug"))
	b.ReportAllocs()
	for b.Loop() {
		if symbols, err := f.Symbols(); err != nil || len(symbols) < 5000 {
			b.Fatal(len(symbols), err)
		}
	}
}

func BenchmarkInflate(b *testing.B) {
	for _, path := range []string{"debian/amd64/libc.so.6.debug", "built/rust-zstd/rustfix-release"} {
		b.Run(path, func(b *testing.B) {
			s, ok := open(b, fixture.Corpus(b, path)).Section(".debug_info")
			if !ok {
				b.Fatal("no .debug_info")
			}
			b.ReportAllocs()
			for b.Loop() {
				data, err := s.Data()
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(len(data)))
				s.file.Release()
			}
		})
	}
}

func BenchmarkRelocate(b *testing.B) {
	const n = 100_000
	e := testELF{machine: elf.EM_X86_64}
	relocs := make([]testReloc, n)
	for i := range relocs {
		relocs[i] = testReloc{uint64(i) * 8, uint32(elf.R_X86_64_64), uint32(i%5 + 1), uint64(i)}
	}
	e = relocFile(e, make([]byte, n*8), e.relocs(true, relocs...))
	f := e.parse(b)
	b.SetBytes(n * 8)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.sections[4].Data(); err != nil {
			b.Fatal(err)
		}
		f.Release()
	}
}
