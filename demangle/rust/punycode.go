package rust

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// maxPunycode bounds a name outside ASCII, in characters: each costs a move of
// those behind it, and a name may be referred to many times.
const maxPunycode = 128

// Parameters of Punycode's variable-length numbers (RFC 3492, section 5).
const (
	punyBase    = 36
	punyTMin    = 1
	punyTMax    = 26
	punySkew    = 38
	punyDamp    = 700
	punyBias    = 72
	punyInitial = 0x80
)

// decodePunycode decodes a name written as RFC 3492 has it, but for the
// delimiter, which is an underscore.
func decodePunycode(s string) (string, bool) {
	plain, deltas := "", s
	if i := strings.LastIndexByte(s, '_'); i >= 0 {
		plain, deltas = s[:i], s[i+1:]
	}
	if deltas == "" || len(plain) > maxPunycode {
		return "", false
	}
	name := []rune(plain)
	char, at, bias := punyInitial, 0, punyBias
	for deltas != "" {
		delta, rest, ok := cutDelta(deltas, bias)
		if !ok || len(name) == maxPunycode {
			return "", false
		}
		deltas = rest
		bias = adaptBias(delta, len(name)+1, at == 0 && char == punyInitial)
		at += delta
		char += at / (len(name) + 1)
		at %= len(name) + 1
		if !utf8.ValidRune(rune(char)) {
			return "", false
		}
		name = slices.Insert(name, at, rune(char))
		at++
	}
	return string(name), true
}

// cutDelta splits off one variable-length number.
func cutDelta(s string, bias int) (delta int, rest string, ok bool) {
	sum, weight := int64(0), int64(1)
	for i := range len(s) {
		var digit int64
		switch c := s[i]; {
		case c >= 'a' && c <= 'z':
			digit = int64(c - 'a')
		case isDigit(c):
			digit = int64(c-'0') + 26
		default:
			return 0, "", false
		}
		sum += digit * weight
		if sum > utf8.MaxRune*maxPunycode {
			return 0, "", false // beyond the last place of the last character
		}
		threshold := int64(min(max(punyBase*(i+1)-bias, punyTMin), punyTMax))
		if digit < threshold {
			return int(sum), s[i+1:], true
		}
		weight *= punyBase - threshold
	}
	return 0, "", false
}

// adaptBias returns the bias of the next number.
func adaptBias(delta, length int, first bool) int {
	if first {
		delta /= punyDamp
	} else {
		delta /= 2
	}
	delta += delta / length
	k := 0
	for delta > (punyBase-punyTMin)*punyTMax/2 {
		delta /= punyBase - punyTMin
		k += punyBase
	}
	return k + (punyBase-punyTMin+1)*delta/(delta+punySkew)
}
