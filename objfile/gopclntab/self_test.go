package gopclntab_test

import (
	"os"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

//go:noinline
func outer(n int) []uintptr { return middle(n + 1) }

func middle(n int) []uintptr { return inner(n * 2) }

//go:noinline
func inner(int) []uintptr {
	pcs := make([]uintptr, 64)
	return pcs[:runtime.Callers(1, pcs)]
}

// A frame is what the runtime says too.
type frame struct {
	Function, File string
	Line           int
}

// TestRuntime symbolicates this very program's stack, as its runtime does.
func TestRuntime(t *testing.T) {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := objfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lazy, err := symcache.NewLazy(f, symcache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var want, got []frame
	depth := 0
	pcs := outer(1) // one for each frame, also for those of inlined calls
	for frames := runtime.CallersFrames(pcs); ; {
		f, more := frames.Next()
		want = append(want, frame{f.Function, f.File, f.Line})
		if !more {
			break
		}
	}
	for _, pc := range pcs {
		chain, err := lazy.Lookup(nil, uint64(pc)-1-f.Base())
		if err != nil {
			t.Fatal(err)
		}
		if len(chain) == 0 {
			t.Skip("this program was not loaded where it was linked")
		}
		depth = max(depth, len(chain))
		got = append(got, frame{chain[0].Symbol, chain[0].File, int(chain[0].Line)})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
	if depth != 2 {
		t.Errorf("the longest chain has %d frames, want 2: middle is inlined into outer", depth)
	}
}
