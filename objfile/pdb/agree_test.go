package pdb

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// tool returns a program of LLVM 19, or skips the test.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name + "-19")
	if err != nil {
		t.Skipf("%s-19 is not installed", name)
	}
	return path
}

// A score counts addresses where we agree with a reference.
type score struct {
	same, all int
	shown     int
}

// add counts an answer, and logs the first few that differ.
func (s *score) add(t *testing.T, addr uint64, got, want []frame) {
	t.Helper()
	s.all++
	if fmt.Sprint(got) == fmt.Sprint(want) {
		s.same++
	} else if s.shown++; s.shown <= 5 {
		t.Logf("%#x:\n got %v\nwant %v", addr, got, want)
	}
}

// atLeast fails the test if fewer than share of the answers agree.
func (s *score) atLeast(t *testing.T, share float64) {
	t.Helper()
	agreed := float64(s.same) / float64(max(s.all, 1))
	t.Logf("%.2f %% of %d addresses agree", 100*agreed, s.all)
	if agreed < share {
		t.Errorf("%.2f %% of %d addresses agree, want %.2f %%", 100*agreed, s.all, 100*share)
	}
}

// TestAgreesWithLLVM compares with llvm-symbolizer, which needs the image beside
// the PDB. Where clang made the PDB the whole chain must agree. In PDBs of MSVC
// it loses inlined calls whose rows end with the length of the next row, so only
// the outermost frame is compared there.
//
// Left out is code where LLVM 19 errs: it takes the first of two rows at one
// offset, looks up rows of one file where a function has several, has no names
// of thunks, no lines of some destructors, prints the marks 0xfeefee and
// 0xf00f00 as lines, and crashes on functions inlined from another module.
func TestAgreesWithLLVM(t *testing.T) {
	symbolizer := tool(t, "llvm-symbolizer")
	for _, tt := range []struct {
		image string
		whole bool // chain
		step  int  // of all addresses, every how many; a crash costs time
	}{
		{"bin/till-clang19-windows", true, 1},
		{"gen/out/pe/clangcv-x86_64/prog", true, 1},
		{"gen/out/pe/clangcv-x86_64-O0/prog", true, 1},
		{"gen/out/pe/clangcv-x86_64-ghash/prog", true, 1},
		{"gen/out/pe/clangcv-x86_64-icf/prog", true, 1},
		{"gen/out/pe/clangcv-i686/prog", true, 1},
		{"gen/out/pe/clangcv-aarch64/prog", true, 1},
		{"github/llvm/tools/llvm-symbolizer/pdb/Inputs/test", false, 1},
		{"github/llvm/tools/llvm-symbolizer/pdb/Inputs/test-columns", true, 1},
		{"github/symbolic/windows/crash", false, 8},
		{"github/symbolic/windows/CrashWithException", false, 1},
		{"github/dump_syms/windows/dump_syms_regtest64", false, 1},
	} {
		t.Run(tt.image, func(t *testing.T) {
			modules := decodeAll(t, parseFile(t, locate(t, tt.image+".pdb")))
			var addrs []uint64
			for i, addr := range addresses(modules) {
				if i%tt.step == 0 {
					addrs = append(addrs, addr)
				}
			}
			want, crashes := askLLVM(t, symbolizer, locate(t, tt.image+".exe"), addrs)
			var s score
			for i, addr := range addrs {
				w, got := want[i], lookup(modules, addr)
				if len(w) == 0 || w[len(w)-1].Function == "" || difficult(modules, addr) {
					continue
				}
				if !tt.whole {
					w, got = w[len(w)-1:], got[len(got)-1:]
				}
				if w[0].Line = lineNumber(w[0].Line); w[0].Line != 0 {
					s.add(t, addr, got, w)
				}
			}
			t.Logf("%d addresses, %d compared; LLVM crashed on %d", len(addrs), s.all, crashes)
			s.atLeast(t, 1)
		})
	}
}

func difficult(modules []decoded, addr uint64) bool {
	if folded(modules, addr) {
		return true
	}
	for _, m := range modules {
		if within(m.tied, addr) || within(m.mixed, addr) {
			return true
		}
	}
	return false
}

// folded reports whether the linker folded several functions into the one at addr.
func folded(modules []decoded, addr uint64) bool {
	n := 0
	for i := range modules {
		u := &modules[i].Unit
		for _, f := range u.Functions {
			if contains(u, f.Ranges, addr) {
				n++
			}
		}
	}
	return n > 1
}

