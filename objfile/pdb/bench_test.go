package pdb

import (
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// BenchmarkModules decodes all modules of a PDB; the rate is of the whole file,
// of which modules are a part.
func BenchmarkModules(b *testing.B) {
	for _, bb := range []struct {
		name string
		path func(b *testing.B) string
	}{
		{"till-clang", func(b *testing.B) string { return fixture.Path(b, "bin/till-clang19-windows.pdb") }},
		{"crash-msvc", func(b *testing.B) string { return fixture.Corpus(b, "github/symbolic/windows/crash.pdb") }},
		{"regtest-msvc", func(b *testing.B) string {
			return fixture.Corpus(b, "github/dump_syms/windows/dump_syms_regtest64.pdb")
		}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			f := parseFile(b, bb.path(b))
			r := f.NewReader()
			var u debuginfo.Unit
			modules, functions := 0, 0
			for i := range f.NumUnits() {
				modules += f.UnitSize(i)
			}
			b.SetBytes(int64(len(f.msf.data)))
			b.ReportAllocs()
			for b.Loop() {
				functions = 0
				for i := range f.NumUnits() {
					if err := r.Read(i, &u); err != nil {
						b.Fatal(err)
					}
					functions += len(u.Functions)
				}
			}
			if functions == 0 {
				b.Fatal("no functions")
			}
			b.ReportMetric(float64(modules)*float64(b.N)/1e6/b.Elapsed().Seconds(), "modules-MB/s")
		})
	}
}

// BenchmarkFirstRead includes what happens once: opening, and resolving the ids
// of inlined functions.
func BenchmarkFirstRead(b *testing.B) {
	data := fixture.Read(b, "bin/till-clang19-windows.pdb")
	var u debuginfo.Unit
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		f, err := Parse(data)
		if err != nil {
			b.Fatal(err)
		}
		r := f.NewReader()
		for i := range f.NumUnits() {
			if err := r.Read(i, &u); err != nil {
				b.Fatal(err)
			}
		}
	}
}
