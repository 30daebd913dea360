package rust

import "math"

// base62 reads a number: digits 0-9a-zA-Z up to an underscore, which alone
// stands for 0; with digits it is one more than they say.
func (p *printer) base62() uint64 {
	if p.eat('_') {
		return 0
	}
	var n uint64
	for {
		var digit byte
		switch c := p.next(); {
		case c == '_':
			if n == math.MaxUint64 {
				p.fail()
			}
			return n + 1
		case isDigit(c):
			digit = c - '0'
		case c >= 'a' && c <= 'z':
			digit = c - 'a' + 10
		case isUpper(c):
			digit = c - 'A' + 36
		default:
			p.fail()
			return 0
		}
		if n > (math.MaxUint64-uint64(digit))/62 {
			p.fail()
			return 0
		}
		n = n*62 + uint64(digit)
	}
}

// tagged reads a number that follows tag, one higher than it is written;
// without the tag it is 0.
func (p *printer) tagged(tag byte) uint64 {
	if !p.eat(tag) {
		return 0
	}
	n := p.base62()
	if n == math.MaxUint64 {
		p.fail()
		return 0
	}
	return n + 1
}

// disambiguator reads the number that tells apart items of one name.
func (p *printer) disambiguator() uint64 { return p.tagged('s') }

// decimal reads a length. A leading 0 is a number of its own, since what
// follows the empty identifier may begin with a digit.
func (p *printer) decimal() int {
	if !isDigit(p.peek()) {
		p.fail()
		return 0
	}
	if p.eat('0') {
		return 0
	}
	n := 0
	for isDigit(p.peek()) {
		n = n*10 + int(p.next()-'0')
		if n > len(p.sym) {
			p.fail()
			return 0
		}
	}
	return n
}

// identifier reads a name. One with characters beyond ASCII is marked by a u
// and written in Punycode.
func (p *printer) identifier() string {
	encoded := p.eat('u')
	n := p.decimal()
	p.eat('_') // stands between the length and a name that begins with a digit or underscore
	if p.failed || n > len(p.sym)-p.pos {
		p.fail()
		return ""
	}
	name := p.sym[p.pos:][:n]
	p.pos += n
	if !encoded || p.silent {
		return name
	}
	name, ok := decodePunycode(name)
	if !ok {
		p.fail()
	}
	return name
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
