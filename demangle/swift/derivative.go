package swift

// derivativeThunk reads what follows TJ: functions that differentiate others.
func (p *parser) derivativeThunk() ref {
	switch {
	case p.accept('O'):
		return p.selfReordering()
	case p.accept('S'):
		return p.subsetParameters()
	case p.accept('V'):
		return p.derivative("vtable thunk for % of %")
	}
	return p.derivative("% of %")
}

// derivativeKinds are what a differentiating function computes.
var derivativeKinds = letters{
	'd': "differential",
	'f': "forward-mode derivative",
	'p': "pullback",
	'r': "reverse-mode derivative",
}

// derivativeKind reads what a differentiating function computes.
func (p *parser) derivativeKind() ref {
	text := p.letter(&derivativeKinds)
	if text == "" {
		return none
	}
	return p.phrase(text)
}

// indexSubset reads with respect to which parameters or results, and its terminator.
func (p *parser) indexSubset(end byte) ref {
	start := p.pos
	for p.peek() == 'S' || p.peek() == 'U' {
		p.pos++
	}
	text := p.in[start:p.pos]
	if text == "" || !p.accept(end) {
		return none
	}
	return p.leaf(kindIndexSubset, text)
}

// popAll pops all that is on the stack, and makes one node of it.
func (p *parser) popAll() ref {
	all := p.of(kindGlobal, p.stack...)
	p.stack = p.stack[:0]
	return all
}

// derivative makes a function that computes the derivative of another.
func (p *parser) derivative(text string) ref {
	signature := p.pop(kindSignature)
	original := p.popAll()
	kind := p.derivativeKind()
	params := p.indexSubset('p')
	results := p.indexSubset('r')
	function := p.phrase(text, kind, original)
	with := p.phrase("")
	if signature != none {
		with = p.phrase(" with %", signature)
	}
	return p.node(node{kind: kindDerivative, text: "%« with respect to parameters % and results %%»"},
		function, params, results, with)
}

// selfReordering makes a function that adapts the order in which self is passed.
func (p *parser) selfReordering() ref {
	signature := p.signaturePrefix(p.pop(kindSignature))
	to := p.popType()
	from := p.popType()
	kind := p.derivativeKind()
	return p.phrase("autodiff self-reordering reabstraction thunk for «%% from »%« to %»", kind, signature, from, to)
}

// subsetParameters makes a derivative with respect to fewer parameters of one with respect to more.
func (p *parser) subsetParameters() ref {
	to := p.phrase("")
	if len(p.stack) > 1 {
		to = p.phrase(" of type %", p.popNode())
	}
	from := p.popAll()
	kind := p.derivativeKind()
	params := p.indexSubset('p')
	results := p.indexSubset('r')
	fewer := p.indexSubset('P')
	return p.phrase("autodiff subset parameters thunk for % from %"+
		"« with respect to parameters % and results % to parameters %%»", kind, from, params, results, fewer, to)
}

// derivativeModes are the ways to differentiate a function that a witness has.
var derivativeModes = letters{
	'd': "normal",
	'f': "forward-mode",
	'l': "linear",
	'r': "reverse-mode",
}

// differentiabilityWitness makes the data of how a function can be differentiated.
func (p *parser) differentiabilityWitness() ref {
	with := p.phrase("")
	if signature := p.pop(kindSignature); signature != none {
		with = p.phrase(" with %", signature)
	}
	original := p.popAll()
	mode := p.letter(&derivativeModes)
	if mode == "" {
		return none
	}
	params := p.indexSubset('p')
	results := p.indexSubset('r')
	return p.phrase("% differentiability witness for % with respect to parameters % and results %%",
		p.phrase(mode), original, params, results, with)
}
