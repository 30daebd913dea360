package swift

import (
	"slices"
	"strconv"
)

// boundLists pops the lists of generic arguments of a type and the types around
// it, innermost first, and the retroactive conformances told after them.
func (p *parser) boundLists() (lists []ref, conformances ref, ok bool) {
	conformances = p.retroactiveConformances()
	for {
		list := p.node(node{kind: kindList, text: ", "}, p.popTypes()...)
		if list == none {
			return nil, none, false
		}
		lists = append(lists, list)
		if p.pop(kindEmpty) != none {
			return lists, conformances, true
		}
		if p.pop(kindFirst) == none {
			return nil, none, false
		}
	}
}

// boundGeneric applies generic arguments to a type.
func (p *parser) boundGeneric() ref {
	lists, conformances, ok := p.boundLists()
	if !ok {
		return none
	}
	bound := p.bind(p.popAny(isNominal), lists)
	if bound == none {
		return none
	}
	if p.kind(bound) == kindBound && conformances != none {
		bound = p.of(kindBound, p.kid(bound, 0), p.kid(bound, 1), conformances)
	}
	return p.substitutable(bound)
}

// bind applies lists of arguments to a declaration and to those around it; the
// first list is the innermost's.
func (p *parser) bind(decl ref, lists []ref) ref {
	if decl == none || len(lists) == 0 || len(p.all(decl)) == 0 {
		return none
	}
	owns := !p.is(decl, ownsNoArgs)
	arguments := lists[0]
	if owns {
		lists = lists[1:]
	}
	if len(lists) > 0 {
		decl = p.withContext(decl, p.bindContext(p.kid(decl, 0), lists))
	}
	if !owns || decl == none || len(p.all(arguments)) == 0 {
		return decl
	}
	switch k := p.kind(decl); {
	case k.is(isNominal):
		return p.of(kindBound, decl, arguments)
	case k == kindFunction || k == kindInit:
		return p.of(kindBoundFunction, decl, arguments)
	}
	return none
}

// bindContext applies lists of arguments to what a declaration is in.
func (p *parser) bindContext(context ref, lists []ref) ref {
	if p.kind(context) != kindExtension {
		return p.bind(context, lists)
	}
	extended := p.bind(p.kid(context, 1), lists)
	if extended == none {
		return none
	}
	return p.some(node{kind: kindExtension}, p.kid(context, 0), extended, p.kid(context, 2))
}

// genericType makes a type of a signature and a type that depends on it.
func (p *parser) genericType() ref {
	signature := p.pop(kindSignature)
	return p.of(kindGenericType, signature, p.popType())
}

// genericParamIndex reads which generic parameter is meant.
func (p *parser) genericParamIndex() ref {
	switch {
	case p.accept('d'):
		depth, ok1 := p.index()
		index, ok2 := p.index()
		if !ok1 || !ok2 {
			return none
		}
		return p.genericParam(depth+1, index)
	case p.accept('z'):
		return p.genericParam(0, 0)
	case p.accept('s'):
		return p.typePhrase("Self") // of a constrained existential
	}
	index, ok := p.index()
	if !ok {
		return none
	}
	return p.genericParam(0, index+1)
}

// signature reads how many generic parameters there are at each depth, and pops
// the requirements on them.
func (p *parser) signature(counted bool) ref {
	mark := len(p.list)
	for counted && !p.accept('l') {
		n := 0
		if !p.accept('z') {
			index, ok := p.index()
			if !ok {
				return none
			}
			n = index + 1
		}
		p.list = append(p.list, p.number(n))
	}
	if !counted {
		p.list = append(p.list, p.number(1))
	}
	requirements := len(p.list)
	for r := p.popAny(isRequirement); r != none; r = p.popAny(isRequirement) {
		p.list = append(p.list, r)
	}
	slices.Reverse(p.list[requirements:])
	kids := p.list[mark:]
	p.list = p.list[:mark]
	return p.of(kindSignature, kids...)
}

