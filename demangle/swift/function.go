package swift

// functionTraits are what a function type says of itself, in the num of its node.
type functionTraits = int64

const (
	throwing functionTraits = 1 << (8 + iota) // the low byte is the letter of its differentiability
	sendable
	async
	sendingResult
	isolatedAny
	isolatedCaller
)

// The children of a function type.
const (
	functionParams = iota
	functionResult
	functionThrown // none unless the type of what is thrown is told
	functionActor  // none unless it is isolated to a global actor
	functionClang  // none unless the mangling of the C type is told
)

// functionType pops a function type.
func (p *parser) functionType(k kind) ref { return p.functionTypeOf(k, none) }

// functionTypeOf pops a function type whose C type is known. Its parts are popped
// in the reverse of the order in which they are mangled.
func (p *parser) functionTypeOf(k kind, clang ref) ref {
	var set functionTraits
	var actor, thrown ref
	if p.pop(kindSending) != none {
		set |= sendingResult
	}
	if r := p.pop(kindIsolation); r != none {
		set |= p.num(r)
		actor = p.kid(r, 0)
	}
	if r := p.pop(kindDifferentiable); r != none {
		set |= p.num(r)
	}
	if r := p.pop(kindThrows); r != none {
		set |= throwing
		thrown = p.kid(r, 0)
	}
	if p.pop(kindSendable) != none {
		set |= sendable
	}
	if p.pop(kindAsync) != none {
		set |= async
	}
	params := p.typesOrEmpty()
	p.pop(kindYields)
	result := p.typesOrEmpty()
	if params == none || result == none {
		return none
	}
	return p.add(node{kind: k, num: set}, params, result, thrown, actor, clang)
}

// typesOrEmpty pops the parameters or the result of a function; there may be none.
func (p *parser) typesOrEmpty() ref {
	if p.pop(kindEmpty) != none {
		return p.of(kindTuple)
	}
	return p.popType()
}

// clangFunctionType reads what follows Xz: a function type with the mangling of its C type.
func (p *parser) clangFunctionType() ref {
	switch p.next() {
	case 'B':
		return p.functionTypeOf(kindBlock, p.clangType())
	case 'C':
		return p.functionTypeOf(kindCFunction, p.clangType())
	}
	return none
}

// clangType reads a C type in the mangling of C++.
func (p *parser) clangType() ref {
	n, _ := p.natural()
	text, ok := p.take(n)
	if !ok {
		return none
	}
	return p.leaf(kindIdentifier, text)
}

// yields pops what a coroutine yields. It is part of no demangled name.
func (p *parser) yields() ref { return p.of(kindYields, p.typesOrEmpty()) }

// isolation makes a node for where a function runs.
func (p *parser) isolation(set functionTraits, actor ...ref) ref {
	text := "@% "
	switch set {
	case isolatedAny:
		text = "@isolated(any) "
	case isolatedCaller:
		text = "nonisolated(nonsending) "
	}
	return p.node(node{kind: kindIsolation, text: text, num: set}, actor...)
}

// differentiable reads how a function type can be differentiated.
func (p *parser) differentiable() ref {
	c := p.next()
	text := differentiability(c)
	if text == "" {
		return none
	}
	return p.add(node{kind: kindDifferentiable, text: text, num: int64(c)})
}

// differentiability returns what stands before a function type, "" if c is no
// letter for a kind of differentiability.
func differentiability(c byte) string {
	switch c {
	case 'd':
		return "@differentiable "
	case 'f':
		return "@differentiable(_forward) "
	case 'l':
		return "@differentiable(_linear) "
	case 'r':
		return "@differentiable(reverse) "
	}
	return ""
}

// popLabels pops the argument labels of a function of a type, none if it has
// none. Where function types carry their labels it only finds that there are some.
func (p *parser) popLabels(t ref) ref {
	if p.kind(t) == kindGenericType {
		t = p.kid(t, 1)
	}
	k := p.kind(t)
	if !isFunctionType(k) {
		return none
	}
	if !p.labelled && p.pop(kindEmpty) != none {
		return p.of(kindLabels)
	}
	if k != kindFunctionType && k != kindCalledOnce {
		return none
	}
	params := p.kid(t, functionParams)
	if p.labelled {
		return p.labelsOf(params)
	}
	if p.kind(params) != kindTuple {
		return p.popLabelList(1)
	}
	return p.popLabelList(len(p.all(params)))
}

// isFunctionType reports whether nodes of a kind are made by functionType.
func isFunctionType(k kind) bool {
	switch k {
	case kindFunctionType, kindUncurried, kindThinFunction, kindCFunction, kindBlock, kindEscapingBlock,
		kindAutoclosure, kindCalledOnce:
		return true
	}
	return false
}

// popLabelList pops n labels.
func (p *parser) popLabelList(n int) ref {
	if n == 0 {
		return none
	}
	mark := len(p.list)
	named := false
	for range n {
		r := p.popNode()
		if k := p.kind(r); k != kindIdentifier && k != kindFirst {
			p.list = p.list[:mark]
			return none
		}
		named = named || p.kind(r) == kindIdentifier
		p.list = append(p.list, r)
	}
	labels := p.reversed(mark)
	if !named {
		labels = nil
	}
	return p.of(kindLabels, labels...)
}

// labelsOf makes labels of those in a parameter tuple.
func (p *parser) labelsOf(params ref) ref {
	if p.kind(params) != kindTuple {
		return p.of(kindLabels)
	}
	if len(p.all(params)) == 0 {
		return none
	}
	mark := len(p.list)
	named := false
	for _, element := range p.all(params) {
		label := p.leaf(kindFirst, "")
		if text := p.str(element); text != "" {
			label, named = p.leaf(kindIdentifier, text), true
		}
		p.list = append(p.list, label)
	}
	labels := p.list[mark:]
	p.list = p.list[:mark]
	if !named {
		labels = nil
	}
	return p.of(kindLabels, labels...)
}
