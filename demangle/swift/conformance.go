package swift

// conformanceOrRecord reads what follows H: conformances that generic arguments
// need, and records that the runtime looks up.
func (p *parser) conformanceOrRecord() ref {
	switch p.next() {
	case 'A':
		return p.dependentAssociated()
	case 'C':
		return p.concreteConformance()
	case 'D':
		return p.dependentConformance("dependent root protocol conformance %% to %", (*parser).popType)
	case 'I':
		return p.dependentConformance("dependent inherited protocol conformance %% to %", (*parser).popDependent)
	case 'O':
		hidden := p.popType()
		return p.node(node{kind: kindConformance, text: "opaque result conformance % of %"}, p.popDependent(), hidden)
	case 'P':
		return p.node(node{kind: kindConformanceRef, text: "protocol conformance ref (type's module) %"}, p.popProtocol())
	case 'p':
		return p.node(node{kind: kindConformanceRef, text: "protocol conformance ref (protocol's module) %"}, p.popProtocol())
	case 'X':
		list := p.conformanceList()
		return p.node(node{kind: kindConformance, text: "pack protocol conformance %"}, list)
	case 'c':
		return p.phrase("protocol conformance descriptor runtime record for %", p.protocolConformance())
	case 'F':
		return p.attribute("«accessible function runtime record for »")
	case 'n':
		return p.phrase("nominal type descriptor runtime record for %", p.popType())
	case 'o':
		return p.phrase("opaque type descriptor runtime record for %", p.popNode())
	case 'r':
		return p.phrase("protocol descriptor runtime record for %", p.popProtocol())
	}
	return none
}

// protocolConformance pops that a type conforms to a protocol, as told by a module.
func (p *parser) protocolConformance() ref {
	signature := p.pop(kindSignature)
	module := p.popModule()
	protocol := p.popProtocol()
	conforming := p.popType()
	if conforming != none {
		return p.conformance(p.under(signature, conforming), protocol, module)
	}
	p.pop(kindIdentifier) // the property whose storage conforms, of an early experiment
	conforming = p.under(signature, p.popType())
	return p.phrase("property behavior storage of % in % : %", module, conforming, protocol)
}

// under makes a type that depends on a signature, if there is one.
func (p *parser) under(signature, t ref) ref {
	if signature == none {
		return t
	}
	return p.of(kindGenericType, signature, t)
}

// conformance makes a node for the fact that a type conforms to a protocol.
func (t *tree) conformance(conforming, protocol, module ref) ref {
	return t.phrase("%« : % in %»", conforming, protocol, module)
}

func (p *parser) popConformance() ref { return p.popAny(isConformance) }
func (p *parser) popDependent() ref   { return p.popAny(isDependent) }

// conformanceList pops conformances that another one depends on.
func (p *parser) conformanceList() ref {
	list, ok := p.popList((*parser).popConformance)
	switch {
	case !ok:
		return none
	case len(list) == 0:
		return p.of(kindList)
	}
	return p.phrase("(%)", p.node(node{kind: kindList, text: ", "}, list...))
}

// concreteConformance pops the conformance of a type that is known.
func (p *parser) concreteConformance() ref {
	conditional := p.conformanceList()
	text := "concrete protocol conformance % to %%"
	if p.kind(conditional) == kindPhrase {
		text = "concrete protocol conformance % to % with conditional requirements: %"
	}
	through := p.pop(kindConformanceRef)
	if through == none {
		module := p.popModule()
		through = p.phrase("protocol conformance ref (retroactive) %%", p.popProtocol(), module)
	}
	return p.node(node{kind: kindConformance, text: text}, p.popType(), through, conditional)
}

// dependentConformance pops a conformance that follows from a generic signature.
func (p *parser) dependentConformance(text string, from func(*parser) ref) ref {
	index := p.conformanceIndex()
	protocol := p.popProtocol()
	return p.node(node{kind: kindDependentConformance, text: text}, index, from(p), protocol)
}

// dependentAssociated pops a conformance of an associated type.
func (p *parser) dependentAssociated() ref {
	index := p.conformanceIndex()
	protocol := p.popProtocol()
	associated := p.phrase("dependent associated conformance %%", p.popType(), protocol)
	return p.node(node{kind: kindDependentConformance, text: "dependent associated protocol conformance %% to %"},
		index, p.popDependent(), associated)
}

// conformanceIndex reads where a conformance lies in its witness table: one more
// than told if that is known, and never 0.
func (p *parser) conformanceIndex() ref {
	switch n, ok := p.index(); {
	case !ok || n == 0:
		return none
	case n == 1:
		return p.phrase("")
	default:
		return p.phrase("#% ", p.number(n-2))
	}
}

// retroactiveConformance pops a conformance that neither the module of the type
// nor that of the protocol declares, and reads which generic parameter needs it.
func (p *parser) retroactiveConformance() ref {
	index := p.indexNode()
	return p.node(node{kind: kindRetroactive, text: "retroactive @ %%"}, index, p.popConformance())
}

// retroactiveConformances pops as many as there are. They are part of no demangled name.
func (p *parser) retroactiveConformances() ref {
	var first ref
	for r := p.pop(kindRetroactive); r != none; r = p.pop(kindRetroactive) {
		first = r
	}
	return first
}
