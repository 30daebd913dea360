package layout

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/debugimage"
)

// The images whose paths every scheme is shown with: builds that stores on the
// internet have.
var (
	elf = image(debugimage.Fields{
		Type:     "elf",
		CodeID:   "dfb85de42daffd09640c8fe377d572de3e168920",
		DebugID:  "e45db8df-af2d-09fd-640c-8fe377d572de",
		CodeFile: "/lib/x86_64-linux-gnu/libm-2.23.so",
	})
	mach = image(debugimage.Fields{
		Type:      "macho",
		CodeID:    "67e9247c814e392ba027dbde6748fcbf",
		DebugID:   "67e9247c-814e-392b-a027-dbde6748fcbf",
		CodeFile:  "/Users/travis/build/Crash",
		DebugFile: "Crash",
	})
	pe = image(debugimage.Fields{
		Type:      "pe",
		CodeID:    "5AB380779000",
		DebugID:   "3249d99d-0c40-4931-8610-f4e4fb0b6936-1a",
		CodeFile:  `C:\projects\breakpad-tools\windows\Release\Crash.exe`,
		DebugFile: `C:\projects\breakpad-tools\windows\Release\Crash.pdb`,
	})
	wasm = image(debugimage.Fields{
		Type:     "wasm",
		CodeID:   "bda18fd85d4a4eb893022d6bfad846b1",
		DebugID:  "bda18fd8-5d4a-4eb8-9302-2d6bfad846b1",
		CodeFile: "file://foo.invalid/demo.wasm",
	})
)

func image(f debugimage.Fields) *debugimage.Image {
	im := f.Image()
	return &im
}

