package objfile

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// copyTo copies a fixture of parcel to dir/name.
func copyTo(t *testing.T, dir, name, from string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), fixture.Read(t, "bin/parcel/"+from), 0o644); err != nil {
		t.Fatal(err)
	}
}

// told says how much the debug information of a file tells, and the first error,
// without the folder dir.
func told(t *testing.T, f *File, dir string) string {
	t.Helper()
	source, err := f.DebugInfo()
	if err != nil {
		return strings.ReplaceAll(err.Error(), dir+"/", "")
	}
	var u debuginfo.Unit
	functions, inlines, unnamed := 0, 0, 0
	r := source.NewReader()
	for i := range source.NumUnits() {
		if e := r.Read(i, &u); e != nil && err == nil {
			err = e
		}
		functions += len(u.Functions)
		inlines += len(u.Inlines)
		for _, in := range u.Inlines {
			if in.Name == 0 {
				unnamed++
			}
		}
	}
	what := fmt.Sprintf("%d functions, %d inlined calls", functions, inlines)
	if unnamed > 0 {
		what += fmt.Sprintf(", %d without a name", unnamed)
	}
	if err != nil {
		what += ": " + strings.ReplaceAll(err.Error(), dir+"/", "")
	}
	return what
}

// What the debug information of a file goes on in, and where that is found.
func TestCompanions(t *testing.T) {
	const whole, unknown = "7 functions, 14 inlined calls", "0 functions, 0 inlined calls"
	for _, tt := range []struct {
		name string
		make func(t *testing.T, dir string)
		want string
	}{
		{"split files beside the program", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-split5/prog")
			copyTo(t, dir, "parcel.dwo", "gcc-split5/parcel.dwo")
			copyTo(t, dir, "weigh.dwo", "gcc-split5/weigh.dwo")
		}, whole},
		{"split files of DWARF 4 in another folder", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-split4/prog")
			copyTo(t, dir, "more/parcel.dwo", "gcc-split4/parcel.dwo")
			copyTo(t, dir, "more/weigh.dwo", "gcc-split4/weigh.dwo")
		}, whole},
		{"a package beside the program", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-dwp4/prog")
			copyTo(t, dir, "prog.dwp", "gcc-dwp4/prog.dwp")
		}, whole},
		{"a package in another folder", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-dwp4/prog")
			copyTo(t, dir, "more/prog.dwp", "gcc-dwp4/prog.dwp")
		}, whole},
		{"half of the split files", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-split5/prog")
			copyTo(t, dir, "parcel.dwo", "gcc-split5/parcel.dwo")
		}, "4 functions, 10 inlined calls: unit 0x31: weigh.dwo: no such split file"},
		{"none of them", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-split5/prog")
		}, unknown + ": unit 0x0: parcel.dwo: no such split file"},
		{"split files of another build", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-split5/prog")
			copyTo(t, dir, "parcel.dwo", "gcc-split5/weigh.dwo")
			copyTo(t, dir, "more/parcel.dwo", "gcc-split5/parcel.dwo")
			copyTo(t, dir, "weigh.dwo", "clang-split5/weigh.dwo")
		}, "4 functions, 10 inlined calls: unit 0x31: weigh.dwo: no unit has id 0x"},
		{"a file that is none", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-split5/prog")
			os.WriteFile(filepath.Join(dir, "parcel.dwo"), []byte("hello"), 0o644)
			copyTo(t, dir, "weigh.dwo", "gcc-split5/weigh.dwo")
		}, "3 functions, 4 inlined calls: unit 0x0: parcel.dwo: unknown object file format"},
		{"a package without an index, which does not hide split files", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-split5/prog")
			copyTo(t, dir, "prog.dwp", "gcc-split5/weigh.dwo")
			copyTo(t, dir, "parcel.dwo", "gcc-split5/parcel.dwo")
		}, "4 functions, 10 inlined calls: unit 0x31: prog.dwp: no .debug_cu_index"},
		{"a folder of that name", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-split5/prog")
			os.Mkdir(filepath.Join(dir, "prog.dwp"), 0o755)
			os.Mkdir(filepath.Join(dir, "parcel.dwo"), 0o755)
			copyTo(t, dir, "weigh.dwo", "gcc-split5/weigh.dwo")
		}, "3 functions, 4 inlined calls: unit 0x0: parcel.dwo: no such split file"},
		{"the file of dwz", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-dwz/prog")
			copyTo(t, dir, "shared.debug", "gcc-dwz/shared.debug")
		}, whole},
		{"the supplementary file of DWARF 5, in another folder", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-sup/prog")
			copyTo(t, dir, "more/shared.debug", "gcc-sup/shared.debug")
		}, whole},
		{"the file of dwz in the folder that distributions have it in", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-dwz/prog")
			copyTo(t, dir, "more/.dwz/shared.debug", "gcc-dwz/shared.debug")
		}, whole},
		{"the file of dwz by its build-id", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-dwz/prog")
			f, err := Parse("shared.debug", fixture.Read(t, "bin/parcel/gcc-dwz/shared.debug"))
			if err != nil {
				t.Fatal(err)
			}
			id := f.CodeID()
			copyTo(t, dir, "more/.build-id/"+id[:2]+"/"+id[2:]+".debug", "gcc-dwz/shared.debug")
		}, whole},
		{"the file of dwz, offered under any name", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-dwz/prog")
			copyTo(t, dir, "offered", "gcc-dwz/shared.debug")
		}, whole},
		{"that of another build, offered", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-dwz/prog")
			copyTo(t, dir, "offered", "gcc-sup/shared.debug")
			copyTo(t, dir, "shared.debug", "gcc-dwz/shared.debug")
		}, whole},
		{"that of another build, and none", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-dwz/prog")
			copyTo(t, dir, "shared.debug", "gcc-sup/shared.debug")
		}, whole + ", 14 without a name: unit 0x0: shared.debug: shared file has id 287cbb6d56b1a7d423478d969f542a482131678c, linked is feec28e3f01ae4fb983a817927d43efdd18a1c28"},
		{"no file of dwz", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-dwz/prog")
		}, whole + ", 14 without a name: unit 0x0: shared.debug: no such shared file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			more := filepath.Join(dir, "more")
			if err := os.Mkdir(more, 0o755); err != nil {
				t.Fatal(err)
			}
			tt.make(t, dir)
			f, err := Open(filepath.Join(dir, "prog"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			f.SearchIn(more)
			f.OfferShared(filepath.Join(dir, "offered"))
			if got := told(t, f, dir); got != tt.want && !(strings.HasSuffix(tt.want, "0x") && strings.HasPrefix(got, tt.want)) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// A file in memory opens no other.
func TestParseOpensNothing(t *testing.T) {
	f, err := Parse("prog", fixture.Read(t, "bin/parcel/gcc-split5/prog"))
	if err != nil {
		t.Fatal(err)
	}
	f.SearchIn(filepath.Dir(fixture.Path(t, "bin/parcel/gcc-split5/prog")))
	const want = "0 functions, 0 inlined calls: unit 0x0: parcel.dwo: no such split file"
	if got := told(t, f, ""); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if f, err = Parse("prog", fixture.Read(t, "bin/parcel/gcc-dwz/prog")); err != nil {
		t.Fatal(err)
	}
	const wantShared = "7 functions, 14 inlined calls, 14 without a name: unit 0x0: shared.debug: no such shared file"
	if got := told(t, f, ""); got != wantShared {
		t.Errorf("got  %s\nwant %s", got, wantShared)
	}
}

// A split file that shrinks while it is read is an error, as it is of the file itself.
func TestGuardCompanions(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere a mapped file cannot be truncated, or reads as zeros")
	}
	dir := t.TempDir()
	copyTo(t, dir, "prog", "gcc-split5/prog")
	copyTo(t, dir, "parcel.dwo", "gcc-split5/parcel.dwo")
	f, err := Open(filepath.Join(dir, "prog"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, want := told(t, f, dir), "4 functions, "; !strings.HasPrefix(got, want) {
		t.Fatalf("got %s, want %s…", got, want)
	}
	if err := os.Truncate(filepath.Join(dir, "parcel.dwo"), 0); err != nil {
		t.Fatal(err)
	}
	err = f.Guard(func() error { told(t, f, dir); return nil })
	want := filepath.Join(dir, "parcel.dwo") + ": offset 0x"
	if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), "cannot be read: the file shrank") {
		t.Errorf("got error %v, want one like %s… cannot be read: the file shrank", err, want)
	}
}

func TestSharedPlaces(t *testing.T) {
	c := companions{path: "/programs/prog.debug", folders: []string{"/root/usr/lib/debug"}}
	id := []byte{0xab, 0xcd, 0xef}
	for _, tt := range []struct {
		name  string
		links Links
		want  []string
	}{
		{"by its folder below .dwz", Links{SharedPath: "/usr/lib/debug/.dwz/x86_64-linux-gnu/libc6.debug", SharedID: id}, []string{
			"/programs/.dwz/x86_64-linux-gnu/libc6.debug",
			"/programs/.build-id/ab/cdef.debug",
			"/root/usr/lib/debug/.dwz/x86_64-linux-gnu/libc6.debug",
			"/root/usr/lib/debug/.build-id/ab/cdef.debug",
		}},
		{"never above the folder", Links{SharedPath: "x/.dwz/../../../etc/passwd"}, []string{
			"/programs/.dwz/etc/passwd",
			"/root/usr/lib/debug/.dwz/etc/passwd",
		}},
	} {
		if diff := cmp.Diff(tt.want, c.sharedPlaces(tt.links)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// A file of a stranger says where the rest of it is. With its bytes changed it says
// what the stranger likes.
func TestSearchOnlyIn(t *testing.T) {
	const whole, none = "7 functions, 14 inlined calls", "0 functions, 0 inlined calls: unit 0x0: "
	for _, tt := range []struct {
		name        string
		program     string
		recorded    string // what the program calls its companion
		instead     string // of the same length
		at          string // where it is
		only        []string
		limits, not string // with only, and without
	}{
		{"a split file above the folder", "gcc-split5", "parcel.dwo", "../x/a.dwo", "x/a.dwo", []string{"in"}, none + "../x/a.dwo: no such split file", "4 functions"},
		{"in the folder's name, longer", "gcc-split5", "parcel.dwo", "../inx.dwo", "inx.dwo", []string{"in"}, none + "../inx.dwo: no such split file", "4 functions"},
		{"above, and in a folder that is allowed", "gcc-split5", "parcel.dwo", "../x/a.dwo", "x/a.dwo", []string{"in", "x"}, "4 functions", "4 functions"},
		{"beside, which is not allowed", "gcc-split5", "parcel.dwo", "parcel.dwo", "in/parcel.dwo", nil, none + "parcel.dwo: no such split file", "4 functions"},
		{"a shared file above the folder", "gcc-dwz", "shared.debug", "../x/a.debug", "x/a.debug", []string{"in"}, whole + ", 14 without a name: unit 0x0: ../x/a.debug: no such shared file", whole},
		{"that is offered", "gcc-dwz", "shared.debug", "../x/a.debug", "offered", nil, whole, whole},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			copyTo(t, dir, "in/prog", tt.program+"/prog")
			copyTo(t, dir, tt.at, tt.program+"/"+tt.recorded)
			prog := filepath.Join(dir, "in/prog")
			data, err := os.ReadFile(prog)
			if err != nil {
				t.Fatal(err)
			}
			data = bytes.ReplaceAll(data, []byte(tt.recorded+"\x00"), []byte(tt.instead+"\x00"))
			if err := os.WriteFile(prog, data, 0o644); err != nil {
				t.Fatal(err)
			}
			ask := func(limit func(*File)) string {
				f, err := Open(prog)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				limit(f)
				f.OfferShared(filepath.Join(dir, "offered"))
				return told(t, f, dir)
			}
			var only []string
			for _, folder := range tt.only {
				only = append(only, filepath.Join(dir, folder))
			}
			if got := ask(func(f *File) { f.SearchOnlyIn(only...) }); !strings.HasPrefix(got, tt.limits) {
				t.Errorf("got  %s\nwant %s…", got, tt.limits)
			}
			if got := ask(func(*File) {}); !strings.HasPrefix(got, tt.not) {
				t.Errorf("without limits: got %s, want %s…", got, tt.not)
			}
		})
	}
}

// An absolute path is one that a file may name, too.
func TestAllows(t *testing.T) {
	c := companions{path: "/cache/ab/blob", folders: []string{"/symbols"}, only: true}
	for name, want := range map[string][]string{
		"/etc/passwd":           {"/symbols/passwd"},
		"/symbols/a/../b.dwo":   {"/symbols/b.dwo"},
		"/symbols2/b.dwo":       {"/symbols/b.dwo"},
		"../other/b.dwo":        {"/symbols/b.dwo"},
		"..":                    nil,
		"x/../../symbols/b.dwo": {"/symbols/b.dwo"},
	} {
		if diff := cmp.Diff(want, c.places(name, "/build")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Several goroutines read one file, each with a reader of its own.
func TestReadConcurrently(t *testing.T) {
	for _, variant := range []string{"gcc-split5", "gcc-dwp4", "gcc-dwz"} {
		f, err := Open(fixture.Path(t, "bin/parcel/"+variant+"/prog"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		source, err := f.DebugInfo()
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				var u debuginfo.Unit
				functions := 0
				for i, r := 0, source.NewReader(); i < source.NumUnits(); i++ {
					if err := r.Read(i, &u); err != nil {
						t.Error(err)
					}
					functions += len(u.Functions)
				}
				if functions != 7 {
					t.Errorf("%s: %d functions, want 7", variant, functions)
				}
			})
		}
		all.Wait()
	}
}

func TestCompanionsAreTold(t *testing.T) {
	for _, tt := range []struct {
		name         string
		make         func(t *testing.T, dir string)
		read, wanted []string
	}{
		{"none needed", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-dwarf5/prog")
		}, nil, nil},
		{"both split files, in two places", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-split5/prog")
			copyTo(t, dir, "parcel.dwo", "gcc-split5/parcel.dwo")
			copyTo(t, dir, "more/weigh.dwo", "gcc-split5/weigh.dwo")
		}, []string{"more/weigh.dwo", "parcel.dwo"}, nil},
		{"one of them, and one that is none", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-split5/prog")
			os.WriteFile(filepath.Join(dir, "parcel.dwo"), []byte("hello"), 0o644)
		}, []string{"parcel.dwo"}, []string{"/src/parcel.dwo", "/src/weigh.dwo", "more/parcel.dwo", "more/prog.dwp", "more/weigh.dwo", "prog.dwp", "weigh.dwo"}},
		{"no file of dwz", func(t *testing.T, dir string) {
			copyTo(t, dir, "prog", "gcc-dwz/prog")
		}, nil, []string{
			".build-id/fe/ec28e3f01ae4fb983a817927d43efdd18a1c28.debug", ".dwz/shared.debug",
			"more/.build-id/fe/ec28e3f01ae4fb983a817927d43efdd18a1c28.debug", "more/.dwz/shared.debug", "more/shared.debug", "shared.debug",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, "more"), 0o755); err != nil {
				t.Fatal(err)
			}
			tt.make(t, dir)
			f, err := Open(filepath.Join(dir, "prog"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			f.SearchIn(filepath.Join(dir, "more"))
			told(t, f, dir)
			read, wanted := f.Companions()
			if diff := cmp.Diff([][]string{tt.read, tt.wanted}, [][]string{below(dir, read), below(dir, wanted)}); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// below returns paths relative to dir, where they are below it.
func below(dir string, paths []string) (list []string) {
	for _, p := range paths {
		list = append(list, strings.TrimPrefix(p, dir+"/"))
	}
	return list
}

func TestParts(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files []string // beside the program
		want  string
	}{
		{"gcc-split5", []string{"weigh.dwo"}, "parcel.dwo at , weigh.dwo at weigh.dwo, "},
		{"clang-dwp5", []string{"prog.dwp"}, "parcel.dwo at prog.dwp, weigh.dwo at prog.dwp, "},
		{"gcc-sup", []string{"shared.debug"}, "shared shared.debug at shared.debug"},
		{"gcc-dwz", nil, "shared shared.debug at "},
		{"gcc-dwarf5", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, file := range append([]string{"prog"}, tt.files...) {
				copyTo(t, dir, file, tt.name+"/"+file)
			}
			f, err := Open(filepath.Join(dir, "prog"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			split, shared, err := f.Parts()
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, p := range split {
				got += p.Name + " at " + strings.TrimPrefix(p.Path, dir+"/") + ", "
			}
			if shared != nil {
				got += "shared " + shared.Name + " at " + strings.TrimPrefix(shared.Path, dir+"/")
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
