package symbolicate

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
)

// Events made of many addresses of real binaries get the lines, inlined calls and
// all, that llvm-symbolizer-19 has for them, where a second tool agrees with it.
func TestEventsAgreeWithReferenceTools(t *testing.T) {
	if testing.Short() {
		t.Skip("reads large binaries")
	}
	for _, tt := range []struct{ truth, object string }{
		{"libc-amd64", "debian/amd64/libc.so.6.debug"},
		{"libc-s390x", "debian/s390x/libc.so.6.debug"},
		{"ninja-gcc-O2", "built/ninja-gcc-O2-zlib/ninja"},
		{"ninja-clang-O2-aranges", "built/ninja-clang-O2-aranges/ninja"},
		{"ninja-clang-O2-aranges", "built/ninja-clang-dwp5/ninja"},
		{"rust-release", "built/rust-zstd/rustfix-release"},
		{"go-linux-amd64", "built/go/gofix-linux-amd64"},
		{"macho-ninja-arm64", "built/ninja-macos-arm64/ninja.dSYM/Contents/Resources/DWARF/ninja"},
		{"macho-tklivesync", "npm/nativescript-ios/ios-arm64/TKLiveSync/TKLiveSync.dSYM.dwarf"},
	} {
		t.Run(tt.truth, func(t *testing.T) {
			path := fixture.Corpus(t, tt.object)
			f, err := objfile.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			truth := readTruth(t, fixture.Corpus(t, "truth/"+tt.truth+".jsonl.gz"))
			event := eventOf(f, truth)
			out, err := New(Options{Sources: []Source{source.NewDir(folderWith(t, path))}}).Event(t.Context(), event)
			if err != nil {
				t.Fatal(err)
			}
			got := linesOf(t, out)
			if len(got) != len(truth) {
				t.Fatalf("%d groups of frames, want %d", len(got), len(truth))
			}
			bad := 0
			for i, want := range truth {
				if !slices.Equal(got[i], want.lines) {
					if bad++; bad <= 3 {
						t.Logf("%#x: lines %v, want %v", want.addr, got[i], want.lines)
					}
				}
			}
			if share := float64(len(truth)-bad) / float64(len(truth)); share < 0.99 {
				t.Errorf("%.2f %% of %d addresses agree, want 99 %%", 100*share, len(truth))
			} else {
				t.Logf("%.2f %% of %d addresses agree", 100*share, len(truth))
			}
		})
	}
}

// An answer is what the reference tools agree on: the lines at a linked address,
// the outermost function's first, as events have them.
type answer struct {
	addr  uint64
	lines []int
}

// every is the share of the recorded addresses that is tried: one in so many.
const every = 5

func readTruth(t *testing.T, path string) (answers []answer) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := func(frames [][]any) (lines []int) {
		for _, f := range slices.Backward(frames) {
			n, _ := f[2].(float64)
			lines = append(lines, int(n))
		}
		return lines
	}
	n := 0
	for scan := bufio.NewScanner(z); scan.Scan(); n++ {
		if n%every != 0 {
			continue
		}
		var a struct {
			A                 string
			LLVM, GNU, EU, Go [][]any
		}
		if err := json.Unmarshal(scan.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		addr, err := strconv.ParseUint(a.A, 0, 64)
		if err != nil {
			t.Fatal(err)
		}
		want := lines(a.LLVM)
		for _, other := range [][][]any{a.GNU, a.EU, a.Go} {
			if slices.Equal(want, lines(other)) && !slices.Contains(want, 0) {
				answers = append(answers, answer{addr, want})
				break
			}
		}
	}
	return answers
}

// eventOf returns an event with a frame for each address, in an image far from
// where the file would like to be.
func eventOf(f *objfile.File, answers []answer) []byte {
	const base = 0x7f0012340000
	var b bytes.Buffer
	b.WriteString(`{"platform":"native","stacktrace":{"instruction_addr_adjustment":"none","frames":[`)
	for i, a := range answers {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"instruction_addr":"%#x"}`, base+a.addr-f.Base())
	}
	fmt.Fprintf(&b, `]},"debug_meta":{"images":[{"type":"%s","code_id":"%s","debug_id":"%s","image_addr":"%#x"}]}}`, f.Format(), f.CodeID(), f.DebugID(), uint64(base))
	return b.Bytes()
}

// linesOf returns the lines of each group of frames that one frame became.
func linesOf(t *testing.T, event []byte) (groups [][]int) {
	t.Helper()
	var e struct {
		Stacktrace struct {
			Frames []struct {
				Lineno int
				Data   struct{ Inlined bool }
			}
		}
	}
	if err := json.Unmarshal(event, &e); err != nil {
		t.Fatal(err)
	}
	for _, f := range e.Stacktrace.Frames {
		if !f.Data.Inlined {
			groups = append(groups, nil)
		}
		last := len(groups) - 1
		groups[last] = append(groups[last], f.Lineno)
	}
	return groups
}
