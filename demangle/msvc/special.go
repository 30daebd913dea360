package msvc

// special takes a symbol that only compilers make, if one comes next. Its code
// begins with "?_".
func (p *parser) special() (symbol ref, ok bool) {
	switch {
	case p.eats("?_7"):
		symbol = p.table("`vftable'")
	case p.eats("?_8"):
		symbol = p.table("`vbtable'")
	case p.eats("?_9"):
		symbol = p.vcall()
	case p.eats("?_B"):
		symbol = p.guard("`local static guard'")
	case p.eats("?_C@_"):
		symbol = p.stringLiteral()
	case p.eats("?_R0"):
		symbol = p.typeDescriptor()
	case p.eats("?_R1"):
		symbol = p.baseDescriptor()
	case p.eats("?_R2"):
		symbol = p.rtti("`RTTI Base Class Array'")
	case p.eats("?_R3"):
		symbol = p.rtti("`RTTI Class Hierarchy Descriptor'")
	case p.eats("?_R4"):
		symbol = p.table("`RTTI Complete Object Locator'")
	case p.eats("?_S"):
		symbol = p.table("`local vftable'")
	case p.eats("?__E"):
		symbol = p.initializer("`dynamic initializer for ")
	case p.eats("?__F"):
		symbol = p.initializer("`dynamic atexit destructor for ")
	case p.eats("?__J"):
		symbol = p.guard("`local static thread guard'")
	default:
		return 0, false
	}
	return symbol, true
}

// table takes the virtual tables of a class.
//
//	table = name ( "6" | "7" ) quals { name } "@"    // the bases it is for
func (p *parser) table(text string) ref {
	n := node{kind: kindTable}
	n.a = p.qualified(p.add(node{kind: kindName, text: text}))
	if !p.eat('6') && !p.eat('7') {
		return p.fail()
	}
	n.quals, _ = p.quals()
	for !p.eat('@') && !p.failed {
		p.push(&n.list, p.typeName())
	}
	return p.add(n)
}

// rtti takes a table of runtime type information that is about a class.
func (p *parser) rtti(text string) ref {
	name := p.qualified(p.add(node{kind: kindName, text: text}))
	p.expect('8')
	return p.add(node{kind: kindVariable, a: name})
}

// typeDescriptor takes what std::type_info is for a type. Nothing can follow it.
func (p *parser) typeDescriptor() ref {
	t := p.resultType()
	if p.rest != "@8" {
		return p.fail()
	}
	p.rest = ""
	return p.add(node{kind: kindTypeDescriptor, a: t, text: "`RTTI Type Descriptor'"})
}

// baseDescriptor takes where a base is in a class: its offset, the offset of the
// pointer to the table of virtual bases (-1: none), the offset in that, flags.
func (p *parser) baseDescriptor() ref {
	n := node{kind: kindBase}
	p.push(&n.list, p.integer(int64(uint32(p.unsigned()))))
	p.push(&n.list, p.integer(int64(int32(p.signed()))))
	p.push(&n.list, p.integer(int64(uint32(p.unsigned()))))
	p.push(&n.list, p.integer(int64(uint32(p.unsigned()))))
	name := p.qualified(p.add(n))
	p.eat('8')
	return p.add(node{kind: kindVariable, a: name})
}

// guard takes the flag that tells whether a static variable of a function is
// initialised.
//
//	guard = name ( "4IA" | "5" ) [ number ]
func (p *parser) guard(text string) ref {
	leaf := p.add(node{kind: kindGuard, text: text})
	name := p.qualified(leaf)
	if !p.eats("4IA") && !p.eat('5') {
		return p.fail()
	}
	if p.rest != "" {
		p.nodes[leaf].num = uint64(uint32(p.unsigned()))
	}
	return p.add(node{kind: kindVariable, a: name})
}

// initializer takes the function that initialises or destroys a variable.
//
//	initializer = "?" variable "@@" function | variable "@" function
//	            | name function
//
// The second form is of old clangs.
func (p *parser) initializer(text string) ref {
	static := p.eat('?')
	of := p.declarator()
	if p.failed {
		return 0
	}
	n := node{kind: kindInitializer, text: text, a: of}
	var f ref
	switch s := p.nodes[of]; {
	case s.kind == kindVariable:
		if static {
			p.expect('@')
		}
		p.expect('@')
		f = p.function()
	case static:
		return p.fail()
	default:
		n.a, f = s.a, s.b
	}
	var l list
	p.push(&l, p.add(n))
	name := p.add(node{kind: kindQualified, list: l})
	return p.add(node{kind: kindFunctionSymbol, a: name, b: f})
}

// vcall takes a thunk that calls what is at an offset of the vtable.
//
//	vcall = name "$B" number "A" convention
func (p *parser) vcall() ref {
	leaf := p.add(node{kind: kindVcall})
	name := p.qualified(leaf)
	if !p.eats("$B") {
		return p.fail()
	}
	p.nodes[leaf].num = p.unsigned()
	p.expect('A')
	f := p.add(node{kind: kindFunction, flags: flagVcall | flagNoSignature, code: p.next()})
	return p.add(node{kind: kindFunctionSymbol, a: name, b: f})
}
