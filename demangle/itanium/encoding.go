package itanium

// A shape is what parsing a name tells about the function it may name.
type shape struct {
	declares  bool // T_ refers to the name's own template arguments
	templated bool // ends with template arguments: a return type follows
	special   bool // constructor, destructor or conversion: none follows
	object    bool // the object is its first parameter
	quals     uint16
}

// encoding reads what a symbol names: a function with its type, an object, or
// something special.
func (p *parser) encoding() ref { return p.encodingIn(false) }

// encodingIn reads an encoding; local says that it encloses another name.
func (p *parser) encodingIn(local bool) ref {
	if !p.enter() {
		return 0
	}
	defer p.leave()
	if c := p.peek(); c == 'G' || c == 'T' {
		return p.special()
	}
	base, levels, args := p.base, len(p.levels), len(p.args)
	p.base = levels
	defer func() { p.base, p.levels, p.args = base, p.levels[:levels], p.args[:args] }()

	f := shape{declares: true}
	mark := len(p.forward)
	name := p.name(&f)
	p.resolve(mark)
	if p.atEnd() {
		return name
	}
	n := node{kind: kindEncoding, a: name, bits: f.quals, tail: hasTail | isFunction}
	if p.eat("Ua9enable_ifI") {
		conditions := p.list('E', (*parser).templateArg)
		n.a = p.node(node{kind: kindEnableIf, a: name, list: conditions})
	}
	if p.eat("J") || f.templated && !f.special {
		n.c = p.typ()
	}
	n.list = p.parameters(f.object)
	if p.eat("Q") {
		n.b = p.constraintExpr()
	}
	if local {
		n.c = 0
	}
	return p.node(n)
}

// atEnd reports whether an encoding is complete without parameters.
func (p *parser) atEnd() bool {
	switch p.peek() {
	case 0, 'E', '.', '_':
		return true
	}
	return false
}

// parameters reads the types of a function's parameters; a lone void is none.
func (p *parser) parameters(object bool) list {
	if p.peek() == 'v' && (p.peekAt(1) == 'Q' || !p.moreParameters(1)) {
		p.pos++
		return list{}
	}
	mark := len(p.stack)
	for !p.failed && p.moreParameters(0) {
		t := p.typ()
		if object && len(p.stack) == mark {
			t = p.wrap(kindPrefixed, "this ", t)
		}
		p.stack = append(p.stack, t)
	}
	if len(p.stack) == mark {
		p.fail()
	}
	return p.take(mark)
}

// moreParameters reports whether the byte n after the next begins another type.
func (p *parser) moreParameters(n int) bool {
	switch p.peekAt(n) {
	case 0, 'E', '.', '_', 'Q':
		return false
	case 'R', 'O': // or a reference qualifier at the end of a function type
		return p.peekAt(n+1) != 'E'
	}
	return true
}

// resolve gives the forward references since mark the arguments that were read
// after them.
func (p *parser) resolve(mark int) {
	for _, r := range p.forward[mark:] {
		arg, ok := p.argument(0, int(p.nodes[r].index))
		if !ok {
			p.fail()
			break
		}
		p.nodes[r].a = arg
	}
	p.forward = p.forward[:mark]
}

// specials are the encodings of a prefix and a type, by their second letter
// after T.
var specials = map[byte]string{
	'V': "vtable for ", 'T': "VTT for ", 'I': "typeinfo for ", 'S': "typeinfo name for ",
	'F': "typeinfo fn for ", 'J': "java Class for ",
}

// special reads T… and G…, what a compiler makes on its own.
func (p *parser) special() ref {
	first, second := p.next(), p.next()
	if words, ok := specials[second]; ok && first == 'T' {
		return p.wrap(kindPrefixed, words, p.typ())
	}
	switch string([]byte{first, second}) {
	case "TA":
		return p.wrap(kindPrefixed, "template parameter object for ", p.templateArg())
	case "Th":
		p.callOffset('h')
		return p.wrap(kindPrefixed, "non-virtual thunk to ", p.encoding())
	case "Tv":
		p.callOffset('v')
		return p.wrap(kindPrefixed, "virtual thunk to ", p.encoding())
	case "Tc":
		p.callOffset(p.next())
		p.callOffset(p.next())
		return p.wrap(kindPrefixed, "covariant return thunk to ", p.encoding())
	case "TC":
		derived := p.typ()
		p.digits()
		p.expect('_')
		return p.node(node{kind: kindConstruction, a: p.typ(), b: derived})
	case "TH":
		return p.wrap(kindPrefixed, "TLS init function for ", p.plainName())
	case "TW":
		return p.wrap(kindPrefixed, "TLS wrapper function for ", p.plainName())
	case "GV":
		return p.wrap(kindPrefixed, "guard variable for ", p.plainName())
	case "GR":
		name := p.plainName()
		if p.pos < len(p.s) { // GCC before 4.9 has no number here
			p.sequence()
		}
		return p.wrap(kindPrefixed, "reference temporary for ", name)
	case "GA":
		return p.wrap(kindPrefixed, "hidden alias for ", p.encoding())
	case "GT":
		words := "transaction clone for "
		if p.next() == 'n' {
			words = "non-transaction clone for "
		}
		return p.wrap(kindPrefixed, words, p.encoding())
	case "GI":
		module := p.module(0)
		if module == 0 {
			return p.fail()
		}
		return p.wrap(kindPrefixed, "initializer for module ", module)
	}
	return p.fail()
}

// callOffset reads how a thunk finds its object, which is not written.
func (p *parser) callOffset(kind byte) {
	switch kind {
	case 'h':
	case 'v':
		p.signed()
		p.expect('_')
	default:
		p.fail()
	}
	p.signed()
	p.expect('_')
}
