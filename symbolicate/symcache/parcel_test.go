package symcache_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/internal/golden"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// ownCode are the variants whose code is not that of all others of the compiler.
var ownCode = []string{
	"gcc-lto", "gcc-ppc64", "gcc-symbols", "clang-lto", "clang-sections",
	"clang-arm", "clang-arm64", "clang-loongarch64", "clang-mips", "clang-mips64el", "clang-ppc", "clang-ppc64le",
	"clang-riscv32", "clang-riscv64", "clang-s390x", "clang-sparc64", "clang-x32", "clang-x86",
}

// TestStorage reads one small program from every way in which its debug
// information can be stored, and expects the same answers of all that one compiler
// made. The golden files hold them; TestStorageOracle has llvm-symbolizer confirm
// them.
func TestStorage(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(fixture.Path(t, "bin/parcel"), "*"))
	if err != nil || len(dirs) == 0 {
		t.Fatal("no variants", err)
	}
	for _, dir := range dirs {
		variant := filepath.Base(dir)
		compiler, storage, _ := strings.Cut(variant, "-")
		t.Run(variant, func(t *testing.T) {
			name := "prog"
			switch storage {
			case "object":
				name = "prog.o"
			case "link":
				name = "prog.debug"
			}
			got := chains(t, filepath.Join(dir, name))
			want := compiler
			switch {
			case storage == "mini":
				want = "gcc-symbols"
			case slices.Contains(ownCode, variant):
				want = variant
			}
			golden.Equal(t, "parcel-"+want+".txt", []byte(got))
		})
	}
}

// TestStorageOracle compares the plain builds' answers with llvm-symbolizer's.
func TestStorageOracle(t *testing.T) {
	tool, err := exec.LookPath("llvm-symbolizer-19")
	if err != nil {
		t.Skip("no llvm-symbolizer-19 to compare with")
	}
	for _, variant := range append([]string{"gcc-dwarf5", "clang-dwarf5"}, ownCode...) {
		t.Run(variant, func(t *testing.T) {
			path := fixture.Path(t, "bin/parcel/"+variant+"/prog")
			f, err := objfile.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			symbols, err := f.Symbols()
			if err != nil {
				t.Fatal(err)
			}
			lookUp := tableOf(t, f)
			var addrs []string
			var want strings.Builder
			for _, s := range symbols {
				for off := range s.Size {
					addr := s.Addr + off
					addrs = append(addrs, fmt.Sprintf("%#x", addr))
					fmt.Fprintf(&want, "%#x\n", addr)
					for _, fr := range lookUp(addr) {
						fmt.Fprintf(&want, "%s\n%s:%d:%d\n", fr.Symbol, fr.File, fr.Line, fr.Column)
					}
					want.WriteByte('\n')
				}
			}
			cmd := exec.Command(tool, "--obj="+path, "--addresses", "--no-demangle", "--functions=linkage")
			cmd.Stdin = strings.NewReader(strings.Join(addrs, "\n") + "\n")
			got, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			// It takes the outermost name from the symbol table, where a function's
			// part has a name of its own, and its file from there if there is no other.
			if variant == "gcc-symbols" {
				got = regexp.MustCompile(`(?m)^.*:0:0$`).ReplaceAll(got, []byte(":0:0"))
			} else {
				got = regexp.MustCompile(`(?m)^(\w+)\.(?:cold|__part\.\d+)$`).ReplaceAll(got, []byte("$1"))
			}
			if diff := cmp.Diff(strings.Split(string(got), "\n\n"), strings.Split(want.String(), "\n\n")); diff != "" {
				t.Errorf("(-llvm-symbolizer +ours):\n%s", diff)
			}
		})
	}
}

// tableOf compiles a file and returns what looks up linked addresses in it.
func tableOf(t *testing.T, f *objfile.File) func(addr uint64) []symcache.Frame {
	t.Helper()
	res, err := symcache.Compile(f, symcache.Options{Columns: true})
	if err != nil {
		t.Fatal(err)
	}
	if res.Fault != nil {
		t.Errorf("%d units are broken: %v", res.Broken, res.Fault)
	}
	cache, err := symcache.Open(res.Table)
	if err != nil {
		t.Fatal(err)
	}
	var frames []symcache.Frame
	return func(addr uint64) []symcache.Frame {
		frames = cache.Lookup(frames[:0], addr-f.Base())
		return frames
	}
}

// chains tells what a table of a file says about its functions, a line for each
// place in one where that changes.
func chains(t *testing.T, path string) string {
	t.Helper()
	f, err := objfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lookUp := tableOf(t, f)
	symbols, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(symbols, func(a, b objfile.Symbol) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	for _, s := range symbols {
		if s.Kind != objfile.Func {
			continue
		}
		last := ""
		for off := range s.Size {
			var chain []string
			for _, fr := range lookUp(s.Addr + off) {
				chain = append(chain, fmt.Sprintf("%s %s:%d:%d", name(fr), fr.File, fr.Line, fr.Column))
			}
			if said := strings.Join(chain, " < "); said != last {
				fmt.Fprintf(&b, "%s+%#x %s\n", s.Name, off, said)
				last = said
			}
		}
	}
	return b.String()
}

func name(f symcache.Frame) string {
	if f.Scope != "" {
		return f.Scope + f.Language.Separator() + f.Symbol
	}
	return f.Symbol
}
