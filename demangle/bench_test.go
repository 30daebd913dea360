package demangle

import (
	"os/exec"
	"strings"
	"testing"

	upstream "github.com/ianlancetaylor/demangle"

	"github.com/nativesym/nativesym/demangle/internal/oracle"
)

// BenchmarkPeers demangles all names of a table with this package and with
// others, each name once an iteration, so that no one remembers. Programs are
// fed the names ten times over, so that starting them hardly counts.
func BenchmarkPeers(b *testing.B) {
	for _, bb := range []struct {
		table    string
		programs []string
	}{
		{"itanium.tsv", []string{"c++filt", "llvm-cxxfilt-19"}},
		{"rust-v0.tsv", []string{"c++filt", "llvm-cxxfilt-19"}},
		{"msvc.tsv", []string{"llvm-undname-19"}},
		{"swift.tsv", nil},
	} {
		b.Run(strings.TrimSuffix(bb.table, ".tsv"), func(b *testing.B) {
			rows := oracle.Shared(b, bb.table)
			symbols := make([]string, len(rows))
			for i, row := range rows {
				symbols[i] = row.Symbol
			}
			b.Run("own", func(b *testing.B) {
				perName(b, len(symbols), func() {
					for _, s := range symbols {
						Name(s, Options{ReturnType: true})
					}
				})
			})
			if len(bb.programs) > 1 { // it knows C++ and Rust
				b.Run("ianlancetaylor", func(b *testing.B) {
					perName(b, len(symbols), func() {
						for _, s := range symbols {
							upstream.Filter(s)
						}
					})
				})
			}
			for _, program := range bb.programs {
				b.Run(program, func(b *testing.B) { runProgram(b, program, symbols) })
			}
		})
	}
}

// perName measures f, which demangles n names.
func perName(b *testing.B, n int, f func()) {
	b.ReportAllocs()
	for b.Loop() {
		f()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/name")
}

// runProgram measures a program that demangles lines.
func runProgram(b *testing.B, program string, symbols []string) {
	if _, err := exec.LookPath(program); err != nil {
		b.Skip(err)
	}
	const times = 10
	text := strings.Repeat(strings.Join(symbols, "\n")+"\n", times)
	perName(b, times*len(symbols), func() {
		cmd := exec.Command(program)
		cmd.Stdin = strings.NewReader(text)
		if out, err := cmd.Output(); err != nil && len(out) == 0 {
			b.Fatal(err)
		}
	})
}
