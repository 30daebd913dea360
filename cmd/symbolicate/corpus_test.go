package main

import (
	"os"
	"os/exec"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
)

// TestCorpus asks about ten thousand addresses in each of several real programs
// and compares with what other symbolizers answered, where two of them agree.
func TestCorpus(t *testing.T) {
	compare := fixture.Corpus(t, "tools/agree.py")
	if testing.Short() {
		t.Skip("takes a second for each program")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3 to compare with")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		object string
		want   string // share of equal answers
	}{
		{"debian/amd64/libc.so.6.debug", "1"},
		{"debian/s390x/libc.so.6.debug", "1"},
		{"built/ninja-gcc-O2-zlib/ninja", "1"},
		{"built/ninja-clang-O2-aranges/ninja", "1"},
		{"built/ninja-clang-dwp5/ninja", "1"},
		{"built/rust-zstd/rustfix-release", "1"},
		{"built/go/gofix-linux-amd64", "0.995"}, // its DWARF has no line for the first instructions of functions that were made up
		{"built/ninja-macos-arm64/ninja.dSYM/Contents/Resources/DWARF/ninja", "1"},
		{"npm/nativescript-ios/ios-arm64/TKLiveSync/TKLiveSync.dSYM.dwarf", "1"},
	} {
		t.Run(tt.object, func(t *testing.T) {
			command := self + " addr --obj {obj} --output-style=JSON --no-demangle"
			cmd := exec.Command("python3", compare, "--cmd", command, "--only", tt.object, "--show", "3", "--want", tt.want)
			cmd.Env = append(os.Environ(), "SYMBOLICATE_MAIN=1")
			out, err := cmd.CombinedOutput()
			t.Logf("%s", out)
			if err != nil {
				t.Error(err)
			}
		})
	}
}