func TestPaths(t *testing.T) {
	for _, tt := range []struct {
		layout string
		image  *debugimage.Image
		want   string
	}{
		{"native", elf, `
			elf_debug    df/b85de42daffd09640c8fe377d572de3e168920.debug
			breakpad     libm-2.23.so/E45DB8DFAF2D09FD640C8FE377D572DE0/libm-2.23.so.sym
			elf_code     df/b85de42daffd09640c8fe377d572de3e168920
			sourcebundle df/b85de42daffd09640c8fe377d572de3e168920.src.zip
		`},
		{"native", mach, `
			mach_debug   67E9/247C/814E/392B/A027/DBDE6748FCBF
			breakpad     Crash/67E9247C814E392BA027DBDE6748FCBF0/Crash.sym
			mach_code    67E9/247C/814E/392B/A027/DBDE6748FCBF.app
			sourcebundle 67E9/247C/814E/392B/A027/DBDE6748FCBF.src.zip
		`},
		{"native", pe, `
			pdb          Crash.pdb/3249D99D0C4049318610F4E4FB0B69361a/Crash.pdb
			pdb          Crash.pdb/3249D99D0C4049318610F4E4FB0B69361a/Crash.pd_
			breakpad     Crash.pdb/3249D99D0C4049318610F4E4FB0B69361a/Crash.sym
			pe           Crash.exe/5AB380779000/Crash.exe
			pe           Crash.exe/5AB380779000/Crash.ex_
			sourcebundle Crash.exe/5AB380779000/Crash.exe.src.zip
			sourcebundle Crash.pdb/3249D99D0C4049318610F4E4FB0B69361a/Crash.src.zip
		`},
		{"symstore", elf, `
			elf_debug    _.debug/elf-buildid-sym-dfb85de42daffd09640c8fe377d572de3e168920/_.debug
			elf_code     libm-2.23.so/elf-buildid-dfb85de42daffd09640c8fe377d572de3e168920/libm-2.23.so
		`},
		{"symstore", mach, `
			mach_debug   _.dwarf/mach-uuid-sym-67e9247c814e392ba027dbde6748fcbf/_.dwarf
			mach_code    Crash/mach-uuid-67e9247c814e392ba027dbde6748fcbf/Crash
		`},
		{"symstore", pe, `
			pdb          Crash.pdb/3249D99D0C4049318610F4E4FB0B69361a/Crash.pdb
			pdb          Crash.pdb/3249D99D0C4049318610F4E4FB0B69361a/Crash.pd_
			pe           Crash.exe/5AB380779000/Crash.exe
			pe           Crash.exe/5AB380779000/Crash.ex_
			sourcebundle Crash.pdb/3249D99D0C4049318610F4E4FB0B69361a/Crash.src.zip
		`},
		{"symstore_index2", elf, `
			elf_debug    _./_.debug/elf-buildid-sym-dfb85de42daffd09640c8fe377d572de3e168920/_.debug
			elf_code     li/libm-2.23.so/elf-buildid-dfb85de42daffd09640c8fe377d572de3e168920/libm-2.23.so
		`},
		{"symstore_index2", mach, `
			mach_debug   _./_.dwarf/mach-uuid-sym-67e9247c814e392ba027dbde6748fcbf/_.dwarf
			mach_code    Cr/Crash/mach-uuid-67e9247c814e392ba027dbde6748fcbf/Crash
		`},
		{"symstore_index2", pe, `
			pdb          Cr/Crash.pdb/3249D99D0C4049318610F4E4FB0B69361a/Crash.pdb
			pdb          Cr/Crash.pdb/3249D99D0C4049318610F4E4FB0B69361a/Crash.pd_
			pe           Cr/Crash.exe/5AB380779000/Crash.exe
			pe           Cr/Crash.exe/5AB380779000/Crash.ex_
			sourcebundle Cr/Crash.pdb/3249D99D0C4049318610F4E4FB0B69361a/Crash.src.zip
		`},
		{"ssqp", elf, `
			elf_debug    _.debug/elf-buildid-sym-dfb85de42daffd09640c8fe377d572de3e168920/_.debug
			elf_code     libm-2.23.so/elf-buildid-dfb85de42daffd09640c8fe377d572de3e168920/libm-2.23.so
		`},
		{"ssqp", mach, `
			mach_debug   _.dwarf/mach-uuid-sym-67e9247c814e392ba027dbde6748fcbf/_.dwarf
			mach_code    crash/mach-uuid-67e9247c814e392ba027dbde6748fcbf/crash
		`},
		{"ssqp", pe, `
			pdb          crash.pdb/3249d99d0c4049318610f4e4fb0b69361A/crash.pdb
			pdb          crash.pdb/3249d99d0c4049318610f4e4fb0b69361A/crash.pd_
			pe           crash.exe/5ab380779000/crash.exe
			pe           crash.exe/5ab380779000/crash.ex_
			sourcebundle crash.pdb/3249d99d0c4049318610f4e4fb0b69361A/crash.src.zip
		`},
		{"debuginfod", elf, `
			elf_debug    dfb85de42daffd09640c8fe377d572de3e168920/debuginfo
			elf_code     dfb85de42daffd09640c8fe377d572de3e168920/executable
		`},
		{"debuginfod", mach, ``},
		{"debuginfod", pe, ``},
		{"unified", elf, `
			elf_debug    df/b85de42daffd09640c8fe377d572de3e168920/debuginfo
			breakpad     df/b85de42daffd09640c8fe377d572de3e168920/breakpad
			breakpad     e4/5db8dfaf2d09fd640c8fe377d572de0/breakpad
			elf_code     df/b85de42daffd09640c8fe377d572de3e168920/executable
			sourcebundle df/b85de42daffd09640c8fe377d572de3e168920/sourcebundle
		`},
		{"unified", mach, `
			mach_debug   67/e9247c814e392ba027dbde6748fcbf/debuginfo
			breakpad     67/e9247c814e392ba027dbde6748fcbf/breakpad
			breakpad     67/e9247c814e392ba027dbde6748fcbf0/breakpad
			mach_code    67/e9247c814e392ba027dbde6748fcbf/executable
			sourcebundle 67/e9247c814e392ba027dbde6748fcbf/sourcebundle
		`},
		{"unified", pe, `
			pdb          32/49d99d0c4049318610f4e4fb0b69361a/debuginfo
			breakpad     32/49d99d0c4049318610f4e4fb0b69361a/breakpad
			pe           32/49d99d0c4049318610f4e4fb0b69361a/executable
			sourcebundle 32/49d99d0c4049318610f4e4fb0b69361a/sourcebundle
		`},
		{"slashsymbols", elf, `
			elf_debug    libm-2.23.so/dfb85de42daffd09640c8fe377d572de3e168920/symbols
			elf_debug    libm-2.23.so/DFB85DE42DAFFD09640C8FE377D572DE3E168920/symbols
		`},
		{"slashsymbols", mach, ``},
		{"slashsymbols", pe, ``},
		{"breakpad", elf, `
			breakpad     libm-2.23.so/E45DB8DFAF2D09FD640C8FE377D572DE0/libm-2.23.so.sym
		`},
		{"breakpad", mach, `
			breakpad     Crash/67E9247C814E392BA027DBDE6748FCBF0/Crash.sym
		`},
		{"breakpad", pe, `
			breakpad     Crash.pdb/3249D99D0C4049318610F4E4FB0B69361a/Crash.sym
		`},
		{"symstore,lowercase", pe, `
			pdb          crash.pdb/3249d99d0c4049318610f4e4fb0b69361a/crash.pdb
			pdb          crash.pdb/3249d99d0c4049318610f4e4fb0b69361a/crash.pd_
			pe           crash.exe/5ab380779000/crash.exe
			pe           crash.exe/5ab380779000/crash.ex_
			sourcebundle crash.pdb/3249d99d0c4049318610f4e4fb0b69361a/crash.src.zip
		`},
		{"breakpad,uppercase", pe, `
			breakpad     CRASH.PDB/3249D99D0C4049318610F4E4FB0B69361A/CRASH.SYM
		`},
	} {
		t.Run(tt.layout+" "+tt.image.Name(), func(t *testing.T) {
			l, err := Parse(tt.layout)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.ReplaceAll(tt.want, "\t", ""), list(l.Paths(tt.image))); diff != "" {
				t.Errorf("paths (-want +got):\n%s", diff)
			}
		})
	}
}

