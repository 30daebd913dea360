// Package punycode decodes names outside ASCII as linker names have them: in
// Punycode (RFC 3492), with changes that each language makes.
//
// Input is hostile. Each character may go before all others, so decoding takes
// quadratic time, which [Alphabet.Max] bounds.
package punycode

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// An Alphabet is what languages have their own way with. The delimiter, a hyphen in
// the RFC, is an underscore everywhere.
type Alphabet struct {
	// Tail has the ten digits that follow a to z.
	Tail string

	// Max is how many characters a name may have.
	Max int

	// Char returns the character that a number stands for, false if there is none.
	Char func(n int) (rune, bool)
}

// Parameters of the RFC's section 5.
const (
	base    = 36
	tMin    = 1
	tMax    = 26
	skew    = 38
	damp    = 700
	bias0   = 72
	initial = 0x80
)

// Decode returns the name that code stands for, by the RFC's section 6.2. It
// reports false for what is malformed or longer than Max.
func (a Alphabet) Decode(code string) (string, bool) {
	plain, deltas := "", code
	if i := strings.LastIndexByte(code, '_'); i >= 0 {
		plain, deltas = code[:i], code[i+1:]
	}
	if len(plain) > a.Max {
		return "", false
	}
	name := []rune(plain)
	n, at, bias := initial, 0, bias0
	for deltas != "" {
		delta, rest, ok := a.cutDelta(deltas, bias)
		if !ok || len(name) == a.Max {
			return "", false
		}
		deltas = rest
		count := len(name) + 1
		bias = adapt(delta, count, at == 0)
		at += delta
		n += at / count
		at %= count
		char, ok := a.Char(n)
		if !ok {
			return "", false
		}
		name = slices.Insert(name, at, char)
		at++
	}
	return string(name), true
}

// cutDelta splits off a number of variable length.
func (a Alphabet) cutDelta(s string, bias int) (delta int, rest string, ok bool) {
	sum, weight := int64(0), int64(1)
	for i := range len(s) {
		digit := strings.IndexByte(a.Tail, s[i]) + 26
		switch c := s[i]; {
		case 'a' <= c && c <= 'z':
			digit = int(c - 'a')
		case digit < 26:
			return 0, "", false
		}
		sum += int64(digit) * weight
		if sum > utf8.MaxRune*int64(a.Max) {
			return 0, "", false // beyond the last place of the last character
		}
		threshold := min(max(base*(i+1)-bias, tMin), tMax)
		if digit < threshold {
			return int(sum), s[i+1:], true
		}
		weight *= int64(base - threshold)
	}
	return 0, "", false
}

// adapt returns the bias of the next number, by the RFC's section 6.1.
func adapt(delta, count int, first bool) int {
	if first {
		delta /= damp
	} else {
		delta /= 2
	}
	delta += delta / count
	k := 0
	for delta > (base-tMin)*tMax/2 {
		delta /= base - tMin
		k += base
	}
	return k + (base-tMin+1)*delta/(delta+skew)
}
