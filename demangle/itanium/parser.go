package itanium

import "strings"

// A parser reads a mangled name into nodes. After the first fault, failed stays
// set, every read returns zero, and no node is added.
type parser struct {
	s      string
	pos    int
	failed bool
	depth  int

	nodes []node // nodes[0] is none
	lists []ref
	stack []ref // elements of lists that are being read
	subs  []ref // what substitutions refer to, in order

	// Template arguments that T_ can refer to, in levels. Those below base belong
	// to encodings and closures around this place.
	args   []ref
	levels []list
	base   int

	auto       bool // in a closure's parameters: T_ without argument is one declared auto
	constraint bool // reading a constraint: T_ is written as it is

	// A conversion operator's type can refer to template arguments that follow
	// it, and what looks like arguments of that type are the operator's.
	ahead   bool
	forward []ref
	noArgs  bool

	scratch []byte // for the printer
}

// reset prepares p for the name s, which is without _Z.
func (p *parser) reset(s string) {
	p.s, p.pos, p.failed, p.depth = s, 0, false, 0
	p.nodes = append(p.nodes[:0], node{})
	p.lists, p.stack, p.subs = p.lists[:0], p.stack[:0], p.subs[:0]
	p.args, p.levels, p.forward, p.base = p.args[:0], p.levels[:0], p.forward[:0], 0
	p.auto, p.constraint, p.ahead, p.noArgs = false, false, false, false
}

// fail records that the name is not one.
func (p *parser) fail() ref {
	p.failed, p.pos = true, len(p.s)
	return 0
}

// enter counts how deep nodes nest; leave must follow if it reports true.
func (p *parser) enter() bool {
	if p.failed || p.depth == maxDepth {
		p.fail()
		return false
	}
	p.depth++
	return true
}

func (p *parser) leave() { p.depth-- }

// peek returns the next byte, or 0 at the end.
func (p *parser) peek() byte { return p.peekAt(0) }

// peekAt returns the byte n after the next.
func (p *parser) peekAt(n int) byte {
	if p.pos+n < len(p.s) {
		return p.s[p.pos+n]
	}
	return 0
}

// next reads a byte.
func (p *parser) next() byte {
	if p.pos == len(p.s) {
		p.fail()
		return 0
	}
	p.pos++
	return p.s[p.pos-1]
}

// eat reads text if it comes next.
func (p *parser) eat(text string) bool {
	if !strings.HasPrefix(p.s[p.pos:], text) {
		return false
	}
	p.pos += len(text)
	return true
}

// expect reads c.
func (p *parser) expect(c byte) {
	if p.next() != c {
		p.fail()
	}
}

// more reports whether a list goes on: it ends with end, which is read.
func (p *parser) more(end byte) bool {
	if p.peek() == end {
		p.pos++
		return false
	}
	if p.peek() == 0 {
		p.fail()
	}
	return !p.failed
}

// list reads what item reads, up to an end byte.
func (p *parser) list(end byte, item func(*parser) ref) list {
	mark := len(p.stack)
	for p.more(end) {
		p.stack = append(p.stack, item(p))
	}
	return p.take(mark)
}

// digits reads decimal digits, at least one.
func (p *parser) digits() string {
	start := p.pos
	for isDigit(p.peek()) {
		p.pos++
	}
	if p.pos == start {
		p.fail()
	}
	return p.s[start:p.pos]
}

// signed reads decimal digits, with n before them for a minus.
func (p *parser) signed() string {
	if p.eat("n") {
		return "-" + p.digits()
	}
	return p.digits()
}

// number reads a decimal number that is not longer than the name itself, which
// every length, count and index is.
func (p *parser) number() int {
	n := 0
	for _, c := range []byte(p.digits()) {
		if n = n*10 + int(c-'0'); n > maxIndex {
			p.fail()
			return 0
		}
	}
	return n
}

// maxIndex bounds numbers, so that they cannot overflow.
const maxIndex = 1 << 20

// index reads "_" for 0, "0_" for 1, and so on.
func (p *parser) index() int {
	if p.eat("_") {
		return 0
	}
	n := p.number()
	p.expect('_')
	return n + 1
}

// sequence reads the base-36 number of a substitution, like index.
func (p *parser) sequence() int {
	if p.eat("_") {
		return 0
	}
	n := 0
	for !p.eat("_") {
		c := p.next()
		switch {
		case isDigit(c):
			n = n*36 + int(c-'0')
		case c >= 'A' && c <= 'Z':
			n = n*36 + int(c-'A') + 10
		default:
			p.fail()
			return 0
		}
		if n > maxIndex {
			p.fail()
			return 0
		}
	}
	return n + 1
}

// identifier reads a length and so many bytes.
func (p *parser) identifier() string {
	n := p.number()
	if p.failed || n == 0 || n > len(p.s)-p.pos {
		p.fail()
		return ""
	}
	p.pos += n
	return p.s[p.pos-n : p.pos]
}

// remember makes a node one that substitutions can refer to.
func (p *parser) remember(r ref) ref {
	p.subs = append(p.subs, r)
	return r
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
