package swift

import "strings"

// An oldParser reads one name of the mangling before Swift 4, which is prefix: each
// operator comes before its operands, so it is parsed by descent.
type oldParser struct {
	*tree
	in    string // what is left of the name
	subs  []ref
	depth int
}

// symbol reads the whole name, after its _T. What follows it is told as a suffix.
func (p *oldParser) symbol() ref {
	var parts []ref
	switch {
	case strings.HasPrefix(p.in, "TS"):
		for p.accept("TS") {
			s := p.specialization()
			p.subs = p.subs[:0]
			if parts = append(parts, s); s == none || !p.accept("_T") {
				return none
			}
		}
	case p.accept("TD"):
		parts = append(parts, p.attribute("dynamic "))
	case p.accept("TO"):
		parts = append(parts, p.attribute("@nonobjc "))
	case p.accept("TV"):
		parts = append(parts, p.attribute("override "))
	case p.accept("Td"):
		parts = append(parts, p.attribute("super "))
	case p.accept("To"):
		parts = append(parts, p.attribute("@objc "))
	}
	parts = append(parts, p.global())
	if p.in != "" {
		parts = append(parts, p.leaf(kindSuffix, p.in))
	}
	return p.of(kindGlobal, parts...)
}

// enter counts nesting; the caller leaves again when it is done.
func (p *oldParser) enter() bool {
	p.depth++
	if p.depth > maxDepth {
		p.full = true
	}
	return !p.full
}

func (p *oldParser) leave() { p.depth-- }

// peek returns the next byte, 0 at the end.
func (p *oldParser) peek() byte {
	if p.in == "" {
		return 0
	}
	return p.in[0]
}

// next reads a byte, 0 at the end.
func (p *oldParser) next() byte {
	c := p.peek()
	if p.in != "" {
		p.in = p.in[1:]
	}
	return c
}

// accept reads s if it follows.
func (p *oldParser) accept(s string) bool {
	rest, ok := strings.CutPrefix(p.in, s)
	p.in = rest
	return ok
}

// letter reads a letter if it says something, and returns what.
func (p *oldParser) letter(l *letters) string {
	text := l.of(p.peek())
	if text != "" {
		p.next()
	}
	return text
}

// natural reads a decimal number.
func (p *oldParser) natural() (int, bool) {
	n, size := natural(p.in)
	p.in = p.in[size:]
	return n, size > 0
}

// index reads "_" as 0, "0_" as 1 and so on.
func (p *oldParser) index() (int, bool) {
	if p.accept("_") {
		return 0, true
	}
	n, ok := p.natural()
	return n + 1, ok && p.accept("_")
}

// substitutable makes a node available to later substitutions.
func (p *oldParser) substitutable(r ref) ref {
	if r != none {
		p.subs = append(p.subs, r)
	}
	return r
}

// until reads elements up to an underscore.
func (p *oldParser) until(element func(*oldParser) ref) ([]ref, bool) {
	var list []ref
	for !p.accept("_") {
		r := element(p)
		if r == none {
			return nil, false
		}
		list = append(list, r)
	}
	return list, true
}

// oldMetadata are the data of a type: M and a letter.
var oldMetadata = letters{
	'L': "lazy cache variable for type metadata for %",
	'P': "generic type metadata pattern for %",
	'a': "type metadata accessor for %",
	'f': "full type metadata for %",
	'm': "metaclass for %",
	'n': "nominal type descriptor for %",
}

// global reads what a symbol is for.
func (p *oldParser) global() ref {
	if !p.enter() {
		return none
	}
	defer p.leave()
	switch {
	case p.accept("M"):
		if p.accept("p") {
			return p.phrase("protocol descriptor for %", p.protocolName())
		}
		if text := p.letter(&oldMetadata); text != "" {
			return p.phrase(text, p.typ())
		}
		return p.phrase("type metadata for %", p.typ())
	case p.accept("PAo"):
		return p.partialApply(partialApplyObjC)
	case p.accept("PA"):
		return p.partialApply(partialApply)
	case p.accept("t"):
		return p.of(kindTypeMangling, p.typ())
	case p.accept("w"):
		if len(p.in) < 2 {
			return none
		}
		code := p.in[:2]
		p.in = p.in[2:]
		return p.valueWitnessOf(code, p.typ())
	case p.accept("W"):
		return p.witness()
	case p.accept("T"):
		return p.thunk()
	case p.peek() == 'S':
		return none // a bare substitution names nothing that a linker sees
	}
	return p.entity()
}

// partialApply reads the function that was partially applied, if it is told.
func (p *oldParser) partialApply(text string) ref {
	if !p.accept("__T") {
		return p.leaf(kindPartialApply, text)
	}
	return p.phrase(text+" for %", p.global())
}

// witness reads what follows W.
func (p *oldParser) witness() ref {
	switch c := p.next(); c {
	case 'G', 'I', 'P', 'a':
		return p.phrase(conformanceWitnesses.of(c), p.conformance())
	case 'L':
		t := p.typ()
		return p.phrase("lazy protocol witness table cache variable for type % and conformance %", t, p.conformance())
	case 'T':
		conformance := p.conformance()
		name := p.declName()
		return p.phrase("associated type witness table accessor for % : % in %", name, p.protocolName(), conformance)
	case 'V':
		return p.phrase("value witness table for %", p.typ())
	case 'l':
		t := p.typ()
		return p.phrase("lazy protocol witness table accessor for type % and conformance %", t, p.conformance())
	case 't':
		conformance := p.conformance()
		return p.phrase("associated type metadata accessor for % in %", p.declName(), conformance)
	case 'v':
		switch p.next() {
		case 'd':
			return p.phrase("direct field offset for %", p.entity())
		case 'i':
			return p.phrase("indirect field offset for %", p.entity())
		}
	}
	return none
}

// thunk reads what follows T.
func (p *oldParser) thunk() ref {
	switch p.next() {
	case 'R':
		return p.reabstraction("helper ")
	case 'W':
		conformance := p.conformance()
		return p.phrase("protocol witness for % in conformance %", p.entity(), conformance)
	case 'r':
		return p.reabstraction("")
	}
	return none
}

// reabstraction reads the two types of a function that adapts a calling convention.
func (p *oldParser) reabstraction(helper string) ref {
	var signature ref
	if p.accept("G") {
		if signature = p.signature(); signature == none {
			return none
		}
	}
	to := p.typ()
	return p.reabstractionOf(helper, signature, p.typ(), to)
}
