// Package haskell reads the names that GHC gives to code: package, module and
// name in z-encoding, joined by underscores, and what of it the symbol is.
//
// Symbols are hostile input; what is read takes no more than one pass, and
// [maxTuple] bounds what a number can unfold.
package haskell

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxTuple is the largest tuple that GHC knows.
const maxTuple = 64

// suffixes say what a symbol of a name is, the longest first.
var suffixes = []string{
	"_static_entry", "_static_info", "_con_entry", "_con_info", "_closure_tbl", "_closure", "_entry", "_info",
	"_slow", "_fast", "_srt", "_ret",
}

// letters are what z and a letter stand for.
var letters = map[byte]byte{
	'a': '&', 'b': '|', 'c': '^', 'd': '$', 'e': '=', 'g': '>', 'h': '#', 'i': '.', 'l': '<', 'm': '-', 'n': '!',
	'p': '+', 'q': '\'', 'r': '\\', 's': '/', 't': '*', 'u': '_', 'v': '%', 'z': 'z',
}

// capitals are what Z and a capital stand for.
var capitals = map[byte]byte{'L': '(', 'R': ')', 'M': '[', 'N': ']', 'C': ':', 'Z': 'Z'}

// Is reports whether symbol is certainly GHC's: package, module and name, and an
// escape in the package or between the module's parts.
func Is(symbol string) bool {
	parts := split(symbol)
	if len(parts) != 3 || !strings.Contains(parts[0], "zm") && !hasDot(parts[1]) {
		return false
	}
	_, ok := Demangle(symbol)
	return ok
}

// hasDot reports whether a module has a dot, which a capital follows.
func hasDot(module string) bool {
	i := strings.Index(module, "zi")
	return i > 0 && i+2 < len(module) && module[i+2] >= 'A' && module[i+2] <= 'Z'
}

// Demangle returns module and name. It reports false when symbol does not end
// in what GHC writes behind a name, or has an escape that is none.
func Demangle(symbol string) (string, bool) {
	parts := split(symbol)
	if len(parts) < 2 || len(parts) > 3 {
		return "", false
	}
	parts = parts[len(parts)-2:]
	module, ok1 := decode(parts[0])
	name, ok2 := decode(parts[1])
	if !ok1 || !ok2 || module == "" || name == "" || module[0] < 'A' || module[0] > 'Z' {
		return "", false
	}
	return module + "." + name, true
}

// split returns the parts of a symbol without its suffix, or nothing when it has none.
func split(symbol string) []string {
	for _, s := range suffixes {
		if rest, ok := strings.CutSuffix(symbol, s); ok {
			return strings.Split(rest, "_")
		}
	}
	return nil
}

// decode undoes the z-encoding.
func decode(s string) (string, bool) {
	out := make([]byte, 0, len(s))
	for s != "" {
		c := s[0]
		if c != 'z' && c != 'Z' {
			out, s = append(out, c), s[1:]
			continue
		}
		if len(s) == 1 {
			return "", false
		}
		table := letters
		if c == 'Z' {
			table = capitals
		}
		if plain, ok := table[s[1]]; ok {
			out, s = append(out, plain), s[2:]
			continue
		}
		var ok bool
		if out, s, ok = appendNumbered(out, s); !ok {
			return "", false
		}
	}
	return string(out), true
}

// appendNumbered appends what an escape with a number stands for: zNU is a
// character, ZNT a tuple, ZNH an unboxed one.
func appendNumbered(out []byte, s string) (appended []byte, rest string, ok bool) {
	base, digits := 10, "0123456789"
	if s[0] == 'z' {
		base, digits = 16, "0123456789abcdef"
	}
	number := s[1:]
	number = number[:len(number)-len(strings.TrimLeft(number, digits))]
	n, err := strconv.ParseUint(number, base, 32)
	if err != nil || len(s) == len(number)+1 {
		return nil, "", false
	}
	rest = s[len(number)+2:]
	switch kind := s[len(number)+1]; {
	case s[0] == 'z' && kind == 'U' && utf8.ValidRune(rune(n)):
		return utf8.AppendRune(out, rune(n)), rest, true
	case s[0] == 'Z' && kind == 'T' && n <= maxTuple:
		return append(out, "("+strings.Repeat(",", max(int(n)-1, 0))+")"...), rest, true
	case s[0] == 'Z' && kind == 'H' && n <= maxTuple:
		return append(out, "(#"+strings.Repeat(",", max(int(n)-1, 0))+"#)"...), rest, true
	}
	return nil, "", false
}
