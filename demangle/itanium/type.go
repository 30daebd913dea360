package itanium

// builtins are the types of one letter.
var builtins = [128]string{
	'a': "signed char", 'b': "bool", 'c': "char", 'd': "double", 'e': "long double", 'f': "float",
	'g': "__float128", 'h': "unsigned char", 'i': "int", 'j': "unsigned int", 'l': "long",
	'm': "unsigned long", 'n': "__int128", 'o': "unsigned __int128", 's': "short", 't': "unsigned short",
	'v': "void", 'w': "wchar_t", 'x': "long long", 'y': "unsigned long long", 'z': "...",
}

// builtinsD are the types of D and a letter.
var builtinsD = map[byte]string{
	'a': "auto", 'c': "decltype(auto)", 'd': "decimal64", 'e': "decimal128", 'f': "decimal32",
	'h': "half", 'i': "char32_t", 'n': "decltype(nullptr)", 's': "char16_t", 'u': "char8_t",
}

// typ reads a type.
func (p *parser) typ() ref {
	if !p.enter() {
		return 0
	}
	defer p.leave()
	c := p.peek()
	if c < 128 && builtins[c] != "" && c != 'u' {
		p.pos++
		return p.node(node{kind: kindBuiltin, text: builtins[c]})
	}
	switch c {
	case 'r', 'V', 'K':
		return p.qualified()
	case 'F':
		return p.remember(p.function(0, 0))
	case 'A':
		return p.remember(p.array())
	case 'M':
		p.pos++
		class := p.typ()
		member := p.typ()
		return p.remember(p.node(node{kind: kindMember, a: member, b: class, tail: pointerTail(p.nodes[member].tail)}))
	case 'P':
		return p.pointer(kindPointer)
	case 'R':
		return p.pointer(kindReference)
	case 'O':
		return p.pointer(kindRvalue)
	case 'C':
		p.pos++
		return p.remember(p.wrap(kindSuffixed, " _Complex", p.typ()))
	case 'G':
		p.pos++
		return p.remember(p.wrap(kindSuffixed, " _Imaginary", p.typ()))
	case 'u':
		return p.vendorType()
	case 'U':
		return p.vendorQualified()
	case 'T':
		return p.typeT()
	case 'S':
		return p.typeS()
	case 'D':
		return p.typeD()
	}
	return p.remember(p.plainName())
}

// qualifiers reads those of a type or member function.
func (p *parser) qualifiers() (bits uint16) {
	if p.eat("r") {
		bits |= qualRestrict
	}
	if p.eat("V") {
		bits |= qualVolatile
	}
	if p.eat("K") {
		bits |= qualConst
	}
	return bits
}

// qualified reads a qualified type. Qualifiers of a function type belong to it.
func (p *parser) qualified() ref {
	bits := p.qualifiers()
	if p.peek() == 'F' {
		return p.remember(p.function(bits, 0))
	}
	if c := p.peekAt(1); p.peek() == 'D' && (c == 'o' || c == 'O' || c == 'w' || c == 'x') {
		return p.remember(p.exceptions(bits))
	}
	t := p.typ()
	if p.failed {
		return 0
	}
	if n := p.nodes[t]; n.kind == kindQualified { // an array's element is qualified already
		n.bits |= bits
		return p.remember(p.node(n))
	}
	return p.remember(p.node(node{kind: kindQualified, a: t, bits: bits, tail: p.nodes[t].tail}))
}

// pointer reads what points to a type.
func (p *parser) pointer(k kind) ref {
	p.pos++
	t := p.typ()
	if p.failed {
		return 0
	}
	return p.remember(p.node(node{kind: k, a: t, tail: pointerTail(p.nodes[t].tail)}))
}

// function reads F [Y] result {parameter} [reference qualifier] E.
func (p *parser) function(bits uint16, exceptions ref) ref {
	p.expect('F')
	p.eat("Y") // extern "C"
	result := p.typ()
	params := p.parameters(false)
	if p.eat("R") {
		bits |= qualLRef
	} else if p.eat("O") {
		bits |= qualRRef
	}
	p.expect('E')
	return p.node(node{kind: kindFunction, a: result, b: exceptions, list: params, bits: bits, tail: hasTail | isFunction})
}

// exceptions reads a function type that says what it throws.
func (p *parser) exceptions(bits uint16) ref {
	p.pos++
	var spec ref
	switch p.next() {
	case 'o':
		spec = p.word("noexcept")
	case 'O':
		spec = p.wrap(kindEnclosed, "noexcept", p.expression())
		p.expect('E')
	case 'w':
		spec = p.node(node{kind: kindThrow, list: p.list('E', (*parser).typ)})
	case 'x':
		spec = p.word("transaction_safe")
	}
	return p.function(bits, spec)
}

// array reads A [bound] _ element. The element's qualifiers are the array's.
func (p *parser) array() ref {
	p.pos++
	var bound ref
	switch {
	case isDigit(p.peek()):
		bound = p.word(p.digits())
	case p.peek() != '_':
		bound = p.expression()
	}
	p.expect('_')
	element := p.typ()
	if p.failed {
		return 0
	}
	return p.node(node{kind: kindArray, a: element, b: bound, tail: hasTail | isArray})
}

// vendorType reads u name [template arguments].
func (p *parser) vendorType() ref {
	p.pos++
	t := p.node(node{kind: kindBuiltin, text: p.identifier()})
	if p.eat("I") {
		t = p.node(node{kind: kindTemplate, a: t, list: p.list('E', (*parser).templateArg)})
	}
	return p.remember(t)
}

