package swift

import (
	"strconv"
	"strings"
)

// maxBuiltinSize bounds the bits and the elements of a built-in type.
const maxBuiltinSize = 4096

// builtins are the built-in types of B and a letter.
var builtins = letters{
	'A': "Builtin.ImplicitActor",
	'B': "Builtin.UnsafeValueBuffer",
	'D': "Builtin.DefaultActorStorage",
	'I': "Builtin.IntLiteral",
	'O': "Builtin.UnknownObject",
	'P': "Builtin.PackIndex",
	'b': "Builtin.BridgeObject",
	'c': "Builtin.RawUnsafeContinuation",
	'd': "Builtin.NonDefaultDistributedActorStorage",
	'e': "Builtin.Executor",
	'j': "Builtin.Job",
	'o': "Builtin.NativeObject",
	'p': "Builtin.RawPointer",
	't': "Builtin.SILToken",
	'w': "Builtin.Word",
}

// builtin reads what follows B.
func (p *parser) builtin() ref {
	switch c := p.next(); c {
	case 'f':
		return p.sizedBuiltin("Builtin.FPIEEE", "")
	case 'i':
		return p.sizedBuiltin("Builtin.Int", "")
	case 'v':
		element := p.popType()
		name, ok := strings.CutPrefix(p.str(element), "Builtin.")
		if !ok {
			return none
		}
		return p.sizedBuiltin("Builtin.Vec", "x"+name)
	case 'V':
		element := p.popType()
		return p.typePhrase("Builtin.FixedArray<%, %>", p.popType(), element)
	case 'W':
		return p.typePhrase("Builtin.Borrow<%>", p.popType())
	case 'T':
		return p.leaf(kindBuiltinTuple, "Builtin.TheTupleType")
	default:
		name := builtins.of(c)
		if name == "" {
			return none
		}
		return p.typePhrase(name)
	}
}

// sizedBuiltin reads the size of a built-in type.
func (p *parser) sizedBuiltin(before, after string) ref {
	n, ok := p.index()
	if size := n - 1; ok && 0 < size && size <= maxBuiltinSize && p.spend(len(before)+len(after)) {
		return p.typePhrase(before + strconv.Itoa(size) + after)
	}
	return none
}

// integer reads a number that is an argument for a generic parameter.
func (p *parser) integer() ref {
	negative := p.accept('n')
	n, ok := p.index()
	if !ok {
		return none
	}
	if negative {
		n = -n
	}
	return p.typePhrase(strconv.Itoa(n))
}

// typeMangling reads the end of a name that is only a type.
func (p *parser) typeMangling() ref {
	t := p.popType()
	labels := p.popLabels(t)
	if t == none {
		return none
	}
	return p.some(node{kind: kindTypeMangling}, labels, t)
}

// nominal makes a declaration of a type.
func (p *parser) nominal(k kind) ref {
	name := p.popName()
	return p.substitutable(p.of(k, p.popContext(), name))
}

// extension makes the context of what an extension declares.
func (p *parser) extension() ref {
	signature := p.pop(kindSignature)
	module := p.popModule()
	extended := p.popAny(isNominal)
	if module == none || extended == none {
		return none
	}
	return p.some(node{kind: kindExtension}, module, extended, signature)
}

// metatype makes the type of a type.
func (p *parser) metatype(k kind, representation string) ref {
	return p.node(node{kind: k, text: representation}, p.popType())
}

// tuple pops the elements of a tuple.
func (p *parser) tuple() ref {
	elements, ok := p.popList((*parser).tupleElement)
	if !ok {
		return none
	}
	return p.of(kindTuple, elements...)
}

// tupleElement pops a tuple's element: its type, its label, and whether it is variadic.
func (p *parser) tupleElement() ref {
	element := node{kind: kindTupleElement}
	if p.pop(kindVariadic) != none {
		element.num = 1
	}
	if label := p.pop(kindIdentifier); label != none {
		element.text = p.str(label)
	}
	return p.node(element, p.popType())
}

// pack pops the elements of a pack.
func (p *parser) pack(text string) ref {
	elements, ok := p.popList((*parser).popType)
	if !ok {
		return none
	}
	return p.node(node{kind: kindPack, text: text}, elements...)
}

// protocols pops a list of protocols.
func (p *parser) protocols() ([]ref, bool) { return p.popList((*parser).popProtocol) }

// protocolList pops the protocols of an existential type.
func (p *parser) protocolList() ref {
	list, ok := p.protocols()
	if !ok {
		return none
	}
	return p.of(kindProtocolList, list...)
}

// annotation reads what follows Y: what is said of a type or of a function type to come.
func (p *parser) annotation() ref {
	switch p.next() {
	case 'a':
		return p.leaf(kindAsync, " async")
	case 'A':
		return p.isolation(isolatedAny)
	case 'b':
		return p.leaf(kindSendable, "@Sendable ")
	case 'c':
		return p.isolation(0, p.popType())
	case 'C':
		return p.isolation(isolatedCaller)
	case 'g':
		return p.modified("@const %", p.popType())
	case 'i':
		return p.modified("isolated %", p.popType())
	case 'j':
		return p.differentiable()
	case 'k':
		return p.modified("@noDerivative %", p.popType())
	case 'K':
		return p.node(node{kind: kindThrows, text: " throws(%)"}, p.popType())
	case 't':
		return p.modified("_const %", p.popType())
	case 'T':
		return p.leaf(kindSending, "sending ")
	case 'u':
		return p.modified("sending %", p.popType())
	}
	return none
}

