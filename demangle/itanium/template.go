package itanium

import "strconv"

// templateArgs reads I … E. If declared, they are of the name being declared,
// and T_ refers to them from the first on. A constraint may end them, which is
// not written.
func (p *parser) templateArgs(declared bool) list {
	if !p.enter() {
		return list{}
	}
	defer p.leave()
	p.pos++
	if declared {
		p.levels = p.levels[:p.base]
		p.openLevel()
	}
	mark := len(p.stack)
	for p.more('E') {
		if p.eat("Q") {
			p.constraintExpr()
			continue
		}
		arg := p.templateArg()
		p.stack = append(p.stack, arg)
		if declared {
			p.addArgument(arg)
		}
	}
	return p.take(mark)
}

// openLevel begins a level of template arguments.
func (p *parser) openLevel() {
	end := int32(len(p.args))
	p.levels = append(p.levels, list{end, end})
}

// addArgument adds an argument to the innermost level.
func (p *parser) addArgument(arg ref) {
	if p.failed {
		return
	}
	if n := p.nodes[arg]; n.kind == kindArgs {
		arg = p.node(node{kind: kindPack, list: n.list, tail: askTail})
	}
	p.args = append(p.args, arg)
	p.levels[len(p.levels)-1].end++
}

// argument returns what T_ refers to.
func (p *parser) argument(level, index int) (ref, bool) {
	level += p.base
	if p.failed || level >= len(p.levels) {
		return 0, false
	}
	l := p.levels[level]
	if index >= int(l.end-l.first) {
		return 0, false
	}
	return p.args[int(l.first)+index], true
}

// templateArg reads a type, an expression, a literal or a pack of them.
func (p *parser) templateArg() ref {
	if !p.enter() {
		return 0
	}
	defer p.leave()
	switch p.peek() {
	case 'X':
		p.pos++
		e := p.expression()
		p.expect('E')
		return e
	case 'I', 'J':
		p.pos++
		return p.node(node{kind: kindArgs, list: p.list('E', (*parser).templateArg)})
	case 'L':
		return p.primary()
	case 'T':
		switch p.peekAt(1) {
		case 'y', 'p', 't', 'n', 'k': // the parameter, where the argument alone does not tell
			p.declaredParam(false)
			return p.templateArg()
		}
	}
	return p.typ()
}

// templateParam reads T_, which stands for an argument.
func (p *parser) templateParam() ref {
	start := p.pos
	p.pos++
	level := 0
	if p.eat("L") {
		level = p.index() + 1
	}
	index := p.index()
	if p.failed {
		return 0
	}
	if p.constraint {
		return p.word(p.s[start : p.pos-1])
	}
	if p.ahead && level == 0 {
		r := p.node(node{kind: kindForward, index: int32(index), tail: askTail})
		p.forward = append(p.forward, r)
		return r
	}
	arg := p.parameter(level, index)
	if arg == 0 {
		return p.fail()
	}
	return p.node(node{kind: kindParam, a: arg, index: int32(index), tail: p.nodes[arg].tail, bound: level == 0})
}

// parameter returns what T_ stands for at this place, or 0.
func (p *parser) parameter(level, index int) ref {
	if arg, ok := p.argument(level, index); ok {
		return arg
	}
	if p.auto && level == 0 {
		return p.word("auto:" + ordinal(index))
	}
	return 0
}

// rebind returns what a substitution stands for: the same as before, but for
// the template parameters in it, which are those of this place.
func (p *parser) rebind(r ref) ref {
	n := p.nodes[r]
	if !n.bound || p.constraint || !p.enter() {
		return r
	}
	defer p.leave()
	if n.kind == kindParam {
		if arg := p.parameter(0, int(n.index)); arg != 0 {
			n.a = arg
		}
	} else {
		n.a, n.b, n.c = p.rebind(n.a), p.rebind(n.b), p.rebind(n.c)
		mark := len(p.stack)
		for i := n.list.first; i < n.list.end; i++ {
			p.stack = append(p.stack, p.rebind(p.lists[i]))
		}
		n.list = p.take(mark)
	}
	switch n.kind {
	case kindParam, kindQualified:
		n.tail = p.nodes[n.a].tail
	case kindPointer, kindReference, kindRvalue, kindMember:
		n.tail = pointerTail(p.nodes[n.a].tail)
	}
	return p.node(n)
}

// target returns what a template parameter stands for; any other node itself.
func (p *parser) target(r ref) ref {
	for p.nodes[r].kind == kindParam {
		r = p.nodes[r].a
	}
	return r
}

// ordinal returns the decimal number one above index, as people count.
func ordinal(index int) string { return strconv.Itoa(index + 1) }

// declaredParam reads the declaration of a template parameter of a closure, or
// of a template template parameter. If named, later types can refer to it.
func (p *parser) declaredParam(named bool) ref {
	if !p.enter() {
		return 0
	}
	defer p.leave()
	p.pos++
	n := node{kind: kindTypeParam}
	if p.eat("p") {
		n.bits = markPack
		p.expect('T')
	}
	prefix := "$T"
	switch p.next() {
	case 'y':
		n.text = "typename"
	case 'k':
		n.b = p.constraintName()
	case 'n':
		n.b, prefix = p.typ(), "$N"
	case 't':
		n.kind, prefix = kindTemplateParam, "$TT"
		n.list = p.list('E', (*parser).innerParam)
	default:
		return p.fail()
	}
	if named && !p.failed {
		l := p.levels[len(p.levels)-1]
		n.a = p.word(prefix + strconv.Itoa(int(l.end-l.first)))
		p.addArgument(n.a)
	}
	return p.node(n)
}

// innerParam reads a parameter of a template template parameter, or the
// constraint that ends them.
func (p *parser) innerParam() ref {
	if p.eat("Q") {
		return p.wrap(kindPrefixed, "requires ", p.constraintExpr())
	}
	return p.declaredParam(false)
}

// constraintName reads the name of a concept, in which T_ is written as it is.
func (p *parser) constraintName() ref {
	outer := p.constraint
	p.constraint = true
	defer func() { p.constraint = outer }()
	return p.plainName()
}

// constraintExpr reads the condition of a requires clause.
func (p *parser) constraintExpr() ref {
	outer := p.constraint
	p.constraint = true
	defer func() { p.constraint = outer }()
	return p.expression()
}
