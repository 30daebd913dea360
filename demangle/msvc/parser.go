package msvc

import "strings"

// A parser reads a name from its start. The first thing that is wrong ends it:
// nothing is left to read then, and every loop ends with that.
type parser struct {
	*tree
	rest     string // what is yet to be read
	failed   bool
	extended bool // Options.Extended
	depth    int

	// frame is where in tree.names and tree.params that begins which digits
	// refer back to: template arguments begin anew.
	frame frame
}

type frame struct{ names, params int }

// A memo is a name that a digit may stand for. Compilers compare the decorated
// form to tell whether they have had a name.
type memo struct {
	decorated string
	node      ref
}

// maxBackrefs is how many names, and how many types of parameters, have a digit.
const maxBackrefs = 10

// begin starts a part of the name in which digits refer back to nothing outside,
// and end goes back to what encloses it.
func (p *parser) begin() (outer frame) {
	outer = p.frame
	p.frame = frame{len(p.names), len(p.params)}
	return outer
}

func (p *parser) end(outer frame) {
	p.names = p.names[:p.frame.names]
	p.params = p.params[:p.frame.params]
	p.frame = outer
}

func (p *parser) fail() ref {
	p.failed = true
	p.rest = ""
	return 0
}

// enter goes one level deeper, and leave comes back from it.
func (p *parser) enter() bool {
	p.depth++
	if p.depth > MaxDepth {
		p.fail()
	}
	return !p.failed
}

func (p *parser) leave() { p.depth-- }

// peek returns the next byte, 0 at the end.
func (p *parser) peek() byte {
	if p.rest == "" {
		return 0
	}
	return p.rest[0]
}

// next takes a byte.
func (p *parser) next() byte {
	if p.rest == "" {
		p.fail()
		return 0
	}
	c := p.rest[0]
	p.rest = p.rest[1:]
	return c
}

// eat takes c if it comes next.
func (p *parser) eat(c byte) bool {
	if p.peek() != c || p.rest == "" {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// eats takes s if it comes next.
func (p *parser) eats(s string) bool {
	if !strings.HasPrefix(p.rest, s) {
		return false
	}
	p.rest = p.rest[len(s):]
	return true
}

// until takes what stands before the next @, and the @.
func (p *parser) until() string {
	s, rest, ok := strings.Cut(p.rest, "@")
	if !ok {
		p.fail()
		return ""
	}
	p.rest = rest
	return s
}

// number takes an integer: its magnitude and whether it is negative.
//
//	number = [ "?" ] ( "0".."9" | { "A".."P" } "@" )
//
// A digit stands for one more than it says; letters are hexadecimal digits, of
// which the last sixteen count.
func (p *parser) number() (n uint64, negative bool) {
	negative = p.eat('?')
	if c := p.peek(); isDigit(c) {
		p.next()
		return uint64(c-'0') + 1, negative
	}
	for {
		switch c := p.next(); {
		case c == '@':
			return n, negative
		case c < 'A' || c > 'P':
			p.fail()
			return 0, false
		default:
			n = n<<4 | uint64(c-'A')
		}
	}
}

// unsigned takes a number that must not be negative.
func (p *parser) unsigned() uint64 {
	n, negative := p.number()
	if negative {
		p.fail()
	}
	return n
}

// signed takes a number that fits into an int64.
func (p *parser) signed() int64 {
	n, negative := p.number()
	if n > 1<<63-1 {
		p.fail()
		return 0
	}
	if negative {
		return -int64(n)
	}
	return int64(n)
}

// integer returns the node of n.
func (p *parser) integer(n int64) ref {
	if n < 0 {
		return p.add(node{kind: kindNumber, num: -uint64(n), code: '-'})
	}
	return p.add(node{kind: kindNumber, num: uint64(n)})
}

// expect takes c, which must come next.
func (p *parser) expect(c byte) {
	if !p.eat(c) {
		p.fail()
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
