// Package kotlin reads the names that Kotlin/Native gives to functions:
//
//	kfun: container # function ( type ; type ) { type parameters } result
//
// Symbols are hostile input; what is read takes no more than one pass.
package kotlin

import "strings"

// Prefix begins every function's name.
const Prefix = "kfun:"

// Options choose how a name is written.
type Options struct {
	NoParameters bool
	ReturnType   bool
}

// Demangle returns a function as Kotlin's documents write one:
// container.function(type, type). One leading underscore, of Apple's platforms,
// is accepted.
func Demangle(symbol string, o Options) (string, bool) {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(symbol, "_"), Prefix)
	if !ok || rest == "" {
		return "", false
	}
	rest = strings.TrimSuffix(rest, "#internal")
	path, signature, function := strings.Cut(rest, "(")
	name := joinPath(path)
	if name == "" {
		return "", false
	}
	if !function {
		return name, true
	}
	params, result, ok := cutParameters(signature)
	if !ok {
		return "", false
	}
	if !o.NoParameters {
		name += "(" + strings.ReplaceAll(params, ";", ", ") + ")"
	}
	if _, after, ok := strings.Cut(result, "}"); ok { // type parameters
		result = after
	}
	if o.ReturnType && result != "" {
		name += ": " + result
	}
	return name, true
}

// joinPath returns container and function with a dot between them. A function
// that extends a type is written behind it.
func joinPath(path string) string {
	container, function, ok := strings.Cut(path, "#")
	if !ok {
		return path
	}
	if receiver, ok := strings.CutPrefix(function, "@"); ok {
		if receiver, name, ok := strings.Cut(receiver, "#"); ok {
			function = receiver + "." + name
		}
	}
	if container == "" {
		return function
	}
	return container + "." + function
}

// cutParameters splits a signature at the parenthesis that ends its parameters.
func cutParameters(s string) (params, result string, ok bool) {
	depth := 1
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return s[:i], s[i+1:], true
			}
		}
	}
	return "", "", false
}
