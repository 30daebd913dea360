package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/internal/golden"
)

// noSleep keeps the race detector from sleeping a second at the end of each command.
const noSleep = "atexit_sleep_ms=0"

// TestMain lets the test binary stand in for the command.
func TestMain(m *testing.M) {
	if os.Getenv("SYMBOLICATE_MAIN") != "" {
		main()
	}
	os.Setenv("GORACE", noSleep)
	testscript.Main(m, map[string]func(){"symbolicate": main, "addr2line": main, "llvm-symbolizer": main})
}

// TestScripts runs testdata/script. With -update, what commands wrote replaces
// the files that they are compared with.
func TestScripts(t *testing.T) {
	root := fixture.Path(t, ".")
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       golden.Updating(),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TESTDATA", root)
			env.Setenv("GORACE", noSleep)
			return nil
		},
	})
}
