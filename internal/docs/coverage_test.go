package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/internal/golden"
)

// TestReadmeCoverage compares the README's tables of who reads what with those that
// benchmarks/coverage measured. With -update it copies them.
func TestReadmeCoverage(t *testing.T) {
	const begin, end = "<!-- benchmarks/COVERAGE.md -->\n", "<!-- end -->\n"
	readme := read(t, "README.md")
	before, rest, hasBegin := strings.Cut(readme, begin)
	got, after, hasEnd := strings.Cut(rest, end)
	if !hasBegin || !hasEnd {
		t.Fatalf("README.md has no place for the tables, from %q to %q", begin, end)
	}
	_, tables, ok := strings.Cut(read(t, "benchmarks/COVERAGE.md"), "\n## ")
	if !ok {
		t.Fatal("benchmarks/COVERAGE.md has no tables")
	}
	want := "\n" + strings.ReplaceAll("\n## "+tables, "\n## ", "\n### ")[1:] + "\n"
	if golden.Updating() {
		text := before + begin + want + end + after
		if err := os.WriteFile(filepath.Join(fixture.Root(t), "README.md"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("README.md (-want +got):\n%s", diff)
	}
}