// A subject says how the type is mangled that a requirement is on.
type subject uint8

const (
	onParam    subject = iota // a generic parameter
	onMember                  // an associated type of one
	onCompound                // an associated type of an associated type of one
	onPopped                  // any other type
)

// requirement reads what follows R.
func (p *parser) requirement() ref {
	switch c := p.next(); c {
	case 'V':
		param := p.subject(onParam)
		return p.of(kindValueMarker, param, p.popType())
	case 'v':
		return p.of(kindPackMarker, p.subject(onParam))
	case 'b', 'c', 'C', 'B':
		return p.relation("%: %", subjects[c], (*parser).popType)
	case 's', 't', 'T', 'S':
		return p.relation("% == %", subjects[c], (*parser).popType)
	case 'h':
		return p.relation("%.shape == %.shape", onParam, (*parser).popType)
	case 'p', 'P', 'Q':
		return p.relation("%: %", subjects[c], (*parser).popProtocol)
	case 'l', 'm', 'M', 'L':
		return p.layout(p.subject(subjects[c]))
	case 'i', 'j', 'J', 'I':
		return p.inverse(subjects[c])
	}
	p.pos--
	return p.relation("%: %", onParam, (*parser).popProtocol)
}

// subjects tell what the requirement of a letter is on.
var subjects = ['z' + 1]subject{
	'b': onParam, 'c': onMember, 'C': onCompound, 'B': onPopped,
	's': onParam, 't': onMember, 'T': onCompound, 'S': onPopped,
	'p': onMember, 'P': onCompound, 'Q': onPopped,
	'l': onParam, 'm': onMember, 'M': onCompound, 'L': onPopped,
	'i': onParam, 'j': onMember, 'J': onCompound, 'I': onPopped,
}

// subject reads the type that a requirement is on.
func (p *parser) subject(s subject) ref {
	switch s {
	case onMember:
		return p.substitutable(p.member(p.genericParamIndex()))
	case onCompound:
		return p.substitutable(p.compoundMember(p.genericParamIndex(), true))
	case onPopped:
		return p.popType()
	}
	return p.genericParamIndex()
}

// relation makes a requirement of its subject and another type.
func (p *parser) relation(text string, s subject, other func(*parser) ref) ref {
	on := p.subject(s)
	return p.node(node{kind: kindRequirement, text: text}, on, other(p))
}

// inverse reads a requirement that lifts one: a type need not be copyable.
func (p *parser) inverse(s subject) ref {
	bit, ok := p.index()
	if !ok {
		return none
	}
	text := "%: ~Swift.<bit " + strconv.Itoa(bit) + ">"
	switch bit {
	case 0:
		text = "%: ~Swift.Copyable"
	case 1:
		text = "%: ~Swift.Escapable"
	}
	return p.node(node{kind: kindRequirement, text: text}, p.subject(s))
}

// layoutNames are the layouts that a type may be required to have, as phrases
// that the subject comes before. Numbers are a size and an alignment in bits.
var layoutNames = letters{
	'A': "%: ",
	'B': "%: ",
	'C': "%: AnyObject",
	'D': "%: _NativeClass",
	'E': "%: _Trivial(%, %)",
	'M': "%: _TrivialAtMost(%, %)",
	'N': "%: _NativeRefCountedObject",
	'R': "%: _RefCountedObject",
	'S': "%: (%)",
	'T': "%: _Trivial",
	'U': "%: _UnknownLayout",
	'e': "%: _Trivial(%)",
	'm': "%: _TrivialAtMost(%)",
}

// layout reads a requirement on how a type lies in memory.
func (p *parser) layout(on ref) ref {
	c := p.next()
	n := node{kind: kindRequirement, text: layoutNames.of(c)}
	switch c {
	case 'E', 'M':
		size := p.indexNode()
		return p.node(n, on, size, p.indexNode())
	case 'S', 'e', 'm':
		return p.node(n, on, p.indexNode())
	}
	if n.text == "" {
		return none
	}
	return p.node(n, on)
}
