package swift

// boundGeneric reads a type and the generic arguments of it and the types around it.
func (p *oldParser) boundGeneric() ref { return p.bind(p.nominal()) }

// bind reads the arguments of a declaration, after those of what it is in.
func (p *oldParser) bind(decl ref) ref {
	if !p.enter() {
		return none
	}
	defer p.leave()
	context := p.kid(decl, 0)
	switch p.kind(context) {
	case kindNone:
		return none
	case kindModule, kindFunction, kindExtension:
	default:
		if decl = p.withContext(decl, p.bind(context)); decl == none {
			return none
		}
	}
	arguments, ok := p.until((*oldParser).typ)
	switch {
	case !ok:
		return none
	case len(arguments) == 0:
		return decl
	}
	switch p.kind(decl) {
	case kindClass, kindStructure, kindEnum:
		return p.of(kindBound, decl, p.node(node{kind: kindList, text: ", "}, arguments...))
	}
	return none
}

// genericParamIndex reads which generic parameter is meant.
func (p *oldParser) genericParamIndex() ref {
	switch {
	case p.accept("d"):
		depth, ok1 := p.index()
		index, ok2 := p.index()
		if !ok1 || !ok2 {
			return none
		}
		return p.genericParam(depth+1, index)
	case p.accept("x"):
		return p.genericParam(0, 0)
	}
	index, ok := p.index()
	if !ok {
		return none
	}
	return p.genericParam(0, index+1)
}

// memberOf reads the name of an associated type of a type.
func (p *oldParser) memberOf(base ref) ref {
	if base == none {
		return none
	}
	if p.accept("S") {
		name := p.substitution()
		if p.kind(name) != kindAssociated {
			return none
		}
		return p.typePhrase("%.%", base, name)
	}
	var name ref
	if p.accept("P") {
		protocol := p.protocolName()
		name = p.node(node{kind: kindAssociated, text: "%.%"}, protocol, p.identifier())
	} else {
		name = p.node(node{kind: kindAssociated, text: "%"}, p.identifier())
	}
	return p.typePhrase("%.%", base, p.substitutable(name))
}

// simpleMember reads an associated type of a generic parameter.
func (p *oldParser) simpleMember() ref { return p.memberOf(p.genericParamIndex()) }

// compoundMember reads an associated type of an associated type and so on.
func (p *oldParser) compoundMember() ref {
	base := p.genericParamIndex()
	for base != none && !p.accept("_") {
		base = p.memberOf(base)
	}
	return base
}

// dependentType reads what follows q: a generic parameter, or an associated type.
func (p *oldParser) dependentType() ref {
	if c := p.peek(); c == 'd' || c == '_' || isDigit(c) {
		return p.genericParamIndex()
	}
	return p.memberOf(p.typ())
}

// archetype reads what follows Q.
func (p *oldParser) archetype() ref {
	if !p.enter() {
		return none
	}
	defer p.leave()
	var root ref
	switch p.next() {
	case 'Q':
		root = p.archetype()
	case 'S':
		root = p.substitution()
	case 'U':
		if _, ok := p.index(); !ok {
			return none
		}
		return p.modified("some")
	case 's':
		root = p.leaf(kindModule, stdlib)
	case 'u':
		return p.modified("some")
	}
	if root == none {
		return none
	}
	return p.substitutable(p.typePhrase("%.%", root, p.identifier()))
}

// signature reads how many generic parameters there are at each depth, and the
// requirements on them.
func (p *oldParser) signature() ref {
	var kids []ref
	for p.peek() != 'R' && p.peek() != 'r' {
		n := 0
		if !p.accept("z") {
			index, ok := p.index()
			if !ok {
				return none
			}
			n = index + 1
		}
		kids = append(kids, p.number(n))
	}
	if len(kids) == 0 {
		kids = append(kids, p.number(1))
	}
	if p.next() == 'R' {
		for !p.accept("r") {
			r := p.requirement()
			if r == none {
				return none
			}
			kids = append(kids, r)
		}
	}
	return p.of(kindSignature, kids...)
}

// requirement reads a requirement on a generic parameter or on a member of one.
func (p *oldParser) requirement() ref {
	var on ref
	switch {
	case p.accept("W"):
		on = p.compoundMember()
	case p.accept("w"):
		on = p.simpleMember()
	default:
		on = p.genericParamIndex()
	}
	if on == none {
		return none
	}
	switch {
	case p.accept("z"):
		return p.node(node{kind: kindRequirement, text: "% == %"}, on, p.typ())
	case p.accept("l"):
		return p.layout(on)
	}
	return p.node(node{kind: kindRequirement, text: "%: %"}, on, p.constraint())
}

// constraint reads a superclass or a protocol. A substitution may stand for
// either, or for the module of a protocol.
func (p *oldParser) constraint() ref {
	switch p.peek() {
	case 'C':
		return p.typ()
	case 'S':
		p.next()
		switch sub := p.substitution(); p.kind(sub) {
		case kindClass, kindProtocol:
			return sub
		case kindModule:
			return p.declarationIn(kindProtocol, sub)
		}
		return none
	}
	return p.protocolName()
}

// layout reads a requirement on how a type lies in memory.
func (p *oldParser) layout(on ref) ref {
	c := p.next()
	n := node{kind: kindRequirement, text: layoutNames.of(c)}
	kids := []ref{on}
	switch c {
	case 'N', 'R', 'T', 'U':
	case 'E', 'M':
		kids = append(kids, p.numberNode())
		if !p.accept("_") {
			return none
		}
		kids = append(kids, p.numberNode())
	case 'e', 'm':
		kids = append(kids, p.numberNode())
	default:
		return none
	}
	return p.node(n, kids...)
}

// numberNode reads a number.
func (p *oldParser) numberNode() ref {
	n, ok := p.natural()
	if !ok {
		return none
	}
	return p.number(n)
}
