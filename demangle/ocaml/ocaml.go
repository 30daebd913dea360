// Package ocaml reads the names that ocamlopt gives to functions: caml, the
// module with __ for its dots, __ or (since 5.1) a dot, the function's name and
// a number.
//
// Symbols are hostile input; what is read takes no more than one pass.
package ocaml

import (
	"strconv"
	"strings"
)

// parts are the names of what a module has besides functions.
var parts = []string{"entry", "code_begin", "code_end", "data_begin", "data_end", "frametable", "gc_roots"}

// Is reports whether symbol is certainly OCaml's: "caml" and a capital, and at
// the end a number or the name of a module's part.
func Is(symbol string) bool {
	_, ok := Demangle(symbol)
	return ok
}

// Demangle returns module and function with dots between them, without the
// number.
func Demangle(symbol string) (string, bool) {
	path, ok := strings.CutPrefix(symbol, "caml")
	if !ok || path == "" || path[0] < 'A' || path[0] > 'Z' {
		return "", false
	}
	module, name, ok := cutLast(path)
	if !ok {
		return "", false
	}
	if !isPart(name) {
		bare, number, ok := cutNumber(name)
		if !ok {
			return "", false
		}
		if name = bare; name == "" || name == "fun" {
			name = "fun_" + number // a function without a name
		}
	}
	name, ok = unescape(name)
	if !ok {
		return "", false
	}
	return strings.ReplaceAll(module, "__", ".") + "." + name, true
}

// cutLast splits a path at its last separator.
func cutLast(path string) (module, name string, ok bool) {
	if i := strings.LastIndexByte(path, '.'); i > 0 {
		return path[:i], path[i+1:], true
	}
	if i := strings.LastIndex(path, "__"); i > 0 {
		return path[:i], path[i+2:], true
	}
	return "", "", false
}

func isPart(name string) bool {
	for _, p := range parts {
		if name == p {
			return true
		}
	}
	return false
}

// cutNumber splits off the number behind the last underscore.
func cutNumber(s string) (name, number string, ok bool) {
	i := strings.LastIndexByte(s, '_')
	if i < 0 || i == len(s)-1 || strings.Trim(s[i+1:], "0123456789") != "" {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}

// unescape returns a name with its characters that assemblers do not take,
// which are written as a dollar and two hexadecimal digits.
func unescape(s string) (string, bool) {
	var b strings.Builder
	for {
		before, after, escaped := strings.Cut(s, "$")
		b.WriteString(before)
		if !escaped {
			return b.String(), true
		}
		if len(after) < 2 {
			return "", false
		}
		c, err := strconv.ParseUint(after[:2], 16, 8)
		if err != nil {
			return "", false
		}
		b.WriteByte(byte(c))
		s = after[2:]
	}
}
