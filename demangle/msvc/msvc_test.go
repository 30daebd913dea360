package msvc

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nativesym/nativesym/internal/fixture"
)

// pairs reads a table of names and texts. "INVALID" stands for a refusal.
func pairs(t testing.TB, path string) [][2]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all [][2]string
	s := bufio.NewScanner(f)
	for s.Scan() {
		name, text, ok := strings.Cut(s.Text(), "\t")
		if ok && name[0] != '#' {
			all = append(all, [2]string{name, text})
		}
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func demangled(name string, o Options) string {
	text, ok := Demangle(name, o)
	if !ok {
		return "INVALID"
	}
	return text
}

func TestDemangle(t *testing.T) {
	for _, p := range pairs(t, "testdata/msvc.tsv") {
		if got := demangled(p[0], Options{}); got != p[1] {
			t.Errorf("Demangle(%q)\n got %s\nwant %s (llvm-undname 19)", p[0], got, p[1])
		}
	}
}

// TestCorpus compares with llvm-undname 19 on LLVM's own test names. They are
// not all names that a compiler wrote, so a few may differ.
func TestCorpus(t *testing.T) {
	for _, o := range []Options{{}, {Extended: true}} {
		all := pairs(t, fixture.Shared(t, "demangle/msvc.tsv"))
		differ := 0
		for _, p := range all {
			if got := demangled(p[0], o); got != p[1] {
				differ++
				t.Logf("extended %v %q\n got %s\nwant %s", o.Extended, p[0], got, p[1])
			}
		}
		if 100*differ > 3*len(all) {
			t.Errorf("extended %v: %d of %d names differ, want 3 %% at most", o.Extended, differ, len(all))
		}
	}
}

// TestExtended has names that llvm-undname 19 refuses or misreads. Those of
// namespace beyond are in msvc.cpp, which says what they must be.
func TestExtended(t *testing.T) {
	for _, tt := range []struct{ name, symbol, plain, extended string }{
		{
			"a clang anonymous namespace has no digit",
			"??0Hidden@?A0xECC3A8DA@scopes@@QEAA@AEBU0?A0xECC3A8DA@1@@Z",
			"public: __cdecl scopes::`anonymous namespace'::Hidden::Hidden(struct 0xECC3A8DA::`anonymous namespace'::Hidden const &)",
			"public: __cdecl scopes::`anonymous namespace'::Hidden::Hidden(struct scopes::`anonymous namespace'::Hidden const &)",
		},
		{
			"an MSVC anonymous namespace has one",
			"?f@?A0x6f05ddb8@@YAXUQ@1@@Z",
			"void __cdecl `anonymous namespace'::f(struct 0x6f05ddb8::Q)",
			"void __cdecl `anonymous namespace'::f(struct `anonymous namespace'::Q)",
		},
		{
			"an operator that is an argument has no digit",
			"??$after_operator@$MP8O@operators@@EAAHXZ1??S12@QEAAHXZUS@types@@TU@4@@beyond@@YAXUS@types@@TU@2@@Z",
			"void __cdecl beyond::after_operator<&public: int __cdecl operators::O::operator~(void), struct types::S, union S::U>(struct types::S, union types::U)",
			"void __cdecl beyond::after_operator<&public: int __cdecl operators::O::operator~(void), struct types::S, union types::U>(struct types::S, union types::U)",
		},
		{
			"nor has a function template",
			"??$after_template@$MP6AXH@Z1??$some@H@beyond@@YAXH@ZUS@types@@TU@3@@beyond@@YAXUS@types@@TU@2@@Z",
			"void __cdecl beyond::after_template<&void __cdecl beyond::some<int>(int), struct types::S, union S::U>(struct types::S, union types::U)",
			"void __cdecl beyond::after_template<&void __cdecl beyond::some<int>(int), struct types::S, union types::U>(struct types::S, union types::U)",
		},
		{
			"a funclet's function has its own digits",
			"?dtor$3@?0??funclet@beyond@@YA?AUS@types@@U23@$$QEAU23@U?$basic_string@DU?$char_traits@D@std@@U?$allocator@D@2@@std@@@Z@4HA",
			"int `struct types::S __cdecl beyond::funclet(struct S::beyond, struct S::beyond &&, struct std::basic_string<char, struct std::char_traits<char>, struct std::allocator<char>>)'::`1'::dtor$3",
			"int `struct types::S __cdecl beyond::funclet(struct types::S, struct types::S &&, struct std::basic_string<char, struct std::char_traits<char>, struct std::allocator<char>>)'::`1'::dtor$3",
		},
		{"a filter", "?filt$0@0@seh@beyond@@", "INVALID", "beyond::seh::filt$0"},
		{"a finally block", "?fin$0@0@seh_finally@beyond@@", "INVALID", "beyond::seh_finally::fin$0"},
		{
			"a class as an argument", "??$structure@$2UV@beyond@@H00H0?1@@beyond@@YAXXZ",
			"INVALID", "void __cdecl beyond::structure<struct beyond::V{1, -2}>(void)",
		},
		{
			"a class of many members",
			"??$nested@$2UW@beyond@@3H00@01@02@@2UV@2@H03H04@PEBD5CE?text@templates@@3QBDB0A@@@MADPMAAAAA@@@beyond@@YAXXZ",
			"INVALID",
			"void __cdecl beyond::nested<struct beyond::W{{1, 2, 3}, struct beyond::V{4, 5}, &char const *const templates::text[0], 1.5}>(void)",
		},
		{
			"a union", "??$a_union@$7TUn@beyond@@f@ADPIAAAAA@@@beyond@@YAXXZ",
			"INVALID", "void __cdecl beyond::a_union<union beyond::Un{.f = 1}>(void)",
		},
		{
			"a double", "??$floating@$BLPLJJJJJJJJJJJJK@@beyond@@YAXXZ",
			"INVALID", "void __cdecl beyond::floating<-0.1>(void)",
		},
		{
			"a float for auto", "??$automatic@$MMAEACAAAAA@@beyond@@YAXXZ",
			"INVALID", "void __cdecl beyond::automatic<2.5>(void)",
		},
		{
			"a member of an element", "??$subobject@$6C1?vs@beyond@@3PAUV@2@A01@b@@@beyond@@YAXXZ",
			"INVALID", "void __cdecl beyond::subobject<&struct beyond::V *beyond::vs[2].b>(void)",
		},
		{"128 bits", "?wide@beyond@@YAX_L_M@Z", "INVALID", "void __cdecl beyond::wide(__int128, unsigned __int128)"},
		{
			"preserve_most", "?most@beyond@@YUXXZ",
			"void beyond::most(void)", "void __attribute__((__preserve_most__)) beyond::most(void)",
		},
		{"regcall", "?f@@YwXXZ", "void f(void)", "void __regcall f(void)"},

		// MSVC writes these; later versions of llvm-undname know the first two.
		{"auto", "?f@@YA?A_PXZ", "INVALID", "auto __cdecl f(void)"},
		{"decltype(auto)", "?f@@YA?A_TXZ", "INVALID", "decltype(auto) __cdecl f(void)"},
		{"ARM64EC", "?f@@$$hYAXH@Z", "INVALID", "void __cdecl f(int)"},
		{"CLR", "?f@@$$FYAXXZ", "INVALID", "void __cdecl f(void)"},
		{"C++/CX", "?f@@YAXPE$AAVString@Platform@@@Z", "INVALID", "void __cdecl f(class Platform::String ^)"},
		{"a volatile reference", "?f@@YAXBEAH$$REAH@Z", "INVALID", "void __cdecl f(int &volatile, int &&volatile)"},
		{"a module", "?f@@YAXXZ::<!m>", "INVALID", "void __cdecl f(void)::<!m>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := demangled(tt.symbol, Options{}); got != tt.plain {
				t.Errorf("Demangle(%q)\n got %s\nwant %s", tt.symbol, got, tt.plain)
			}
			if got := demangled(tt.symbol, Options{Extended: true}); got != tt.extended {
				t.Errorf("Demangle(%q), extended\n got %s\nwant %s", tt.symbol, got, tt.extended)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	const (
		method  = "?f@S@N@@UEBA?AUR@@P6AHPEAUR@@@Z@_E"
		lambda  = "??R<lambda_1>@?0??run@app@@YAHH@Z@QEBA@XZ"
		member  = "?count@S@@2UR@@A"
		pointer = "?g@@YAP6AHH@ZXZ"
	)
	for _, tt := range []struct {
		symbol string
		o      Options
		want   string
	}{
		{method, Options{}, "public: virtual struct R __cdecl N::S::f(int (__cdecl *)(struct R *)) const noexcept"},
		{method, Options{NoReturnType: true}, "public: virtual __cdecl N::S::f(int (__cdecl *)(struct R *)) const noexcept"},
		{method, Options{NoParameters: true}, "public: virtual struct R __cdecl N::S::f"},
		{method, Options{NoAccess: true}, "virtual struct R __cdecl N::S::f(int (__cdecl *)(struct R *)) const noexcept"},
		{method, Options{NoMemberKind: true}, "public: struct R __cdecl N::S::f(int (__cdecl *)(struct R *)) const noexcept"},
		{method, Options{NoCallingConvention: true}, "public: virtual struct R N::S::f(int (*)(struct R *)) const noexcept"},
		{method, Options{NoTagSpecifier: true}, "public: virtual R __cdecl N::S::f(int (__cdecl *)(R *)) const noexcept"},
		{
			method,
			Options{NoReturnType: true, NoAccess: true, NoMemberKind: true, NoCallingConvention: true, NoTagSpecifier: true},
			"N::S::f(int (*)(R *)) const noexcept",
		},
		{lambda, Options{}, "public: __cdecl `int __cdecl app::run(int)'::`1'::<lambda_1>::operator()(void) const"},
		{
			lambda,
			Options{NoReturnType: true, NoParameters: true, NoAccess: true, NoCallingConvention: true},
			"`app::run'::`1'::<lambda_1>::operator()",
		},
		{member, Options{}, "public: static struct R S::count"},
		{member, Options{NoVariableType: true, NoAccess: true, NoMemberKind: true}, "S::count"},
		{pointer, Options{}, "int (__cdecl * __cdecl g(void))(int)"},
		{pointer, Options{NoReturnType: true}, "__cdecl g(void)"},
	} {
		if got := demangled(tt.symbol, tt.o); got != tt.want {
			t.Errorf("Demangle(%q, %+v)\n got %s\nwant %s", tt.symbol, tt.o, got, tt.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct{ why, symbol string }{
		{"empty", ""},
		{"a C name", "f"},
		{"an Itanium name", "_Z1fv"},
		{"no more than a mark", "?"},
		{"something behind it", "?x@@3HAasdf"},
		{"a tab in it", "?x\t@@3HA"},
		{"not UTF-8", "?x\xff@@3HA"},
		{"not printable", "?x\u200b@@3HA"},
		{"too long", "?" + strings.Repeat("x", MaxName) + "@@3HA"},
		{"a digit for no name", "?f@@YAXU1@@Z"},
		{"a digit for no parameter", "?f@@YAX0@Z"},
		{"a constructor of nothing", "??0@QEAA@XZ"},
		{"a conversion to nothing", "??BS@@QEAA@XZ"},
		{"an operator without a name", "??_QS@@QEAAXXZ"},
		{"a short checksum", "??@a6a285da@"},
		{"a checksum that is none", "??@z6a285da2eea70dba6b578022be61d81@"},
		{"something behind a checksum", "??@a6a285da2eea70dba6b578022be61d81@x"},
		{"an array without dimensions", "?x@@3PAYA@HA"},
		{"a number without an end", "?x@@3PAY0BE"},
		{"a wide string of odd length", "??_C@_1B@AAAAAAAA@?$AAx?$AA?$AA@"},
		{"a string longer than it says", "??_C@_13AAAAAAAA@?$AAx?$AAy?$AAz?$AA?$AA@"},
	} {
		for _, o := range []Options{{}, {Extended: true}} {
			if got, ok := Demangle(tt.symbol, o); ok {
				t.Errorf("%s: Demangle(%q, %+v) = %q, want a refusal", tt.why, tt.symbol, o, got)
			}
		}
	}
}

// bombs are names of at most MaxName bytes that stand for as much text, work or
// nesting as can be.
func bombs() map[string]string {
	fill := func(head, unit, tail string) string {
		return head + strings.Repeat(unit, (MaxName-len(head)-len(tail))/len(unit)) + tail
	}
	doubling := "?f@@YAX"
	for i := range 10 {
		ref := "PAH"
		if i > 0 {
			ref = strings.Repeat(fmt.Sprint(i-1), 350)
		}
		doubling += "P6AX" + ref + "@Z"
	}
	names := "?$a@H@"
	for range 12 {
		names = "?$t@U" + names + "@" + strings.Repeat("U1@", 100) + "@"
	}
	return map[string]string{
		"parameters of parameters":   doubling + "@Z",
		"names of names":             "?x@@3U" + names + "@A",
		"pointers":                   fill("?x@@3", "PEA", "HEA"),
		"functions":                  fill("?x@@3", "P6A", "XXZA"),
		"templates":                  fill("?x@@3", "U?$a@", "A"),
		"scopes":                     fill("?x", "@a", "@@3HA"),
		"repeated scopes":            fill("?abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz@", "0", "@3HA"),
		"local scopes":               fill("?x", "@?1??x", "@@YAXXZ@4HA"),
		"empty scopes":               fill("?x@?A@", "1", "@3HA"),
		"constructors":               fill("??0", "?$a@", "@@QEAA@XZ"),
		"dimensions":                 fill("?x@@3PAYPPPP@", "0", "HA"),
		"a rank of 2^64-1":           "?x@@3PAYPPPPPPPPPPPPPPPP@0HA",
		"packs":                      fill("??$f@", "$$V", "@@YAXXZ"),
		"a string":                   fill("??_C@_1PPPPA@AAAAAAAA@", "?$AA?$AB", "@"),
		"values of values":           fill("??$f@$", "2US@@H", "@@YAXXZ"),
		"parameters that are digits": fill("?f@@YAXPEAVabcdefghijklmnopqrstuvwxyz@@", "0", "@Z"),
		"question marks":             fill("?x@", "?", "@@3HA"),
		"almost local scopes":        fill("?x@", "?BBBBBBBB", "@@3HA"),
	}
}

// bombTime is what a name may take of the processor: 20 ms, and five times as much
// for the race detector and a shared machine.
const bombTime = 100 * time.Millisecond

// TestBombs holds every name to what the package promises for hostile ones: the
// text, the time and the memory are bounded.
func TestBombs(t *testing.T) {
	for what, symbol := range bombs() {
		if len(symbol) > MaxName+8 {
			t.Errorf("%s: the test's name has %d bytes", what, len(symbol))
		}
		for _, o := range []Options{{}, {Extended: true}} {
			runtime.GC()
			runtime.GC() // trees keeps nothing over two of them
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var text string
			var ok bool
			took := fixture.CPU(func() { text, ok = Demangle(symbol, o) })
			runtime.ReadMemStats(&after)
			for range 10 { // a shared machine is slow at times, the collector may run
				if took > bombTime {
					took = min(took, fixture.CPU(func() { Demangle(symbol, o) }))
				}
			}
			if len(text) > MaxText {
				t.Errorf("%s: %d bytes of text, want %d at most", what, len(text), MaxText)
			}
			if size := after.TotalAlloc - before.TotalAlloc; size > 4<<20 {
				t.Errorf("%s: %d bytes allocated, want 4 MiB at most", what, size)
			}
			if took > bombTime {
				t.Errorf("%s: took %v, want %v at most", what, took, bombTime)
			}
			t.Logf("%-27s accepted %-5v %6d bytes %9v %8d allocated", what, ok, len(text), took, after.TotalAlloc-before.TotalAlloc)
		}
	}
}

func TestDemangleAllocatesItsResultOnly(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes pools forget")
	}
	for _, bb := range benchmarks {
		if n := testing.AllocsPerRun(100, func() { Demangle(bb.symbol, Options{}) }); n > 1 {
			t.Errorf("Demangle(%q) allocates %v times a call, want 1 at most", bb.symbol, n)
		}
	}
}
