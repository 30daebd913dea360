package swift

// keyPathThunk reads what follows TK and Tk: the functions of a key path that
// reaches a declaration.
func (p *parser) keyPathThunk(c byte) ref {
	text := "key path getter for % : %%%"
	switch {
	case p.acceptAll("mu"):
		text = "key path unapplied method % : %%%"
	case p.acceptAll("MA"):
		text = "key path applied method % : %%%"
	case c == 'k':
		text = "key path setter for % : %%%"
	}
	serialized := p.serialized(", serialized")
	types := p.popTypes()
	if len(types) == 0 {
		return none
	}
	list := p.of(kindList, types...)
	signature := p.pop(kindSignature)
	if signature == none {
		signature = p.phrase("")
	}
	return p.phrase(text, p.popNode(), signature, list, serialized)
}

// serialized reads whether the code is a part of the module's interface.
func (p *parser) serialized(text string) ref {
	if p.accept('q') {
		return p.phrase(text)
	}
	return p.phrase("")
}

// keyPathIndex reads what follows TH and Th: functions that compare the
// arguments of subscripts in a key path.
func (p *parser) keyPathIndex(text string) ref {
	p.accept('q')
	if len(p.stack) == 0 {
		return none
	}
	signature := p.pop(kindSignature)
	if signature == none {
		signature = p.phrase("")
	}
	types := p.node(node{kind: kindList, text: ", "}, p.popTypes()...)
	if len(p.stack) > 0 {
		return none
	}
	return p.phrase("%%(%)", p.phrase(text), signature, types)
}
