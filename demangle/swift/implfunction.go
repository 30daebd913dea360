package swift

// The first children of a lowered function type; what follows are its attributes
// and its signature as they are written, then its parameters, then its results.
const (
	implPattern    = iota // list for the signature of @substituted, or none
	implSignature         // that signature
	implInvocation        // list of what its generic parameters are, or none
	implRest
)

var (
	calleeConventions = letters{
		'g': "@callee_guaranteed",
		't': "@convention(thin)",
		'x': "@callee_owned",
		'y': "@callee_unowned",
	}
	functionConventions = letters{
		'B': "@convention(block)",
		'C': "@convention(c)",
		'K': "@convention(closure)",
		'M': "@convention(method)",
		'O': "@convention(objc_method)",
		'V': "@convention(com_method)",
		'W': "@convention(witness_method)",
	}
	coroutines = letters{
		'A': "@yield_once",
		'G': "@yield_many",
		'I': "@yield_once_2",
	}
	paramConventions = letters{
		'X': "@in_cxx",
		'b': "@inout_aliasable",
		'c': "@in_constant",
		'e': "@deallocating",
		'g': "@guaranteed",
		'i': "@in",
		'l': "@inout",
		'm': "@pack_inout",
		'n': "@in_guaranteed",
		'p': "@pack_guaranteed",
		'v': "@pack_owned",
		'x': "@owned",
		'y': "@unowned",
	}
	resultConventions = letters{
		'a': "@autoreleased",
		'd': "@unowned",
		'g': "@guaranteed",
		'k': "@pack_out",
		'l': "@guaranteed_address",
		'm': "@inout",
		'o': "@owned",
		'r': "@out",
		'u': "@unowned_inner_pointer",
	}
)

// An implValue is a parameter or a result whose type is still on the stack.
type implValue struct {
	kind       kind
	convention string
	modifiers  []ref
}

// implFunction reads a lowered function type: how a function is called, what
// convention each value follows, and pops the types of the values.
func (p *parser) implFunction() ref {
	var head [implRest]ref
	if p.accept('s') {
		list, ok := p.implSubstitutions()
		head[implPattern], head[implSignature] = list, p.pop(kindSignature)
		if !ok || head[implSignature] == none {
			return none
		}
	}
	if p.accept('I') {
		list, ok := p.implSubstitutions()
		if head[implInvocation] = list; !ok {
			return none
		}
	}
	kids := append(make([]ref, 0, 16), head[:]...)
	kids, sending := p.implAttributes(kids)
	if kids == nil {
		return none
	}
	values, ok := p.implValues(make([]implValue, 0, 8))
	if !ok {
		return none
	}
	kids = p.implTypes(kids, values)
	if kids == nil {
		return none
	}
	n := node{kind: kindImplFunction}
	if sending {
		n.num = int64(sendingResult)
	}
	return p.add(n, kids...)
}

// implSubstitutions pops what the generic parameters of a lowered function type are.
func (p *parser) implSubstitutions() (ref, bool) {
	lists, _, ok := p.boundLists()
	if !ok || len(lists) != 1 {
		return none, false
	}
	return p.node(node{kind: kindList}, p.all(lists[0])...), true
}

// implAttributes appends what is said of the function itself, and its signature.
// It returns nil if that is not well formed.
func (p *parser) implAttributes(kids []ref) (_ []ref, sending bool) {
	signature := p.pop(kindSignature)
	if signature != none {
		p.accept('P') // pseudogeneric: from Objective-C, where arguments are not known at run time
	}
	word := func(text string) {
		if text != "" {
			kids = append(kids, p.phrase(text))
		}
	}
	flag := func(c byte, text string) {
		if p.accept(c) {
			word(text)
		}
	}
	flag('e', "@escaping")
	flag('A', "@isolated(any)")
	flag('N', "nonisolated(nonsending)")
	flag('O', "@called(once)")
	flag('d', "@differentiable")
	flag('l', "@differentiable(_linear)")
	flag('f', "@differentiable(_forward)")
	flag('r', "@differentiable(reverse)")

	callee := p.letter(&calleeConventions)
	if callee == "" {
		return nil, false
	}
	word(callee)
	if kids = p.implConvention(kids); kids == nil {
		return nil, false
	}
	word(p.letter(&coroutines))
	flag('h', "@Sendable")
	flag('H', "@async")
	sending = p.accept('T')
	if signature != none {
		kids = append(kids, signature)
	}
	return kids, sending
}

// implConvention appends the calling convention of a language other than Swift, if there is one.
func (p *parser) implConvention(kids []ref) []ref {
	if p.peek() == 'z' {
		return p.implClangConvention(kids)
	}
	if text := p.letter(&functionConventions); text != "" {
		kids = append(kids, p.phrase(text))
	}
	return kids
}

// implClangConvention appends the calling convention of a C type whose mangling is told.
func (p *parser) implClangConvention(kids []ref) []ref {
	text := ""
	switch {
	case p.acceptAll("zB"):
		text = `@convention(block, mangledCType: "%")`
	case p.acceptAll("zC"):
		text = `@convention(c, mangledCType: "%")`
	default:
		return kids // a z that tells what is thrown
	}
	clang := p.clangType()
	if clang == none {
		return nil
	}
	return append(kids, p.phrase(text, clang))
}

// implValues reads the conventions of all parameters and results.
func (p *parser) implValues(values []implValue) ([]implValue, bool) {
	for text := p.letter(&paramConventions); text != ""; text = p.letter(&paramConventions) {
		values = append(values, implValue{kindImplParam, text, p.implModifiers()})
	}
	for text := p.letter(&resultConventions); text != ""; text = p.letter(&resultConventions) {
		v := implValue{kind: kindImplResult, convention: text}
		if p.accept('w') {
			v.modifiers = []ref{p.phrase("@noDerivative ")}
		}
		values = append(values, v)
	}
	for p.accept('Y') {
		values = append(values, implValue{kind: kindImplYield, convention: p.letter(&paramConventions)})
	}
	if p.accept('z') {
		values = append(values, implValue{kind: kindImplError, convention: p.letter(&resultConventions)})
	}
	for _, v := range values {
		if v.convention == "" {
			return nil, false
		}
	}
	return values, p.accept('_')
}

// implModifiers reads what is said of a parameter besides its convention.
func (p *parser) implModifiers() (modifiers []ref) {
	if p.accept('w') {
		modifiers = append(modifiers, p.phrase("@noDerivative "))
	}
	before := len(modifiers)
	if p.accept('T') {
		modifiers = append(modifiers, p.phrase("sending "))
	}
	if p.accept('I') {
		modifiers = append(modifiers, p.phrase("isolated "))
	}
	if p.accept('L') {
		modifiers = append(modifiers, p.phrase("sil_implicit_leading_param "))
	}
	if len(modifiers) > before+1 {
		return nil // the Swift tools write none where several of these three meet
	}
	return modifiers
}

// implTypes pops the types of the values, the last first, and appends nodes for them in order.
func (p *parser) implTypes(kids []ref, values []implValue) []ref {
	if len(p.stack) < len(values) {
		return nil
	}
	types := p.stack[len(p.stack)-len(values):]
	for i, v := range values {
		if !p.is(types[i], isType) {
			return nil
		}
		var parts [4]ref
		n := copy(parts[:], v.modifiers)
		parts[n] = types[i]
		kids = append(kids, p.node(node{kind: v.kind, text: v.convention}, parts[:n+1]...))
	}
	p.stack = p.stack[:len(p.stack)-len(values)]
	return kids
}
