package breakpad

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

const crlf = "MODULE windows x86 3249D99D0C4049318610F4E4FB0B69361 name with spaces.pdb\r\nINFO CODE_ID 5AB380779000 crash.exe\r\n"

func TestParse(t *testing.T) {
	f, err := Parse([]byte(crlf + "INFO GENERATOR x\r\nFILE 0 a.c\r\nINFO CODE_ID 1\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{f.OS, f.Arch, f.ID, f.Name, f.CodeID}
	want := []string{"windows", "x86", "3249D99D0C4049318610F4E4FB0B69361", "name with spaces.pdb", "5ab380779000"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("head (-want +got):\n%s", diff)
	}
	if n := f.NumUnits(); n != 0 {
		t.Errorf("NumUnits() = %d without a FUNC record", n)
	}
}

func TestMatches(t *testing.T) {
	for text, want := range map[string]bool{
		"MODULE Linux x86_64 C0BCC3F19827FE653058404B2831D9E60 crash":     true,
		"MODULE Linux x86_64 C0BCC3F19827FE653058404B2831D9E60 crash\r\n": true,
		"MODULE Linux x86_64 C0BCC3F19827FE653058404B2831D9E60":           true,
		"MODULE stack_of_integers\nIMPLICIT NONE":                         false, // Fortran
		"MODULE Linux x86_64 short crash":                                 false,
		"module Linux x86_64 C0BCC3F19827FE653058404B2831D9E60 crash":     false,
		"": false,
	} {
		if got := Matches([]byte(text)); got != want {
			t.Errorf("Matches(%q) = %v, want %v", text, got, want)
		}
	}
	_, err := Parse([]byte("MODULE x"))
	if want := "symbols+0x0: no MODULE record"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// module is the first record of the texts below.
const module = "MODULE Linux x86_64 C0BCC3F19827FE653058404B2831D9E60 t\n"

// read returns all functions of a text as a picture.
func read(t *testing.T, text string) (string, error) {
	t.Helper()
	f, err := Parse([]byte(module + text))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	var u debuginfo.Unit
	var first error
	for i := range f.NumUnits() {
		if err := f.NewReader().Read(i, &u); err != nil && first == nil {
			first = err
		}
		all = append(all, picture(&u))
	}
	return strings.Join(all, "--\n"), first
}

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       string
	}{
		{"a function and its lines", `
FILE 0 /src/a.c
FUNC 1000 20 0 main
1000 8 3 0
1008 18 4 0
`, `
1000 main 1000-1020
row 1000 a.c:3, 1008 a.c:4, 1020 end
`},
		{"names are the rest of the line", `
FUNC m 1000 10 8 operator new(unsigned int, char const*)
FUNC 2000 10 0 <name omitted>
`, `
1000 operator new(unsigned int, char const*) 1000-1010
2000  2000-2010
`},
		{"carriage returns, capitals, spaces", "FILE 7 /src/a.c\r\nFUNC  ABC0  10 0 f\r\nabc0 10 3 7\r\n", `
abc0 f abc0-abd0
row abc0 a.c:3, abd0 end
`},
		{"code without a line ends a sequence", `
FILE 0 a.c
FUNC 1000 30 0 f
1000 8 3 0
1010 8 4 0
`, `
1000 f 1000-1030
row 1000 a.c:3, 1008 end, 1010 a.c:4, 1018 end
`},
		{"lines of no length, beyond the function, from no file", `
FUNC 1000 10 0 f
1000 0 1 0
1004 20 2 0
1020 4 3 0
`, `
1000 f 1000-1010
row 1004 :2, 1010 end
`},
		{"functions and lines out of order", `
FILE 0 a.c
FUNC 2000 10 0 g
2008 8 4 0
2000 8 3 0
FUNC 1000 10 0 f
1000 10 1 0
`, `
2000 g 2000-2010
1000 f 1000-1010
row 1000 a.c:1, 1010 end, 2000 a.c:3, 2008 end, 2008 a.c:4, 2010 end
`},
		{"the same code twice", `
FILE 0 a.c
FUNC m 1000 10 0 f
1000 10 1 0
FUNC m 1000 10 0 g
1000 10 2 0
FUNC 1010 10 0 h
1010 10 3 0
`, `
1000 f 1000-1010
1000 g 1000-1010
1010 h 1010-1020
row 1000 a.c:1, 1010 end, 1010 a.c:3, 1020 end
`},
		{"files after their use, again, and with gaps", `
FUNC 1000 10 0 f
1000 8 1 900
1008 8 2 3
FILE 900 b.c
FILE 3 a.c
FILE 3 c.c
`, `
1000 f 1000-1010
row 1000 b.c:1, 1008 c.c:2, 1010 end
`},
		{"inlined calls", `
FILE 0 a.c
INLINE_ORIGIN 0 level1
INLINE_ORIGIN 1 level2(int, int)
FUNC 1000 40 0 f
INLINE 0 10 0 0 1008 20 1030 8
INLINE 1 20 0 1 1010 8
1000 40 1 0
`, `
1000 f 1000-1040
 level1 from a.c:10 1008-1028
  level2(int, int) from a.c:20 1010-1018
 level1 from a.c:10 1030-1038
row 1000 a.c:1, 1040 end
`},
		{"one record for calls of several callers", `
INLINE_ORIGIN 0 outer
INLINE_ORIGIN 1 inner
FUNC 1000 40 0 f
INLINE 0 10 0 0 1000 10
INLINE 0 11 0 0 1010 10
INLINE 1 20 0 1 1008 10
`, `
1000 f 1000-1040
 outer from :10 1000-1010
  inner from :20 1008-1010
 outer from :11 1010-1020
  inner from :20 1010-1018
`},
		{"records of no function", `
1000 8 3 0
STACK CFI INIT 1000 10 .cfa: $rsp 8 +
FUNC 1000 0 0 empty
INLINE 0 1 0 0 1000 4
1000 8 3 0
FUNC 2000 10 0 f
PUBLIC 3000 0 p
INFO URL x
`, `
2000 f 2000-2010
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := read(t, strings.TrimPrefix(tt.text, "\n"))
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), got); diff != "" {
				t.Errorf("unit (-want +got):\n%s", diff)
			}
		})
	}
}

// A record that cannot be read costs itself only.
func TestReadFaults(t *testing.T) {
	const good = "FUNC 1000 10 0 f\n"
	for _, tt := range []struct{ name, text, want string }{
		{"line", good + "1000 8 x 0\n", "symbols+0x49: record cannot be read"},
		{"line of three fields", good + "1000 8 1\n", "symbols+0x49: record cannot be read"},
		{"address of 65 bits", good + "10000000000000000 8 1 0\n", "symbols+0x49: record cannot be read"},
		{"end beyond 64 bits", good + "ffffffffffffffff 8 1 0\n", "symbols+0x49: record cannot be read"},
		{"line beyond 32 bits", good + "1000 8 4294967296 0\n", "symbols+0x49: record cannot be read"},
		{"inline without code", good + "INLINE 0 1 0 0\n", "symbols+0x49: record cannot be read"},
		{"inline with half a range", good + "INLINE 0 1 0 0 1000\n", "symbols+0x49: record cannot be read"},
		{"function of more than a gibibyte", good + "FUNC 2000 40000001 0 g\n", "symbols+0x49: record cannot be read"},
		{"function", good + "FUNC 20x0 10 0 g\n", "symbols+0x49: record cannot be read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := read(t, tt.text+"FUNC 3000 10 0 h\n3000 10 5 0\n")
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			if want := "3000 h 3000-3010\nrow 3000 :5, 3010 end\n"; !strings.HasSuffix(got, want) {
				t.Errorf("the function after it is not in\n%s", got)
			}
		})
	}
}

func TestSymbols(t *testing.T) {
	f, err := Parse([]byte(module + "PUBLIC m 2000 10 b c\nPUBLIC x 0 bad\nFUNC 3000 8 0 f\nPUBLIC 1000 0 a\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Symbol{{0x2000, "b c"}, {0x1000, "a"}}, f.Symbols()); diff != "" {
		t.Errorf("Symbols() (-want +got):\n%s", diff)
	}
	var functions []debuginfo.Range
	f.Functions(func(r debuginfo.Range) { functions = append(functions, r) })
	if diff := cmp.Diff([]debuginfo.Range{{Start: 0x3000, End: 0x3008}}, functions); diff != "" {
		t.Errorf("Functions() (-want +got):\n%s", diff)
	}
}
