package demangle

import (
	"strings"
	"testing"

	"github.com/nativesym/nativesym/demangle/internal/oracle"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

func TestName(t *testing.T) {
	for _, tt := range []struct {
		symbol  string
		options Options
		want    Result
	}{
		{"_ZN2ns3fooIiEEvT_", Options{}, Result{"ns::foo<int>(int)", "ns::foo<T>", Itanium, debuginfo.CPP}},
		{"_ZN2ns3fooIiEEvT_", Options{ReturnType: true}, Result{"void ns::foo<int>(int)", "ns::foo<T>", Itanium, debuginfo.CPP}},
		{"_ZN2ns3fooIiEEvT_", Options{NoParameters: true, NoTemplateArgs: true}, Result{"ns::foo", "ns::foo", Itanium, debuginfo.CPP}},
		{"_Z3foov", Options{Language: debuginfo.ObjCPP}, Result{"foo()", "foo", Itanium, debuginfo.ObjCPP}},
		{"__Z3foov", Options{}, Result{"foo()", "foo", Itanium, debuginfo.CPP}},
		{"_Z3foov.constprop.0.cold", Options{}, Result{"foo() [clone .constprop.0] [clone .cold]", "foo", Itanium, debuginfo.CPP}},
		{"_Z3foov [clone .cold]", Options{}, Result{"foo() [clone .cold]", "foo", Itanium, debuginfo.CPP}},
		{"_Z3foov@@V_1.0", Options{}, Result{"foo()@@V_1.0", "foo", Itanium, debuginfo.CPP}},
		{"_Z3foov@plt", Options{}, Result{"foo()@plt", "foo", Itanium, debuginfo.CPP}},
		{"_Z3foov.llvm.123$0123456789abcdef0123456789ABCDEF", Options{}, Result{"foo() [clone .llvm.123]", "foo", Itanium, debuginfo.CPP}},
		{"____Z3fooi_block_invoke.2", Options{}, Result{"invocation function for block in foo(int) [clone .2]", "block in foo", Itanium, debuginfo.CPP}},
		{"_GLOBAL__I_file.cc", Options{}, Result{"global constructors keyed to file.cc", "global constructors keyed to file.cc", Itanium, debuginfo.CPP}},
		{"?foo@ns@@YAHH@Z", Options{}, Result{"ns::foo(int)", "ns::foo", MSVC, debuginfo.CPP}},
		{"?foo@ns@@YAHH@Z", Options{ReturnType: true}, Result{"int ns::foo(int)", "ns::foo", MSVC, debuginfo.CPP}},
		{"_f@8", Options{}, Result{"f", "f", MSVC, debuginfo.C}},
		{"@f@12", Options{}, Result{"f", "f", MSVC, debuginfo.C}},
		{"f@@16", Options{}, Result{"f", "f", MSVC, debuginfo.C}},
		{"_ZN3foo3bar17h05af221e174051e9E.llvm.42", Options{}, Result{"foo::bar", "foo::bar", RustLegacy, debuginfo.Rust}},
		{"_ZN3foo3bar17h05af221e174051e9E.cold", Options{Hash: true}, Result{"foo::bar::h05af221e174051e9 [clone .cold]", "foo::bar", RustLegacy, debuginfo.Rust}},
		{"_RNvC3foo3bar", Options{}, Result{"foo::bar", "foo::bar", RustV0, debuginfo.Rust}},
		{"RNvC3foo3bar", Options{Language: debuginfo.Rust}, Result{"foo::bar", "foo::bar", RustV0, debuginfo.Rust}},
		{"-[Foo(Bar) baz:]", Options{}, Result{"-[Foo(Bar) baz:]", "-[Foo(Bar) baz:]", ObjC, debuginfo.ObjC}},
		{"gopkg.in/yaml%2ev3.(*T).f", Options{}, Result{"gopkg.in/yaml.v3.(*T).f", "gopkg.in/yaml.v3.(*T).f", Go, debuginfo.Go}},
		{"main.run", Options{Language: debuginfo.Go}, Result{"main.run", "main.run", Go, debuginfo.Go}},
		{"ada__text_io__put__2", Options{Language: debuginfo.Ada}, Result{"ada.text_io.put", "ada.text_io.put", Ada, debuginfo.Ada}},
		{"camlStdlib__List__map_485", Options{}, Result{"Stdlib.List.map", "Stdlib.List.map", OCaml, debuginfo.OCaml}},
		{"base_GHCziBase_map_info", Options{}, Result{"GHC.Base.map", "GHC.Base.map", Haskell, debuginfo.Haskell}},
		{"_D3std5stdio__T7writelnTAyaTiZQpFNfQliZv", Options{}, Result{"std.stdio.writeln!(immutable(char)[], int).writeln(immutable(char)[], int)", "std.stdio.writeln!(T).writeln", D, debuginfo.D}},
		{"_Dmain", Options{}, Result{"D main", "main", D, debuginfo.D}},
		{"$s4main3FooV3bar1xySi_tF", Options{}, Result{"main.Foo.bar(x: Swift.Int) -> ()", "Foo.bar", Swift, debuginfo.Swift}},
		{"_$s4main3FooVACycfC", Options{}, Result{"main.Foo.init() -> main.Foo", "Foo.init", Swift, debuginfo.Swift}},
		{"kfun:a.B#f(kotlin.Int){}", Options{}, Result{"a.B.f(kotlin.Int)", "a.B.f", Kotlin, debuginfo.Kotlin}},
	} {
		got, ok := Name(tt.symbol, tt.options)
		if got != tt.want || !ok {
			t.Errorf("Name(%q, %+v) = %+v, %v, want %+v", tt.symbol, tt.options, got, ok, tt.want)
		}
	}
}

// Ordinary names, damaged ones and those beyond the limits are answered with
// themselves.
func TestOrdinaryNames(t *testing.T) {
	for _, symbol := range []string{
		"", "_", "__", "main", "malloc", "_start", "_init", "__libc_start_main", "_Z", "_Zfoo", "ZSTD_compress", "_ZSTD_x",
		"_R", "_Ready", "_RegisterFoo", "RCC_Init", "Result", "_D", "_Display", "_Dispatch_once", "_T", "_Test", "_Tt", "$s", "$sp", "$x",
		"$d", "_$s", "_TtX", "_TIFFmalloc", "_TIFFSwab16BitData", "_TIFFNoRowEncode", "?", "??", "?@", "-[", "-[]", "+[x]", "caml_main", "camlFoo", "kfun", "kfun:", "lz_Lzma_decoder_info",
		"pkg__sub__proc", "foo.cold", "foo.part.0", "a.out", "libfoo.so", "x@y", "f@7", "f@@GLIBC_2.2.5", "memcpy@@GLIBC_2.14", "_f@9", "@f@",
		"_ZN3foo3barEv_", "_Z4foo", "__ZZ", "strlen@plt", "_ada_", "_GLOBAL__sub_I_main.cpp", "_GLOBAL_OFFSET_TABLE_", "camlA__\xff_1\n",
		"_Z" + strings.Repeat("9", 5000), "_Z4f\noov",
	} {
		want := Result{Name: symbol, Short: Shorten(symbol, debuginfo.UnknownLanguage)}
		if got, ok := Name(symbol, Options{}); got != want || ok {
			t.Errorf("Name(%q) = %+v, %v, want %+v, false", symbol, got, ok, want)
		}
	}
}

// Detection loses none of the names that the schemes' own packages read.
func TestDetectionFindsAll(t *testing.T) {
	for table, want := range map[string]Scheme{
		"itanium.tsv": Itanium, "rust-v0.tsv": RustV0, "rust-legacy.tsv": RustLegacy, "msvc.tsv": MSVC, "swift.tsv": Swift,
		"swift-simplified.tsv": Swift,
	} {
		t.Run(table, func(t *testing.T) {
			for _, row := range oracle.Shared(t, table) {
				if _, ok := schemes[want].demangle(row.Symbol, Options{}); !ok {
					continue
				}
				if r, ok := Name(row.Symbol, Options{}); r.Scheme != want || !ok {
					t.Errorf("Name(%q) = %+v, %v, want scheme %v", row.Symbol, r, ok, want)
				}
			}
		})
	}
}

func TestNoTemplateArgs(t *testing.T) {
	for _, tt := range []struct{ symbol, want string }{
		{"_ZN2ns1AIiE1fIcEEvT_", "ns::A::f(char)"},
		{"_ZStlsIcEvT_", "std::operator<<(char)"},
		{"??$f@H@?$A@H@ns@@QEAAXH@Z", "ns::A::f(int)"},
		{"??$?6H@ns@@YAXH@Z", "ns::operator<<(int)"},
		{"_RINvMC3fooINtB3_1AhE1fmE", "<foo::A>::f"},
		{"_RNvXC3fooINtB2_1AhENtB2_1B1f", "<foo::A as foo::B>::f"},
		{"_D3std5stdio__T7writelnTAyaTiZQpFNfQliZv", "std.stdio.writeln.writeln(immutable(char)[], int)"},
		{"??R<lambda_1>@?0??f@@YAXXZ@QEBA@XZ", "`f(void)'::`1'::<lambda_1>::operator()(void) const"},
	} {
		if r, ok := Name(tt.symbol, Options{NoTemplateArgs: true}); r.Name != tt.want || !ok {
			t.Errorf("Name(%q) = %q, %v, want %q", tt.symbol, r.Name, ok, tt.want)
		}
	}
}

func TestSchemeNames(t *testing.T) {
	if got := None.String() + numSchemes.String(); got != "" {
		t.Errorf("no scheme is called %q", got)
	}
	seen := map[string]bool{}
	for s := None + 1; s < numSchemes; s++ {
		if name := s.String(); name == "" || seen[name] {
			t.Errorf("scheme %d is called %q", s, name)
		}
		seen[s.String()] = true
	}
}

func TestReplaceAll(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{"nothing here", "nothing here"},
		{"#1 0x10 in _ZN2ns1fEv+0x1a (/bin/a.out)", "#1 0x10 in ns::f()+0x1a (/bin/a.out)"},
		{"_Z1fv _Z1gv", "f() g()"},
		{"calls _Z1fv.", "calls f()."},
		{"(_Z1fv.cold)", "(f() [clone .cold])"},
		{"_Z1fv@plt:", "f()@plt:"},
		{"is it ?f@@YAXXZ?", "is it f(void)?"},
		{"??R<lambda_1>@?0??f@@YAXXZ@QEBA@XZ", "`f(void)'::`1'::<lambda_1>::operator()(void) const"},
		{"_RNvC3foo3bar\n", "foo::bar\n"},
		{"mail _f@8 or x_Z1fv", "mail _f@8 or x_Z1fv"},
		{"_Z1fv\xff", "_Z1fv\xff"},
	} {
		if got := string(ReplaceAll(nil, tt.text, Options{})); got != tt.want {
			t.Errorf("ReplaceAll(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
	if got := string(ReplaceAll([]byte("> "), "_ZN2ns1fIiEEvv", Options{Short: true})); got != "> ns::f<T>" {
		t.Errorf("short: %q", got)
	}
}

func FuzzName(f *testing.F) {
	for _, s := range []string{
		"_ZN2ns3fooIiEEvT_", "_Z3foov.constprop.0.cold@plt", "?foo@ns@@YAHH@Z", "_f@8", "_ZN3foo3bar17h05af221e174051e9E.llvm.42",
		"_RNvC3foo3bar", "-[Foo(Bar) baz:]", "gopkg.in/yaml%2ev3.(*T).f", "camlStdlib__List__map_485", "base_GHCziBase_map_info",
		"kfun:a.B#f(kotlin.Int){}", "$s4main3FooV3baryyF", "_TtC4main3Foo", "_D3std5stdio7writelnFZv", "<A as B>::f(int) const::{lambda()#1}",
	} {
		f.Add(s, byte(0))
	}
	f.Fuzz(func(t *testing.T, symbol string, language byte) {
		lang := debuginfo.Language(language)
		r, ok := Name(symbol, Options{Language: lang})
		if len(r.Name) > max(MaxName, len(symbol)) || len(r.Short) > MaxShort {
			t.Errorf("%q: names of %d and %d bytes", symbol, len(r.Name), len(r.Short))
		}
		if r.Short == "" && symbol != "" {
			t.Errorf("%q: no short name", symbol)
		}
		if !ok && (r.Name != symbol || r.Scheme != None) {
			t.Errorf("%q is refused, but answered with %+v", symbol, r)
		}
		if ok && r.Scheme != Detect(symbol, lang) && r.Language != debuginfo.C {
			t.Errorf("%q: detected as %v, demangled as %v", symbol, Detect(symbol, lang), r.Scheme)
		}
		if text := ReplaceAll(nil, symbol, Options{}); strings.Count(string(text), "\n") != strings.Count(symbol, "\n") {
			t.Errorf("ReplaceAll(%q) = %q has other lines", symbol, text)
		}
	})
}

func FuzzShorten(f *testing.F) {
	for _, s := range []string{
		"std::operator< <file_path, int>(int)", "<a::B<C> as D>::f::h0123456789abcdef", "closure #1 (T1) in f(x: T2) -> ()",
		"`int main(void)'::`2'::<lambda_1>::operator()(int) const", "A::f() const::{lambda()#1}::operator()() const",
	} {
		f.Add(s, byte(0))
	}
	f.Fuzz(func(t *testing.T, name string, language byte) {
		short := Shorten(name, debuginfo.Language(language))
		if len(short) > MaxShort || short == "" && name != "" {
			t.Errorf("Shorten(%q) = %q", name, short)
		}
	})
}
