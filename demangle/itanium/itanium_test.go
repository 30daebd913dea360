package itanium

import (
	"strings"
	"testing"

	"github.com/nativesym/nativesym/demangle/internal/oracle"
)

// Names that g++ 12 and clang 19 gave our own source.
func TestOwnNames(t *testing.T) {
	oracle.Check(t, oracle.Read(t, "testdata/names.tsv"), 1, func(symbol string) string {
		name, _ := Demangle(symbol, Options{ReturnType: true})
		return name
	})
}

func TestDemangle(t *testing.T) {
	for _, tt := range []struct {
		name, symbol, want string
	}{
		{"function", "_Z3fooi", "foo(int)"},
		{"Mach-O", "__Z3fooi", "foo(int)"},
		{"object", "_ZN2ns6objectE", "ns::object"},
		{"more underscores", "____Z3fooi", "foo(int)"},
		{"block", "___Z3fooi_block_invoke", "invocation function for block in foo(int)"},
		{"numbered block", "___Z3fooi_block_invoke_2", "invocation function for block in foo(int)"},
		{"block on Mach-O", "____ZN3foo3barEv_block_invoke2", "invocation function for block in foo::bar()"},
		{"initializers", "_GLOBAL__I__ZN3foo3barEv", "global constructors keyed to foo::bar()"},
		{"initializers of a file", "_GLOBAL__D_file.cc", "global destructors keyed to file.cc"},
		{"module", "_ZW3FooW3Bar1fi", "f@Foo.Bar(int)"},
		{"partition", "_ZW3FooWP4Part1fi", "f@Foo:Part(int)"},
		{"structured binding", "_ZDC1a1bE", "[a, b]"},
		{"argument of the place", "_ZZ1fvENKUlT_E_clIiEEDaS_", "f()::{lambda(auto:1)#1}::operator()<int>(int) const"},
		{"object parameter", "_ZNH1A1fES_i", "A::f(this A, int)"},
		{"transaction", "_ZGTt3foov", "transaction clone for foo()"},
		{"vector", "_Z1fDv4_f", "f(float __vector(4))"},
		{"float16", "_Z1fDF16_", "f(_Float16)"},
		{"bit-precise integer", "_Z1fDB17_DU9_", "f(_BitInt(17), unsigned _BitInt(9))"},
		{"enable_if", "_Z1fUa9enable_ifIXLb1EEEi", "f [enable_if:true](int)"},

		{"ordinary", "foo", ""},
		{"empty", "", ""},
		{"only the prefix", "_Z", ""},
		{"no underscore", "Z3fooi", ""},
		{"too many underscores", "_____Z3fooi", ""},
		{"suffix", "_Z3fooi.cold", ""},
		{"rest", "_Z3fooi3", ""},
		{"short", "_Z4foo", ""},
		{"substitution ahead", "_Z3fooS_", ""},
		{"argument out of scope", "_Z3fooT_", ""},
		{"reference to nothing", "_ZNS_E", ""},
		{"constructor of nothing", "_ZC1v", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := Demangle(tt.symbol, Options{})
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("Demangle(%q) = %q, %v, want %q", tt.symbol, got, ok, tt.want)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	const symbol = "_ZNK2ns1AIiE3mapIcEESt6vectorIT_SaIS4_EERKS4_"
	for _, tt := range []struct {
		options Options
		want    string
	}{
		{Options{}, "ns::A<int>::map<char>(char const&) const"},
		{Options{ReturnType: true}, "std::vector<char, std::allocator<char>> ns::A<int>::map<char>(char const&) const"},
		{Options{NoParameters: true}, "ns::A<int>::map<char>"},
		{Options{NoTemplateArgs: true}, "ns::A::map(char const&) const"},
		{Options{ReturnType: true, NoParameters: true, NoTemplateArgs: true}, "std::vector ns::A::map"},
	} {
		if got, ok := Demangle(symbol, tt.options); got != tt.want || !ok {
			t.Errorf("Demangle(%q, %+v) = %q, %v, want %q", symbol, tt.options, got, ok, tt.want)
		}
	}
}

// bombs are names that would cost much: by what references unfold, by nesting,
// by packs in packs, and by what the parser copies.
func bombs() map[string]string {
	doubling := "_Z1fI" // each type holds the one before it twice
	packs := "_Z1fI"
	for i := range 60 {
		previous := "i"
		if i > 0 {
			previous = substitution(2*i - 1)
		}
		doubling += "1aI" + previous + previous + "E"
		packs += "J" + strings.Repeat("i", 10) + "E"
	}
	bound := "_Z1fIiE" // the same, and all depend on a template parameter
	for i := range 60 {
		previous := "T_"
		if i > 0 {
			previous = substitution(2*i + 1)
		}
		bound += "1aI" + previous + previous + "E"
	}
	return map[string]string{
		"doubling":       doubling + "Evv",
		"bound doubling": bound,
		"pointers":       "_Z1f" + strings.Repeat("P", 4000) + "i",
		"nested scopes":  "_Z" + strings.Repeat("Z", 1300) + "1f" + strings.Repeat("vE1x", 600),
		"arguments":      "_Z1f" + strings.Repeat("1aI", 1300) + "i" + strings.Repeat("E", 90),
		"qualifiers":     "_Z1f" + strings.Repeat("K", 4000) + "i",
		"packs":          packs + "EvDpT_DpT0_DpT1_DpDpDpDpT_",
		"long, often":    "_Z2000" + strings.Repeat("a", 2000) + strings.Repeat("M1bS_", 300),
		"expression":     "_Z1fIXad" + strings.Repeat("ad", 1900) + "Li1EEEvv",
		"references":     "_Z1f" + strings.Repeat("R", 200) + "i" + strings.Repeat("RS_", 1000),
		"conversions":    "_ZN1a" + strings.Repeat("cv1bI", 700) + "i" + strings.Repeat("E", 300),
		"chain":          chain(),
	}
}

// chain nests deeper than a name can by itself: each type points to the one before.
func chain() string {
	s := "_Z1fPi"
	for i := 0; len(s) < 4000; i++ {
		s += "P" + substitution(i)
	}
	return s
}

// substitution writes a reference to the candidate at index i.
func substitution(i int) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if i == 0 {
		return "S_"
	}
	s := ""
	for i--; ; i /= 36 {
		s = string(digits[i%36]) + s
		if i < 36 {
			return "S" + s + "_"
		}
	}
}

func TestBombs(t *testing.T) {
	for name, symbol := range bombs() {
		if len(symbol) > 4<<10 {
			t.Errorf("%s has %d bytes", name, len(symbol))
		}
		checkCost(t, name, symbol)
	}
}

// checkCost fails the test if symbol costs too much, without memory from earlier
// names.
func checkCost(t *testing.T, what, symbol string) {
	t.Helper()
	oracle.CheckCost(t, what, func() { demangleWith(new(parser), symbol, Options{ReturnType: true}) })
}

func FuzzDemangle(f *testing.F) {
	for _, row := range oracle.Read(f, "testdata/names.tsv") {
		f.Add(row.Symbol)
	}
	for _, symbol := range bombs() {
		f.Add(symbol)
	}
	f.Fuzz(func(t *testing.T, symbol string) {
		if len(symbol) > 4<<10 {
			return
		}
		name, ok := Demangle(symbol, Options{})
		if !ok && name != "" {
			t.Errorf("%q is refused, with the name %q", symbol, name)
		}
		if len(name) > maxOutput {
			t.Errorf("%q: a name of %d bytes", symbol, len(name))
		}
		if again, ok := Demangle(name, Options{}); ok {
			t.Errorf("%q: its name %q is mangled again, as %q", symbol, name, again)
		}
		if full, ok2 := Demangle(symbol, Options{ReturnType: true}); ok2 && !ok {
			t.Errorf("%q is refused but with its return type %q", symbol, full)
		}
		checkCost(t, symbol, symbol)
	})
}
