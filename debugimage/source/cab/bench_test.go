package cab

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
)

// program is a few MiB of a program and its debug information.
func program(tb testing.TB) testFile {
	return testFile{"program", slices.Concat(
		fixture.Read(tb, "bin/till-clang19-windows.exe"), fixture.Read(tb, "bin/till-clang19-windows.pdb"), fixture.Read(tb, "bin/shop-clang19-x86_64"),
	)}
}

func benchmarks(b *testing.B) map[string][]byte {
	file := program(b)
	many := bytes.Repeat(file.data, 1+(16<<20)/len(file.data))
	return map[string][]byte{
		"lzx":    writeCabinet(reserves{}, lzxFolder(lzxOptions{15, []lzxBlock{{verbatim, 1 << 18}, {aligned, 1 << 18}}, 1 << 20}, testFile{"program", many})),
		"mszip":  writeCabinet(reserves{}, mszipFolder(b, testFile{"program", many})),
		"stored": writeCabinet(reserves{}, storedFolder(testFile{"program", many})),
	}
}

func BenchmarkRead(b *testing.B) {
	for name, data := range benchmarks(b) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := NewReader(bytes.NewReader(data), int64(len(data)))
				if err != nil {
					b.Fatal(err)
				}
				in, err := r.Files[0].Open()
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, in); err != nil {
					b.Fatal(err)
				}
				b.SetBytes(r.Files[0].Size)
			}
		})
	}
}

// BenchmarkCabextract is the same by cabextract, with the time that it takes to start.
func BenchmarkCabextract(b *testing.B) {
	tool, err := exec.LookPath("cabextract")
	if err != nil {
		b.Skip("no cabextract is installed")
	}
	for name, data := range benchmarks(b) {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "x.cab")
			if err := os.WriteFile(path, data, 0o644); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				cmd := exec.Command(tool, "-q", "-p", path)
				cmd.Stdout = nil // the null device
				if err := cmd.Run(); err != nil {
					b.Fatal(err)
				}
			}
			r, err := NewReader(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(r.Files[0].Size)
		})
	}
}
