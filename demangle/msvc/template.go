package msvc

import "strings"

// template takes a template's name and arguments, within which digits refer back
// to nothing outside.
//
//	template = "?$" leaf { argument } "@"
func (p *parser) template(memorize bool) ref {
	if !p.enter() {
		return 0
	}
	defer p.leave()
	start := p.rest
	p.eats("?$")
	outer := p.begin()
	leaf := p.leaf()
	args := p.arguments()
	p.end(outer)
	if p.failed {
		return 0
	}
	n := &p.nodes[leaf]
	n.list, n.hasList = args, true
	if memorize {
		if n.kind == kindStructor || n.kind == kindConversion {
			return p.fail()
		}
		p.memorize(start[:len(start)-len(p.rest)], leaf)
	}
	return leaf
}

// arguments takes template arguments and the @ behind them.
func (p *parser) arguments() list {
	var l list
	for !p.eat('@') && !p.failed {
		if p.eats("$S") || p.eats("$$V") || p.eats("$$$V") || p.eats("$$Z") {
			continue // an empty pack, or the border of two
		}
		p.push(&l, p.argument())
	}
	return l
}

// argument takes a template argument: a type, or a value after a "$".
//
//	argument = "$$Y" name | "$$B" type | "$$C" quals type
//	         | "$M" type value | "$" value | type
func (p *parser) argument() ref {
	switch {
	case p.eats("$$Y"):
		return p.typeName()
	case p.eats("$$B"):
		return p.typ()
	case p.eats("$$C"):
		return p.qualifiedType()
	case p.eats("$M"):
		p.typ() // of an auto parameter: it is not shown
		return p.autoValue()
	case len(p.rest) > 1 && p.rest[0] == '$' && p.isValue(p.rest[1]):
		p.next()
		return p.value()
	}
	return p.typ()
}

// isValue reports whether "$" and code begin a value.
func (p *parser) isValue(code byte) bool {
	switch code {
	case '0', '1', 'F', 'G', 'H', 'I', 'J':
		return true
	case 'E':
		return strings.HasPrefix(p.rest, "$E?")
	case '2', '3', '5', '6', '7', 'A', 'B', 'C':
		return p.extended
	}
	return false
}
