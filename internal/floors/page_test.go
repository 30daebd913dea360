package floors

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
)

// TestPicture compares the floors with the picture of them in ARCHITECTURE.md, which
// has the highest first and leaves out what is for tests and measurements.
func TestPicture(t *testing.T) {
	_, picture, _ := strings.Cut(read(t, "ARCHITECTURE.md"), "## Floors")
	_, picture, _ = strings.Cut(picture, "```\n")
	picture, _, _ = strings.Cut(picture, "```")
	named := newHouse().floors
	var got, want [][]string
	for line := range strings.Lines(picture) {
		floor := slices.DeleteFunc(spelled(line), func(word string) bool {
			return !slices.ContainsFunc(named, func(f []string) bool { return slices.Contains(f, word) })
		})
		got = append(got, slices.Sorted(slices.Values(floor)))
	}
	for _, floor := range slices.Backward(named) {
		if !slices.Contains(floor, "internal/fixture") && !slices.Contains(floor, "benchmarks") {
			want = append(want, slices.Sorted(slices.Values(floor)))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ARCHITECTURE.md draws other floors (-want +drawn):\n%s", diff)
	}
}

// spelled returns the words of a line; a/{b,c} are two.
func spelled(line string) (words []string) {
	for _, word := range strings.Fields(line) {
		dir, names, ok := strings.Cut(strings.TrimSuffix(word, "}"), "{")
		if !ok {
			words = append(words, word)
			continue
		}
		for name := range strings.SplitSeq(names, ",") {
			words = append(words, dir+name)
		}
	}
	return words
}

// TestModules has ARCHITECTURE.md say what each module is for that go.mod requires.
func TestModules(t *testing.T) {
	_, list, _ := strings.Cut(read(t, "ARCHITECTURE.md"), "## What is not ours")
	list, _, _ = strings.Cut(list, "## ")
	reasons := strings.Split(list, "`")
	for line := range strings.Lines(read(t, "go.mod")) {
		words := strings.Fields(line)
		if len(words) != 2 || !strings.HasPrefix(words[1], "v") {
			continue // no requirement, or an indirect one
		}
		if !slices.ContainsFunc(reasons, func(r string) bool { return under(r, words[0]) }) {
			t.Errorf("ARCHITECTURE.md does not say what %s is for", words[0])
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(fixture.Root(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
