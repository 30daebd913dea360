package pdb

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A frame is what a PDB says of an address, as the tests compare it.
type frame struct {
	Function, File string
	Line, Column   uint32
}

func (f frame) String() string {
	return fmt.Sprintf("%s %s:%d:%d", f.Function, f.File, f.Line, f.Column)
}

// A decoded module, and the code where references err: where two rows of a
// function start at one offset, and where its rows come from several files.
type decoded struct {
	debuginfo.Unit
	tied, mixed []debuginfo.Range
}

// parseFile parses a PDB and fails the test if it cannot.
func parseFile(t testing.TB, path string) *File {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse(data)
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return f
}

// locate returns the path of a file of the repository (bin/…) or of the corpus.
func locate(t testing.TB, rel string) string {
	t.Helper()
	if strings.HasPrefix(rel, "bin/") {
		return fixture.Path(t, rel)
	}
	return fixture.Corpus(t, rel)
}

// decodeAll decodes all modules.
func decodeAll(t testing.TB, f *File) []decoded {
	t.Helper()
	r := newReader(f)
	all := make([]decoded, f.NumUnits())
	for i := range all {
		if err := r.Read(i, &all[i].Unit); err != nil {
			t.Fatal(err)
		}
		for _, seq := range r.lines.sequences {
			all[i].note(r.lines.rows[seq.first:seq.end])
		}
	}
	return all
}

// note records the difficult code of a sequence.
func (d *decoded) note(rows []debuginfo.Row) {
	last := len(rows) - 1
	for n, r := range rows[:last] {
		if n > 0 && r.Addr == rows[n-1].Addr {
			d.tied = append(d.tied, debuginfo.Range{Start: r.Addr, End: rows[n+1].Addr})
		}
		if r.File != rows[0].File {
			d.mixed = append(d.mixed, debuginfo.Range{Start: rows[0].Addr, End: rows[last].Addr})
		}
	}
}

func within(ranges []debuginfo.Range, addr uint64) bool {
	return slices.ContainsFunc(ranges, func(r debuginfo.Range) bool { return r.Contains(addr) })
}

func contains(u *debuginfo.Unit, s debuginfo.Span, addr uint64) bool {
	return within(u.Ranges[s.First:s.End], addr)
}

// row returns the row of an address: the last of those that start latest.
func row(u *debuginfo.Unit, addr uint64) debuginfo.Row {
	for i := len(u.Rows) - 1; i >= 0; i-- {
		if u.Rows[i].Addr <= addr {
			return u.Rows[i]
		}
	}
	return debuginfo.Row{}
}

// lookup returns the frames at an address, innermost first: the straight
// reading of what the fields of debuginfo.Unit mean.
func lookup(modules []decoded, addr uint64) []frame {
	for m := range modules {
		u := &modules[m].Unit
		for _, f := range u.Functions {
			if contains(u, f.Ranges, addr) {
				return chain(u, f, addr)
			}
		}
	}
	return nil
}

func chain(u *debuginfo.Unit, f debuginfo.Function, addr uint64) []frame {
	name := func(n uint32) string {
		if s := u.Names[n]; s.Scope != "" {
			return s.Scope + "::" + s.Symbol
		}
		return u.Names[n].Symbol
	}
	frames := []frame{{Function: name(f.Name)}}
	for _, in := range u.Inlines[f.Inlines.First:f.Inlines.End] {
		if int(in.Depth) == len(frames) && contains(u, in.Ranges, addr) {
			caller := &frames[len(frames)-1]
			caller.File, caller.Line, caller.Column = u.Files[in.CallFile], in.CallLine, in.CallColumn
			frames = append(frames, frame{Function: name(in.Name)})
		}
	}
	r, inner := row(u, addr), &frames[len(frames)-1]
	inner.File, inner.Line, inner.Column = u.Files[r.File], r.Line, r.Column
	slices.Reverse(frames)
	return frames
}

// addresses returns where anything changes, and the middle of what lies between.
func addresses(modules []decoded) []uint64 {
	var all []uint64
	for m := range modules {
		u := &modules[m].Unit
		for _, r := range u.Ranges {
			all = append(all, r.Start, r.End-1)
		}
		for _, r := range u.Rows {
			if !r.End {
				all = append(all, r.Addr)
			}
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for i := range len(all) - 1 {
		all = append(all, (all[i]+all[i+1])/2)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(all, func(a uint64) bool { return lookup(modules, a) == nil })
}
