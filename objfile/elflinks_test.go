package objfile

import (
	"debug/elf"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

func TestLinks(t *testing.T) {
	for _, big := range []bool{false, true} {
		e := testELF{big: big}
		debugLink := func(name string) testSection {
			return testSection{name: ".gnu_debuglink", data: e.encoder().str(name).u8(0).pad(4).u32(0x12345678).Bytes()}
		}
		altLink := testSection{name: ".gnu_debugaltlink", data: e.encoder().str("../common.dwz").u8(0, 1, 2, 3).Bytes()}
		sup := func(shared uint8) testSection {
			return testSection{name: ".debug_sup", data: e.encoder().u16(5).u8(shared).str("sup.debug").u8(0, 2, 0xab, 0xcd).Bytes()}
		}
		for _, tt := range []struct {
			name     string
			sections []testSection
			want     Links
			wantErr  string
		}{
			{"none", nil, Links{}, "<nil>"},
			{"debuglink", []testSection{debugLink("libc.so.debug")}, Links{DebugName: "libc.so.debug", DebugCRC: 0x12345678}, "<nil>"},
			{"debuglink of full length", []testSection{debugLink("abc")}, Links{DebugName: "abc", DebugCRC: 0x12345678}, "<nil>"},
			{"altlink", []testSection{altLink}, Links{SharedPath: "../common.dwz", SharedID: []byte{1, 2, 3}}, "<nil>"},
			{"sup", []testSection{sup(0)}, Links{SharedPath: "sup.debug", SharedID: []byte{0xab, 0xcd}}, "<nil>"},
			{"the sup file itself", []testSection{sup(1)}, Links{}, "<nil>"},
			{"both", []testSection{debugLink("a"), altLink}, Links{DebugName: "a", DebugCRC: 0x12345678, SharedPath: "../common.dwz", SharedID: []byte{1, 2, 3}}, "<nil>"},
			{
				"one is cut",
				[]testSection{{name: ".gnu_debuglink", data: []byte("name\x00")}, altLink},
				Links{SharedPath: "../common.dwz", SharedID: []byte{1, 2, 3}},
				"test: .gnu_debuglink+0x5: need 3 bytes, have 0",
			},
			{"no end", []testSection{{name: ".gnu_debugaltlink", data: []byte("name")}}, Links{}, "test: .gnu_debugaltlink+0x0: string does not end"},
			{"sup is cut", []testSection{{name: ".debug_sup", data: sup(0).data[:14]}}, Links{}, "test: .debug_sup+0xe: need 2 bytes, have 0"},
			{
				"unreadable",
				[]testSection{{name: ".gnu_debuglink", flags: elf.SHF_COMPRESSED}},
				Links{},
				"test: .gnu_debuglink at 0x40: compression header+0x0: need 4 bytes, have 0",
			},
		} {
			file := e
			file.sections = tt.sections
			got, err := file.parse(t).Links()
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s, big=%v: Links() (-want +got):\n%s", tt.name, big, diff)
			}
			if got := fmt.Sprint(err); got != tt.wantErr {
				t.Errorf("%s, big=%v:\n got %s\nwant %s", tt.name, big, got, tt.wantErr)
			}
		}
	}
}

func TestSharedID(t *testing.T) {
	e := testELF{}
	id := testSection{name: ".note.gnu.build-id", typ: elf.SHT_NOTE, data: e.note("GNU", 3, []byte{9, 8, 7, 6})}
	sup := func(shared uint8) testSection {
		return testSection{name: ".debug_sup", data: e.encoder().u16(5).u8(shared, 0, 2, 0xab, 0xcd).Bytes()}
	}
	for _, tt := range []struct {
		name     string
		sections []testSection
		want     []byte
	}{
		{"none", nil, nil},
		{"build-id", []testSection{id}, []byte{9, 8, 7, 6}},
		{"sup", []testSection{id, sup(1)}, []byte{0xab, 0xcd}},
		{"a file that refers to another", []testSection{id, sup(0)}, []byte{9, 8, 7, 6}},
	} {
		file := e
		file.sections = tt.sections
		if diff := cmp.Diff(tt.want, file.parse(t).SharedID()); diff != "" {
			t.Errorf("%s: SharedID() (-want +got):\n%s", tt.name, diff)
		}
	}
}

