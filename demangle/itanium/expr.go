package itanium

// expression reads an expression.
func (p *parser) expression() ref {
	if !p.enter() {
		return 0
	}
	defer p.leave()
	global := p.eat("gs")
	switch c := p.peek(); {
	case c == 'L':
		return p.primary()
	case c == 'T':
		return p.templateParam()
	case isDigit(c):
		return p.unresolved(global)
	case c == 'u':
		return p.vendorExpression()
	}
	if op, ok := p.operatorCode(); ok {
		return p.operation(op, global)
	}
	return p.otherExpression(global)
}

// otherExpression reads the expressions whose two letters name no operator function.
func (p *parser) otherExpression(global bool) ref {
	if len(p.s)-p.pos < 2 {
		return p.fail()
	}
	code := p.s[p.pos:][:2]
	switch code {
	case "sr", "on", "dn":
		return p.unresolved(global)
	case "fl", "fr", "fL", "fR", "fp":
		return p.foldOrParameter()
	}
	p.pos += 2
	switch code {
	case "cv":
		return p.convert()
	case "il":
		return p.node(node{kind: kindBraced, list: p.list('E', (*parser).braced)})
	case "tl":
		t := p.typ()
		return p.node(node{kind: kindBraced, a: t, list: p.list('E', (*parser).braced)})
	case "tw":
		return p.node(node{kind: kindUnary, text: "throw ", a: p.expression(), prec: precAssign})
	case "tr":
		return p.word("throw")
	case "sp":
		return p.node(node{kind: kindExpansion, a: p.expression()})
	case "sZ":
		return p.wrap(kindEnclosed, "sizeof...", p.node(node{kind: kindExpansion, a: p.expression()}))
	case "sP":
		pack := p.node(node{kind: kindArgs, list: p.list('E', (*parser).templateArg)})
		return p.wrap(kindEnclosed, "sizeof... ", pack)
	case "so":
		return p.subobject()
	case "mc":
		t := p.typ()
		e := p.expression()
		if c := p.peek(); c == 'n' || isDigit(c) {
			p.signed()
		}
		p.expect('E')
		return p.node(node{kind: kindConvert, a: t, b: e, prec: precCast})
	case "rq":
		return p.requires(list{})
	case "rQ":
		return p.requires(p.list('_', (*parser).typ))
	}
	return p.fail()
}

// operation reads the operands of an operator.
func (p *parser) operation(op operator, global bool) ref {
	n := node{text: op.text, prec: op.prec, bits: op.bits}
	switch op.form {
	case formUnary:
		n.kind, n.a = kindUnary, p.expression()
	case formPostfix:
		n.kind = kindPostfix
		if p.eat("_") {
			n.kind, n.prec = kindUnary, precUnary
		}
		n.a = p.expression()
	case formBinary:
		n.kind, n.a = kindBinary, p.expression()
		n.b = p.expression()
	case formSubscript:
		n.kind, n.a = kindSubscript, p.expression()
		n.b = p.expression()
	case formAccess:
		n.kind, n.a = kindAccess, p.expression()
		n.b = p.expression()
	case formTernary:
		n.kind, n.a = kindTernary, p.expression()
		n.b = p.expression()
		n.c = p.expression()
	case formCast:
		n.kind, n.a = kindCast, p.typ()
		n.b = p.expression()
	case formCall:
		n.kind, n.a = kindCall, p.expression()
		n.list = p.list('E', (*parser).expression)
	case formCallPlain:
		n.kind, n.a = kindCallPlain, p.expression()
		n.list = p.list('E', (*parser).expression)
	case formOfType:
		n.kind, n.a = kindEnclosed, p.typ()
	case formOfExpr:
		n.kind, n.a = kindEnclosed, p.expression()
	case formDelete:
		n.kind, n.a = kindDelete, p.expression()
	case formNew:
		n.kind = kindNew
		n.list = p.list('_', (*parser).expression)
		n.a = p.typ()
		if p.eat("pi") {
			n.b = p.node(node{kind: kindArgs, list: p.list('E', (*parser).expression)})
		} else if p.peek() == 'i' {
			n.b = p.expression()
		} else {
			p.expect('E')
		}
	}
	if global {
		n.bits |= markGlobal
	}
	return p.node(n)
}

