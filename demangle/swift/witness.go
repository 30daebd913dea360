package swift

// conformanceWitnesses are the data of a conformance: W and a letter.
var conformanceWitnesses = letters{
	'G': "generic protocol witness table for %",
	'I': "instantiation function for generic protocol witness table for %",
	'P': "protocol witness table for %",
	'a': "protocol witness table accessor for %",
	'p': "protocol witness table pattern for %",
	'r': "resilient protocol witness table for %",
}

// witness reads what follows W.
func (p *parser) witness() ref {
	if text := p.letter(&conformanceWitnesses); text != "" {
		return p.phrase(text, p.protocolConformance())
	}
	switch c := p.next(); c {
	case 'C':
		return p.phrase("enum case for %", p.popEntity())
	case 'J':
		return p.differentiabilityWitness()
	case 'L':
		return p.lazyWitnessTable("lazy protocol witness table cache variable for type % and conformance %")
	case 'O':
		return p.outlined()
	case 'S':
		return p.phrase("protocol self-conformance witness table for %", p.popProtocol())
	case 'T':
		return p.associatedWitnessTable()
	case 'V':
		return p.phrase("value witness table for %", p.popType())
	case 'Z':
		return p.onceOnly("one-time initialization function for %")
	case 'b':
		protocol := p.popType()
		return p.phrase("base witness table accessor for % in %", protocol, p.protocolConformance())
	case 'l':
		return p.lazyWitnessTable("lazy protocol witness table accessor for type % and conformance %")
	case 't':
		name := p.popName()
		return p.phrase("associated type metadata accessor for % in %", name, p.protocolConformance())
	case 'v':
		return p.fieldOffset()
	case 'z':
		return p.onceOnly("one-time initialization token for %")
	}
	return none
}

// lazyWitnessTable makes the data of a conformance that is looked up when it is needed.
func (p *parser) lazyWitnessTable(text string) ref {
	conformance := p.protocolConformance()
	return p.phrase(text, p.popType(), conformance)
}

// associatedWitnessTable makes the accessor of an associated type's conformance.
func (p *parser) associatedWitnessTable() ref {
	protocol := p.popType()
	path := p.associatedPath()
	return p.phrase("associated type witness table accessor for % : % in %", path, protocol, p.protocolConformance())
}

// fieldOffset reads whether the offset is told or where it is told.
func (p *parser) fieldOffset() ref {
	switch p.next() {
	case 'd':
		return p.phrase("direct field offset for %", p.popEntity())
	case 'i':
		return p.phrase("indirect field offset for %", p.popEntity())
	}
	return none
}

// onceOnly makes what runs before global variables are first used.
func (p *parser) onceOnly(text string) ref {
	mark := len(p.list)
	for p.pop(kindFirst) != none {
		p.list = append(p.list, p.popName())
	}
	names := p.node(node{kind: kindList, text: ", "}, p.reversed(mark)...)
	if names == none || p.popContext() == none {
		return none
	}
	if len(p.all(names)) != 1 {
		names = p.phrase("(%)", names)
	}
	return p.phrase(text, names)
}

// outlinedOperations are copies of values in functions of their own.
var outlinedOperations = letters{
	'B': "outlined init with take of %",
	'C': "outlined init with copy of %",
	'D': "outlined assign with take of %",
	'F': "outlined assign with copy of %",
	'H': "outlined destroy of %",
	'b': "outlined init with take of %",
	'c': "outlined init with copy of %",
	'd': "outlined assign with take of %",
	'e': "outlined consume of %",
	'f': "outlined assign with copy of %",
	'g': "outlined enum get tag of %",
	'h': "outlined destroy of %",
	'i': "outlined enum tag store of %",
	'j': "outlined enum project data for load of %",
	'r': "outlined retain of %",
	's': "outlined release of %",
	'y': "outlined copy of %",
}

// outlined reads what follows WO. Only of copies and consumes the signature is written.
func (p *parser) outlined() ref {
	c := p.peek()
	text := p.letter(&outlinedOperations)
	if text == "" {
		return none
	}
	if c == 'i' || c == 'j' {
		if _, ok := p.index(); !ok { // which case of the enum
			return none
		}
	}
	signature := p.pop(kindSignature)
	if signature != none && (c == 'y' || c == 'e') {
		return p.phrase(text+"%", p.popType(), signature)
	}
	return p.phrase(text, p.popType())
}
