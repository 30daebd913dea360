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
	"back deployment fallback for ", "inlined generic function ", "weak ",
}

// shortenSwift shortens the name of a Swift function.
func shortenSwift(name string, depth int) string {
	name, _, _ = strings.Cut(name, " with unmangled suffix ")
	name = cutSwiftWords(name)
	switch {
	case depth == maxNested:
		return name
	case isSwiftThunk(name):
		return "thunk for closure"
	case strings.HasPrefix(name, "closure #") || strings.HasPrefix(name, "implicit closure #"):
		_, of, ok := cutTop(name, " in ")
		if !ok {
			return "closure"
		}
		return "closure in " + strings.TrimPrefix(shortenSwift(of, depth+1), "closure in ")
	}
	if local, number, ok := strings.Cut(name, " #"); ok && isSwiftName(local) && digitsLen(number) > 0 {
		if _, of, ok := cutTop(number, " in "); ok {
			return local + " in " + shortenSwift(of, depth+1)
		}
		return local
	}
	if !strings.ContainsAny(name, ".(<:@") {
		return name // words alone, or a name alone
	}
	if words, of, ok := cutSwiftKind(name); ok {
		return words + shortenSwift(of, depth+1)
	}
	for _, position := range [...]string{" infix", " prefix", " postfix"} { // of an operator's operands
		if operator, params, ok := strings.Cut(name, position); ok && (params == "" || params[0] == '(' || params[0] == '<') {
			return shortenPath(operator, depth+1)
		}
	}
	return shortenPath(name, depth+1)
}

// isSwiftName reports whether s is one identifier.
func isSwiftName(s string) bool {
	for i := range len(s) {
		if !isWord(s[i]) {
			return false
		}
	}
	return s != ""
}

// cutSwiftKind splits off the words that say what was made for a declaration:
// "type metadata accessor for ", "outlined copy of ". Those of variables'
// initializers are put as Sentry has them.
func cutSwiftKind(name string) (words, of string, ok bool) {
	if of, ok = strings.CutPrefix(name, "variable initialization expression of "); ok {
		return "initializer expression of ", of, true
	}
	end := 0
	for end < len(name) && (isWord(name[end]) || name[end] == ' ' || name[end] == '-') {
		end++
	}
	words = name[:end]
	for _, join := range [...]string{" for ", " of "} {
		if i := strings.Index(words, join); i > 0 {
			of, _, _ = cutTop(name[i+len(join):], " in conformance ")
			return name[:i+len(join)], of, true
		}
	}
	return "", "", false
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
