package objfile_test

import (
	"bytes"
	"os"
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
