package objfile

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/dwarf"
)

// The texts in a program that clang made with -gembed-source are its sources.
func TestSources(t *testing.T) {
	f, err := Open(fixture.Path(t, "bin/parcel/clang-embed/prog"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	files, err := f.Sources()
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, s := range files {
		paths = append(paths, s.Path)
		text, err := f.SourceText(s)
		if want := fixture.Read(t, s.Path[1:]); err != nil || !bytes.Equal(text, want) {
			t.Errorf("%s: error %v, text\n%swant\n%s", s.Path, err, text, want)
		}
	}
	if got, want := strings.Join(paths, " "), "/src/parcel/parcel.cc /src/parcel/parcel.h /src/parcel/weigh.cc"; got != want {
		t.Errorf("sources %s, want %s", got, want)
	}
}

// TestSourcesOracle compares the texts with what llvm-dwarfdump shows.
func TestSourcesOracle(t *testing.T) {
	tool, err := exec.LookPath("llvm-dwarfdump-19")
	if err != nil {
		t.Skip("no llvm-dwarfdump to compare with")
	}
	paths := []string{fixture.Path(t, "bin/parcel/clang-embed/prog")}
	corpus := filepath.Join(fixture.Root(t), "../shared/corpus/gen/out/elf/clang-x64-embedsrc/prog")
	if _, err := os.Stat(corpus); err == nil {
		paths = append(paths, corpus)
	}
	for _, path := range paths {
		dump, err := exec.Command(tool, "--debug-line", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		listed := map[string]bool{} // by text
		for line := range strings.Lines(string(dump)) {
			if quoted, ok := strings.CutPrefix(strings.TrimSpace(line), "source: "); ok && quoted != `""` {
				text, err := strconv.Unquote(quoted)
				if err != nil {
					t.Fatalf("%s: %v", quoted, err)
				}
				listed[text] = false
			}
		}
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files, err := f.Sources()
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, error %v", path, len(files), err)
		}
		for _, s := range files {
			text, err := f.SourceText(s)
			if _, ok := listed[string(text)]; err != nil || !ok {
				t.Errorf("%s: error %v, llvm-dwarfdump has no such text:\n%s", s.Path, err, text)
			}
			listed[string(text)] = true
		}
		for text, ok := range listed {
			if !ok {
				t.Errorf("%s: not listed:\n%s", path, text)
			}
		}
	}
}

func TestSourcesOfOtherFiles(t *testing.T) {
	for _, name := range []string{"bin/parcel/clang-dwarf5/prog", "bin/shop-clang19-x86_64", "bin/till-clang19-windows.pdb", "bin/macos/prog.sym", "bin/macos/fat/prog"} {
		f, err := Parse(name, fixture.Read(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if files, err := f.Sources(); len(files) > 0 || err != nil {
			t.Errorf("%s: %v, error %v", name, files, err)
		}
	}
}

func TestSourceTextFaults(t *testing.T) {
	f, err := Parse("prog", fixture.Read(t, "bin/parcel/clang-embed/prog"))
	if err != nil {
		t.Fatal(err)
	}
	code, _ := f.Section(".text")
	for _, tt := range []struct {
		section string
		offset  uint64
		want    string
	}{
		{".debug_line_str", 1 << 40, "prog: .debug_line_str+0x10000000000: the text of a.c starts outside the section"},
		{".debug_other", 0, "prog: .debug_other+0x0: the text of a.c starts outside the section"},
		{".text", code.Size - 1, fmt.Sprintf("prog: .text+%#x: the text of a.c does not end", code.Size-1)},
	} {
		text, err := f.SourceText(dwarf.SourceFile{Path: "a.c", Section: tt.section, Offset: tt.offset})
		if err == nil || err.Error() != tt.want || text != nil {
			t.Errorf("%s+%#x: %q, error %v, want %s", tt.section, tt.offset, text, err, tt.want)
		}
	}
}
