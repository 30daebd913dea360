package swift

import "strconv"

// archetype reads what follows Q: types that stand for others.
func (p *parser) archetype() ref {
	switch p.next() {
	case 'a':
		name := p.pop(kindIdentifier)
		return p.substitutable(p.typePhrase("%.%", p.popType(), name))
	case 'O':
		return p.node(node{kind: kindOpaqueOf, text: "<<opaque return type of %>>"}, p.popContext())
	case 'o':
		return p.opaqueType()
	case 'r':
		return p.modified("some")
	case 'R':
		if _, ok := p.index(); !ok {
			return none
		}
		return p.modified("some")
	case 'x':
		return p.substitutable(p.memberOfType())
	case 'X':
		return p.substitutable(p.compoundMember(none, false))
	case 'y':
		return p.substitutable(p.member(p.genericParamIndex()))
	case 'Y':
		return p.substitutable(p.compoundMember(p.genericParamIndex(), true))
	case 'z':
		return p.substitutable(p.member(p.genericParam(0, 0)))
	case 'Z':
		return p.substitutable(p.compoundMember(p.genericParam(0, 0), true))
	case 'p':
		p.popType() // the pack whose length it has
		return p.modified("repeat %", p.popType())
	case 'e':
		return p.packElement()
	case 'P':
		return p.pack("")
	case 'S':
		return p.loweredPack()
	}
	return none
}

// loweredPack reads what follows QS: packs of lowered types.
func (p *parser) loweredPack() ref {
	switch p.next() {
	case 'd':
		return p.pack("@direct ")
	case 'i':
		return p.pack("@indirect ")
	}
	return none
}

// packElement makes one element of a pack.
func (p *parser) packElement() ref {
	pack := p.popType()
	level, ok := p.index()
	if !ok {
		return none
	}
	return p.modified("/* level: "+strconv.Itoa(level)+" */ each %", pack)
}

// opaqueType makes the type that a declaration hides behind its result.
func (p *parser) opaqueType() ref {
	index := p.indexNode()
	if _, _, ok := p.boundLists(); !ok {
		return none
	}
	return p.substitutable(p.modified("%.%", p.popNode(), index))
}

// associatedName pops the name of an associated type, and its protocol if that is told.
func (p *parser) associatedName() ref {
	if !p.top().is(isType) {
		return p.node(node{kind: kindAssociated, text: "%"}, p.pop(kindIdentifier))
	}
	protocol := p.pop(kindProtocol)
	return p.node(node{kind: kindAssociated, text: "%.%"}, protocol, p.pop(kindIdentifier))
}

// member makes an associated type of a type. The name lies above the type on the stack.
func (p *parser) member(base ref) ref {
	return p.typePhrase("%.%", base, p.associatedName())
}

// memberOfType makes an associated type of the type that lies below its name.
func (p *parser) memberOfType() ref {
	name := p.associatedName()
	return p.typePhrase("%.%", p.popType(), name)
}

// compoundMember makes an associated type of an associated type and so on, of a
// type that is given or lies below the names on the stack.
func (p *parser) compoundMember(base ref, given bool) ref {
	names, ok := p.popList((*parser).associatedName)
	if !ok || len(names) == 0 {
		return none
	}
	if !given {
		base = p.popType()
	}
	for _, name := range names {
		base = p.typePhrase("%.%", base, name)
	}
	return base
}

// associatedPath pops the names of associated types that lead to one.
func (p *parser) associatedPath() ref {
	names, ok := p.popList((*parser).associatedName)
	if !ok || len(names) == 0 {
		return none
	}
	return p.node(node{kind: kindList, text: "."}, names...)
}
