package objfile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// frames are what a file says of each of the addresses: its whole chain in a line,
// without folders.
func frames(t *testing.T, f *objfile.File, addrs []uint64) map[string]string {
	t.Helper()
	res, err := symcache.Compile(f, symcache.Options{Columns: true})
	if err != nil || res.Fault != nil {
		t.Fatal(err, res.Fault)
	}
	cache, err := symcache.Open(res.Table)
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{}
	for _, addr := range addrs {
		var chain []string
		for _, fr := range cache.Lookup(nil, addr-f.Base()) {
			chain = append(chain, fmt.Sprintf("%s %s:%d:%d", fr.Symbol, filepath.Base(fr.File), fr.Line, fr.Column))
		}
		answers[fmt.Sprintf("%#x", addr)] = strings.Join(chain, " < ")
	}
	return answers
}

// instructions returns the addresses of a file's code, one in four bytes.
func instructions(f *objfile.File) (addrs []uint64) {
	for _, r := range f.CodeRanges() {
		for a := r.Start; a < r.End; a += 4 {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

func openFile(t *testing.T, path string) *objfile.File {
	t.Helper()
	f, err := objfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// beside opens object files in the folder of a program, by their base names.
func beside(program string) func(objfile.LinkedObject) (*objfile.File, error) {
	return func(o objfile.LinkedObject) (*objfile.File, error) {
		return o.Open(filepath.Join(filepath.Dir(program), filepath.Base(o.Path)))
	}
}

// A program with a debug map and its dSYM answer alike at every instruction.
func TestDebugMapAgreesWithDSYM(t *testing.T) {
	const dwarf = "prog.dSYM/Contents/Resources/DWARF/prog"
	for _, tt := range []struct{ name, program, dsym string }{
		{"parcel", fixture.Path(t, "bin/macos/objects/prog"), fixture.Path(t, "bin/macos/fat/"+dwarf)},
		{"corpus", corpus(t, "gen/out/macho/arm64-oso/prog"), corpus(t, "gen/out/macho/arm64-d4/"+dwarf)},
		{
			"archive", corpus(t, "github/samply/other/simple-example/out/mac-oso/main"),
			corpus(t, "github/samply/other/simple-example/out/mac-dsym/main.dSYM/Contents/Resources/DWARF/main"),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.program == "" {
				t.Skip("no corpus")
			}
			dsym, err := openFile(t, tt.dsym).Slice(objfile.ARM64)
			if err != nil {
				t.Fatal(err)
			}
			program := openFile(t, tt.program)
			program.AttachObjects(beside(tt.program))
			addrs := instructions(dsym)
			want, got := frames(t, dsym, addrs), frames(t, program, addrs)
			known := 0
			for addr, chain := range got {
				switch {
				case strings.Contains(chain, "@plt"): // a dSYM does not name stubs
					delete(want, addr)
					delete(got, addr)
				case chain != "":
					known++
				}
			}
			if diff := cmp.Diff(want, got); diff != "" || known < 100 {
				t.Errorf("%d known (-dSYM +debug map):\n%s", known, diff)
			}
		})
	}
}

// The dSYM, the program with the debug map and the same instructions in ELF give the
// same functions and lines at every instruction of every function.
func TestMachOAgreesWithELF(t *testing.T) {
	dsym, err := openFile(t, fixture.Path(t, "bin/macos/fat/prog.dSYM/Contents/Resources/DWARF/prog")).Slice(objfile.ARM64)
	if err != nil {
		t.Fatal(err)
	}
	path := fixture.Path(t, "bin/macos/objects/prog")
	program := openFile(t, path)
	program.AttachObjects(beside(path))
	want := functionFrames(t, openFile(t, fixture.Path(t, "bin/macos/twin")))
	for name, f := range map[string]*objfile.File{"dSYM": dsym, "debug map": program} {
		if diff := cmp.Diff(want, functionFrames(t, f)); diff != "" {
			t.Errorf("%s (-ELF +Mach-O):\n%s", name, diff)
		}
	}
	rows := 0
	for _, chains := range want {
		rows += len(chains)
	}
	if rows != 103 {
		t.Errorf("%d instructions were compared, want 103", rows)
	}
}

// functionFrames returns what a file says of each instruction of the functions that
// its debug information describes, by their names.
func functionFrames(t *testing.T, f *objfile.File) map[string][]string {
	t.Helper()
	info, err := f.DebugInfo()
	if err != nil {
		t.Fatal(err)
	}
	functions := map[string][]string{}
	reader := info.NewReader()
	var u debuginfo.Unit
	for i := range info.NumUnits() {
		if err := reader.Read(i, &u); err != nil {
			t.Fatal(err)
		}
		for _, fn := range u.Functions {
			var addrs []uint64
			for _, r := range u.Ranges[fn.Ranges.First:fn.Ranges.End] {
				for addr := r.Start; addr < r.End; addr += 4 {
					addrs = append(addrs, addr)
				}
			}
			answers := frames(t, f, addrs)
			for _, addr := range addrs {
				name := u.Names[fn.Name].Symbol
				functions[name] = append(functions[name], answers[fmt.Sprintf("%#x", addr)])
			}
		}
	}
	return functions
}

// corpus returns the path of a file in the corpus, empty if there is none.
func corpus(t *testing.T, rel string) string {
	path := filepath.Join(fixture.Root(t), "..", "shared", "corpus", rel)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// The Breakpad file of the program, which was written from llvm-symbolizer's
// answers, has the lines that the dSYM has.
func TestBreakpadAgreesWithDSYM(t *testing.T) {
	dsym, err := openFile(t, fixture.Path(t, "bin/macos/fat/prog.dSYM/Contents/Resources/DWARF/prog")).Slice(objfile.ARM64)
	if err != nil {
		t.Fatal(err)
	}
	sym := openFile(t, fixture.Path(t, "bin/macos/prog.sym"))
	if sym.DebugID() != dsym.DebugID() || sym.CodeID() != dsym.CodeID() || sym.Arch() != dsym.Arch() {
		t.Errorf("%v %s %v, want %v %s %v", sym.DebugID(), sym.CodeID(), sym.Arch(), dsym.DebugID(), dsym.CodeID(), dsym.Arch())
	}
	lines := func(f *objfile.File, addrs []uint64, base uint64) (list []string) {
		for i := range addrs {
			addrs[i] += base
		}
		answers := frames(t, f, addrs)
		for _, a := range addrs {
			var places []string
			for _, frame := range strings.Split(answers[fmt.Sprintf("%#x", a)], " < ") {
				place := frame[strings.LastIndex(frame, " ")+1:]
				places = append(places, place[:strings.LastIndex(place, ":")])
			}
			list = append(list, fmt.Sprintf("%#x %s", a-base, strings.Join(places, " < ")))
		}
		return list
	}
	addrs := instructions(dsym)
	for i := range addrs {
		addrs[i] -= dsym.Base()
	}
	want := lines(dsym, append([]uint64(nil), addrs...), dsym.Base())
	if diff := cmp.Diff(want, lines(sym, addrs, 0)); diff != "" {
		t.Errorf("lines (-dSYM +Breakpad):\n%s", diff)
	}
}

// An object file that is missing costs its own functions; the others are read,
// and the symbol table still has the names.
func TestDebugMapFaults(t *testing.T) {
	path := fixture.Path(t, "bin/macos/objects/prog")
	for _, tt := range []struct {
		name string
		open func(o objfile.LinkedObject) (*objfile.File, error)
		want string
	}{
		{"no static library", func(o objfile.LinkedObject) (*objfile.File, error) {
			if o.Member != "" {
				return nil, fmt.Errorf("no %s in %s", o.Member, o.Path)
			}
			return beside(fixture.Path(t, "bin/macos/objects/prog"))(o)
		}, "no weigh.o in libweigh.a"},
		{"another format", func(o objfile.LinkedObject) (*objfile.File, error) {
			if o.Member == "" {
				return objfile.Parse("other", []byte("MODULE mac arm64 4C4C44E255553144A12F09335875F2340 prog\n"))
			}
			return beside(fixture.Path(t, "bin/macos/objects/prog"))(o)
		}, "other: not a Mach-O file"},
		{"another architecture", func(o objfile.LinkedObject) (*objfile.File, error) {
			if o.Member == "" {
				return objfile.Parse("other", []byte("MODULE mac x86_64 4C4C44E255553144A12F09335875F2340 prog\n"))
			}
			return beside(fixture.Path(t, "bin/macos/objects/prog"))(o)
		}, "other: no code for arm64"},
		{"a stripped object", func(o objfile.LinkedObject) (*objfile.File, error) {
			if o.Member == "" {
				return objfile.Open(fixture.Path(t, "bin/macos/objects/prog"))
			}
			return beside(fixture.Path(t, "bin/macos/objects/prog"))(o)
		}, path + ": no debug information"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := openFile(t, path)
			f.AttachObjects(tt.open)
			info, err := f.DebugInfo()
			if err != nil || info.NumUnits() != 2 {
				t.Fatal(info, err)
			}
			var faults []string
			functions := 0
			var u debuginfo.Unit
			r := info.NewReader()
			for i := range info.NumUnits() {
				if err := r.Read(i, &u); err != nil {
					faults = append(faults, err.Error())
				}
				functions += len(u.Functions)
			}
			if diff := cmp.Diff([]string{tt.want}, faults); diff != "" || functions == 0 {
				t.Errorf("%d functions, faults (-want +got):\n%s", functions, diff)
			}
		})
	}
}

func TestWithoutObjectsThereIsNoDebugMap(t *testing.T) {
	if info, err := openFile(t, fixture.Path(t, "bin/macos/objects/prog")).DebugInfo(); info != nil || err != nil {
		t.Errorf("DebugInfo() = %v, %v, want none", info, err)
	}
}
