package swift

// function makes a function of its context, name, labels and type.
func (p *parser) function() ref {
	signature := p.pop(kindSignature)
	t := p.functionType(kindFunctionType)
	labels := p.popLabels(t)
	t = p.under(signature, t)
	return p.declared(kindFunction, labels, t)
}

// declaration makes a declaration of its context, name, labels and type.
func (p *parser) declaration(k kind) ref {
	t := p.popType()
	return p.declared(k, p.popLabels(t), t)
}

// declared makes a declaration whose type and labels have been popped.
func (p *parser) declared(k kind, labels, t ref) ref {
	name := p.popName()
	context := p.popContext()
	if name == none || context == none || t == none {
		return none
	}
	return p.some(node{kind: k}, context, name, labels, t)
}

// subscript makes an accessor of a subscript, which has no name but may be private.
func (p *parser) subscript() ref {
	private := p.pop(kindPrivateName)
	t := p.popType()
	labels := p.popLabels(t)
	context := p.popContext()
	if t == none || context == none {
		return none
	}
	return p.accessor(p.some(node{kind: kindSubscript}, context, labels, t, private))
}

// accessors are the functions of a variable or subscript that have one letter.
var accessors = letters{
	'G': "getter", // of a global variable
	'M': "modify",
	'W': "didset",
	'b': "borrow",
	'g': "getter",
	'i': "init",
	'm': "materializeForSet",
	'r': "read",
	's': "setter",
	'w': "willset",
	'x': "modify2",
	'y': "read2",
	'z': "mutate",
}

// Addressors have two letters: a for a mutable one or l, then its owner.
var (
	mutableAddressors = letters{
		'O': "owningMutableAddressor",
		'P': "nativePinningMutableAddressor",
		'o': "nativeOwningMutableAddressor",
		'u': "unsafeMutableAddressor",
	}
	addressors = letters{
		'O': "owningAddressor",
		'o': "nativeOwningAddressor",
		'p': "nativePinningAddressor",
		'u': "unsafeAddressor",
	}
)

// accessor reads which function of a variable or subscript is meant.
func (p *parser) accessor(storage ref) ref {
	text := ""
	switch {
	case p.accept('p'):
		return storage // itself
	case p.accept('a'):
		text = p.letter(&mutableAddressors)
	case p.accept('l'):
		text = p.letter(&addressors)
	default:
		text = p.letter(&accessors)
	}
	if text == "" {
		return none
	}
	return p.node(node{kind: kindAccessor, text: text}, storage)
}

// functionEntity reads what follows f: functions that have no name of their own, and macros.
func (p *parser) functionEntity() ref {
	switch p.next() {
	case 'A':
		return p.defaultArgument()
	case 'C':
		return p.constructor("init", "__allocating_init")
	case 'D':
		return p.deinit("deinit", "__deallocating_deinit")
	case 'E':
		return p.deinit("__ivar_destroyer", "__ivar_destroyer")
	case 'F':
		return p.initializer("property wrapped field init accessor")
	case 'M':
		return p.macroExpansion()
	case 'P':
		return p.initializer("property wrapper backing initializer")
	case 'U':
		return p.closure("closure #")
	case 'W':
		return p.initializer("property wrapper init from projected value")
	case 'Z':
		return p.deinit("deinit", "__isolated_deallocating_deinit")
	case 'c':
		return p.constructor("init", "init")
	case 'd':
		return p.deinit("deinit", "deinit")
	case 'e':
		return p.deinit("__ivar_initializer", "__ivar_initializer")
	case 'i':
		return p.initializer("variable initialization expression")
	case 'm':
		return p.declaration(kindMacro)
	case 'p':
		return p.declaration(kindGenericParam)
	case 'u':
		return p.closure("implicit closure #")
	}
	return none
}

// inClass makes a node in a context. What it is called differs for classes.
func (t *tree) inClass(n node, name, inClass string, context ref, kids ...ref) ref {
	if n.text = name; t.kind(context) == kindClass {
		n.text = inClass
	}
	if context == none {
		return none
	}
	return t.some(n, append([]ref{context}, kids...)...)
}

// constructor makes an initialiser of a type.
func (p *parser) constructor(name, inClass string) ref {
	private := p.pop(kindPrivateName)
	t := p.popType()
	labels := p.popLabels(t)
	context := p.popContext()
	if t == none {
		return none
	}
	if name != inClass {
		private = none // an allocating initialiser is written without
	}
	return p.inClass(node{kind: kindInit}, name, inClass, context, labels, t, private)
}

// deinit makes a function of a type that has neither name nor arguments.
func (p *parser) deinit(name, inClass string) ref {
	return p.inClass(node{kind: kindDeinit}, name, inClass, p.popContext())
}

// initializer makes an expression that initialises its context.
func (p *parser) initializer(text string) ref {
	return p.node(node{kind: kindInitializer, text: text, num: -1}, p.popContext())
}

// defaultArgument makes an expression for an argument that a caller leaves out.
func (p *parser) defaultArgument() ref {
	n, ok := p.index()
	if !ok {
		return none
	}
	return p.node(node{kind: kindInitializer, text: "default argument ", num: int64(n)}, p.popContext())
}

// closure makes a closure, which a number tells apart from others in its context.
func (p *parser) closure(text string) ref {
	n, ok := p.index()
	if !ok {
		return none
	}
	t := p.popType()
	return p.node(node{kind: kindClosure, text: text, num: int64(n) + 1}, p.popContext(), t)
}

// attachedMacros are the roles of macros that are attached to a declaration.
var attachedMacros = letters{
	'a': "accessor",
	'b': "body",
	'c': "conformance",
	'e': "extension",
	'm': "member",
	'p': "peer",
	'q': "preamble",
	'r': "memberAttribute",
}

// macroExpansion reads which piece of what a macro expanded to is meant.
func (p *parser) macroExpansion() ref {
	switch {
	case p.accept('X'):
		return p.macroLocation()
	case p.accept('f'):
		macro := p.pop(kindIdentifier)
		private := p.pop(kindPrivateName)
		return p.expansion("freestanding macro expansion #", macro, private)
	case p.accept('u'):
		return p.expansion("unique name #", p.pop(kindIdentifier), none)
	}
	role := p.letter(&attachedMacros)
	if role == "" {
		return none
	}
	macro := p.pop(kindIdentifier)
	return p.expansion(role+" macro @"+p.str(macro)+" expansion #", p.popName(), none)
}

// expansion makes the expansion of a macro, in a declaration or in another expansion.
func (p *parser) expansion(text string, name, private ref) ref {
	context := p.popAny(isExpansion)
	if context == none {
		context = p.popContext()
	}
	n, ok := p.index()
	if !ok || context == none || name == none || !p.spend(len(text)) {
		return none
	}
	return p.some(node{kind: kindExpansion, text: text, num: int64(n) + 1}, context, name, private)
}

// macroLocation reads where in a source file a macro was expanded.
func (p *parser) macroLocation() ref {
	line, column := p.indexNode(), p.indexNode()
	buffer := p.pop(kindIdentifier)
	n := node{kind: kindExpansionAt, text: "module % file % line % column %"}
	return p.node(n, p.pop(kindIdentifier), buffer, line, column)
}
