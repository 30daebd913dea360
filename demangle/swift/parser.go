package swift

import (
	"math"
	"slices"
)

// A parser reads one name of the current mangling, and of its forerunners that
// begin with _T0 and $S.
//
// The mangling is postfix. Each operator makes a node of nodes that it pops from
// the stack and is pushed in turn. What is left on the stack at the end is the name.
type parser struct {
	*tree
	in       string // the name without its prefix
	pos      int
	labelled bool // labels are in the parameter tuples (_T0)

	stack  []ref
	subs   []ref // what A… substitutions may refer to
	list   []ref // elements of lists that are being popped
	words  [maxWords]string
	nwords int
}

// maxWords is how many words of identifiers may be used again: one a letter.
const maxWords = 26

// symbol reads the whole name.
func (p *parser) symbol() ref {
	for p.pos < len(p.in) {
		r := p.operator()
		if r == none || !p.push(r) {
			return none
		}
	}
	suffix := p.pop(kindSuffix)
	n := len(p.stack)
	for n > 0 && p.is(p.stack[n-1], isAttribute) {
		n--
	}
	return p.assemble(p.stack[:n], p.stack[n:], suffix)
}

// assemble puts together what was read. Attributes are mangled after their
// function, the one that is told first at the end. A partial application takes in
// all that is told after it.
func (p *parser) assemble(parts, attributes []ref, suffix ref) ref {
	if len(parts)+len(attributes) == 0 {
		return none
	}
	list := append(p.list[:0], parts...)
	for _, a := range attributes {
		if p.kind(a) == kindPartialApply && len(list) > 0 {
			a = p.phrase(p.str(a)+" for %", p.of(kindGlobal, list...))
			list = list[:0]
		}
		list = slices.Insert(list, 0, a)
	}
	if suffix != none {
		list = append(list, suffix)
	}
	p.list = list[:0]
	return p.of(kindGlobal, list...)
}

// peek returns the next byte, 0 at the end.
func (p *parser) peek() byte {
	if p.pos < len(p.in) {
		return p.in[p.pos]
	}
	return 0
}

// next reads a byte, 0 at the end.
func (p *parser) next() byte {
	c := p.peek()
	if p.pos < len(p.in) {
		p.pos++
	}
	return c
}

// accept reads a byte if it is c.
func (p *parser) accept(c byte) bool {
	if p.pos < len(p.in) && p.in[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// acceptAll reads s if it follows.
func (p *parser) acceptAll(s string) bool {
	if len(p.in)-p.pos < len(s) || p.in[p.pos:p.pos+len(s)] != s {
		return false
	}
	p.pos += len(s)
	return true
}

// letter reads a letter if it says something, and returns what.
func (p *parser) letter(l *letters) string {
	text := l.of(p.peek())
	if text != "" {
		p.pos++
	}
	return text
}

// take reads n bytes.
func (p *parser) take(n int) (string, bool) {
	if n <= 0 || n > len(p.in)-p.pos {
		return "", false
	}
	p.pos += n
	return p.in[p.pos-n : p.pos], true
}

// natural reads a decimal number; it reports false, and reads nothing, if there is none
// or if it is more than any name can mean.
func (p *parser) natural() (int, bool) {
	n, size := natural(p.in[p.pos:])
	p.pos += size
	return n, size > 0
}

// natural returns the decimal number at the start of s and its length, 0 if there is none.
func natural(s string) (n, size int) {
	for size < len(s) && isDigit(s[size]) {
		n = 10*n + int(s[size]-'0')
		if n > math.MaxInt32 {
			return 0, 0
		}
		size++
	}
	return n, size
}

// index reads "_" as 0, "0_" as 1 and so on.
func (p *parser) index() (int, bool) {
	if p.accept('_') {
		return 0, true
	}
	n, ok := p.natural()
	return n + 1, ok && p.accept('_')
}

// indexNode reads an index.
func (p *parser) indexNode() ref {
	n, ok := p.index()
	if !ok {
		return none
	}
	return p.number(n)
}

// push puts a node on the stack. It fails if too many are there.
func (p *parser) push(r ref) bool {
	if len(p.stack) >= maxStack {
		p.full = true
		return false
	}
	p.stack = append(p.stack, r)
	return true
}

// top returns the kind of the node that would be popped next.
func (p *parser) top() kind {
	if len(p.stack) == 0 {
		return kindNone
	}
	return p.kind(p.stack[len(p.stack)-1])
}

// popNode pops whatever is there.
func (p *parser) popNode() ref {
	n := len(p.stack)
	if n == 0 {
		return none
	}
	r := p.stack[n-1]
	p.stack = p.stack[:n-1]
	return r
}

// pop pops a node if it is of a kind.
func (p *parser) pop(k kind) ref {
	if p.top() != k {
		return none
	}
	return p.popNode()
}

// popAny pops a node if its kind has one of the traits.
func (p *parser) popAny(t trait) ref {
	if !p.top().is(t) {
		return none
	}
	return p.popNode()
}

func (p *parser) popType() ref   { return p.popAny(isType) }
func (p *parser) popEntity() ref { return p.popAny(isEntity) }
func (p *parser) popName() ref   { return p.popAny(isName) }

// popModule pops the name of a module.
func (p *parser) popModule() ref {
	if name := p.pop(kindIdentifier); name != none {
		return p.leaf(kindModule, p.str(name))
	}
	return p.pop(kindModule)
}

// popContext pops what a declaration may be in.
func (p *parser) popContext() ref {
	if m := p.popModule(); m != none {
		return m
	}
	return p.popAny(isContext)
}

// popProtocol pops a protocol, or makes one of its context and name.
func (p *parser) popProtocol() ref {
	if p.top().is(isType) {
		return p.pop(kindProtocol)
	}
	name := p.popName()
	return p.of(kindProtocol, p.popContext(), name)
}

// substitutable makes a node available to later substitutions.
func (p *parser) substitutable(r ref) ref {
	if r != none {
		p.subs = append(p.subs, r)
	}
	return r
}

// popList pops the elements of a list, each with element, and returns them in
// order. The slice is good until the next list is popped.
func (p *parser) popList(element func(*parser) ref) (elements []ref, ok bool) {
	if p.pop(kindEmpty) != none {
		return nil, true
	}
	mark := len(p.list)
	for first := false; !first; {
		first = p.pop(kindFirst) != none
		r := element(p)
		if r == none {
			return nil, false
		}
		p.list = append(p.list, r)
	}
	return p.reversed(mark), true
}

// popTypes pops as many types as there are, and returns them in order.
// The slice is good until the next list is popped.
func (p *parser) popTypes() []ref {
	mark := len(p.list)
	for r := p.popType(); r != none; r = p.popType() {
		p.list = append(p.list, r)
	}
	return p.reversed(mark)
}

// reversed takes what was added to the scratch list since mark.
func (p *parser) reversed(mark int) []ref {
	elements := p.list[mark:]
	slices.Reverse(elements)
	p.list = p.list[:mark]
	return elements
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLower(c byte) bool  { return 'a' <= c && c <= 'z' }
func isUpper(c byte) bool  { return 'A' <= c && c <= 'Z' }
func isLetter(c byte) bool { return isLower(c) || isUpper(c) }
