package swift

import (
	"strconv"
	"strings"
)

// typ reads a type.
func (p *oldParser) typ() ref {
	if !p.enter() {
		return none
	}
	defer p.leave()
	r := p.anyType()
	if !p.is(r, isType) {
		return none // a substitution may stand for something else
	}
	return r
}

func (p *oldParser) anyType() ref {
	switch c := p.next(); c {
	case 'B':
		return p.builtin()
	case 'C':
		return p.declaration(kindClass)
	case 'D':
		if p.typ() == none {
			return none
		}
		return p.typePhrase("Self")
	case 'E':
		if !p.accept("RR") {
			return none
		}
		return p.typePhrase("<ERROR TYPE>")
	case 'F':
		return p.functionType(kindFunctionType)
	case 'G':
		return p.boundGeneric()
	case 'K':
		return p.functionType(kindAutoclosure)
	case 'M':
		return p.of(kindMetatype, p.typ())
	case 'O':
		return p.declaration(kindEnum)
	case 'P':
		if p.accept("M") {
			return p.of(kindExistentialMeta, p.typ())
		}
		return p.protocolList()
	case 'Q':
		return p.archetype()
	case 'R':
		return p.modified("inout %", p.typ())
	case 'S':
		return p.substitution()
	case 'T':
		return p.tuple(false)
	case 'V':
		return p.declaration(kindStructure)
	case 'W':
		return p.compoundMember()
	case 'X':
		return p.specialType()
	default:
		return p.lowerType(c)
	}
}

// lowerType does what anyType does, for the letters that are left.
func (p *oldParser) lowerType(c byte) ref {
	switch c {
	case 'a':
		return p.declaration(kindTypeAlias)
	case 'b':
		return p.functionType(kindBlock)
	case 'c':
		return p.functionType(kindCFunction)
	case 'f':
		return p.functionType(kindUncurried)
	case 'k':
		return p.modified("@noDerivative %", p.typ())
	case 'q':
		return p.dependentType()
	case 't':
		return p.tuple(true)
	case 'u':
		signature := p.signature()
		return p.of(kindGenericType, signature, p.typ())
	case 'w':
		return p.simpleMember()
	case 'x':
		return p.genericParam(0, 0)
	}
	return none
}

// oldBuiltins are the built-in types of B and a letter.
const oldBuiltins = "BObopwt"

// builtin reads what follows B.
func (p *oldParser) builtin() ref {
	c := p.next()
	switch c {
	case 'f', 'i':
		name, ok := p.sizedBuiltin(c)
		if !ok {
			return none
		}
		return p.typePhrase("Builtin." + name)
	case 'v':
		n, ok := p.natural()
		if !ok || !p.accept("B") {
			return none
		}
		name := "RawPointer"
		if c := p.next(); c != 'p' {
			if name, ok = p.sizedBuiltin(c); !ok {
				return none
			}
		}
		return p.typePhrase("Builtin.Vec" + strconv.Itoa(n) + "x" + name)
	}
	if strings.IndexByte(oldBuiltins, c) < 0 {
		return none
	}
	return p.typePhrase(builtins.of(c))
}

// sizedBuiltin reads the bits of a number.
func (p *oldParser) sizedBuiltin(c byte) (string, bool) {
	name := ""
	switch c {
	case 'f':
		name = "FPIEEE"
	case 'i':
		name = "Int"
	default:
		return "", false
	}
	n, ok := p.natural()
	return name + strconv.Itoa(n), ok && p.accept("_")
}

// functionType reads a function type: what is told of it, its parameters and its result.
func (p *oldParser) functionType(k kind) ref {
	var set functionTraits
	if p.accept("z") {
		set |= throwing
	}
	if p.accept("y") {
		set |= sendable
	}
	if p.accept("Z") {
		set |= async
	}
	if p.accept("D") {
		c := p.next()
		if differentiability(c) == "" {
			return none
		}
		set |= functionTraits(c)
	}
	var actor ref
	if p.accept("Y") {
		if actor = p.typ(); actor == none {
			return none
		}
	}
	params := p.typ()
	if params == none {
		return none
	}
	result := p.typ()
	if result == none {
		return none
	}
	return p.add(node{kind: k, num: set}, params, result, none, actor, none)
}

// tuple reads the elements of a tuple, the last of which may be variadic.
func (p *oldParser) tuple(variadic bool) ref {
	elements, ok := p.until((*oldParser).tupleElement)
	if !ok {
		return none
	}
	if n := len(elements); variadic && n > 0 {
		last := p.nodes[elements[n-1]]
		last.num = 1
		elements[n-1] = p.add(last, p.all(elements[n-1])...)
	}
	return p.of(kindTuple, elements...)
}

// tupleElement reads the label of an element, if it has one, and its type.
func (p *oldParser) tupleElement() ref {
	label := ""
	if c := p.peek(); isDigit(c) || c == 'o' {
		name := p.identifier()
		if p.kind(name) != kindIdentifier {
			return none
		}
		label = p.str(name)
	}
	return p.node(node{kind: kindTupleElement, text: label}, p.typ())
}

// protocolList reads protocols.
func (p *oldParser) protocolList() ref {
	list, ok := p.until((*oldParser).protocolName)
	if !ok {
		return none
	}
	return p.of(kindProtocolList, list...)
}

// specialType reads what follows X.
func (p *oldParser) specialType() ref {
	switch p.next() {
	case 'B':
		return p.box()
	case 'F':
		return p.implFunction()
	case 'M':
		return p.representedMetatype(kindMetatype)
	case 'P':
		if p.accept("M") {
			return p.representedMetatype(kindExistentialMeta)
		}
		return p.protocolList()
	case 'b':
		return p.typePhrase("@box %", p.typ())
	case 'f':
		return p.functionType(kindThinFunction)
	case 'o':
		return p.modified("unowned %", p.typ())
	case 'u':
		return p.modified("unowned(unsafe) %", p.typ())
	case 'w':
		return p.modified("weak %", p.typ())
	}
	return none
}

// representedMetatype reads how a metatype is represented, and its type.
func (p *oldParser) representedMetatype(k kind) ref {
	switch p.next() {
	case 't':
		return p.node(node{kind: k, text: "@thin "}, p.typ())
	case 'T':
		return p.node(node{kind: k, text: "@thick "}, p.typ())
	case 'o':
		return p.node(node{kind: k, text: "@objc_metatype "}, p.typ())
	}
	return none
}

// box reads the layout of a box that captured variables live in.
func (p *oldParser) box() ref {
	var signature, arguments ref
	generic := p.accept("G")
	if generic {
		if signature = p.signature(); signature == none {
			return none
		}
	}
	fields, ok := p.until((*oldParser).boxField)
	if !ok {
		return none
	}
	if generic {
		types, ok := p.until((*oldParser).typ)
		if !ok {
			return none
		}
		arguments = p.node(node{kind: kindList, text: ", "}, types...)
	}
	layout := p.node(node{kind: kindList, text: ", "}, fields...)
	return p.some(node{kind: kindBox}, layout, signature, arguments)
}

// boxField reads a field of a box.
func (p *oldParser) boxField() ref {
	switch p.next() {
	case 'i':
		return p.phrase("let %", p.typ())
	case 'm':
		return p.phrase("var %", p.typ())
	}
	return none
}
