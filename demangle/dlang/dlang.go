// Package dlang demangles the names of D, as the ABI part of its specification
// describes them, references back included.
//
// Symbols are hostile input: [maxDepth] bounds how deep a name nests, and
// [maxWork] what references unfold. A symbol beyond a limit is answered as one
// that is not mangled.
package dlang

import "strings"

const (
	// maxDepth bounds how deep names, types and values nest.
	maxDepth = 128

	// maxWork bounds the bytes that are put together for a name, its parts
	// counted each time they are joined to a larger one. Names of the standard
	// library's most nested templates need a hundredth of it.
	maxWork = 1 << 20
)

// Is reports whether symbol looks like D's: _D, and the length of a name, or a
// template or reference in its place. Apple's platforms add an underscore.
func Is(symbol string) bool {
	name, ok := strings.CutPrefix(symbol, "_D")
	if !ok {
		name, ok = strings.CutPrefix(symbol, "__D")
	}
	if !ok || len(name) < 2 {
		return false
	}
	return name == "main" || isDigit(name[0]) || strings.HasPrefix(name, "__T") || strings.HasPrefix(name, "__U")
}

// Demangle returns the name that symbol stands for, with the types of a
// function's parameters, but without its result and what it promises.
func Demangle(symbol string) (string, bool) {
	name, ok := strings.CutPrefix(strings.TrimPrefix(symbol, "_"), "_D")
	if !ok {
		name, ok = strings.CutPrefix(symbol, "_D")
	}
	if !ok || name == "" {
		return "", false
	}
	if name == "main" {
		return "D main", true
	}
	p := parser{s: name}
	result := p.mangled()
	if p.failed || p.pos != len(p.s) || Is(result) { // a name in a name
		return "", false
	}
	return result, true
}

// A parser reads a name. After the first fault, failed stays set and every read
// returns nothing.
type parser struct {
	s      string // without _D
	pos    int
	failed bool
	depth  int
	work   int
}

// fail stops reading.
func (p *parser) fail() string {
	p.failed, p.pos = true, len(p.s)
	return ""
}

// enter counts how deep things nest; leave must follow if it reports true.
func (p *parser) enter() bool {
	p.work++
	if p.failed || p.depth == maxDepth || p.work > maxWork {
		p.fail()
		return false
	}
	p.depth++
	return true
}

func (p *parser) leave() { p.depth-- }

// join returns the parts as one.
func (p *parser) join(parts ...string) string {
	for _, s := range parts {
		p.work += len(s)
	}
	if p.failed || p.work > maxWork {
		return p.fail()
	}
	return strings.Join(parts, "")
}

// peek returns the byte n after the next, or 0 at the end.
func (p *parser) peek(n int) byte {
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

// digits reads decimal digits, at least one.
func (p *parser) digits() string {
	start := p.pos
	for isDigit(p.peek(0)) {
		p.pos++
	}
	if p.pos == start {
		return p.fail()
	}
	return p.s[start:p.pos]
}

// length reads a number that counts something in the name.
func (p *parser) length() int {
	n := 0
	for _, c := range []byte(p.digits()) {
		if n = n*10 + int(c-'0'); n > len(p.s) {
			p.fail()
			return 0
		}
	}
	return n
}

// reference reads Q and how far back from it something stands, in base 26 with
// the last digit in lower case, and returns what read makes of that.
func (p *parser) reference(read func(*parser) string) string {
	target, end := p.target()
	if end == 0 {
		return p.fail()
	}
	p.pos = target
	result := read(p)
	if !p.failed {
		p.pos = end
	}
	return result
}

// target returns what the reference that comes next refers to, and where the
// reference ends; 0 if it is not valid.
func (p *parser) target() (target, end int) {
	n := 0
	for i := p.pos + 1; i < len(p.s) && n <= len(p.s); i++ {
		switch c := p.s[i]; {
		case c >= 'A' && c <= 'Z':
			n = n*26 + int(c-'A')
		case c >= 'a' && c <= 'z':
			if n = n*26 + int(c-'a'); n == 0 || n > p.pos {
				return 0, 0
			}
			return p.pos - n, i + 1
		default:
			return 0, 0
		}
	}
	return 0, 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
