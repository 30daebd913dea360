package demangle

import (
	"strings"

	"github.com/nativesym/nativesym/demangle/rust"
)

// cutSuffix splits off what compilers and linkers write behind a mangled name,
// and returns it as it stands behind the name people read:
//
//	.cold, .part.0, .llvm.123   " [clone .cold]" each
//	" [clone .cold]"            as it is
//	@plt, @GLIBC_2.2.5, @@V1    as it is
//	$ and 32 hex digits         nothing: what hides a symbol of Apple's bitcode
//
// Legacy Rust names have dots themselves, before the hash that ends them.
func cutSuffix(s Scheme, symbol string) (core, written string) {
	start := 1
	if s == RustLegacy {
		start = rust.LegacyLen(symbol)
	}
	if i := strings.Index(symbol, " [clone "); i > 0 {
		return symbol[:i], symbol[i:]
	}
	core, versions := symbol, ""
	if i := strings.IndexByte(symbol[start:], '@'); i >= 0 {
		core, versions = symbol[:start+i], symbol[start+i:]
	}
	if i := len(core) - 33; i >= start && core[i] == '$' && isHex(core[i+1:]) {
		core = core[:i]
	}
	i := strings.IndexByte(core[start:], '.')
	if i < 0 || strings.HasPrefix(core, "_GLOBAL_") { // followed by a file's name
		return core, versions
	}
	clones, ok := writeClones(core[start+i:])
	if !ok {
		return symbol, ""
	}
	return core[:start+i], clones + versions
}

// writeClones writes suffixes that begin with dots. Numbers belong to the word
// before them. It reports false where a dot has no word behind it.
func writeClones(s string) (string, bool) {
	var b strings.Builder
	for s != "" {
		if wordEnd(s[1:]) == 0 {
			return "", false
		}
		end := 1 + wordEnd(s[1:])
		for end < len(s) && end+1 < len(s) && isDigit(s[end+1]) {
			end += 1 + wordEnd(s[end+1:])
		}
		b.WriteString(" [clone " + s[:end] + "]")
		s = s[end:]
	}
	return b.String(), true
}

// wordEnd returns the length of s up to the next dot.
func wordEnd(s string) int {
	if i := strings.IndexByte(s, '.'); i >= 0 {
		return i
	}
	return len(s)
}

// cutDecoration returns the name of a C function from a symbol that carries the
// size of its parameters, as 32-bit Windows decorates calling conventions:
// _f@8 (stdcall), @f@8 (fastcall), f@@16 (vectorcall). Sizes are multiples of
// four, which versions of ELF symbols, the other names with such a sign, are not.
func cutDecoration(symbol string) (string, bool) {
	name, size, ok := strings.Cut(strings.TrimPrefix(symbol, "@"), "@")
	if !ok || name == "" {
		return "", false
	}
	size, vectorcall := strings.CutPrefix(size, "@")
	if !isSize(size) {
		return "", false
	}
	switch {
	case symbol[0] == '@' && !vectorcall:
	case vectorcall && symbol[0] != '@':
	case name[0] == '_' && len(name) > 1 && !vectorcall:
		name = name[1:]
	default:
		return "", false
	}
	return name, isIdentifier(name)
}

// isSize reports whether s is a number of bytes of parameters.
func isSize(s string) bool {
	if s == "" || len(s) > 4 {
		return false
	}
	n := 0
	for _, c := range []byte(s) {
		if !isDigit(c) {
			return false
		}
		n = n*10 + int(c-'0')
	}
	return n%4 == 0
}

// isIdentifier reports whether s is a C name.
func isIdentifier(s string) bool {
	if s == "" || isDigit(s[0]) {
		return false
	}
	for i := range len(s) {
		if !isWord(s[i]) {
			return false
		}
	}
	return true
}

// isHex reports whether s is hexadecimal digits.
func isHex(s string) bool {
	return s != "" && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isWord reports whether c can stand in a name of most languages.
func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || c == '_' || c == '$' || c >= 0x80
}
