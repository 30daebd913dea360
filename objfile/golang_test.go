package objfile_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// without parses a program of which a section is hidden by another name.
func without(t *testing.T, data []byte, section string) *objfile.File {
	t.Helper()
	name := "\x00" + section + "\x00"
	at := bytes.LastIndex(data, []byte(name))
	if at < 0 {
		t.Fatalf("no section %s", section)
	}
	data = bytes.Clone(data)
	data[at+len(name)-2] = '!'
	f, err := objfile.Parse("program", data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func compiled(t *testing.T, f *objfile.File) *symcache.Cache {
	t.Helper()
	res, err := symcache.Compile(f, symcache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if res.Fault != nil {
		t.Error(res.Fault)
	}
	cache, err := symcache.Open(res.Table)
	if err != nil {
		t.Fatal(err)
	}
	return cache
}

// TestGoTableAgreesWithDWARF compares what the two say about every byte of code.
// They may differ in the first instructions of comparisons that the compiler made
// up, for which its DWARF has no row, and in where code without lines ends.
func TestGoTableAgreesWithDWARF(t *testing.T) {
	data, err := os.ReadFile(fixture.Corpus(t, "built/go/gofix-linux-amd64"))
	if err != nil {
		t.Fatal(err)
	}
	file, noTable := without(t, data, ".debug_info"), without(t, data, ".gopclntab")
	table, dwarf := compiled(t, file), compiled(t, noTable)
	lazy, err := symcache.NewLazy(file, symcache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got, want []symcache.Frame
	total, differ := 0, 0
	noID := cmpopts.IgnoreFields(symcache.Frame{}, "ID")
	for _, r := range file.CodeRanges() {
		for addr := r.Start; addr < r.End; addr++ {
			got, want = table.Lookup(got[:0], addr-file.Base()), dwarf.Lookup(want[:0], addr-file.Base())
			total++
			if addr%1021 == 0 {
				alone, err := lazy.Lookup(nil, addr-file.Base())
				if diff := cmp.Diff(got, alone, noID, cmpopts.EquateEmpty()); err != nil || diff != "" {
					t.Errorf("%#x: lazy %v (-compiled +lazy):\n%s", addr, err, diff)
				}
			}
			if !equal(want, got) {
				differ++
			}
		}
	}
	if 1000*differ > total {
		t.Errorf("%d of %d bytes of code differ", differ, total)
	}
}

// TestGoProgramWithOtherCode makes room for other code behind Go's: then the table
// answers single addresses, and everything is compiled from the DWARF.
func TestGoProgramWithOtherCode(t *testing.T) {
	data, err := os.ReadFile(fixture.Corpus(t, "built/go/gofix-linux-amd64"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	text := slices.IndexFunc(e.Sections, func(s *elf.Section) bool { return s.Name == ".text" })
	const headerSize, sizeAt, room = 64, 32, 256
	sizes := data[binary.LittleEndian.Uint64(data[0x28:])+uint64(text*headerSize+sizeAt):]
	binary.LittleEndian.PutUint64(sizes, e.Sections[text].Size+room)
	mixed, err := objfile.Parse("program", data)
	if err != nil {
		t.Fatal(err)
	}
	table, dwarf, whole := compiled(t, without(t, data, ".debug_info")), compiled(t, without(t, data, ".gopclntab")), compiled(t, mixed)
	lazy, err := symcache.NewLazy(mixed, symcache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const addresses = 12 // few enough not to be compiled for
	var got, want []symcache.Frame
	for n, step := uint64(0), e.Sections[text].Size/addresses; n < addresses; n++ {
		rel := e.Sections[text].Addr + n*step - mixed.Base()
		if got, want = whole.Lookup(got[:0], rel), dwarf.Lookup(want[:0], rel); !equal(want, got) {
			t.Errorf("%#x: compiled %+v, want as DWARF has it %+v", rel, got, want)
		}
		if got, err = lazy.Lookup(got[:0], rel); err != nil {
			t.Fatal(err)
		}
		if want = table.Lookup(want[:0], rel); !equal(want, got) {
			t.Errorf("%#x: alone %+v, want as Go's table has it %+v", rel, got, want)
		}
	}
	rel := e.Sections[text].Addr + e.Sections[text].Size + room/2 - mixed.Base()
	want = whole.Lookup(want[:0], rel)
	if got, err = lazy.Lookup(got[:0], rel); err != nil || !equal(want, got) {
		t.Errorf("behind Go's code: alone %+v, %v, compiled %+v", got, err, want)
	}
}

// equal compares chains, but not the IDs, which are each cache's own.
func equal(a, b []symcache.Frame) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i], b[i]
		if x.ID = y.ID; x != y {
			return false
		}
	}
	return true
}

// TestGoTableWithoutSections reads this very program after its section headers are
// cut off, which leaves segments to look for the table in.
func TestGoTableWithoutSections(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("reads itself as an ELF file with addresses of 8 bytes")
	}
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const sectionOffset, sectionCount = 0x28, 0x3c
	clear(data[sectionOffset:][:8])
	clear(data[sectionCount:][:4])
	f, err := objfile.Parse("program", data)
	if err != nil {
		t.Fatal(err)
	}
	lazy, err := symcache.NewLazy(f, symcache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pc, file, line, _ := runtime.Caller(0)
	got, err := lazy.Lookup(nil, uint64(pc)-f.Base())
	if err != nil || len(got) != 1 {
		t.Fatalf("got %v, %v", got, err)
	}
	if !strings.HasSuffix(got[0].Symbol, ".TestGoTableWithoutSections") || got[0].File != file || got[0].Line != uint32(line) {
		t.Errorf("got %s at %s:%d, want %s:%d", got[0].Symbol, got[0].File, got[0].Line, file, line)
	}
}
