package objfile

import (
	"bytes"
	"debug/elf"
	"debug/gosym"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// elfPaths returns ELF files to compare with a second opinion: the repository's
// own, this test's program, and what there is of the corpus.
func elfPaths(t testing.TB) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{self}
	roots := []string{fixture.Path(t, "bin"), fixture.Path(t, "symbols")}
	for _, corpus := range []string{"gen/out/elf", "built", "debian"} {
		if root := filepath.Join(fixture.Root(t), "..", "shared", "corpus", corpus); exists(root) {
			roots = append(roots, root)
		}
	}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && hasELFMagic(path) {
				paths = append(paths, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

func hasELFMagic(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	magic := make([]byte, 4)
	_, err = file.Read(magic)
	return err == nil && isELF(magic)
}

// Package debug/elf reads the same sections, with the same contents. It hands out
// .zdebug sections packed, and sections of relocatable files unrelocated; those
// are left to other tests. So are large ones, which take the race detector long.
func TestSectionsAgreeWithDebugELF(t *testing.T) {
	compared := 0
	for _, path := range elfPaths(t) {
		f := open(t, path)
		want, err := elf.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.sections) != len(want.Sections) {
			t.Errorf("%s: %d sections, want %d", path, len(f.sections), len(want.Sections))
			continue
		}
		for i, w := range want.Sections {
			s := &f.sections[i]
			relocatable := want.Type == elf.ET_REL
			if s.Name != canonicalName(w.Name) || s.Addr != w.Addr && !relocatable || s.stored != w.FileSize && w.Type != elf.SHT_NOBITS && w.Type != elf.SHT_NULL {
				t.Errorf("%s: section %d is %s at %#x of %#x bytes, want %+v", path, i, s.Name, s.Addr, s.stored, w.SectionHeader)
			}
			if w.Type == elf.SHT_NOBITS || w.Type == elf.SHT_NULL || w.Name == miniDebugInfo || w.Name != s.Name || f.image.(*elfFile).headers[i].relocated {
				continue
			}
			if w.Size > 1<<20 {
				continue
			}
			got, err := s.Data()
			if err != nil {
				t.Error(err)
				continue
			}
			data, err := w.Data()
			if err != nil {
				t.Fatalf("%s: %s: %v", path, w.Name, err)
			}
			if !bytes.Equal(got, data) {
				t.Errorf("%s: %s differs", path, w.Name)
			}
			compared++
		}
		want.Close()
	}
	t.Logf("%d sections compared", compared)
}

// Each function that debug/elf lists is there, at its place and with its size.
// What it takes as it stands in the file is derived from that: the addresses of
// relocatable files and of descriptors, the bit of Thumb, versions, open sizes.
func TestSymbolsAgreeWithDebugELF(t *testing.T) {
	compared := 0
	for _, path := range elfPaths(t) {
		f := open(t, path)
		want, err := elf.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		symbols, err := f.Symbols()
		if err != nil {
			t.Error(err)
		}
		got := map[string]Symbol{}
		for _, s := range symbols {
			got[fmt.Sprintf("%#x %s", s.Addr, s.Name)] = s
		}
		full, _ := want.Symbols() // an error where there is no such table
		dynamic, _ := want.DynamicSymbols()
		for _, w := range append(full, dynamic...) {
			typ := elf.ST_TYPE(w.Info)
			if typ != elf.STT_FUNC && typ != elf.STT_GNU_IFUNC || w.Section == elf.SHN_UNDEF || int(w.Section) >= len(want.Sections) {
				continue
			}
			section := want.Sections[w.Section]
			addr := w.Value
			switch {
			case section.Name == ".opd":
				data, err := section.Data()
				if err != nil {
					t.Fatal(err)
				}
				addr = want.ByteOrder.Uint64(data[w.Value-section.Addr:])
			case section.Flags&elf.SHF_EXECINSTR == 0:
				continue
			case want.Type == elf.ET_REL:
				addr += f.sections[w.Section].Addr
			case want.Machine == elf.EM_ARM:
				addr &^= 1
			}
			if addr-section.Addr >= section.Size && section.Name != ".opd" && want.Type != elf.ET_REL {
				continue // a mark at the end, as Go's runtime.etext
			}
			name, _, _ := strings.Cut(w.Name, "@")
			s, ok := got[fmt.Sprintf("%#x %s", addr, name)]
			if !ok {
				t.Errorf("%s: no symbol %s at %#x", path, name, addr)
			} else if s.Size != w.Size && w.Size != 0 {
				t.Errorf("%s: symbol %s at %#x has %#x bytes, want %#x", path, name, addr, s.Size, w.Size)
			}
			compared++
		}
		want.Close()
	}
	t.Logf("%d symbols compared", compared)
}

// A Go program's symbols are the functions that its runtime's own table lists.
func TestSymbolsAgreeWithGoTable(t *testing.T) {
	path := fixture.Corpus(t, "built/go/gofix-linux-amd64")
	f := open(t, path)
	symbols, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	section := func(name string) *Section {
		s, ok := f.Section(name)
		if !ok {
			t.Fatalf("no %s", name)
		}
		return s
	}
	lines, err := section(".gopclntab").Data()
	if err != nil {
		t.Fatal(err)
	}
	table, err := gosym.NewTable(nil, gosym.NewLineTable(lines, section(".text").Addr))
	if err != nil {
		t.Fatal(err)
	}
	got := map[uint64]string{}
	for _, s := range slices.Backward(symbols) { // the preferred name comes first
		got[s.Addr] = strings.TrimSuffix(s.Name, ".abi0")
	}
	for _, fn := range table.Funcs {
		want := strings.ReplaceAll(fn.Name, "·", ".")
		if name := got[fn.Entry]; name != want && !strings.Contains(want, "[...]") {
			t.Errorf("%#x is %q, want %q", fn.Entry, name, want)
		}
	}
	if len(table.Funcs) < 1000 {
		t.Errorf("%d functions compared, want thousands", len(table.Funcs))
	}
}

// In a relocatable file, the debug information is right only if its relocations
// are: each function starts where the symbol of its name is.
func TestDebugInfoOfRelocatableFilesAgreesWithSymbols(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(fixture.Corpus(t, "gen/out/elf"), "*", "*.o"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		f := open(t, path)
		symbols, err := f.Symbols()
		if err != nil {
			t.Error(err)
		}
		at := map[uint64][]string{}
		for _, s := range symbols {
			at[s.Addr] = append(at[s.Addr], s.Name)
		}
		info, err := f.DebugInfo()
		if err != nil || info == nil {
			t.Errorf("%s: debug information %v, error %v", path, info, err)
			continue
		}
		var unit debuginfo.Unit
		reader := info.NewReader()
		for i := range info.NumUnits() {
			if err := reader.Read(i, &unit); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			for _, fn := range unit.Functions {
				name := unit.Names[fn.Name].Symbol
				if plain, _, _ := strings.Cut(name, "<"); !strings.Contains(strings.Join(at[fn.Entry], " "), plain) {
					t.Errorf("%s: function %s at %#x, symbols there: %v", path, name, fn.Entry, at[fn.Entry])
				}
			}
		}
	}
}

// The picture of our own stripped program: its stubs, as objdump -d names them.
func TestSymbolsOfAStrippedProgram(t *testing.T) {
	for _, tt := range []struct{ path, want string }{
		{"bin/shop-gcc12-x86_64", `
0x1030+0x10 plt local dl_iterate_phdr@plt
0x1040+0x10 plt local _Unwind_Backtrace@plt
0x1050+0x10 plt local __errno_location@plt
0x1060+0x10 plt local _exit@plt
0x1070+0x10 plt local sem_wait@plt`},
		{"bin/shop-gcc12-arm64", `
0xc20+0x10 plt local memcpy@plt
0xc30+0x10 plt local _exit@plt
0xc40+0x10 plt local exit@plt
0xc50+0x10 plt local __libc_start_main@plt
0xc60+0x10 plt local _Unwind_Backtrace@plt`},
	} {
		symbols, err := open(t, fixture.Path(t, tt.path)).Symbols()
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(tt.want, picture(symbols[:min(5, len(symbols))])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.path, diff)
		}
	}
}
