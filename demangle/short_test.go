package demangle

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// The expectations are the rules of the package comment. Where Sentry's
// trim_function_name has an answer for names of the form, it is that one.
func TestShorten(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		// Plain names.
		{"", ""},
		{"malloc", "malloc"},
		{"f@@V_1.0", "f"},
		{"f@plt", "f"},
		{"f@16", "f"},
		{"@f@16", "f"},
		{"_ZN3foo", "_ZN3foo"},
		{" ", " "},

		// Parameters and what trails them.
		{"ns::f(int, char (*)(long))", "ns::f"},
		{"ns::f (int) const", "ns::f"},
		{"ns::C::f() const volatile &&", "ns::C::f"},
		{"f(int)::Local::g(char)", "f::Local::g"},
		{"C::f() const::Local::g()", "C::f::Local::g"},
		{"ns::f(int) [clone .constprop.0] [clone .cold]", "ns::f"},
		{"ns::f<int>(int) requires C<int>", "ns::f<T>"},
		{"ns::f [enable_if:true](int)", "ns::f"},
		{"ns::f[abi:cxx11](int)", "ns::f[abi:cxx11]"},

		// Words and types before the name.
		{"static unsigned int ns::f(int)", "ns::f"},
		{"std::map<int, char> ns::f(int)", "ns::f"},
		{"unsigned int (anonymous namespace)::f(int)", "(anonymous namespace)::f"},
		{"decltype (a+b) f<int>(int)", "f<T>"},
		{"decltype(a + b) f<int>(int)", "f<T>"},
		{"void (*ns::handler(int))(int)", "ns::handler"},

		// Template arguments.
		{"a<b<c>, (d)1>::e<f>()", "a<T>::e<T>"},
		{"f<&(g<int>(int))>(int)", "f<T>"},
		{"f<(1 > 2)>()", "f<T>"},
		{"f<&C::operator->>()", "f<T>"},
		{"std::function<void (int)>::operator()(int) const", "std::function<T>::operator()"},
		{"foo.bar!(int, 3).baz(char)", "foo.bar!(T).baz"},

		// Operators.
		{"operator new(unsigned long)", "operator new"},
		{"C::operator delete[](void*)", "C::operator delete[]"},
		{"C::operator->*(int)", "C::operator->*"},
		{"std::operator<< <char>(int)", "std::operator<< <T>"},
		{"std::operator<<<char>(int)", "std::operator<<<T>"},
		{"std::operator< <char>(int)", "std::operator< <T>"},
		{"std::operator<<ns::A, char>(int)", "std::operator<<T>"},
		{"std::operator<=><int>(int)", "std::operator<=><T>"},
		{"C::operator bool() const", "C::operator bool"},
		{"C::operator std::vector<int>*() const", "C::operator std::vector<T>*"},
		{`ns::operator"" _km(long double)`, `ns::operator"" _km`},
		{"C::operator()()::{lambda()#1}::operator()() const", "C::operator()::lambda::operator()"},
		{"operators::f(int)", "operators::f"},

		// Lambdas and names that compilers make.
		{"f()::{lambda(int, auto:1 const&)#2}::operator()<char>(int, char const&) const", "f::lambda::operator()<T>"},
		{"f()::$_0::operator()(int) const", "f::lambda::operator()"},
		{"f()::'lambda0'(int)::operator()(int) const", "f::lambda::operator()"},
		{"`void f(void)'::`2'::<lambda_1>::operator()(int) const", "f::lambda::operator()"},
		{"ns::<lambda_0123456789abcdef0123456789abcdef>::operator()(void)", "ns::lambda::operator()"},
		{"<lambda_0123456789abcdef0123456789abcdef>::operator()", "<lambda>::operator()"},
		{"ns::{unnamed type#1}::f()", "ns::{unnamed type#1}::f"},
		{"ns::<unnamed-type-x>::f(void)", "ns::<unnamed-type-x>::f"},
		{"`anonymous namespace'::f(int)", "`anonymous namespace'::f"},
		{"?A0x12345678::f(int)", "`anonymous namespace'::f"},
		{"C::`scalar deleting dtor'(unsigned int)", "C::`scalar deleting dtor'"},
		{"C::`RTTI Complete Object Locator'", "C::`RTTI Complete Object Locator'"},
		{"C `RTTI Type Descriptor'", "C `RTTI Type Descriptor'"},
		{"`dynamic initializer for 'ns::x''(void)", "`dynamic initializer for 'ns::x''"},

		// What stands before a name.
		{"virtual thunk to C::f(int)", "C::f"},
		{"transaction clone for f(int)", "f"},
		{"typeinfo name for std::vector<int>", "typeinfo name for std::vector<T>"},
		{"guard variable for f(int)::x", "guard variable for f::x"},
		{"invocation function for block in ns::f(int)", "block in ns::f"},

		// Rust.
		{"a::b::h0123456789abcdef", "a::b"},
		{"<a::B<C, D> as e::F<G>>::h::h0123456789abcdef", "a::B<T>::h"},
		{"<a::B<'a, C>>::d", "a::B<T>::d"},
		{"<T as a::B<C>>::d", "a::B<T>::d"},
		{"<&mut T as core::fmt::Debug>::fmt", "core::fmt::Debug::fmt"},
		{"<&a::B as core::fmt::Debug>::fmt", "a::B::fmt"},
		{"<&'a mut a::B as core::fmt::Debug>::fmt", "a::B::fmt"},
		{"<dyn a::B + core::marker::Send as a::C>::d", "a::B::d"},
		{"<(A, B) as core::fmt::Debug>::fmt", "core::fmt::Debug::fmt"},
		{"<[u8] as a::B>::c", "[u8]::c"},
		{"<<a::B>::c::D as e::F>::g", "a::B::c::D::g"},
		{"a::b::<u8, core::option::Option<u16>>::{closure#0}", "a::b::<T>::{closure#0}"},
		{"a::b::{{closure}}", "a::b::{{closure}}"},

		// Swift.
		{"main.Foo.bar(x: Swift.Int) throws -> Swift.String", "main.Foo.bar"},
		{"@objc Foo.bar(Any) -> ()", "Foo.bar"},
		{"Foo.bar.getter : Swift.Int", "Foo.bar.getter"},
		{"closure #1 @Sendable () -> () in closure #2 (Int) -> () in static Foo.bar<A>(x: A) -> ()", "closure in Foo.bar<T>"},
		{"partial apply for implicit closure #1 in Foo.bar()", "closure in Foo.bar"},
		{"specialized thunk for @escaping @callee_guaranteed () -> ()", "thunk for closure"},
		{"reabstraction thunk helper from @escaping () -> () to @escaping () -> ()", "thunk for closure"},
		{"variable initialization expression of static Foo.x : Swift.Int", "initializer expression of Foo.x"},
		{"closure #1 () -> Int in variable initialization expression of (extension in M):Foo.x : Int", "closure in initializer expression of Foo.x"},

		// Objective-C.
		{"-[Foo bar:baz:]", "-[Foo bar:baz:]"},
		{"+[Foo(Cat) bar]", "+[Foo(Cat) bar]"},

		// Unity.
		{"A_B_m7486FA1E8A228E806BA045D26ABECC87DFD436B4(int, MethodInfo const*)", "A_B"},
		{"A_B_m7486FA1E8A228E806BA045D26ABECC87DFD436B4_gshared_inline", "A_B_gshared_inline"},
		{"A_B_m7486FA1E8A228E806BA045D26ABECC87DFD436B4_gp_0_1", "A_B_gp_0_1"},
		{"A_B_m7486FA1E8A228E806BA045D26ABECC87DFD436B4_RuntimeMethod_var", "A_B_m7486FA1E8A228E806BA045D26ABECC87DFD436B4_RuntimeMethod_var"},

		// Damaged.
		{"f(int", "f(int"},
		{"f<int", "f<int"},
		{"f)", "f"},
		{"`f", "`f"},
		{"{f", "{f"},
	} {
		if got := Shorten(tt.name, debuginfo.UnknownLanguage); got != tt.want {
			t.Errorf("Shorten(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestShortenInLanguage(t *testing.T) {
	for _, tt := range []struct {
		name     string
		language debuginfo.Language
		want     string
	}{
		{"main.(*T).Method-fm", debuginfo.Go, "main.(*T).Method-fm"},
		{"GHC.Base.<$", debuginfo.Haskell, "GHC.Base.<$"},
		{"Stdlib.(^)", debuginfo.OCaml, "Stdlib.(^)"},
		{"static Foo.== infix(Foo, Foo) -> Swift.Bool", debuginfo.Swift, "Foo.=="},
		{"thunk for (Int) -> ()", debuginfo.Swift, "thunk for closure"},
		{"default argument 0 of Foo.bar(Int)", debuginfo.Swift, "default argument 0 of Foo.bar"},
		{"(1) suspend resume partial function for Foo.bar() async", debuginfo.Swift, "Foo.bar"},
		{"static Foo.< infix(Foo, Foo) -> Swift.Bool", debuginfo.Swift, "Foo.<"},
		{"foo #1 () -> A in Bar.baz.getter : A", debuginfo.Swift, "foo in Bar.baz.getter"},
		{"type metadata accessor for Foo<A>", debuginfo.Swift, "type metadata accessor for Foo<T>"},
		{"assignWithCopy value witness for Foo.Bar", debuginfo.Swift, "assignWithCopy value witness for Foo.Bar"},
		{"partial apply forwarder", debuginfo.Swift, "partial apply forwarder"},
		{"outlined copy of Foo.Bar", debuginfo.Swift, "outlined copy of Foo.Bar"},
		{"closure #1 () in f() with unmangled suffix \".resume.0\"", debuginfo.Swift, "closure in f"},
		{"protocol witness for P.f() in conformance C", debuginfo.Swift, "protocol witness for P.f"},
		{"generic specialization <Swift.Int> of Foo.bar<A>(A) -> ()", debuginfo.Swift, "Foo.bar<T>"},
	} {
		if got := Shorten(tt.name, tt.language); got != tt.want {
			t.Errorf("Shorten(%q, %v) = %q, want %q", tt.name, tt.language, got, tt.want)
		}
	}
}

// A long name is cut, but not within a character.
func TestShortenCuts(t *testing.T) {
	got := Shorten(strings.Repeat("größe", 100)+"()", debuginfo.UnknownLanguage)
	if len(got) > MaxShort || len(got) < MaxShort-utf8.UTFMax || !utf8.ValidString(got) {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}

// All three compilers' names of one lambda become one.
func TestLambdasAreNamedAlike(t *testing.T) {
	for _, symbol := range []string{
		"_ZZ4mainENKUliE_clEi",                   // GCC
		"_ZZ4mainENK3$_0clEi",                    // clang
		"??R<lambda_1>@?0??main@@YAHXZ@QEBA@H@Z", // clang for Windows
	} {
		if r, ok := Name(symbol, Options{}); r.Short != "main::lambda::operator()" || !ok {
			t.Errorf("%s is %+v, %v", symbol, r, ok)
		}
	}
}