// convert reads a type and what is converted to it: an expression, or _ and
// any number of them.
func (p *parser) convert() ref {
	ahead, noArgs := p.ahead, p.noArgs
	p.noArgs = false
	n := node{kind: kindConvert, prec: precCast, a: p.typ()}
	p.ahead, p.noArgs = ahead, noArgs
	if p.eat("_") {
		n.list = p.list('E', (*parser).expression)
	} else {
		n.b = p.expression()
	}
	return p.node(n)
}

// braced reads an element of a list in braces, with what it initializes.
func (p *parser) braced() ref {
	if !p.enter() {
		return 0
	}
	defer p.leave()
	switch {
	case p.eat("di"):
		field := p.source()
		return p.node(node{kind: kindField, a: field, b: p.braced()})
	case p.eat("dx"):
		index := p.expression()
		return p.node(node{kind: kindIndex, a: index, b: p.braced()})
	case p.eat("dX"):
		first := p.expression()
		last := p.expression()
		return p.node(node{kind: kindIndex, bits: markRange, a: first, c: last, b: p.braced()})
	}
	return p.expression()
}

// foldOrParameter reads a fold expression, or a function's parameter: both can
// begin with fL.
func (p *parser) foldOrParameter() ref {
	code := p.s[p.pos:][:2]
	if code == "fp" || code == "fL" && isDigit(p.peekAt(2)) {
		return p.functionParam()
	}
	p.pos += 2
	op, ok := p.operatorCode()
	if !ok {
		return p.fail()
	}
	n := node{kind: kindFold, text: op.text, a: p.expression()}
	if code == "fL" || code == "fR" {
		n.b = p.expression()
	}
	if code == "fl" || code == "fL" {
		n.bits = markLeft
	}
	return p.node(n)
}

// functionParam reads fpT, which is this, or a parameter by its number.
func (p *parser) functionParam() ref {
	if p.eat("fpT") {
		return p.word("this")
	}
	if p.eat("fL") {
		p.digits()
		p.expect('p')
	} else {
		p.pos += 2
	}
	p.qualifiers()
	number := ""
	if isDigit(p.peek()) {
		number = p.digits()
	}
	p.expect('_')
	return p.word("fp" + number)
}

// vendorExpression reads u name {template argument} E.
func (p *parser) vendorExpression() ref {
	p.pos++
	name := p.identifier()
	if name == "__uuidof" {
		switch {
		case p.eat("t"):
			return p.wrap(kindEnclosed, name, p.typ())
		case p.eat("z"):
			return p.wrap(kindEnclosed, name, p.expression())
		}
	}
	args := p.list('E', (*parser).templateArg)
	return p.node(node{kind: kindCall, prec: precPostfix, a: p.word(name), list: args})
}

// subobject reads type, expression, offset, union selectors and p, and E.
func (p *parser) subobject() ref {
	n := node{kind: kindSubobject, prec: precPostfix, b: p.typ(), a: p.expression(), text: "0"}
	if c := p.peek(); c == 'n' || isDigit(c) {
		n.text = p.signed()
	}
	for p.eat("_") {
		if isDigit(p.peek()) {
			p.digits()
		}
	}
	p.eat("p")
	p.expect('E')
	return p.node(n)
}

