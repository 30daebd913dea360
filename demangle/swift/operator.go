package swift

// operator reads one operator and returns what it makes. None means that the
// name is not well formed.
func (p *parser) operator() ref {
	switch c := p.next(); c {
	case 'A':
		return p.substitutions()
	case 'B':
		return p.builtin()
	case 'C':
		return p.nominal(kindClass)
	case 'D':
		return p.typeMangling()
	case 'E':
		return p.extension()
	case 'F':
		return p.function()
	case 'G':
		return p.boundGeneric()
	case 'H':
		return p.conformanceOrRecord()
	case 'I':
		return p.implFunction()
	case 'K':
		return p.leaf(kindThrows, " throws")
	case 'L':
		return p.localName()
	case 'M':
		return p.metadata()
	case 'N':
		return p.phrase("type metadata for %", p.popType())
	case 'O':
		return p.nominal(kindEnum)
	case 'P':
		return p.nominal(kindProtocol)
	case 'Q':
		return p.archetype()
	case 'R':
		return p.requirement()
	case 'S':
		return p.standardSubstitution()
	case 'T':
		return p.thunk()
	case 'V':
		return p.nominal(kindStructure)
	case 'W':
		return p.witness()
	case 'X':
		return p.specialType()
	case 'Y':
		return p.annotation()
	case 'Z':
		return p.of(kindStatic, p.popEntity())
	default:
		return p.lowerOperator(c)
	}
}

// lowerOperator does what operator does, for the operators that are no capital letter.
func (p *parser) lowerOperator(c byte) ref {
	switch c {
	case 'a':
		return p.nominal(kindTypeAlias)
	case 'c':
		return p.functionType(kindFunctionType)
	case 'd':
		return p.leaf(kindVariadic, "")
	case 'f':
		return p.functionEntity()
	case 'g':
		return p.retroactiveConformance()
	case 'h':
		return p.modified("__shared %", p.popType())
	case 'i':
		return p.subscript()
	case 'l':
		return p.signature(false)
	case 'm':
		return p.metatype(kindMetatype, "")
	case 'n':
		return p.modified("__owned %", p.popType())
	case 'o':
		return p.operatorName()
	case 'p':
		return p.protocolList()
	case 'q':
		return p.genericParamIndex()
	case 'r':
		return p.signature(true)
	case 's':
		return p.leaf(kindModule, stdlib)
	case 't':
		return p.tuple()
	case 'u':
		return p.genericType()
	case 'v':
		return p.accessor(p.declaration(kindVariable))
	case 'w':
		return p.valueWitness()
	case 'x':
		return p.genericParam(0, 0)
	case 'y':
		return p.leaf(kindEmpty, "")
	case 'z':
		return p.modified("inout %", p.popType())
	case '_':
		return p.leaf(kindFirst, "")
	case '$':
		return p.integer()
	case '.':
		// The back end tells copies of a function apart by a number after a dot.
		suffix := p.in[p.pos-1:]
		p.pos = len(p.in)
		return p.leaf(kindSuffix, suffix)
	default:
		p.pos--
		return p.identifier()
	}
}
