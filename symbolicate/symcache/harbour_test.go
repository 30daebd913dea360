package symcache_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/internal/golden"
	"github.com/nativesym/nativesym/objfile"
)

// TestLanguages reads small programs in other languages than C and C++. The golden
// file holds the names, places and languages of all their functions' frames;
// llvm-symbolizer, where it is installed, confirms lines and depth in the first
// section with code, beyond the sizes of the others: in an object file they all start
// at 0, and it does not tell them apart.
func TestLanguages(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(fixture.Path(t, "bin/harbour"), "*.o"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no programs", err)
	}
	var all strings.Builder
	for _, path := range paths {
		f, err := objfile.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lookUp := tableOf(t, f)
		fmt.Fprintf(&all, "%s\n", filepath.Base(path))
		last, shared := "", uint64(0)
		for i, r := range f.CodeRanges() {
			if i > 0 {
				shared = max(shared, r.End-r.Start)
			}
		}
		var addrs, places []string // of the first section
		for i, r := range f.CodeRanges() {
			for addr := r.Start; addr < r.End; addr++ {
				var chain, lines []string
				for _, fr := range lookUp(addr) {
					chain = append(chain, fmt.Sprintf("%s (%v) %s:%d", name(fr), fr.Language, fr.File, fr.Line))
					lines = append(lines, fmt.Sprintf("%s:%d:%d", fr.File, fr.Line, fr.Column))
				}
				if said := strings.Join(chain, " < "); said != last {
					fmt.Fprintf(&all, "  %#x %s\n", addr, said)
					last = said
				}
				if i == 0 && addr >= shared {
					addrs, places = append(addrs, fmt.Sprintf("%#x", addr)), append(places, strings.Join(lines, " "))
				}
			}
		}
		if len(addrs) > 0 {
			confirm(t, path, addrs, places)
		}
	}
	golden.Equal(t, "harbour.txt", []byte(all.String()))
}

// confirm compares the places of every frame at some addresses with what
// llvm-symbolizer says.
func confirm(t *testing.T, path string, addrs, want []string) {
	t.Helper()
	tool, err := exec.LookPath("llvm-symbolizer-19")
	if err != nil {
		t.Log("no llvm-symbolizer-19 to compare with")
		return
	}
	cmd := exec.Command(tool, "--obj="+path, "--functions=none")
	cmd.Stdin = strings.NewReader(strings.Join(addrs, "\n") + "\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for answer := range strings.SplitSeq(strings.TrimSuffix(string(out), "\n\n"), "\n\n") {
		got = append(got, strings.ReplaceAll(strings.ReplaceAll(answer, "\n", " "), "??:0:0", ""))
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("%s (-llvm-symbolizer +ours):\n%s", filepath.Base(path), diff)
	}
}
