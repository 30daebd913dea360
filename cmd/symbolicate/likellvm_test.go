package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// TestLikeLLVM asks llvm-symbolizer 19 about every fourth address of our
// programs, with the same arguments, and compares the answers to the byte. Names
// stay as linkers have them: how to write them is for package demangle.
func TestLikeLLVM(t *testing.T) {
	llvm, err := exec.LookPath("llvm-symbolizer-19")
	if err != nil {
		t.Skip("no llvm-symbolizer-19 is installed")
	}
	for _, object := range []string{"bin/shop-clang19-x86_64", "bin/relay-rust1.95-x86_64", "symbols/.build-id/75", "symbols/.build-id/30"} {
		object := objectIn(t, object)
		addresses := addressesOf(t, object)
		for _, flags := range []string{
			"",
			"-a",
			"-p -a",
			"--output-style=GNU",
			"--output-style=GNU -p -a -s",
			"--output-style=JSON",
			"--output-style=JSON --no-inlines",
			"--no-inlines",
			"--functions=none",
		} {
			t.Run(filepath.Base(object)+" "+flags, func(t *testing.T) {
				args := append(strings.Fields(flags), "--no-demangle", "--obj="+object)
				want, got := llvmAnswers(t, llvm, args, addresses), ourAnswers(t, args, addresses)
				if diff := cmp.Diff(strings.SplitAfter(want, "\n"), strings.SplitAfter(got, "\n")); diff != "" {
					t.Errorf("answers (-llvm +ours):\n%s", diff)
				}
			})
		}
	}
}

// objectIn returns the path of a fixture, or of the only file in a folder of them.
func objectIn(t *testing.T, rel string) string {
	path := fixture.Path(t, rel)
	if files, _ := filepath.Glob(filepath.Join(path, "*")); len(files) == 1 {
		return files[0]
	}
	return path
}

// addressesOf returns addresses in the functions that a file's debug information
// describes, one a line. Elsewhere llvm-symbolizer answers with the symbol before,
// however far away, and with the file symbol of the table.
func addressesOf(t *testing.T, path string) string {
	t.Helper()
	file, err := objfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.DebugInfo()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var u debuginfo.Unit
	reader := info.NewReader()
	for i := range info.NumUnits() {
		if err := reader.Read(i, &u); err != nil {
			t.Fatal(err)
		}
		for _, f := range u.Functions {
			for _, r := range u.Ranges[f.Ranges.First:f.Ranges.End] {
				for a := r.Start; a < r.End; a += 4 {
					fmt.Fprintf(&b, "%#x\n", a)
				}
			}
		}
	}
	return b.String()
}

// different is what answers differ in on purpose: discriminators and where
// inlined calls start, which are not known to us, and the marks that GCC gives
// the symbols of a function's parts and copies, which llvm-symbolizer takes over.
var different = regexp.MustCompile(`"Discriminator":\d+|"StartAddress":"[^"]*"|"StartFileName":"[^"]*"|"StartLine":\d+` +
	`| \(discriminator \d+\)|\.(cold|constprop\.\d+|isra\.\d+|part\.\d+)\b`)

func llvmAnswers(t *testing.T, program string, args []string, input string) string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "DEBUGINFOD_URLS=")
	cmd.Stdin = strings.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, stderr.Bytes())
	}
	return different.ReplaceAllString(string(out), "")
}

func ourAnswers(t *testing.T, args []string, input string) string {
	t.Helper()
	var out bytes.Buffer
	if err := addr(t, strings.NewReader(input), &out, args...); err != nil {
		t.Fatal(err)
	}
	return different.ReplaceAllString(out.String(), "")
}
