// Package demangle turns linker names into the names people wrote, in every
// language a native stack can hold.
//
// [Name] tells which scheme a symbol was mangled with and answers with the
// whole name and with a short one for issue lists; see [Shorten] for the rules
// of the short form. An ordinary C name is answered with itself. [Cache]
// remembers answers, [ReplaceAll] demangles every name inside a text. One
// scheme is one subpackage.
//
// Symbols come from untrusted files. A symbol longer than [MaxSymbol] or one
// that would demangle to more than [MaxName] bytes is answered with itself, and
// every scheme bounds its recursion and what back-references can unfold.
package demangle

import (
	"strings"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

const (
	// MaxSymbol is the longest symbol that is looked at, in bytes. The longest
	// that mainstream linkers are known to produce from real code stay below it.
	MaxSymbol = 4 << 10

	// MaxName is the longest name that is given out, in bytes.
	MaxName = 64 << 10
)

// Options choose how names are written. The zero value writes parameters and
// template arguments and leaves return types out, as Sentry's raw_function does.
type Options struct {
	// Language is what the debug information says of the symbol's language, if
	// anything. It settles schemes whose names could be ordinary C names.
	Language debuginfo.Language

	// NoParameters leaves out a function's parameters and what trails them.
	NoParameters bool

	// ReturnType writes a function's return type where the symbol has one.
	ReturnType bool

	// NoTemplateArgs leaves out template and generic arguments.
	NoTemplateArgs bool

	// Hash keeps the hash that ends legacy Rust names.
	Hash bool
}

// A Result is what a symbol means.
type Result struct {
	Name     string // the whole name, as the Options ask
	Short    string // for an issue list, at most MaxShort bytes
	Scheme   Scheme
	Language debuginfo.Language
}

// Name demangles symbol. When it reports false, symbol is not mangled, is
// damaged or is beyond the limits of the package; then Name is symbol itself,
// Short is what [Shorten] makes of it, and Language is that of the Options.
func Name(symbol string, o Options) (Result, bool) {
	if len(symbol) <= MaxSymbol {
		for _, s := range candidates(symbol, o.Language) {
			name, lang, ok := demanglers[s](symbol, o)
			if ok && len(name) <= MaxName {
				return Result{Name: name, Short: Shorten(name, lang), Scheme: s, Language: lang}, true
			}
		}
	}
	return Result{Name: symbol, Short: Shorten(symbol, o.Language), Language: o.Language}, false
}

// hasHex reports whether s is n lower-case hexadecimal digits.
func hasHex(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789abcdef") == ""
}
