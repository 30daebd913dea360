package main

import (
	"strings"

	"github.com/nativesym/nativesym/demangle"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// shortName names a function as its declaration does, which is what llvm-symbolizer
// calls short: "each<int>" of a function shop::Span<shop::Order>::each<int>(int).
func shortName(f symcache.Frame) string {
	if f.Scope != "" {
		return f.Symbol
	}
	r, ok := demangle.Name(f.Symbol, demangle.Options{Language: f.Language, NoParameters: true})
	if !ok {
		return r.Name
	}
	if r.Language.Separator() != "::" {
		return r.Short
	}
	name, _, _ := strings.Cut(r.Name, " [clone ") // how the compiler copied it is not declared
	return strings.Replace(lastComponent(name), "::<", "<", 1)
}

// lastComponent returns what follows the last "::" of a qualified name that is not
// in brackets. The brackets of operators are none, and Rust's "::<" goes on with a
// component.
func lastComponent(name string) string {
	depth, start := 0, 0
	for i := 0; i < len(name); i++ {
		if i == start && depth == 0 {
			i += operatorLen(name[i:])
			if i == len(name) {
				break
			}
		}
		switch c := name[i]; {
		case strings.IndexByte("<([{", c) >= 0:
			depth++
		case strings.IndexByte(">)]}", c) >= 0 && !strings.HasSuffix(name[:i], "-"):
			depth--
		case depth == 0 && strings.HasPrefix(name[i:], "::") && !strings.HasPrefix(name[i:], "::<"):
			start = i + 2
			i++
		}
	}
	return name[start:]
}

// operatorLen returns the length of the operator's name that s begins with, or 0.
// Template arguments are not part of it; a space keeps those of operator< apart.
func operatorLen(s string) int {
	const word = "operator"
	rest, ok := strings.CutPrefix(s, word)
	switch {
	case !ok:
		return 0
	case strings.HasPrefix(rest, "()"), strings.HasPrefix(rest, "[]"):
		return len(word) + 2
	}
	return len(s) - len(strings.TrimLeft(rest, "<>=!+-*/%^&|~,"))
}
