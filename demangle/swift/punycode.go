package swift

import "slices"

// maxPunycode bounds the characters of one identifier in Punycode: each may go
// before all others, so decoding takes quadratic time.
const maxPunycode = 1 << 10

// The parameters of Punycode, RFC 3492 section 5.
const (
	punyBase    = 36
	punyTMin    = 1
	punyTMax    = 26
	punySkew    = 38
	punyDamp    = 700
	punyBias    = 72
	punyInitial = 0x80
)

// asciiPlane is where Swift puts ASCII characters that may not stand in a symbol,
// so that Punycode encodes them too: a space is U+D820.
const asciiPlane = 0xD800

// decodePunycode decodes Punycode as RFC 3492 section 6.2 tells, with Swift's
// changes: the delimiter is "_", and the digits are a to z and A to J.
func decodePunycode(code string) (string, bool) {
	if len(code) > maxPunycode {
		return "", false
	}
	text := make([]rune, 0, 64)
	for i := len(code) - 1; i >= 0; i-- {
		if code[i] == '_' {
			for _, c := range []byte(code[:i]) {
				text = append(text, rune(c))
			}
			code = code[i+1:]
			break
		}
	}
	n, at, bias := punyInitial, 0, punyBias
	for len(code) > 0 {
		delta, size := punyDelta(code, bias)
		if size == 0 {
			return "", false
		}
		code = code[size:]
		first := at == 0
		at += delta
		count := len(text) + 1
		bias = punyAdapt(delta, count, first)
		n += at / count
		at %= count
		c, ok := punyScalar(n)
		if !ok {
			return "", false
		}
		text = slices.Insert(text, at, c)
		at++
	}
	return string(text), len(text) > 0
}

// punyDelta reads a number of variable length. Its size is 0 if it is not well formed.
func punyDelta(code string, bias int) (delta, size int) {
	weight := 1
	for k := punyBase; size < len(code); k += punyBase {
		var digit int
		switch c := code[size]; {
		case isLower(c):
			digit = int(c - 'a')
		case 'A' <= c && c <= 'J':
			digit = int(c-'A') + 26
		default:
			return 0, 0
		}
		size++
		delta += digit * weight
		threshold := min(max(k-bias, punyTMin), punyTMax)
		if digit < threshold {
			return delta, size
		}
		weight *= punyBase - threshold
		if delta > maxDelta || weight > maxDelta {
			return 0, 0
		}
	}
	return 0, 0
}

// maxDelta limits the numbers of an encoding, so that they fit an int of 32 bits
// times a digit. A delta counts code points times characters: this is the highest
// code point in a name of thirty characters, or an emoji in one of two hundred.
const maxDelta = 1 << 25

// punyAdapt returns the bias for the next number, RFC 3492 section 6.1.
func punyAdapt(delta, count int, first bool) int {
	if first {
		delta /= punyDamp
	} else {
		delta /= 2
	}
	delta += delta / count
	k := 0
	for delta > (punyBase-punyTMin)*punyTMax/2 {
		delta /= punyBase - punyTMin
		k += punyBase
	}
	return k + (punyBase-punyTMin+1)*delta/(delta+punySkew)
}

// punyScalar returns the character for a decoded number.
func punyScalar(n int) (rune, bool) {
	switch {
	case asciiPlane <= n && n < asciiPlane+0x80:
		return rune(n - asciiPlane), true
	case n < asciiPlane, 0xE000 <= n && n <= 0x10FFFF:
		return rune(n), true
	}
	return 0, false
}
