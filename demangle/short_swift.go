package demangle

import "strings"

// isSwift reports whether a name is certainly one of Swift's demangler.
func isSwift(name string) bool {
	for _, prefix := range [...]string{
		"closure #", "implicit closure #", "partial apply ", "thunk for @", "specialized ", "variable initialization expression of ",
		"@objc ", "@nonobjc ", "reabstraction thunk helper ", "generic specialization <",
	} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// swiftWords are what stands before a declaration to say how it was compiled.
var swiftWords = []string{
	"@objc ", "@nonobjc ", "static ", "class ", "override ", "merged ", "specialized ", "partial apply for ",
	"partial apply forwarder for ", "partial apply ObjC forwarder for ", "dispatch thunk of ", "curry thunk of ",
	"async function pointer to ", "dynamic ", "distributed thunk ", "back deployment thunk for ",
	"back deployment fallback for ", "inlined generic function ",
}

// swiftSpecial are the words of declarations that keep their words; the
// declaration follows the last of them.
var swiftSpecial = []struct{ words, short string }{
	{"variable initialization expression of ", "initializer expression of "},
	{"property wrapper backing initializer of ", "initializer expression of "},
	{"protocol witness for ", "protocol witness for "},
	{"type metadata accessor for ", "type metadata accessor for "},
	{"outlined copy of ", "outlined copy of "},
	{"lazy protocol witness table accessor for type ", "lazy protocol witness table accessor for type "},
}

// shortenSwift shortens the name of a Swift function.
func shortenSwift(name string, depth int) string {
	name = cutSwiftWords(name)
	if depth == maxNested {
		return name
	}
	if isSwiftThunk(name) {
		return "thunk for closure"
	}
	if strings.HasPrefix(name, "closure #") || strings.HasPrefix(name, "implicit closure #") {
		_, of, ok := cutTop(name, " in ")
		if !ok {
			return "closure"
		}
		return "closure in " + strings.TrimPrefix(shortenSwift(of, depth+1), "closure in ")
	}
	if number, of, ok := cutTop(strings.TrimPrefix(name, "default argument "), " of "); ok && isNumber(number) {
		return "default argument " + number + " of " + shortenSwift(of, depth+1)
	}
	for _, s := range swiftSpecial {
		if of, ok := strings.CutPrefix(name, s.words); ok {
			return s.short + shortenSwift(of, depth+1)
		}
	}
	return shortenPath(cutSwiftOperator(name), 0)
}

// cutSwiftWords removes what stands before a declaration.
func cutSwiftWords(name string) string {
	for cut := true; cut; {
		cut = false
		for _, word := range swiftWords {
			if rest, ok := strings.CutPrefix(name, word); ok {
				name, cut = rest, true
			}
		}
		for _, special := range [...]string{"generic ", "function signature ", "generic not-reabstracted ", "generic pre-specialized ", "generic partial "} {
			rest, ok := strings.CutPrefix(name, special+"specialization <")
			if !ok {
				continue
			}
			if _, of, ok := cutTop("<"+rest, " of "); ok {
				name, cut = of, true
			}
		}
		if strings.HasPrefix(name, "(") { // (1) suspend resume partial function for f
			if _, of, ok := strings.Cut(name, ") suspend resume partial function for "); ok {
				name, cut = of, true
			} else if _, of, ok := strings.Cut(name, ") await resume partial function for "); ok {
				name, cut = of, true
			}
		}
	}
	return name
}

// isSwiftThunk reports whether a name is that of a thunk between two
// representations of a function, which has no name of its own.
func isSwiftThunk(name string) bool {
	return strings.HasPrefix(name, "thunk for @") || strings.HasPrefix(name, "thunk for (") ||
		strings.HasPrefix(name, "reabstraction thunk helper ")
}

// cutSwiftOperator removes the word that says where an operator stands.
func cutSwiftOperator(name string) string {
	for _, word := range [...]string{" infix", " prefix", " postfix"} {
		if before, after, ok := strings.Cut(name, word); ok && (after == "" || after[0] == '(' || after[0] == '<') {
			return before + after
		}
	}
	return name
}
