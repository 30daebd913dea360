package swift

// The conventions of lowered function types before Swift 4.
var (
	oldCallee = letters{
		'd': "@callee_unowned",
		'g': "@callee_guaranteed",
		'o': "@callee_owned",
		't': "@convention(thin)",
	}
	oldConvention = letters{
		'O': "@convention(objc_method)",
		'b': "@convention(block)",
		'c': "@convention(c)",
		'm': "@convention(method)",
		'w': "@convention(witness_method)",
	}
	oldParam = letters{
		'd': "@unowned",
		'e': "@deallocating",
		'g': "@guaranteed",
		'i': "@in",
		'l': "@inout",
		'o': "@owned",
	}
	oldResult = letters{
		'D': "@unowned_inner_pointer",
		'a': "@autoreleased",
		'd': "@unowned",
		'i': "@out",
		'o': "@owned",
	}
)

// implFunction reads a lowered function type.
func (p *oldParser) implFunction() ref {
	kids := make([]ref, implRest, 16)
	word := func(text string) { kids = append(kids, p.phrase(text)) }
	callee := p.letter(&oldCallee)
	if callee == "" {
		return none
	}
	word(callee)
	if p.accept("C") {
		text := p.letter(&oldConvention)
		if text == "" {
			return none
		}
		word(text)
	}
	if p.accept("h") {
		word("@Sendable")
	}
	if p.accept("H") {
		word("@async")
	}
	if p.accept("G") || p.accept("g") {
		signature := p.signature()
		if kids = append(kids, signature); signature == none {
			return none
		}
	}
	if !p.accept("_") {
		return none
	}
	params, ok1 := p.until((*oldParser).implParam)
	results, ok2 := p.until((*oldParser).implResult)
	if !ok1 || !ok2 {
		return none
	}
	return p.add(node{kind: kindImplFunction}, append(append(kids, params...), results...)...)
}

// implParam reads a parameter: its convention and its type.
func (p *oldParser) implParam() ref { return p.implValue(kindImplParam, &oldParam) }

// implResult reads a result, or what is thrown.
func (p *oldParser) implResult() ref {
	if p.accept("z") {
		return p.implValue(kindImplError, &oldResult)
	}
	return p.implValue(kindImplResult, &oldResult)
}

func (p *oldParser) implValue(k kind, conventions *letters) ref {
	text := p.letter(conventions)
	if text == "" {
		return none
	}
	return p.node(node{kind: k, text: text}, p.typ())
}
