package rust

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hashLen is the length of the component that ends every legacy name: an h and
// 16 hexadecimal digits.
const hashLen = 17

// Legacy demangles a symbol of the scheme that is dressed as a C++ name:
//
//	_ZN {length component} 17h0123456789abcdef E
//
// It reports false for a C++ name, which has no such hash.
func Legacy(symbol string, o Options) (string, bool) {
	rest, ok := cutPrefix(symbol, "_ZN")
	if !ok {
		return "", false
	}
	out := make([]byte, 0, len(rest))
	for first := true; ; first = false {
		component, after, ok := cutComponent(rest)
		if !ok {
			return "", false
		}
		if tail, last := strings.CutPrefix(after, "E"); last {
			if first || !isHash(component) || tail != "" && tail[0] != '.' || isMangled(out) {
				return "", false
			}
			if o.Hash {
				out = append(append(out, "::"...), component...)
			}
			return string(out), true
		}
		if !first {
			out = append(out, "::"...)
		}
		out = appendUnescaped(out, component)
		rest = after
	}
}

// LegacyLen returns the length of a symbol that ends like a name of the legacy
// scheme, in a component that is a hash, without what may follow the name after
// a dot or a sign. For other symbols it is 0.
func LegacyLen(symbol string) int {
	for end := 0; ; {
		i := strings.Index(symbol[end:], "17h")
		if i < 0 {
			return 0
		}
		end += i + len("17")
		hash := symbol[end:]
		if len(hash) > hashLen && hash[hashLen] == 'E' && isHash(hash[:hashLen]) {
			return end + hashLen + 1
		}
	}
}

// cutComponent splits off a component, which is preceded by its length.
func cutComponent(s string) (component, rest string, ok bool) {
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	n, err := strconv.Atoi(s[:digits])
	if err != nil || n == 0 || n > len(s)-digits {
		return "", "", false
	}
	return s[digits:][:n], s[digits+n:], true
}

// isHash reports whether a component is an instance's hash.
func isHash(s string) bool {
	return len(s) == hashLen && s[0] == 'h' && strings.Trim(s[1:], "0123456789abcdef") == ""
}

// escapes are the characters that a legacy component spells out between dollars.
var escapes = map[string]byte{
	"SP": '@', "BP": '*', "RF": '&', "LT": '<', "GT": '>', "LP": '(', "RP": ')', "C": ',',
}

// appendUnescaped appends a component as it was written: $LT$ for <, $u20$ for
// a character by its number, two dots for "::". A component that begins with a
// dollar has an underscore before it.
func appendUnescaped(out []byte, s string) []byte {
	if strings.HasPrefix(s, "_$") {
		s = s[1:]
	}
	for s != "" {
		switch {
		case strings.HasPrefix(s, ".."):
			out, s = append(out, "::"...), s[2:]
		case s[0] == '$':
			code, rest, closed := strings.Cut(s[1:], "$")
			char, known := unescape(code)
			if !closed || !known {
				return append(out, s...)
			}
			out, s = utf8.AppendRune(out, char), rest
		default:
			out, s = append(out, s[0]), s[1:]
		}
	}
	return out
}

// unescape returns the character that a code between dollars stands for.
func unescape(code string) (rune, bool) {
	if c, ok := escapes[code]; ok {
		return rune(c), true
	}
	hex, ok := strings.CutPrefix(code, "u")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || !utf8.ValidRune(rune(n)) || unicode.IsControl(rune(n)) {
		return 0, false
	}
	return rune(n), true
}