// askLLVM returns llvm-symbolizer's frames of each address, nil where it crashes.
func askLLVM(t *testing.T, symbolizer, image string, addrs []uint64) (frames [][]frame, crashes int) {
	t.Helper()
	var in bytes.Buffer
	for _, a := range addrs {
		fmt.Fprintf(&in, "%#x\n", a)
	}
	cmd := exec.Command(symbolizer, "--obj="+filepath.Base(image), "--functions=short",
		"--relative-address", "--no-demangle", "--output-style=JSON")
	cmd.Dir = filepath.Dir(image)
	cmd.Stdin = &in
	out, err := cmd.Output()
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		var answer struct {
			Symbol []struct {
				FunctionName, FileName string
				Line, Column           uint32
			}
		}
		if json.Unmarshal(lines.Bytes(), &answer) != nil {
			break // the line where it crashed
		}
		var fs []frame
		for _, s := range answer.Symbol {
			fs = append(fs, frame{s.FunctionName, s.FileName, s.Line, s.Column})
		}
		frames = append(frames, fs)
	}
	if len(frames) == len(addrs) {
		return frames, 0
	}
	if err == nil {
		t.Fatalf("%s: %d answers to %d addresses", image, len(frames), len(addrs))
	}
	// It crashed on the address after the last answer.
	rest, crashes := askLLVM(t, symbolizer, image, addrs[len(frames)+1:])
	frames = append(frames, nil)
	return append(frames, rest...), crashes + 1
}

// TestAgreesWithMicrosoft compares with .sym files that were made from what
// Microsoft's own reader (DIA) says. They know no inlined calls: a line is that
// of the outermost frame. Functions that the linker folded into one are left
// out, because there each reader may name another.
func TestAgreesWithMicrosoft(t *testing.T) {
	for _, tt := range []struct{ pdb, sym string }{
		{"github/symbolic/windows/crash.pdb", "github/symbolic/windows/crash.sym"},
		{"github/symbolic/windows/CrashWithException.pdb", "github/symbolic/windows/CrashWithException.pdb.sym"},
		{"github/dump_syms/windows/dump_syms_regtest64.pdb", "github/dump_syms/windows/dump_syms_regtest64.sym"},
	} {
		t.Run(filepath.Base(tt.sym), func(t *testing.T) {
			modules := decodeAll(t, parseFile(t, locate(t, tt.pdb)))
			var s score
			for _, rec := range readSym(t, locate(t, tt.sym)) {
				for _, addr := range []uint64{rec.start, rec.end - 1} {
					if folded(modules, addr) {
						continue
					}
					got := lookup(modules, addr)
					if len(got) > 0 {
						got = got[len(got)-1:]
						got[0].File = strings.ToLower(got[0].File)
						// One of the writers puts return types before names and
						// takes an underscore off them.
						if name := strings.TrimPrefix(got[0].Function, "_"); strings.HasSuffix(rec.frame.Function, name) {
							rec.frame.Function = got[0].Function
						}
					}
					s.add(t, addr, got, []frame{rec.frame})
				}
			}
			s.atLeast(t, 1)
		})
	}
}

// A symLine is a line record of a .sym file.
type symLine struct {
	start, end uint64
	frame      frame
}

func readSym(t *testing.T, path string) (list []symLine) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	number := func(s string, base int) uint64 {
		v, err := strconv.ParseUint(s, base, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	files := map[string]string{}
	function := ""
	for text := range strings.Lines(string(data)) {
		f := strings.Fields(text)
		switch {
		case len(f) == 0, f[0] == "MODULE", f[0] == "INFO", f[0] == "PUBLIC", f[0] == "STACK":
		case f[0] == "FILE":
			files[f[1]] = strings.ToLower(strings.Join(f[2:], " "))
		case f[0] == "FUNC":
			if f[1] == "m" { // one of several at the address
				f = f[1:]
			}
			function = withoutParameters(strings.Join(f[4:], " "))
		default:
			start, size := number(f[0], 16), number(f[1], 16)
			if size > 0 { // else another row at the same offset replaces it
				list = append(list, symLine{
					start, start + size,
					frame{function, files[f[3]], lineNumber(uint32(number(f[2], 10))), 0},
				})
			}
		}
	}
	return list
}

// withoutParameters takes the last pair of parentheses off a name.
func withoutParameters(name string) string {
	depth := 0
	for i := len(name) - 1; i > 0; i-- {
		switch name[i] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 {
				return name[:i]
			}
		}
	}
	return name
}
