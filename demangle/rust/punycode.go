package rust

import (
	"strings"
	"unicode/utf8"

	"github.com/nativesym/nativesym/internal/punycode"
)

// maxPunycode bounds a name outside ASCII, in characters: a name may be referred
// to many times.
const maxPunycode = 128

// alphabet is that of RFC 3492.
var alphabet = punycode.Alphabet{Tail: "0123456789", Max: maxPunycode, Char: func(n int) (rune, bool) {
	return rune(n), utf8.ValidRune(rune(n))
}}

// decodePunycode decodes a name, which has something outside ASCII.
func decodePunycode(s string) (string, bool) {
	if s == "" || strings.HasSuffix(s, "_") {
		return "", false
	}
	return alphabet.Decode(s)
}
