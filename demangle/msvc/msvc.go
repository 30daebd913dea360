// Package msvc turns the decorated names of the Microsoft C++ ABI, as MSVC and
// clang write them into PDBs and COFF symbol tables, into C++.
//
// Input is hostile: it comes from crash reports and symbol files of strangers.
// A name is parsed into a tree whose back-references are shared nodes, so a
// short name can stand for a text of any length; length, nesting and text are
// therefore bounded by [MaxName], [MaxDepth] and [MaxText]. What exceeds one of
// them is refused like any other name that is not valid.
//
// The text is that of llvm-undname 19, which the tests compare with. Where that
// tool misreads what compilers write, [Options.Extended] does better.
package msvc

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxName is the longest name that is read, in bytes. MSVC cuts names at
	// 4,095 bytes, and clang puts an MD5 sum in place of those over 4,096.
	MaxName = 4096

	// MaxDepth is how deep types, scopes and template arguments may nest, both
	// in the name and in its text, where back-references nest further. Names of
	// real programs stay below 40.
	MaxDepth = 256

	// MaxText is the longest text that is written, in bytes. The longest names
	// of real programs come to a fourth of it.
	MaxText = 64 << 10
)

// Options say what of a name to leave out, at the top and in the symbols its
// scopes and template arguments name. Types are always written whole. The zero
// value leaves out nothing.
type Options struct {
	NoReturnType        bool // of functions
	NoParameters        bool // of functions, with the const, & and noexcept behind them
	NoAccess            bool // "public: " and the like
	NoMemberKind        bool // "static ", "virtual ", `extern "C" `
	NoVariableType      bool // of variables
	NoCallingConvention bool // "__cdecl" and the like, of functions and of pointers to them
	NoTagSpecifier      bool // the "class ", "struct ", "union " and "enum " before a type

	// Extended reads names as compilers write them where llvm-undname 19
	// does not. It refuses:
	//
	//   - MSVC's auto and decltype(auto) results, ?A_P and ?A_T
	//   - the integers of named size, __int8 to __int128
	//   - values of classes, unions, arrays and floating-point types, and
	//     pointers into them, as template arguments (C++20)
	//   - filters and finally blocks, ?filt$0@0@f@@
	//   - functions for ARM64EC ($$h) and the CLR ($$F, $$H), pointers and
	//     references of C++/CX (^ and %), volatile references
	//   - names owned by a module, ?f@@YAXXZ::<!m>
	//
	// It shows other names than were meant for digits behind
	//
	//   - an anonymous namespace that clang wrote, and for one that MSVC wrote
	//   - a pointer to an operator or function template, as a template argument
	//   - the name of a funclet, ?dtor$1@?0?...
	//
	// And it leaves out the calling conventions __regcall, preserve_most and
	// preserve_none.
	Extended bool
}

// Demangle returns the text of a decorated name. It returns false for what is
// not a whole and valid one: there is nothing but space behind it, and all of it
// can be printed.
//
// A name that was cut and replaced by its MD5 sum, "??@" + 32 hexadecimal
// digits + "@", is its own text. A type descriptor's name, ".?AVtype@@", is read
// too.
func Demangle(name string, o Options) (string, bool) {
	name = strings.TrimRight(name, " ")
	if !decorated(name) {
		return "", false
	}
	module := ""
	if o.Extended && name[len(name)-1] == '>' {
		if i := strings.LastIndex(name, "::<!"); i >= 0 {
			name, module = name[:i], name[i:]
		}
	}
	// Clang names the pointer to an initialiser after the function.
	name = strings.TrimSuffix(name, "$initializer$")
	t := trees.Get().(*tree)
	defer trees.Put(t)
	t.reset()
	p := parser{tree: t, rest: name, extended: o.Extended}
	root := p.symbol()
	if p.failed || p.rest != "" {
		return "", false
	}
	w := writer{tree: t, Options: o, out: t.out[:0]}
	w.symbol(root)
	w.put(module)
	t.out = w.out
	if w.failed || len(w.out) > MaxText {
		return "", false
	}
	return string(w.out), true
}

// trees keeps the memory of parses for the next ones; a tree's size is bounded
// by MaxName and MaxText.
var trees = sync.Pool{New: func() any { return new(tree) }}

// decorated reports whether name can be a decorated one by its first byte, its
// length and its characters.
func decorated(name string) bool {
	if len(name) < 2 || len(name) > MaxName || name[0] != '?' && name[0] != '.' {
		return false
	}
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c >= utf8.RuneSelf:
			return printable(name[i:])
		case c < ' ' || c == 0x7f:
			return false
		}
	}
	return true
}

func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}
