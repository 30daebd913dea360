package symcache_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
)

// answers says what a table knows about every fourth byte of a program's code:
// frames, innermost first, without the folders that differ between builds.
func answers(t *testing.T, path string) map[uint64]string {
	t.Helper()
	f, err := objfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lookUp := tableOf(t, f)
	all := map[uint64]string{}
	for _, code := range f.CodeRanges() {
		for addr := code.Start; addr < code.End; addr += 4 {
			var b strings.Builder
			for _, fr := range lookUp(addr) {
				fmt.Fprintf(&b, "%s %s:%d:%d\n", fr.Symbol, filepath.Base(fr.File), fr.Line, fr.Column)
			}
			all[addr] = b.String()
		}
	}
	return all
}

// TestVariants compares builds of one program that have the same code and say what
// they know in different ways: the answers are the same. The plain build's are
// confirmed by llvm-symbolizer, see the corpus' tools/matrix.txt.
func TestVariants(t *testing.T) {
	dir := filepath.Dir(fixture.Corpus(t, "gen/out/elf/gcc-x64-d5-O2/prog"))
	dir = filepath.Dir(dir)
	matrix, err := os.ReadFile(fixture.Corpus(t, "tools/matrix.txt"))
	if err != nil {
		t.Fatal(err)
	}
	groups := map[string][]string{} // variants by the hash of their code
	for line := range strings.Lines(string(matrix)) {
		if fields := strings.Fields(line); len(fields) > 3 && fields[0] != "variant" {
			groups[fields[1]] = append(groups[fields[1]], fields[0])
		}
	}
	// What a variant leaves out of its debug information.
	less := map[string]string{
		"gcc-x64-g1": "-g1 leaves out an inlined call", "clang-x64-mlt": "-gmlt names inlined calls only",
		"minidebuginfo": "symbols only", "symtab-only": "symbols only", "pair-debuglink": "the debug file is another",
	}
	for _, variants := range groups {
		plain := ""
		for _, v := range variants {
			if strings.Contains(v, "-d5-") {
				plain = v
			}
		}
		if plain == "" || len(variants) == 1 {
			continue
		}
		want := answers(t, variantPath(t, dir, plain))
		for _, v := range variants {
			t.Run(v, func(t *testing.T) {
				if why := less[v]; why != "" {
					t.Skip(why)
				}
				got := answers(t, variantPath(t, dir, v))
				wrong, example := 0, ""
				for addr, w := range want {
					if got[addr] != w {
						if wrong++; example == "" {
							example = fmt.Sprintf("%#x (-%s +%s):\n%s", addr, plain, v, cmp.Diff(w, got[addr]))
						}
					}
				}
				if wrong > 0 {
					t.Errorf("%d of %d answers differ, one at %s", wrong, len(want), example)
				}
			})
		}
	}
}

// TestPackedNinja compares a real program with its debug information in a package
// with the same code whose debug information is inside, whose answers
// llvm-symbolizer confirms in the corpus' truth.
func TestPackedNinja(t *testing.T) {
	want := answers(t, fixture.Corpus(t, "built/ninja-clang-O2-aranges/ninja"))
	got := answers(t, fixture.Corpus(t, "built/ninja-clang-dwp5/ninja"))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-inside +package):\n%.2000s", diff)
	}
}

// folders differ between builds.
var folders = regexp.MustCompile(`/\S*/`)

// TestObjects compares relocatable files with the program that was linked from
// them: what a function's code says is the same at the same place in it.
func TestObjects(t *testing.T) {
	for program, objects := range map[string]string{"clang-x64-d5-O2": "clang-x64-rel", "gcc-x64-d5-O2": "gcc-x64-rel"} {
		linked := map[string]bool{}
		for line := range strings.Lines(chains(t, fixture.Corpus(t, "gen/out/elf/"+program+"/prog"))) {
			linked[folders.ReplaceAllString(line, "")] = true
		}
		names, _ := filepath.Glob(filepath.Join(fixture.Corpus(t, "gen/out/elf/"+objects), "*.o"))
		if len(names) == 0 {
			t.Errorf("%s has no objects", objects)
		}
		for _, name := range names {
			for line := range strings.Lines(chains(t, name)) {
				if !linked[folders.ReplaceAllString(line, "")] {
					t.Errorf("%s: the program that was linked from it does not say %s", name, line)
				}
			}
		}
	}
}

func variantPath(t *testing.T, dir, variant string) string {
	t.Helper()
	for _, name := range []string{"prog", "p1"} {
		if path := filepath.Join(dir, variant, name); exists(path) {
			return path
		}
	}
	names, _ := filepath.Glob(filepath.Join(dir, variant, "*"))
	if len(names) == 0 {
		t.Skip("the corpus does not have it")
	}
	return names[0]
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
