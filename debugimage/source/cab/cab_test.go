package cab

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
)

// samples are files of several kinds.
func samples(t testing.TB) []testFile {
	rng := rand.New(rand.NewPCG(3, 4))
	noise := make([]byte, 70_001)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	skewed := make([]byte, 200_000) // gives codes of all lengths
	for i := range skewed {
		skewed[i] = byte(rng.ExpFloat64() * 6)
	}
	calls := bytes.Clone(noise)
	for i := 0; i+5 < len(calls); i += 1 + rng.IntN(40) {
		copy(calls[i:], []byte{callOpcode, byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.IntN(3)) - 1, 0})
		if rng.IntN(2) == 0 {
			calls[i+4] = 0xff
		}
	}
	return []testFile{
		{"program.exe", fixture.Read(t, "bin/till-clang19-windows.exe")},
		{"empty", nil},
		{"one", []byte("x")},
		{"dir\\noise", noise},
		{"skewed", skewed},
		{"calls", calls},
		{"zeros", make([]byte, 100_000)},
		{"pattern", bytes.Repeat([]byte("abcde"), 20_000)},
	}
}

var mixed = []lzxBlock{{verbatim, 50_000}, {aligned, 33_333}, {uncompressed, 11_111}, {verbatim, 1}, {uncompressed, 40_001}, {aligned, 90_000}}

// cabinets are cabinets with the samples, packed in every way.
func cabinets(t testing.TB) map[string][]byte {
	files := samples(t)
	m := map[string][]byte{
		"stored":       writeCabinet(reserves{}, storedFolder(files...)),
		"mszip":        writeCabinet(reserves{}, mszipFolder(t, files...)),
		"two folders":  writeCabinet(reserves{}, mszipFolder(t, files[:3]...), storedFolder(files[3:]...)),
		"reserves":     writeCabinet(reserves{header: 6144, folder: 3, block: 5}, mszipFolder(t, files[:3]...), storedFolder(files[3:]...)),
		"verbatim":     writeCabinet(reserves{}, lzxFolder(lzxOptions{21, []lzxBlock{{verbatim, 1 << 20}}, 0}, files...)),
		"aligned":      writeCabinet(reserves{}, lzxFolder(lzxOptions{21, []lzxBlock{{aligned, 65536}}, 0}, files...)),
		"uncompressed": writeCabinet(reserves{}, lzxFolder(lzxOptions{18, []lzxBlock{{uncompressed, 99_999}}, 0}, files...)),
		"calls":        writeCabinet(reserves{}, lzxFolder(lzxOptions{21, []lzxBlock{{verbatim, 77_777}}, 300_000}, files...)),
	}
	for bits := minWindowBits; bits <= maxWindowBits; bits++ {
		m[fmt.Sprintf("mixed, %d bits", bits)] = writeCabinet(reserves{}, lzxFolder(lzxOptions{bits, mixed, 1 << 20}, files...))
	}
	return m
}

// contents returns the files of a cabinet.
func contents(data []byte) ([]testFile, error) {
	r, err := NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	var files []testFile
	for _, f := range r.Files {
		in, err := f.Open()
		if err != nil {
			return files, err
		}
		data, err := io.ReadAll(in)
		if err != nil {
			return files, err
		}
		files = append(files, testFile{f.Name, data})
	}
	return files, nil
}

func TestRead(t *testing.T) {
	want := samples(t)
	for name, data := range cabinets(t) {
		t.Run(name, func(t *testing.T) {
			got, err := contents(data)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, got, want)
		})
	}
}

func compare(t *testing.T, got, want []testFile) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d files, want %d", len(got), len(want))
	}
	for i, f := range want {
		if got[i].name != f.name {
			t.Errorf("file %d is %q, want %q", i, got[i].name, f.name)
		}
		if !bytes.Equal(got[i].data, f.data) {
			t.Errorf("%q: %d bytes, want %d others", f.name, len(got[i].data), len(f.data))
		}
	}
}

// cabextract reads what the tests write, so that they are about the format and not
// about one idea of it on both sides.
func TestCabextractAgrees(t *testing.T) {
	tool, err := exec.LookPath("cabextract")
	if err != nil {
		t.Skip("no cabextract is installed")
	}
	want := samples(t)
	for name, data := range cabinets(t) {
		if name == "mszip" {
			continue // compress/flate makes codes of one symbol, which cabextract refuses
		}
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "x.cab")
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(tool, "-q", "-d", dir, path).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, f := range want {
				got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(string(bytes.ReplaceAll([]byte(f.name), []byte(`\`), []byte("/"))))))
				if err != nil || !bytes.Equal(got, f.data) {
					t.Errorf("%q: %d bytes, error %v, want %d", f.name, len(got), err, len(f.data))
				}
			}
		})
	}
}

// gcab writes what is read.
func TestGcabAgrees(t *testing.T) {
	tool, err := exec.LookPath("gcab")
	if err != nil {
		t.Skip("no gcab is installed")
	}
	files := samples(t)
	for _, args := range [][]string{{"-c"}, {"-c", "-z"}} {
		t.Run(args[len(args)-1], func(t *testing.T) {
			dir := t.TempDir()
			args = append(args, "-n", filepath.Join(dir, "x.cab"))
			var want []testFile
			for _, f := range files {
				f.name = filepath.Base(string(bytes.ReplaceAll([]byte(f.name), []byte(`\`), []byte("/"))))
				want = append(want, f)
				path := filepath.Join(dir, f.name)
				if err := os.WriteFile(path, f.data, 0o644); err != nil {
					t.Fatal(err)
				}
				args = append(args, path)
			}
			if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			data, err := os.ReadFile(filepath.Join(dir, "x.cab"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := contents(data)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, got, want)
		})
	}
}
