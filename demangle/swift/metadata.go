package swift

// typeMetadata are the data of a type: M and a letter.
var typeMetadata = letters{
	'B': "reflection metadata builtin descriptor %",
	'D': "demangling cache variable for type metadata for %",
	'F': "reflection metadata field descriptor %",
	'I': "type metadata instantiation cache for %",
	'L': "lazy cache variable for type metadata for %",
	'M': "specialized generic metaclass for %",
	'N': "noncanonical specialized generic type metadata for %",
	'P': "generic type metadata pattern for %",
	'U': "ObjC metadata update function for %",
	'a': "type metadata accessor for %",
	'b': "canonical specialized generic type metadata accessor for %",
	'f': "full type metadata for %",
	'i': "type metadata instantiation function for %",
	'l': "type metadata singleton initialization cache for %",
	'm': "metaclass for %",
	'n': "nominal type descriptor for %",
	'o': "class metadata base offset for %",
	'r': "type metadata completion function for %",
	's': "ObjC resilient class stub for %",
	't': "full ObjC resilient class stub for %",
	'u': "method lookup function for %",
	'z': "flag for loading of canonical specialized generic type metadata for %",
}

// nodeMetadata are the data of whatever is there: M and a letter.
var nodeMetadata = letters{
	'J': "cache variable for noncanonical specialized generic type metadata for %",
	'K': "metadata instantiation cache for %",
	'Q': "opaque type descriptor for %",
	'g': "opaque type descriptor accessor for %",
	'h': "opaque type descriptor accessor impl for %",
	'j': "opaque type descriptor accessor key for %",
	'k': "opaque type descriptor accessor var for %",
	'q': "uniquable %",
}

// metadata reads what follows M.
func (p *parser) metadata() ref {
	if text := p.letter(&typeMetadata); text != "" {
		return p.phrase(text, p.popType())
	}
	if text := p.letter(&nodeMetadata); text != "" {
		return p.phrase(text, p.popNode())
	}
	switch p.next() {
	case 'A':
		return p.phrase("reflection metadata associated type descriptor %", p.protocolConformance())
	case 'C':
		return p.phrase("reflection metadata superclass descriptor %", p.popAny(isNominal))
	case 'S':
		return p.phrase("protocol self-conformance descriptor for %", p.popProtocol())
	case 'V':
		return p.phrase("property descriptor for %", p.popEntity())
	case 'X':
		return p.contextDescriptor()
	case 'c':
		return p.phrase("protocol conformance descriptor for %", p.protocolConformance())
	case 'p':
		return p.phrase("protocol descriptor for %", p.popProtocol())
	}
	return none
}

// contextDescriptor reads what follows MX: data of contexts that are no types.
func (p *parser) contextDescriptor() ref {
	switch p.next() {
	case 'A':
		path := p.associatedPath()
		return p.phrase("generic parameter reference for associated type %%", p.popType(), path)
	case 'E':
		return p.phrase("extension descriptor %", p.popContext())
	case 'M':
		return p.phrase("module descriptor %", p.popModule())
	case 'X':
		return p.phrase("anonymous descriptor %", p.popContext())
	case 'Y':
		if p.popNode() == none { // which of them
			return none
		}
		return p.phrase("anonymous descriptor %", p.popContext())
	}
	return none
}

// valueWitnesses are the functions that handle values of a type: w and two letters.
var valueWitnesses = map[string]string{
	"CP": "initializeBufferWithCopyOfBuffer",
	"Cc": "initializeArrayWithCopy",
	"Cp": "initializeBufferWithCopy",
	"TK": "initializeBufferWithTakeOfBuffer",
	"Tk": "initializeBufferWithTake",
	"Tt": "initializeArrayWithTakeFrontToBack",
	"XX": "destroyBuffer",
	"Xx": "destroyArray",
	"al": "allocateBuffer",
	"ca": "assignWithCopy",
	"cp": "initializeWithCopy",
	"de": "deallocateBuffer",
	"et": "getEnumTagSinglePayload",
	"pr": "projectBuffer",
	"st": "storeEnumTagSinglePayload",
	"tT": "initializeArrayWithTakeBackToFront",
	"ta": "assignWithTake",
	"tk": "initializeWithTake",
	"ug": "getEnumTag",
	"ui": "destructiveInjectEnumTag",
	"up": "destructiveProjectEnumData",
	"xg": "getExtraInhabitantIndex",
	"xs": "storeExtraInhabitant",
	"xx": "destroy",
}

// valueWitness reads which function handles values of a type.
func (p *parser) valueWitness() ref {
	code, _ := p.take(2)
	return p.valueWitnessOf(code, p.popType())
}

func (t *tree) valueWitnessOf(code string, of ref) ref {
	name := valueWitnesses[code]
	if name == "" {
		return none
	}
	return t.phrase("%« value witness» for %", t.phrase(name), of)
}