// vendorQualified reads U name [template arguments] type, and closures and
// types without a name outside any function.
func (p *parser) vendorQualified() ref {
	switch p.peekAt(1) {
	case 'l', 't', 'e', 'b':
		return p.remember(p.unnamed())
	}
	p.pos++
	n := node{kind: kindVendor, text: p.identifier()}
	if p.peek() == 'I' {
		args := p.templateArgs(false)
		n.b = p.node(node{kind: kindArgs, list: args})
	}
	n.a = p.typ()
	return p.remember(p.node(n))
}

// typeT reads a template parameter, with arguments if it is a template, or a
// type with the keyword of its declaration.
func (p *parser) typeT() ref {
	switch p.peekAt(1) {
	case 's':
		p.pos += 2
		return p.remember(p.wrap(kindElaborated, "struct ", p.plainName()))
	case 'u':
		p.pos += 2
		return p.remember(p.wrap(kindElaborated, "union ", p.plainName()))
	case 'e':
		p.pos += 2
		return p.remember(p.wrap(kindElaborated, "enum ", p.plainName()))
	}
	t := p.remember(p.templateParam())
	if p.peek() == 'I' && !p.noArgs {
		t = p.remember(p.withArgs(t, &shape{}))
	}
	return t
}

// typeS reads a type that begins with a substitution.
func (p *parser) typeS() ref {
	if p.peekAt(1) == 't' {
		return p.remember(p.plainName())
	}
	t, fresh := p.substitution()
	if p.failed {
		return 0
	}
	if p.nodes[t].kind == kindModule {
		var f shape
		t, fresh = p.unqualified(&f, 0, t), true
	}
	if fresh {
		p.remember(t)
	}
	if p.peek() == 'I' && (!p.noArgs || p.nodes[t].kind != kindForward) {
		t = p.remember(p.withArgs(t, &shape{}))
	}
	return t
}

// typeD reads types that begin with D.
func (p *parser) typeD() ref {
	c := p.peekAt(1)
	if name, ok := builtinsD[c]; ok {
		p.pos += 2
		return p.node(node{kind: kindBuiltin, text: name})
	}
	switch c {
	case 't', 'T':
		return p.remember(p.decltype())
	case 'p':
		p.pos += 2
		return p.remember(p.node(node{kind: kindExpansion, a: p.typ(), bits: markEnclosed}))
	case 'v':
		return p.remember(p.vector())
	case 'o', 'O', 'w', 'x':
		return p.remember(p.exceptions(0))
	case 'k', 'K':
		p.pos += 2
		words := " auto"
		if c == 'K' {
			words = " decltype(auto)"
		}
		return p.wrap(kindSuffixed, words, p.constraintName())
	case 'F':
		return p.float()
	case 'B', 'U':
		return p.remember(p.bitInt())
	case 'A', 'R', 'S':
		return p.fixedPoint()
	}
	return p.fail()
}

// decltype reads Dt expression E.
func (p *parser) decltype() ref {
	p.pos += 2
	e := p.expression()
	p.expect('E')
	return p.wrap(kindEnclosed, "decltype", e)
}

// vector reads Dv number _ type, or Dv _ expression _ type.
func (p *parser) vector() ref {
	p.pos += 2
	var size ref
	if p.eat("_") {
		size = p.expression()
	} else {
		size = p.word(p.digits())
	}
	p.expect('_')
	if p.eat("p") {
		return p.node(node{kind: kindVector, a: p.word("pixel"), b: size})
	}
	return p.node(node{kind: kindVector, a: p.typ(), b: size})
}

// float reads DF and a number of bits.
func (p *parser) float() ref {
	p.pos += 2
	bits := p.digits()
	switch p.next() {
	case '_':
		return p.node(node{kind: kindBuiltin, text: "_Float" + bits})
	case 'x':
		return p.node(node{kind: kindBuiltin, text: "_Float" + bits + "x"})
	case 'b':
		return p.node(node{kind: kindBuiltin, text: "std::bfloat" + bits + "_t"})
	}
	return p.fail()
}

// bitInt reads DB or DU, a number of bits or an expression, and _.
func (p *parser) bitInt() ref {
	n := node{kind: kindBitInt, text: "_BitInt"}
	if p.peekAt(1) == 'U' {
		n.text = "unsigned _BitInt"
	}
	p.pos += 2
	if isDigit(p.peek()) {
		n.b = p.word(p.digits())
	} else {
		n.b = p.expression()
	}
	p.expect('_')
	return p.node(n)
}

// fixedPoint reads a type of ISO/IEC TR 18037: [DS] DA or DR, and its size.
func (p *parser) fixedPoint() ref {
	name := ""
	if p.eat("DS") {
		name = "_Sat "
	}
	kind := ""
	switch {
	case p.eat("DA"):
		kind = "_Accum"
	case p.eat("DR"):
		kind = "_Fract"
	default:
		return p.fail()
	}
	switch p.next() {
	case 's':
		name += "short "
	case 't':
		name += "unsigned short "
	case 'i':
	case 'j':
		name += "unsigned "
	case 'l':
		name += "long "
	case 'm':
		name += "unsigned long "
	default:
		return p.fail()
	}
	return p.node(node{kind: kindBuiltin, text: name + kind})
}