// list returns paths as the tables of the tests have them.
func list(paths []Path) string {
	var b strings.Builder
	for _, p := range paths {
		fmt.Fprintf(&b, "\n%-12s %s", p.Kind, p.Name)
	}
	if len(paths) > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

// What is no native image has no paths.
func TestForeign(t *testing.T) {
	for s := range schemes {
		if got := (Layout{Scheme: Scheme(s)}).Paths(wasm); len(got) > 0 {
			t.Errorf("%s: %v, want none", Scheme(s), got)
		}
	}
}

// An image of unknown type may be of any: its id is tried as each.
func TestUnknownType(t *testing.T) {
	im := *mach
	im.Type = debugimage.Symbolic
	want := `
elf_debug    67/e9247c814e392ba027dbde6748fcbf.debug
mach_debug   67E9/247C/814E/392B/A027/DBDE6748FCBF
pdb          Crash/67E9247C814E392BA027DBDE6748FCBF0/Crash
pdb          Crash/67E9247C814E392BA027DBDE6748FCBF0/Cras_
breakpad     Crash/67E9247C814E392BA027DBDE6748FCBF0/Crash.sym
elf_code     67/e9247c814e392ba027dbde6748fcbf
mach_code    67E9/247C/814E/392B/A027/DBDE6748FCBF.app
sourcebundle 67/e9247c814e392ba027dbde6748fcbf.src.zip
sourcebundle 67E9/247C/814E/392B/A027/DBDE6748FCBF.src.zip
sourcebundle Crash/67E9247C814E392BA027DBDE6748FCBF0/Crash.src.zip
`
	if diff := cmp.Diff(want, list(Layout{}.Paths(&im))); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

func TestKindsAsked(t *testing.T) {
	want := `
elf_code     df/b85de42daffd09640c8fe377d572de3e168920
elf_debug    df/b85de42daffd09640c8fe377d572de3e168920.debug
`
	if diff := cmp.Diff(want, list(Layout{}.Paths(elf, ELFCode, ELFDebug))); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

// Breakpad's own tools strip ".pdb" alone, its documents ".exe" and ".dll" too.
func TestBreakpadNames(t *testing.T) {
	for _, tt := range []struct {
		debugFile string
		want      []string
	}{
		{"a.pdb", []string{"a.sym"}},
		{"A.PDB", []string{"A.sym"}},
		{"a.dll", []string{"a.dll.sym", "a.sym"}},
		{"a.exe", []string{"a.exe.sym", "a.sym"}},
		{"a.dll.pdb", []string{"a.dll.sym"}},
		{"liba.so.1", []string{"liba.so.1.sym"}},
		{"a", []string{"a.sym"}},
		{".pdb", []string{".sym"}},
	} {
		im := *pe
		im.DebugFile = tt.debugFile
		var got []string
		for _, p := range (Layout{Scheme: Breakpad}).Paths(&im) {
			got = append(got, p.Name[strings.LastIndexByte(p.Name, '/')+1:])
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.debugFile, diff)
		}
	}
}

// Ids that are missing or of another kind's shape make no path.
func TestMissingIDs(t *testing.T) {
	for name, f := range map[string]debugimage.Fields{
		"nothing":               {},
		"names":                 {CodeFile: "a", DebugFile: "b"},
		"ids without names":     {Type: "pe", CodeID: "5ab380779000", DebugID: "3249d99d0c4049318610f4e4fb0b6936"},
		"PE code id, too short": {Type: "pe", CodeID: "5ab38077", CodeFile: "a.exe"},
		"PE code id, too long":  {Type: "pe", CodeID: "5ab38077000000000", CodeFile: "a.exe"},
		"build-id, too short":   {Type: "elf", CodeID: "ab", DebugFile: ".."},
		"build-id, too long":    {Type: "elf", CodeID: strings.Repeat("ab", maxCodeID/2+1), DebugID: "none"},
	} {
		im := image(f)
		for _, s := range []Scheme{Native, Symstore, SymstoreIndex2, SSQP, Debuginfod, SlashSymbols} {
			if got := (Layout{Scheme: s}).Paths(im); len(got) > 0 {
				t.Errorf("%s, %s: %v, want none", name, s, got)
			}
		}
	}
}

func TestParse(t *testing.T) {
	for s := range schemes {
		for c := range casings {
			want := Layout{Scheme(s), Casing(c)}
			if got, err := Parse(want.String()); got != want || err != nil {
				t.Errorf("Parse(%q) = %v, %v", want.String(), got, err)
			}
		}
	}
	for text, want := range map[string]string{
		"":              `layout "": want one of native, symstore, symstore_index2, ssqp, debuginfod, unified, slashsymbols, breakpad`,
		"SSQP":          `layout "SSQP": want one of native, symstore, symstore_index2, ssqp, debuginfod, unified, slashsymbols, breakpad`,
		"ssqp,":         `layout "ssqp,": want a casing of default, lowercase, uppercase`,
		"ssqp,caseless": `layout "ssqp,caseless": want a casing of default, lowercase, uppercase`,
	} {
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("Parse(%q): %v, want %s", text, err, want)
		}
	}
}

func TestIsDebug(t *testing.T) {
	for k := range kinds {
		want := strings.HasSuffix(Kind(k).String(), "debug") || Kind(k) == PDB || Kind(k) == Symbols
		if got := Kind(k).IsDebug(); got != want {
			t.Errorf("%s.IsDebug() = %v", Kind(k), got)
		}
	}
}

func TestSafeNames(t *testing.T) {
	for _, name := range []string{
		"a", "libm-2.23.so", "my app.exe", "[vdso]", "ntdll.pdb", "größe.so", "日本.dll", "..a", "...so", "a.", "a ", "_.debug", "a+b=c,d;e&f#g%h'i@j~k!l(m){n}`o^p$q",
		"console.exe", "com10.dll", "comb", "con-a", "lpt", strings.Repeat("a", 255),
	} {
		if !isSafeName(name) {
			t.Errorf("%q is refused", name)
		}
	}
	for _, name := range []string{
		"", ".", "..", "...", ".. ", " ", ". .", "a\x00b", "a\nb", "a\x7f", "a\u0085b", "a\u202eb", "a\u00a0b", "a\u2028b", "a\xffb", "a:b", "c:", `a\b`, "a/b", "a*", "a?", `a"`, "a<", "a>", "a|",
		"NUL", "nul.pdb", "Con", "aux .x", "COM1", "lpt9.so", "com¹.exe", "CONIN$", "con.a.b", strings.Repeat("a", 256),
	} {
		if isSafeName(name) {
			t.Errorf("%q is taken", name)
		}
	}
}

// Of a path in an event the last element is used, whichever way its slashes lean,
// and nothing at all if that is not safe.
func TestBaseName(t *testing.T) {
	for path, want := range map[string]string{
		"/a/b.so":               "b.so",
		`C:\a\b.pdb`:            "b.pdb",
		`/a\b`:                  "b",
		"../../etc/passwd":      "passwd",
		`..\..\x\..`:            "",
		"/a/":                   "",
		"http://h/x.so?y":       "",
		"a\x00/b":               "b",
		strings.Repeat("a/", 9): "",
	} {
		if got := baseName(path); got != want {
			t.Errorf("baseName(%q) = %q, want %q", path, got, want)
		}
	}
}

// FuzzPaths holds every path to the promise of the package, whatever an event says.
func FuzzPaths(f *testing.F) {
	for _, name := range []string{"app", "../..", `..\..`, "a/../../b", "nul.pdb", "a:b.exe", "%2e%2e%2f", "..", "ẞ.pdb", "İ.dll", "a.", strings.Repeat("ß", 130)} {
		f.Add(name, name, "3249d99d-0c40-4931-8610-f4e4fb0b6936-1", name)
		f.Add("67e9247c814e392ba027dbde6748fcbf", name, "67e9247c-814e-392b-a027-dbde6748fcbf", "a.pdb")
	}
	f.Fuzz(func(t *testing.T, codeID, codeFile, debugID, debugFile string) {
		fields := debugimage.Fields{CodeID: codeID, CodeFile: codeFile, DebugID: debugID, DebugFile: debugFile}
		images := []*debugimage.Image{}
		for _, typ := range []string{"elf", "macho", "pe", ""} {
			fields.Type = typ
			im := fields.Image()
			raw := im
			raw.CodeID = codeID // as one who does not know Fields would set it
			images = append(images, &im, &raw)
		}
		for _, im := range images {
			for s := range schemes {
				for c := range casings {
					checkPaths(t, Layout{Scheme(s), Casing(c)}.Paths(im))
				}
			}
		}
	})
}

func checkPaths(t *testing.T, paths []Path) {
	const maxPaths = 16 // of one image: each is a question that a server is asked
	if len(paths) > maxPaths {
		t.Errorf("%d paths: %v", len(paths), paths)
	}
	for _, p := range paths {
		if !fs.ValidPath(p.Name) || p.Name == "." {
			t.Errorf("%q is no path", p.Name)
		}
		if strings.ContainsAny(p.Name, "\\:*?\"<>|\x00\r\n\t\x7f") {
			t.Errorf("%q has a byte that is no part of a name", p.Name)
		}
		for name := range strings.SplitSeq(p.Name, "/") {
			if strings.Trim(name, ". ") == "" || len(name) > 255 {
				t.Errorf("%q has element %q", p.Name, name)
			}
		}
	}
}
