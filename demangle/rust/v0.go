package rust

import "strings"

// V0 demangles a symbol of the scheme that rustc calls v0:
//
//	_R path [path of the instantiating crate] [. suffix]
func V0(symbol string, o Options) (string, bool) {
	body, ok := cutPrefix(symbol, "_R")
	if !ok || body == "" || !isUpper(body[0]) {
		return "", false
	}
	if i := strings.IndexByte(body, '.'); i >= 0 {
		body = body[:i]
	}
	p := printer{sym: body, hash: o.Hash, out: make([]byte, 0, 2*len(body))}
	p.path(true)
	if p.pos < len(p.sym) && !p.failed {
		p.quietly(func() { p.path(false) })
	}
	if p.failed || p.pos != len(p.sym) || len(p.out) == 0 || isMangled(p.out) {
		return "", false
	}
	return string(p.out), true
}

// A printer walks a mangled name and writes what it reads. After the first
// fault, failed stays set and every read returns zero.
type printer struct {
	sym       string // without prefix and suffix: back-references count from its start
	pos       int
	out       []byte
	hash      bool
	silent    bool // read on without writing
	failed    bool
	depth     int
	steps     int
	lifetimes uint64 // how many lifetimes the binders around this place declare
}

// fail stops the walk.
func (p *printer) fail() { p.failed, p.pos = true, len(p.sym) }

// print writes s.
func (p *printer) print(s string) {
	if p.silent || p.failed {
		return
	}
	if len(p.out)+len(s) > maxOutput {
		p.fail()
		return
	}
	p.out = append(p.out, s...)
}

// quietly runs f without writing.
func (p *printer) quietly(f func()) {
	outer := p.silent
	p.silent = true
	f()
	p.silent = outer
}

// enter counts a node and its depth; leave must follow if it reports true.
func (p *printer) enter() bool {
	p.steps++
	if p.failed || p.depth == maxDepth || p.steps > maxSteps {
		p.fail()
		return false
	}
	p.depth++
	return true
}

func (p *printer) leave() { p.depth-- }

// peek returns the next byte, or 0 at the end.
func (p *printer) peek() byte {
	if p.pos < len(p.sym) {
		return p.sym[p.pos]
	}
	return 0
}

// next reads a byte.
func (p *printer) next() byte {
	c := p.peek()
	if c == 0 {
		p.fail()
		return 0
	}
	p.pos++
	return c
}

// eat reads the next byte if it is c.
func (p *printer) eat(c byte) bool {
	if p.peek() != c {
		return false
	}
	p.pos++
	return true
}

// list prints items up to an E, with a separator between them, and returns how
// many there were.
func (p *printer) list(separator string, item func()) int {
	n := 0
	for ; !p.failed && !p.eat('E'); n++ {
		if n > 0 {
			p.print(separator)
		}
		item()
	}
	return n
}

// backref prints what stands at an earlier place of the name.
func (p *printer) backref(print func()) {
	start := p.pos - 1
	target := p.base62()
	if p.failed || target >= uint64(start) {
		p.fail()
		return
	}
	if p.silent {
		return
	}
	back := p.pos
	p.pos = int(target)
	print()
	if !p.failed {
		p.pos = back
	}
}
