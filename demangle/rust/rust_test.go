package rust

import (
	"strings"
	"testing"
	"testing/quick"

	"github.com/nativesym/nativesym/demangle/internal/oracle"
)

// Names that rustc 1.95 gave our own source, with the answers of the demangler
// named in the first line of each table.
func TestOwnNames(t *testing.T) {
	for _, table := range []string{"testdata/v0.tsv", "testdata/legacy.tsv"} {
		oracle.Check(t, oracle.Read(t, table), 1, func(symbol string) string {
			name, _ := Demangle(symbol, Options{Hash: strings.Contains(table, "legacy")})
			return name
		})
	}
}

// The expectations follow RFC 2603 and the grammar of the rustc book.
func TestDemangle(t *testing.T) {
	for _, tt := range []struct {
		name, symbol, want string
	}{
		{"crate", "_RC3foo", "foo"},
		{"function", "_RNvC3foo3bar", "foo::bar"},
		{"Mach-O", "__RNvC3foo3bar", "foo::bar"},
		{"32-bit Windows", "RNvC3foo3bar", "foo::bar"},
		{"suffix", "_RNvC3foo3bar.llvm.9D1C9369", "foo::bar"},
		{"instantiating crate", "_RINvC3foo3barhEC3baz", "foo::bar::<u8>"},
		{"closures in a closure", "_RNCNCNvC3foo3bars_0s0_0", "foo::bar::{closure#1}::{closure#2}"},
		{"shim", "_RNSNvC3foo3bar6vtable", "foo::bar::{shim:vtable#0}"},
		{"Punycode", "_RNvC3foou8gdel_5qa", "foo::gödel"},
		{"Punycode without ASCII", "_RNvC3foou3_9ca", "foo::é"},
		{"separator", "_RNvC3foo3_1ab", "foo::1ab"},
		{"trait method", "_RNvXCs1_3fooNtB2_3BarNtB2_3Baz3qux", "<foo::Bar as foo::Baz>::qux"},
		{"pointers", "_RINvC3foo3barRhQhPhOhE", "foo::bar::<&u8, &mut u8, *const u8, *mut u8>"},
		{"sequences", "_RINvC3foo3barShAhj4_TEThEThbEE", "foo::bar::<[u8], [u8; 4], (), (u8,), (u8, bool)>"},
		{"function pointer", "_RINvC3foo3barFUKChEmE", `foo::bar::<unsafe extern "C" fn(u8) -> u32>`},
		{"ABI", "_RINvC3foo3barFK10C_cmse_xyzEuE", `foo::bar::<extern "C-cmse-xyz" fn()>`},
		{"lifetimes of a binder", "_RINvC3foo3barFG0_RL1_hRL0_tEuE", "foo::bar::<for<'a, 'b> fn(&'a u8, &'b u16)>"},
		{"trait object", "_RINvC3foo3barDNtB2_1TNtB2_1Up4ItemhEL_E", "foo::bar::<dyn foo::T + foo::U<Item = u8>>"},
		{"arguments of an object", "_RINvC3foo3barDINtB2_1TmEp1AhEL_E", "foo::bar::<dyn foo::T<u32, A = u8>>"},
		{"integers", "_RINvC3foo3barKh7b_Kan7f_Kj0_E", "foo::bar::<123, -127, 0>"},
		{"128 bits", "_RINvC3foo3barKo123456789abcdef01_E", "foo::bar::<0x123456789abcdef01>"},
		{"bool", "_RINvC3foo3barKb0_Kb1_E", "foo::bar::<false, true>"},
		{"chars", "_RINvC3foo3barKc61_Kc27_Kc200b_Kca_E", `foo::bar::<'a', '\'', '\u{200b}', '\n'>`},
		{"string", "_RINvC3foo3barKRe68c3a922_E", `foo::bar::<"hé\"">`},
		{"str", "_RINvC3foo3barKe6869_E", `foo::bar::<{*"hi"}>`},
		{"placeholder", "_RINvC3foo3barKpE", "foo::bar::<_>"},
		{"array", "_RINvC3foo3barKAh1_h2_EE", "foo::bar::<{[1, 2]}>"},
		{"struct", "_RINvC3foo3barKVNtB2_1SS1xj1_1yTb0_EEE", "foo::bar::<{foo::S { x: 1, y: (false,) }}>"},
		{"variants", "_RINvC3foo3barKVNtB2_1EUKVNtB2_1FTj1_EE", "foo::bar::<{foo::E}, {foo::F(1)}>"},
		{"references", "_RINvC3foo3barKRRe61_KQj1_E", `foo::bar::<{&"a"}, {&mut 1}>`},
		{"pattern type", "_RINvC3foo3barWmRm1_mff_E", "foo::bar::<u32 is 1..=255>"},
		{"pattern of patterns", "_RINvC3foo3barWmORm1_m2_NEE", "foo::bar::<u32 is 1..=2 | !null>"},
		{"legacy", "_ZN3foo3bar17h05af221e174051e9E", "foo::bar"},
		{"legacy on Mach-O", "__ZN3foo3bar17h05af221e174051e9E", "foo::bar"},
		{"legacy on Windows", "ZN3foo3bar17h05af221e174051e9E", "foo::bar"},
		{"legacy suffix", "_ZN3foo17h05af221e174051e9E.llvm.1", "foo"},
		{"legacy escapes", "_ZN28_$u7b$$u7b$closure$u7d$$u7d$1a17h05af221e174051e9E", "{{closure}}::a"},
		{"legacy paths", "_ZN35Bar$LT$$u5b$u32$u3b$$u20$4$u5d$$GT$4a..b17h05af221e174051e9E", "Bar<[u32; 4]>::a::b"},
		{"legacy escape unknown", "_ZN5$XX$a17h05af221e174051e9E", "$XX$a"},

		{"C++", "_ZN3foo3barEv", ""},
		{"only a hash", "_ZN17h05af221e174051e9E", ""},
		{"ordinary", "_Ready", ""},
		{"empty", "", ""},
		{"reference ahead", "_RNvB5_3bar", ""},
		{"reference to itself", "_RB_", ""},
		{"lifetime without binder", "_RINvC3foo3barRL0_hE", ""},
		{"rest", "_RC3foo3bar", ""},
		{"no name", "_RC0", ""},
		{"short", "_RC4foo", ""},
		{"surrogate", "_RINvC3foo3barKcd800_E", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := Demangle(tt.symbol, Options{})
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("Demangle(%q) = %q, %v, want %q", tt.symbol, got, ok, tt.want)
			}
		})
	}
}