// unresolved reads a name that depends on template parameters.
func (p *parser) unresolved(global bool) ref {
	if !p.enter() {
		return 0
	}
	defer p.leave()
	var scope ref
	switch {
	case p.eat("srN"):
		scope = p.unresolvedType()
		for p.more('E') {
			scope = p.node(node{kind: kindNested, a: scope, b: p.simpleID()})
		}
	case p.eat("sr"):
		if !isDigit(p.peek()) {
			scope = p.unresolvedType()
			break
		}
		scope = p.simpleID()
		if global {
			scope, global = p.node(node{kind: kindUnary, text: "::", a: scope}), false
		}
		for p.more('E') {
			scope = p.node(node{kind: kindNested, a: scope, b: p.simpleID()})
		}
	}
	name := p.baseName()
	if scope != 0 {
		name = p.node(node{kind: kindNested, a: scope, b: name})
	}
	if global {
		name = p.node(node{kind: kindUnary, text: "::", a: name})
	}
	return name
}

// unresolvedType reads the type that an unresolved name is a member of.
func (p *parser) unresolvedType() ref {
	var t ref
	switch p.peek() {
	case 'T':
		t = p.remember(p.templateParam())
	case 'D':
		t = p.remember(p.decltype())
	case 'S':
		if p.eat("St") {
			t = p.remember(p.node(node{kind: kindNested, a: p.word("std"), b: p.source()}))
			break
		}
		t, _ = p.substitution()
	default: // GCC writes whole types here
		return p.typ()
	}
	if p.peek() == 'I' {
		t = p.withArgs(t, &shape{})
		p.remember(t)
	}
	return t
}

// simpleID reads a name with its template arguments.
func (p *parser) simpleID() ref {
	name := p.source()
	if p.peek() == 'I' {
		return p.withArgs(name, &shape{})
	}
	return name
}

// baseName reads the last part of an unresolved name.
func (p *parser) baseName() ref {
	var name ref
	switch {
	case p.eat("dn"):
		var class ref
		if isDigit(p.peek()) {
			class = p.simpleID()
		} else {
			class = p.unresolvedType()
		}
		return p.node(node{kind: kindDestructor, a: class})
	case isDigit(p.peek()):
		return p.simpleID()
	default:
		p.eat("on") // which GCC leaves out
		name = p.operatorName(&shape{})
	}
	if p.peek() == 'I' {
		return p.withArgs(name, &shape{})
	}
	return name
}

// primary reads a literal or a mangled name: L type value E, L _Z encoding E.
func (p *parser) primary() ref {
	p.pos++
	if p.eat("_Z") || p.eat("Z") { // GCC once left the underscore out
		e := p.encoding()
		p.expect('E')
		return e
	}
	t := p.typ()
	if p.failed {
		return 0
	}
	if p.eat("E") {
		switch n := p.nodes[p.target(t)]; {
		case n.kind == kindBuiltin && n.text == "decltype(nullptr)":
			return p.word("nullptr")
		case n.kind == kindClosure:
			return p.node(node{kind: kindLambda, a: p.target(t)})
		case n.kind == kindArray || n.kind == kindQualified && p.nodes[p.target(n.a)].kind == kindArray:
			return p.node(node{kind: kindString, a: t})
		}
		return p.fail()
	}
	n := node{kind: kindLiteral, a: t}
	if p.eat("n") {
		n.bits = markNegative
	}
	start := p.pos
	for c := p.peek(); c != 'E' && c != 0; c = p.peek() {
		p.pos++
	}
	n.text = p.s[start:p.pos]
	p.expect('E')
	return p.node(n)
}

// requires reads the requirements of a requires expression.
func (p *parser) requires(params list) ref {
	return p.node(node{kind: kindRequires, list: params, a: p.node(node{kind: kindArgs, list: p.list('E', (*parser).requirement)})})
}

// requirement reads X expression [N] [R concept], T type or Q condition.
func (p *parser) requirement() ref {
	n := node{kind: kindRequire}
	switch p.next() {
	case 'X':
		n.a = p.expression()
		if p.eat("N") {
			n.bits = markNoexcept
		}
		if p.eat("R") {
			n.b = p.constraintName()
		}
	case 'T':
		n.text, n.a = "typename ", p.typ()
	case 'Q':
		n.text, n.a = "requires ", p.constraintExpr()
	default:
		return p.fail()
	}
	return p.node(n)
}
