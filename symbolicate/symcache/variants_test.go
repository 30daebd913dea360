package symcache_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
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
	all := map[uint64]string{}
	var frames []symcache.Frame
	for _, code := range f.CodeRanges() {
		for addr := code.Start; addr < code.End; addr += 4 {
			var b strings.Builder
			frames = cache.Lookup(frames[:0], addr-f.Base())
			for _, fr := range frames {
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
		"gcc-x64-g1": "no inlined calls of inlined functions' types", "clang-x64-mlt": "lines only",
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