// specialType reads what follows X.
func (p *parser) specialType() ref {
	switch c := p.next(); c {
	case 'A', 'K':
		return p.functionType(kindAutoclosure)
	case 'B':
		return p.functionType(kindBlock)
	case 'C':
		return p.functionType(kindCFunction)
	case 'E':
		return p.functionType(kindFunctionType)
	case 'L':
		return p.functionType(kindEscapingBlock)
	case 'O':
		return p.functionType(kindCalledOnce)
	case 'U':
		return p.functionType(kindUncurried)
	case 'f':
		return p.functionType(kindThinFunction)
	case 'z':
		return p.clangFunctionType()
	case 'y':
		return p.yields()
	case 'b':
		return p.typePhrase("@box %", p.popType())
	case 'D':
		if p.popType() == none { // what Self is here
			return none
		}
		return p.typePhrase("Self")
	case 'e':
		return p.typePhrase("<ERROR TYPE>")
	case 'M':
		return p.representedMetatype(kindMetatype)
	case 'm':
		return p.representedMetatype(kindExistentialMeta)
	case 'o':
		return p.modified("unowned %", p.popType())
	case 'u':
		return p.modified("unowned(unsafe) %", p.popType())
	case 'w':
		return p.modified("weak %", p.popType())
	case 'X', 'x':
		return p.box(c == 'X')
	case 'Y':
		return p.nominal(kindOtherNominal)
	case 'S':
		return p.sugar()
	default:
		return p.existential(c)
	}
}

// existential reads what follows X for types that are known by their protocols, and their contexts.
func (p *parser) existential(c byte) ref {
	switch c {
	case 'c':
		superclass := p.popType()
		return p.of(kindClassProtocols, superclass, p.protocolList())
	case 'l':
		return p.of(kindAnyObjectProtocol, p.protocolList())
	case 'p':
		return p.metatype(kindExistentialMeta, "")
	case 'P':
		list, ok := p.popList(func(p *parser) ref { return p.popAny(isRequirement) })
		if !ok {
			return none
		}
		requirements := p.node(node{kind: kindList, text: ", "}, list...)
		return p.modified("any %<%>", p.popType(), requirements)
	case 'g':
		return p.phrase("existential shape for any %", p.popType())
	case 'G':
		t := p.popType()
		return p.phrase("existential shape for % any %", p.pop(kindSignature), t)
	case 'Z':
		types, ok := p.typeList("")
		name := p.pop(kindIdentifier)
		parent := p.popContext()
		if !ok {
			return none
		}
		return p.of(kindAnonymousContext, name, parent, types)
	}
	return none
}

// typeList pops a list of types.
func (p *parser) typeList(separator string) (ref, bool) {
	types, ok := p.popList((*parser).popType)
	if !ok {
		return none, false
	}
	return p.node(node{kind: kindList, text: separator}, types...), true
}

// representedMetatype reads how a metatype is represented.
func (p *parser) representedMetatype(k kind) ref {
	switch p.next() {
	case 't':
		return p.metatype(k, "@thin ")
	case 'T':
		return p.metatype(k, "@thick ")
	case 'o':
		return p.metatype(k, "@objc_metatype ")
	}
	return none
}

// sugar reads what follows XS: types as they were written in the source.
func (p *parser) sugar() ref {
	switch p.next() {
	case 'q':
		return p.of(kindSugarOptional, p.popType())
	case 'a':
		return p.typePhrase("[%]", p.popType())
	case 'A':
		element := p.popType()
		return p.typePhrase("[% of %]", p.popType(), element)
	case 'D':
		value := p.popType()
		return p.typePhrase("[% : %]", p.popType(), value)
	case 'p':
		return p.typePhrase("(%)", p.popType())
	}
	return none
}

// box pops the layout of a box that captured variables live in.
func (p *parser) box(generic bool) ref {
	var signature, arguments ref
	if generic {
		var ok bool
		signature = p.pop(kindSignature)
		if arguments, ok = p.typeList(", "); !ok || signature == none {
			return none
		}
	}
	fields, ok := p.popList((*parser).boxField)
	if !ok {
		return none
	}
	layout := p.node(node{kind: kindList, text: ", "}, fields...)
	return p.some(node{kind: kindBox}, layout, signature, arguments)
}

// boxField pops a field of a box. Mutable ones are mangled as inout.
func (p *parser) boxField() ref {
	t := p.popType()
	if p.kind(t) == kindModified && p.str(t) == "inout %" {
		return p.phrase("var %", p.kid(t, 0))
	}
	return p.phrase("let %", t)
}
