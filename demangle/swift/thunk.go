package swift

// entityThunks are made of a declaration: T and a letter.
var entityThunks = letters{
	'S': "protocol self-conformance witness for %",
	'c': "curry thunk of %",
	'j': "dispatch thunk of %",
	'q': "method descriptor for %",
}

// attributes are told of the function that is mangled before them: T and a letter.
var attributes = letters{
	'D': "dynamic ",
	'E': "«distributed thunk »",
	'F': "«distributed accessor for »",
	'I': "«dynamically replaceable thunk for »",
	'O': "@nonobjc ",
	'X': "«dynamically replaceable variable for »",
	'd': "super ",
	'm': "«merged »",
	'o': "@objc ",
	'u': "async function pointer to ",
	'x': "«dynamically replaceable key for »",
}

// lateAttributes are the same: Tw and a letter.
var lateAttributes = letters{
	'B': "back deployment fallback for ",
	'S': "#_hasSymbol query for ",
	'b': "«back deployment thunk for »",
	'c': "coro function pointer to ",
	'd': "default override of ",
}

// Partial applications, before " for" and their function.
const (
	partialApply     = "partial apply« forwarder»"
	partialApplyObjC = "partial apply« ObjC forwarder»"
)

// thunk reads what follows T: functions that the compiler adds, and what it did to others.
func (p *parser) thunk() ref {
	if text := p.letter(&attributes); text != "" {
		return p.attribute(text)
	}
	if text := p.letter(&entityThunks); text != "" {
		return p.phrase(text, p.popEntity())
	}
	switch c := p.next(); c {
	case 'A':
		return p.leaf(kindPartialApply, partialApply)
	case 'C':
		return p.phrase("coroutine continuation prototype for %", p.popType())
	case 'H':
		return p.keyPathIndex("key path index equality operator for ")
	case 'J':
		return p.derivativeThunk()
	case 'K', 'k':
		return p.keyPathThunk(c)
	case 'L':
		return p.phrase("protocol requirements base descriptor for %", p.popProtocol())
	case 'M':
		return p.phrase("default associated type metadata accessor for %", p.associatedName())
	case 'N':
		return p.associatedConformance("default associated conformance accessor for %.%: %")
	case 'Q':
		return p.resumption("«(%) await resume partial function for »")
	case 'R':
		return p.reabstraction("helper ")
	case 'T':
		if !p.accept('I') {
			return none
		}
		return p.phrase("identity thunk of %", p.popEntity())
	case 'U':
		actor := p.popType()
		return p.phrase("% with global actor constraint %", p.popNode(), actor)
	case 'V':
		base := p.popEntity()
		return p.phrase("vtable thunk for % dispatching to %", base, p.popEntity())
	case 'W':
		entity := p.popEntity()
		return p.phrase("protocol witness for % in conformance %", entity, p.protocolConformance())
	case 'Y':
		return p.resumption("«(%) suspend resume partial function for »")
	case 'Z':
		return p.completionHandler("checked @objc completion handler block implementation for %% with result type %%")
	case 'z':
		return p.completionHandler("@objc completion handler block implementation for %% with result type %%")
	default:
		return p.lowerThunk(c)
	}
}

// lowerThunk does what thunk does, for the letters that are left.
func (p *parser) lowerThunk(c byte) ref {
	switch c {
	case 'a':
		return p.leaf(kindPartialApply, partialApplyObjC)
	case 'b':
		protocol := p.popProtocol()
		return p.phrase("base conformance descriptor for %: %", p.popType(), protocol)
	case 'e':
		return p.bridgedMethod()
	case 'h':
		return p.keyPathIndex("key path index hash operator for ")
	case 'l':
		return p.phrase("associated type descriptor for %", p.associatedName())
	case 'n':
		return p.associatedConformance("associated conformance descriptor for %.%: %")
	case 'r':
		return p.reabstraction("")
	case 'v':
		return p.outlinedVariable()
	case 'w':
		text := p.letter(&lateAttributes)
		if text == "" {
			return none
		}
		return p.attribute(text)
	case 'y':
		return p.reabstractionWithSelf()
	default:
		return p.specialization(c)
	}
}

// resumption reads which piece of an asynchronous function is meant.
func (p *parser) resumption(text string) ref { return p.attribute(text, p.indexNode()) }

// reabstraction pops the two types of a function that calls another in one
// convention and is called in another.
func (p *parser) reabstraction(helper string) ref {
	signature := p.pop(kindSignature)
	to := p.popType()
	return p.reabstractionOf(helper, signature, p.popType(), to)
}

func (t *tree) reabstractionOf(helper string, signature, from, to ref) ref {
	return t.phrase("«reabstraction thunk %%from »‹thunk for ›%« to %»",
		t.phrase(helper), t.signaturePrefix(signature), from, to)
}

// signaturePrefix makes a node for a signature and a space, or for nothing.
func (t *tree) signaturePrefix(signature ref) ref {
	if signature == none {
		return t.phrase("")
	}
	return t.phrase("% ", signature)
}

// reabstractionWithSelf is a reabstraction that adapts the type of self as well.
func (p *parser) reabstractionWithSelf() ref {
	signature := p.signaturePrefix(p.pop(kindSignature))
	self := p.popType()
	to := p.popType()
	return p.phrase("reabstraction thunk %from % to % self %", signature, p.popType(), to, self)
}

// completionHandler makes the block that resumes an asynchronous function which called Objective-C.
func (p *parser) completionHandler(text string) ref {
	flag, ok := p.index()
	signature := p.pop(kindSignature)
	result := p.popType()
	block := p.popType()
	outcome := "<invalid error flag>"
	switch {
	case !ok:
		return none
	case flag == 0:
		outcome = ""
	case flag == 1:
		outcome = " nonzero on error"
	case flag == 2:
		outcome = " zero on error"
	}
	before := p.phrase("")
	if signature != none {
		before = signature
	}
	return p.phrase(text, before, block, result, p.phrase(outcome))
}

// associatedConformance makes the data of a conformance that a protocol requires.
func (p *parser) associatedConformance(text string) ref {
	protocol := p.popProtocol()
	var subject ref
	if p.top() == kindGenericParamType {
		subject = p.popNode()
	} else {
		subject = p.associatedPath()
	}
	return p.phrase(text, p.popType(), subject, protocol)
}

// outlinedVariable reads which variable moved out of a function.
func (p *parser) outlinedVariable() ref {
	n := p.indexNode()
	if p.accept('r') {
		return p.attribute("outlined read-only object #% of ", n)
	}
	return p.attribute("outlined variable #% of ", n)
}

// bridgedMethod reads how a call of Objective-C moved out of a function: what it
// is, and for each value whether it is not bridged, bridged, or bridged and guaranteed.
func (p *parser) bridgedMethod() ref {
	start := p.pos
	switch p.next() {
	case 'a', 'm', 'o', 'p':
	default:
		return none
	}
	for !p.accept('_') {
		switch p.next() {
		case 'b', 'g', 'n':
		default:
			return none
		}
	}
	return p.attribute("outlined bridged method (%) of ", p.leaf(kindIdentifier, p.in[start:p.pos-1]))
}
