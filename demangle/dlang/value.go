package dlang

import (
	"encoding/hex"
	"strconv"
	"unicode/utf8"
)

// integerSuffixes are what follows integers of other types than int.
var integerSuffixes = map[byte]string{'h': "u", 't': "u", 'k': "u", 'l': "L", 'm': "uL"}

// value reads the value of a template's argument, whose type begins with kind
// and is called typ.
func (p *parser) value(kind byte, typ string) string {
	if !p.enter() {
		return ""
	}
	defer p.leave()
	switch c := p.peek(0); {
	case p.eat("n"):
		return "null"
	case c == 'e':
		p.pos++
		return p.real()
	case c == 'c':
		p.pos++
		re := p.real()
		if !p.eat("c") {
			return p.fail()
		}
		return p.join(re, "+", p.real(), "i")
	case c == 'a' || c == 'w' || c == 'd':
		return p.text(c)
	case p.eat("A"):
		if kind == 'H' {
			return p.join("[", p.values(2), "]")
		}
		return p.join("[", p.values(1), "]")
	case p.eat("S"):
		return p.join(typ, "(", p.values(1), ")")
	case p.eat("f"):
		return p.symbol()
	case p.eat("N"):
		return p.join("-", p.integer(kind))
	default:
		p.eat("i")
		return p.integer(kind)
	}
}

// values reads a count and so many values, or pairs of a key and a value.
func (p *parser) values(each int) string {
	s := ""
	for i, n := 0, p.length()*each; i < n && !p.failed; i++ {
		switch {
		case i > 0 && i%each != 0:
			s = p.join(s, ":")
		case i > 0:
			s = p.join(s, ", ")
		}
		s = p.join(s, p.value(0, ""))
	}
	return s
}

// integer reads a number of a type that begins with kind.
func (p *parser) integer(kind byte) string {
	digits := p.digits()
	switch kind {
	case 'b':
		return strconv.FormatBool(digits != "0")
	case 'a', 'u', 'w':
		if n, err := strconv.ParseUint(digits, 10, 32); err == nil && utf8.ValidRune(rune(n)) {
			return p.join(strconv.QuoteRune(rune(n)))
		}
	}
	return p.join(digits, integerSuffixes[kind])
}

// real reads a number of hexadecimal digits with a binary exponent.
func (p *parser) real() string {
	switch {
	case p.eat("NAN"):
		return "NaN"
	case p.eat("INF"):
		return "Inf"
	case p.eat("NINF"):
		return "-Inf"
	}
	sign := ""
	if p.eat("N") {
		sign = "-"
	}
	start := p.pos
	for isDigit(p.peek(0)) || p.peek(0) >= 'A' && p.peek(0) <= 'F' {
		p.pos++
	}
	mantissa := p.s[start:p.pos]
	if mantissa == "" || !p.eat("P") {
		return p.fail()
	}
	exponent := ""
	if p.eat("N") {
		exponent = "-"
	}
	return p.join(sign, "0x", mantissa[:1], ".", mantissa[1:], "p", exponent, p.digits())
}

// text reads a string: its width, its length in bytes, and the bytes.
func (p *parser) text(width byte) string {
	p.pos++
	n := p.length()
	if !p.eat("_") || 2*n > len(p.s)-p.pos {
		return p.fail()
	}
	bytes, err := hex.DecodeString(p.s[p.pos:][:2*n])
	if err != nil {
		return p.fail()
	}
	p.pos += 2 * n
	suffix := ""
	if width != 'a' {
		suffix = string(width)
	}
	return p.join(strconv.Quote(string(bytes)), suffix)
}
