package swift

// An oldEntity is a declaration, or a function that belongs to one.
type oldEntity struct {
	kind    kind // of the declaration
	context ref
}

// entity reads a declaration: its kind, its context, and what of it is meant.
func (p *oldParser) entity() ref {
	if !p.enter() {
		return none
	}
	defer p.leave()
	static := p.accept("Z")
	e := oldEntity{}
	switch {
	case p.accept("F"):
		e.kind = kindFunction
	case p.accept("v"):
		e.kind = kindVariable
	case p.accept("I"):
		e.kind = kindInitializer
	case p.accept("i"):
		e.kind = kindSubscript
	default:
		return p.nominal()
	}
	if e.context = p.context(); e.context == none {
		return none
	}
	r := p.member(e)
	if static {
		return p.of(kindStatic, r)
	}
	return r
}

// member reads what of a declaration is meant.
func (p *oldParser) member(e oldEntity) ref {
	switch c := p.peek(); c {
	case 'C':
		p.next()
		return p.constructor(e.context, "init", "__allocating_init")
	case 'D', 'E', 'Z', 'd', 'e':
		p.next()
		return p.deinit(c, e.context)
	case 'c':
		p.next()
		return p.constructor(e.context, "init", "init")
	case 'U':
		p.next()
		return p.closure(e.context, "closure #")
	case 'u':
		p.next()
		return p.closure(e.context, "implicit closure #")
	}
	if text, ok := p.accessorName(); ok {
		if text == "" {
			return none
		}
		return p.node(node{kind: kindAccessor, text: text}, p.storage(e.context))
	}
	if e.kind == kindInitializer {
		return p.initializer(e.context)
	}
	name := p.declName()
	if name == none {
		return none
	}
	if e.kind == kindSubscript {
		return p.of(kindSubscript, e.context, p.typ())
	}
	return p.of(e.kind, e.context, name, p.typ())
}

// constructor reads the type of an initialiser.
func (p *oldParser) constructor(context ref, name, inClass string) ref {
	t := p.typ()
	if t == none {
		return none
	}
	return p.inClass(node{kind: kindInit}, name, inClass, context, t)
}

// deinit makes a function of a type that has neither name nor arguments.
func (p *oldParser) deinit(c byte, context ref) ref {
	n := node{kind: kindDeinit}
	switch c {
	case 'D':
		return p.inClass(n, "deinit", "__deallocating_deinit", context)
	case 'E':
		return p.inClass(n, "__ivar_destroyer", "__ivar_destroyer", context)
	case 'Z':
		return p.inClass(n, "deinit", "__isolated_deallocating_deinit", context)
	case 'e':
		return p.inClass(n, "__ivar_initializer", "__ivar_initializer", context)
	}
	return p.inClass(n, "deinit", "deinit", context)
}

// closure reads a closure, which a number tells apart from others in its context.
func (p *oldParser) closure(context ref, text string) ref {
	n, ok := p.index()
	if !ok {
		return none
	}
	return p.node(node{kind: kindClosure, text: text, num: int64(n) + 1}, context, p.typ())
}

// initializer reads what an expression initialises.
func (p *oldParser) initializer(context ref) ref {
	n := node{kind: kindInitializer, text: "variable initialization expression", num: -1}
	switch p.next() {
	case 'A':
		index, ok := p.index()
		if !ok {
			return none
		}
		n.text, n.num = "default argument ", int64(index)
	case 'i':
	default:
		return none
	}
	return p.node(n, context)
}

// oldMutableAddressors are the mutableAddressors of before.
var oldMutableAddressors = letters{
	'O': "owningMutableAddressor",
	'o': "nativeOwningMutableAddressor",
	'p': "nativePinningMutableAddressor",
	'u': "unsafeMutableAddressor",
}

// accessorName reads which function of a variable or subscript is meant, and
// whether one is.
func (p *oldParser) accessorName() (string, bool) {
	switch c := p.peek(); c {
	case 'a':
		p.next()
		return p.letter(&oldMutableAddressors), true
	case 'l':
		p.next()
		return p.letter(&addressors), true
	case 'G', 'M', 'W', 'g', 'm', 'r', 's', 'w':
		p.next()
		return accessors.of(c), true
	}
	return "", false
}

// storage reads the name and the type of the variable or subscript of an
// accessor. Subscripts are mangled as variables of that name.
func (p *oldParser) storage(context ref) ref {
	name := p.declName()
	t := p.typ()
	isSubscript := func(r ref) bool { return p.kind(r) == kindIdentifier && p.str(r) == "subscript" }
	switch {
	case isSubscript(name):
		return p.of(kindSubscript, context, t)
	case p.kind(name) == kindPrivateName && isSubscript(p.kid(name, 0)):
		return p.of(kindSubscript, context, t, p.leaf(kindPrivateName, p.str(name)))
	}
	return p.of(kindVariable, context, name, t)
}
