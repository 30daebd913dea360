package swift

import "github.com/nativesym/nativesym/internal/punycode"

// maxPunycode bounds one identifier in Punycode.
const maxPunycode = 1 << 10

// alphabet is Swift's: its digits are letters alone, for a number may follow.
var alphabet = punycode.Alphabet{Tail: "ABCDEFGHIJ", Max: maxPunycode, Char: punycodeChar}

// decodePunycode decodes an identifier.
func decodePunycode(code string) (string, bool) {
	if code == "" || len(code) > maxPunycode {
		return "", false
	}
	text, ok := alphabet.Decode(code)
	return text, ok && text != ""
}

// asciiPlane is where Swift puts ASCII characters that may not stand in a symbol,
// so that Punycode encodes them too: a space is U+D820.
const asciiPlane = 0xD800

// punycodeChar returns the character for a decoded number.
func punycodeChar(n int) (rune, bool) {
	switch {
	case asciiPlane <= n && n < asciiPlane+0x80:
		return rune(n - asciiPlane), true
	case n < asciiPlane, 0xE000 <= n && n <= 0x10FFFF:
		return rune(n), true
	}
	return 0, false
}
