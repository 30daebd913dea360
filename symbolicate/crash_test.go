package symbolicate

import (
	"testing"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/internal/golden"
)

// Real crashes, made by running testdata/src/shop. The functions and lines agree
// with what llvm-symbolizer-19 --inlines says of the addresses.
func TestRealCrashes(t *testing.T) {
	for _, name := range []string{"linux-x86_64-crash.json", "linux-arm64-crash.json"} {
		t.Run(name, func(t *testing.T) {
			s := New(Options{
				Sources: []Source{source.NewDir(fixture.Path(t, "symbols"))},
				Code:    source.NewCode(source.CodeRoot{Dir: fixture.Path(t, "src"), From: "/src"}),
			})
			event := fixture.Read(t, "events/"+name)
			golden.Equal(t, name, checkLossless(t, s, event))
		})
	}
}

// What two programs for macOS would report: see the events. Frames of an address
// agree with what llvm-symbolizer-19 --inlines says of it.
func TestMacCrashes(t *testing.T) {
	for _, name := range []string{"macos-arm64-watchdog.json", "macos-x86_64-apple.json"} {
		t.Run(name, func(t *testing.T) {
			s := New(Options{Sources: []Source{source.NewDir(fixture.Path(t, "bin/macos/fat"))}})
			golden.Equal(t, name, checkLossless(t, s, fixture.Read(t, "events/"+name)))
		})
	}
}

// What a program for Windows would report: see the event. The functions, files and
// lines agree with what llvm-symbolizer-19 --inlines says of the addresses.
func TestWindowsCrash(t *testing.T) {
	const name = "windows-x86_64-crash.json"
	s := New(Options{Sources: []Source{source.NewDir(fixture.Path(t, "bin"))}})
	golden.Equal(t, name, checkLossless(t, s, fixture.Read(t, "events/"+name)))
}