// What objcopy --add-gnu-debuglink wrote leads to the file it was given.
func TestDebugLinkLeadsToItsFile(t *testing.T) {
	dir := fixture.Corpus(t, "gen/out/elf/pair-debuglink")
	f := open(t, dir+"/prog")
	links, err := f.Links()
	if err != nil {
		t.Fatal(err)
	}
	if got := open(t, dir+"/"+links.DebugName).CRC(); got != links.DebugCRC {
		t.Errorf("CRC() = %#x, want %#x", got, links.DebugCRC)
	}
}

// What dwz wrote leads to the file that it made.
func TestSharedFileHasTheLinkedID(t *testing.T) {
	for _, version := range []string{"4", "5"} {
		dir := fixture.Corpus(t, "gen/out/elf/dwz-multi"+version)
		shared := open(t, dir+"/common.dwz").SharedID()
		for _, name := range []string{"p1", "p2", "p3"} {
			links, err := open(t, dir+"/"+name).Links()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(shared, links.SharedID); diff != "" || len(shared) == 0 {
				t.Errorf("DWARF %s, %s: id of the shared file (-file +link):\n%s", version, name, diff)
			}
		}
	}
}

// open opens a file for the time of the test.
func open(t testing.TB, path string) *File {
	t.Helper()
	f, err := Open(path)
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

func TestAttachSharedRefusesOthers(t *testing.T) {
	e := testELF{}
	plain := e.parse(t)
	e.sections = []testSection{{name: ".gnu_debugaltlink", data: []byte("common.dwz\x00\x01\x02")}}
	linked := e.parse(t)
	e.sections = []testSection{{name: ".gnu_debugaltlink", data: []byte("common.dwz")}}
	cut := e.parse(t)
	e.sections = []testSection{{name: ".note.gnu.build-id", data: e.note("GNU", 3, []byte{1, 3})}}
	other := e.parse(t)
	for _, tt := range []struct {
		f    *File
		want string
	}{
		{plain, "test: no link to a shared file"},
		{linked, "test: shared file has id 0103, linked is 0102"},
		{cut, "test: .gnu_debugaltlink+0x0: string does not end"},
	} {
		if err := tt.f.AttachShared(other); fmt.Sprint(err) != tt.want {
			t.Errorf("AttachShared:\n got %v\nwant %s", err, tt.want)
		}
	}
}

// dwz moves strings and types about, but the functions keep their names: those of
// the file that it was run on.
func TestSharedDebugInfoNamesTheSameFunctions(t *testing.T) {
	for _, tt := range []struct{ linked, plain string }{
		{"dwz-multi4/p1", "gcc-x64-d4-O2/prog"},
		{"dwz-multi4/p2", "gcc-x64-d4-O0/prog"},
		{"dwz-multi5/p3", "gcc-x64-d5-O2/prog"},
	} {
		path := fixture.Corpus(t, "gen/out/elf/"+tt.linked)
		f := open(t, path)
		if err := f.AttachShared(open(t, filepath.Join(filepath.Dir(path), "common.dwz"))); err != nil {
			t.Fatal(err)
		}
		want := functions(t, open(t, fixture.Corpus(t, "gen/out/elf/"+tt.plain)))
		if diff := cmp.Diff(want, functions(t, f)); diff != "" || len(want) < 10 {
			t.Errorf("%s (-plain +linked):\n%s", tt.linked, diff)
		}
	}
}

// functions returns the names of a file's functions, by address.
func functions(t testing.TB, f *File) map[uint64]string {
	t.Helper()
	info, err := f.DebugInfo()
	if err != nil {
		t.Fatal(err)
	}
	names := map[uint64]string{}
	var unit debuginfo.Unit
	reader := info.NewReader()
	for i := range info.NumUnits() {
		if err := reader.Read(i, &unit); err != nil {
			t.Error(err)
		}
		for _, fn := range unit.Functions {
			names[fn.Entry] = unit.Names[fn.Name].Symbol
		}
	}
	return names
}
