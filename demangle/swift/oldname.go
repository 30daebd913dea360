package swift

// oldStandardTypes are the types of S and a letter.
var oldStandardTypes = map[byte]standardType{
	'P': {kindStructure, "UnsafePointer"},
	'Q': {kindEnum, "ImplicitlyUnwrappedOptional"},
	'R': {kindStructure, "UnsafeBufferPointer"},
	'S': {kindStructure, "String"},
	'V': {kindStructure, "UnsafeRawPointer"},
	'a': {kindStructure, "Array"},
	'b': {kindStructure, "Bool"},
	'c': {kindStructure, "UnicodeScalar"},
	'd': {kindStructure, "Double"},
	'f': {kindStructure, "Float"},
	'i': {kindStructure, "Int"},
	'p': {kindStructure, "UnsafeMutablePointer"},
	'q': {kindEnum, "Optional"},
	'r': {kindStructure, "UnsafeMutableBufferPointer"},
	'u': {kindStructure, "UInt"},
	'v': {kindStructure, "UnsafeMutableRawPointer"},
}

// substitution reads what follows S.
func (p *oldParser) substitution() ref {
	switch {
	case p.accept("o"):
		return p.leaf(kindModule, objcModule)
	case p.accept("C"):
		return p.leaf(kindModule, clangModule)
	}
	if t, ok := oldStandardTypes[p.peek()]; ok {
		p.next()
		return p.standard(t.kind, t.name)
	}
	n, ok := p.index()
	if !ok || n >= len(p.subs) {
		return none
	}
	return p.subs[n]
}

// module reads the name of a module.
func (p *oldParser) module() ref {
	if p.accept("s") {
		return p.leaf(kindModule, stdlib)
	}
	if p.accept("S") {
		if m := p.substitution(); p.kind(m) == kindModule {
			return m
		}
		return none
	}
	name := p.identifier()
	if p.kind(name) != kindIdentifier {
		return none
	}
	return p.substitutable(p.leaf(kindModule, p.str(name)))
}

// identifier reads a name or an operator: an X if it is in Punycode, an o and its
// fixity if it is an operator, then its length and its characters.
func (p *oldParser) identifier() ref {
	encoded := p.accept("X")
	var fixity byte
	if p.accept("o") {
		fixity = p.next()
	}
	n, ok := p.natural()
	if !ok || n == 0 || n > len(p.in) {
		return none
	}
	text := p.in[:n]
	p.in = p.in[n:]
	if encoded {
		if text, ok = p.decode(text); !ok {
			return none
		}
	}
	if fixity != 0 {
		return p.operatorOf(text, fixity)
	}
	return p.leaf(kindIdentifier, text)
}

// declName reads the name of a declaration, and what tells it apart from others of the name.
func (p *oldParser) declName() ref {
	switch {
	case p.accept("L"):
		n, ok := p.index()
		if !ok {
			return none
		}
		return p.node(node{kind: kindLocalName, num: int64(n)}, p.identifier())
	case p.accept("P"):
		file := p.identifier()
		return p.privateName(file, p.identifier())
	}
	return p.identifier()
}

// declaration reads the context and the name of a declaration.
func (p *oldParser) declaration(k kind) ref {
	context := p.context()
	if context == none {
		return none
	}
	return p.declarationIn(k, context)
}

func (p *oldParser) declarationIn(k kind, context ref) ref {
	return p.substitutable(p.of(k, context, p.declName()))
}

// protocolName reads a protocol. A substitution may stand for it or for its module.
func (p *oldParser) protocolName() ref {
	switch {
	case p.accept("S"):
		sub := p.substitution()
		if p.kind(sub) == kindModule {
			return p.declarationIn(kindProtocol, sub)
		}
		if p.kind(sub) != kindProtocol {
			return none
		}
		return sub
	case p.accept("s"):
		return p.declarationIn(kindProtocol, p.leaf(kindModule, stdlib))
	}
	return p.declaration(kindProtocol)
}

// nominal reads the declaration of a type.
func (p *oldParser) nominal() ref {
	switch p.next() {
	case 'C':
		return p.declaration(kindClass)
	case 'O':
		return p.declaration(kindEnum)
	case 'P':
		return p.declaration(kindProtocol)
	case 'S':
		return p.substitution()
	case 'V':
		return p.declaration(kindStructure)
	}
	return none
}

// context reads what a declaration is in.
func (p *oldParser) context() ref {
	if !p.enter() {
		return none
	}
	defer p.leave()
	switch {
	case p.accept("E"):
		module := p.module()
		return p.of(kindExtension, module, p.context())
	case p.accept("e"):
		module := p.module()
		signature := p.signature()
		return p.of(kindExtension, module, p.context(), signature)
	case p.accept("S"):
		return p.substitution()
	case p.accept("s"):
		return p.leaf(kindModule, stdlib)
	case p.accept("G"):
		return p.boundGeneric()
	}
	switch p.peek() {
	case 'C', 'F', 'I', 'O', 'P', 'V', 'Z', 's', 'v':
		return p.entity()
	}
	return p.module()
}

// conformance reads that a type conforms to a protocol, as told by a module.
func (p *oldParser) conformance() ref {
	t := p.typ()
	protocol := p.protocolName()
	if t == none || protocol == none {
		return none
	}
	return p.tree.conformance(t, protocol, p.context())
}