func TestHash(t *testing.T) {
	for symbol, want := range map[string]string{
		"_ZN3foo3bar17h05af221e174051e9E": "foo::bar::h05af221e174051e9",
		"_RNvCs1234_3foo3bar":             "foo[3c1c0]::bar",
	} {
		if got, ok := Demangle(symbol, Options{Hash: true}); got != want || !ok {
			t.Errorf("Demangle(%q) = %q, %v, want %q", symbol, got, ok, want)
		}
	}
}

// Names made to cost much are refused, not worked on.
func TestBombs(t *testing.T) {
	doubling := "_RINvC3foo3bar" // each tuple holds the one before it twice
	for last, pos := "h", len(doubling)-2; len(doubling) < 4000; {
		tuple := "T" + last + last + "E"
		doubling += tuple
		last = "B" + base62(pos) + "_"
		pos = len(doubling) - 2
	}
	for name, symbol := range map[string]string{
		"doubling": doubling + "E",
		"deep":     "_RINvC3foo3bar" + strings.Repeat("R", 4000) + "hE",
		"wide":     "_RMC0" + strings.Repeat("FG_", 1000) + "E",
	} {
		if got, ok := Demangle(symbol, Options{}); ok {
			t.Errorf("%s: a name of %d bytes", name, len(got))
		}
	}
}

// base62 writes a place as a back-reference does.
func base62(n int) string {
	const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	n-- // written one lower
	s := string(digits[n%62])
	for n /= 62; n > 0; n /= 62 {
		s = string(digits[n%62]) + s
	}
	return s
}

func TestBase62(t *testing.T) {
	err := quick.Check(func(n uint16) bool {
		p := printer{sym: base62(int(n)+1) + "_"}
		return p.base62() == uint64(n)+1 && !p.failed
	}, nil)
	if err != nil {
		t.Error(err)
	}
}

func FuzzDemangle(f *testing.F) {
	for _, s := range []string{
		"_RINvNtC3std3mem4dropTNtNtC5alloc6string6StringRShEEB1_", "_RNvXC3fooNtB2_3BarDG_NtB2_3BazEL_3qux",
		"_ZN3foo28_$u7b$$u7b$closure$u7d$$u7d$17h05af221e174051e9E.llvm.1", "_RINvC3foo3barKVNtB2_1SS1xj1_EKRe68_E",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, symbol string) {
		if len(symbol) > 4<<10 {
			return
		}
		name, ok := Demangle(symbol, Options{})
		if !ok {
			if name != "" {
				t.Errorf("%q is refused, with the name %q", symbol, name)
			}
			return
		}
		if len(name) > maxOutput {
			t.Errorf("%q: a name of %d bytes", symbol, len(name))
		}
		if again, ok := Demangle(name, Options{}); ok && strings.HasPrefix(name, "_") {
			t.Errorf("%q: its name %q is mangled again, as %q", symbol, name, again)
		}
	})
}

func BenchmarkDemangle(b *testing.B) {
	for _, bb := range []struct{ name, symbol string }{
		{"v0", "_RNvXs_NtNtCsaspd4q2l9mR_21rustc_trait_selection6traits9coherenceNtB4_22AmbiguityCausesVisitorNtNtNtNtB8_5solve7inspect7analyse16ProofTreeVisitor10visit_goal"},
		{"v0-generic", "_RINvMs6_NtCs7z5WHpSfHQF_9hashbrown3rawINtB6_8RawTablejE14reserve_rehashNCINvNtCslGlRf1KYlTj_8indexmap5inner8get_hashNtNtCsjyvvofjlheH_10rustc_span6symbol5IdentNtNtB1U_13span_encoding4SpanE0ECs1JQOruJCR77_18rustc_hir_analysis"},
		{"legacy", "_ZN102_$LT$core..iter..adapters..map..Map$LT$I$C$F$GT$$u20$as$u20$core..iter..traits..iterator..Iterator$GT$4fold17h8cf5a955fef7a182E"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := Demangle(bb.symbol, Options{}); !ok {
					b.Fatal("refused")
				}
			}
		})
	}
}
