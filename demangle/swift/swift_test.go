package swift

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
)

// TestCurrent has names composed for this table after docs/ABI/Mangling.rst. What
// they stand for was told by the demangler of the Swift 6.3 compiler.
func TestCurrent(t *testing.T) { testNames(t, current) }

// TestOld has names of the mangling before Swift 4, composed and demangled by hand
// after docs/ABI/OldMangling.rst.
func TestOld(t *testing.T) { testNames(t, old) }

// TestOwn has names on which this package knowingly differs from the Swift tools, or
// that the tools of Swift 6.3 do not know yet.
func TestOwn(t *testing.T) { testNames(t, own) }

type name struct{ mangled, full, simplified string }

func testNames(t *testing.T, table []name) {
	for _, tt := range table {
		if got, ok := Demangle(tt.mangled, Options{}); !ok || got != tt.full {
			t.Errorf("Demangle(%q) = %q, %v, want %q", tt.mangled, got, ok, tt.full)
		}
		if got, ok := Demangle(tt.mangled, Options{Simplified: true}); !ok || got != tt.simplified {
			t.Errorf("Demangle(%q), simplified = %q, %v, want %q", tt.mangled, got, ok, tt.simplified)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct{ why, name string }{
		{"empty", ""},
		{"no Swift name", "main"},
		{"a C name", "_Swap"},
		{"C++", "_ZN3foo3barEv"},
		{"of the start files of gcc", "__TMC_END__"},
		{"libtiff on Mach-O", "_TIFFOpen"},
		{"only a prefix", "$s"},
		{"only a prefix", "_T0"},
		{"only a suffix", "$s.123"},
		{"a type of C whose name begins with S", "_TSignal"},
		{"no operand", "$sF"},
		{"cut short", "$s3App10LoginMod"},
		{"no such substitution", "$s3AppAZ"},
		{"no such word", "$s3App0zC"},
		{"no such standard type", "$sS0"},
		{"a symbolic reference", "$s\x01abcdD"},
		{"not ASCII", "$s5naïveyyF"},
		{"no such accessor", "$s3App1xSivq"},
		{"labels of no function", "$s3App1fySivp"},
		{"old: cut short", "_TF3foo3ba"},
		{"old: no such substitution", "_TtGSaS3__"},
		{"an unmangled name that only begins like one", "async_Mainly"},
		{"a length that no name has", "$s99999999999999999999a"},
		{"a built-in type that is too large", "$sBi5000_"},
	} {
		for _, o := range []Options{{}, {Simplified: true}} {
			if got, ok := Demangle(tt.name, o); ok || got != "" {
				t.Errorf("%s: Demangle(%q, %+v) = %q, %v, want \"\", false", tt.why, tt.name, o, got, ok)
			}
		}
	}
}

// TestShared compares with the expectations of the Swift project's own tests. A name
// that stands for itself there must be refused here.
func TestShared(t *testing.T) {
	for _, tt := range []struct {
		file string
		o    Options
	}{
		{"demangle/swift.tsv", Options{}},
		{"demangle/swift-simplified.tsv", Options{Simplified: true}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			for mangled, want := range shared(t, tt.file) {
				got, ok := Demangle(mangled, tt.o)
				if !ok {
					got = mangled
				}
				if got != want {
					t.Errorf("Demangle(%q) = %q, %v\nwant %q", mangled, got, ok, want)
				}
			}
		})
	}
}

// shared reads a table of mangled names and what they stand for.
func shared(t testing.TB, file string) map[string]string {
	t.Helper()
	f, err := os.Open(fixture.Shared(t, file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table := make(map[string]string)
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		mangled, want, ok := strings.Cut(lines.Text(), "\t")
		if ok && !strings.HasPrefix(mangled, "#") {
			table[mangled] = want
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if len(table) == 0 {
		t.Fatalf("%s has no names", file)
	}
	return table
}
