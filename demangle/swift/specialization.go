package swift

import "strings"

// maxPass is the highest number of an optimiser pass that specialises functions.
const maxPass = 9

// genericSpecializations are functions with their generic parameters filled in: T and a letter.
var genericSpecializations = letters{
	'B': "generic specialization",
	'G': "generic not re-abstracted specialization",
	'g': "generic specialization",
	'i': "inlined generic function",
	's': "generic pre-specialization",
}

// partialSpecializations are functions with some generic parameters filled in.
var partialSpecializations = letters{
	'P': "generic not-reabstracted partial specialization",
	'p': "generic partial specialization",
}

// specialization reads what follows T and c: what an optimiser knew of the arguments of a function.
func (p *parser) specialization(c byte) ref {
	if text := partialSpecializations.of(c); text != "" {
		notes, ok := p.specializationNotes()
		if !ok {
			return none
		}
		signature := p.phrase("Signature = %", p.popType())
		if signature == none {
			return none
		}
		return p.node(node{kind: kindSpecialization, text: text}, append(notes, signature)...)
	}
	if c == 'f' {
		return p.functionSpecialization()
	}
	for c == 't' { // a parameter that is no longer passed
		p.natural()
		if c = p.next(); c != 't' && c != 'g' && c != 'G' && c != 'B' {
			return none
		}
	}
	text := genericSpecializations.of(c)
	if text == "" {
		return none
	}
	notes, ok := p.specializationNotes()
	if !ok {
		return none
	}
	types, ok := p.popList((*parser).popType)
	if !ok {
		return none
	}
	return p.node(node{kind: kindSpecialization, text: text}, append(notes, types...)...)
}

// specializationNotes reads what is told of a specialisation as such, and which pass made it.
func (p *parser) specializationNotes() (notes []ref, ok bool) {
	p.accept('m') // metatypes are no longer passed
	if p.accept('q') {
		notes = append(notes, p.phrase("serialized"))
	}
	p.accept('a') // no longer asynchronous
	pass := p.next()
	return notes, '0' <= pass && pass <= '0'+maxPass
}

// What is known of an argument may be several of these.
const (
	specDead = 1 << iota
	specOwnedToGuaranteed
	specGuaranteedToOwned
	specExploded
	specToGeneric
)

// specOptions are what they say, in the order in which it is written.
var specOptions = []struct {
	bit  int
	text string
}{
	{specToGeneric, "Existential To Protocol Constrained Generic"},
	{specDead, "Dead"},
	{specOwnedToGuaranteed, "Owned To Guaranteed"},
	{specGuaranteedToOwned, "Guaranteed To Owned"},
	{specExploded, "Exploded"},
}

// specOption makes what is known of an argument.
func (t *tree) specOption(set int) ref {
	texts := make([]string, 0, len(specOptions))
	for _, o := range specOptions {
		if set&o.bit != 0 {
			texts = append(texts, o.text)
		}
	}
	text := strings.Join(texts, " and ")
	if !t.spend(len(text)) {
		return none
	}
	return t.phrase(text)
}

// The Swift tools do not close the bracket around what is known of a closure.
const (
	specClosure         = "[Closure Propagated : %, Argument Types : [%]"
	specEscapingClosure = "[Escaping Closure Propagated : %, Argument Types : [%]"
)

// A specItem is one thing that is known of an argument. What it takes from the
// stack is popped when all are read.
type specItem struct {
	param int
	text  string // as a phrase
	first ref    // child that is known already, or none
	pops  specPops
}

// specPops says what an item takes from the stack.
type specPops uint8

const (
	popsNothing specPops = iota
	popsName             // an identifier that may be a mangled name
	popsString           // an identifier, with an underscore before it
	popsClosure          // an identifier and, above it, any number of types
	popsKeyPath          // an identifier and, above it, two types
	popsStruct           // a type
)

// functionSpecialization reads what is known of the arguments and the result.
func (p *parser) functionSpecialization() ref {
	changed := p.accept('r') // only how values are represented
	notes, ok := p.specializationNotes()
	switch {
	case !ok:
		return none
	case changed:
		return p.attribute("«representation changed of »‹specialized ›")
	}
	var items []specItem
	params := 0
	for ; !p.accept('_'); params++ {
		if items, ok = p.specParam(items, params); !ok {
			return none
		}
	}
	if !p.accept('n') {
		if items, ok = p.specParam(items, params); !ok {
			return none
		}
	}
	return p.specified(notes, items, params)
}

// specified makes the specialisation of what was read; params is the number of
// arguments, and that of the result.
func (p *parser) specified(notes []ref, items []specItem, params int) ref {
	made := make([]ref, len(items))
	for i := len(items) - 1; i >= 0; i-- {
		if made[i] = p.specPhrase(items[i]); made[i] == none {
			return none
		}
	}
	for i := 0; i < len(items); {
		param := items[i].param
		start := i
		for i < len(items) && items[i].param == param {
			i++
		}
		known := p.of(kindList, made[start:i]...)
		if param == params {
			notes = append(notes, p.phrase("Return = %", known))
		} else {
			notes = append(notes, p.phrase("Arg[%] = %", p.number(param), known))
		}
	}
	return p.node(node{kind: kindSpecialization, text: "function signature specialization"}, notes...)
}

// specPhrase pops what an item takes from the stack, and makes a node of all.
func (p *parser) specPhrase(item specItem) ref {
	switch item.pops {
	case popsName:
		return p.phrase(item.text, p.popSymbol())
	case popsString:
		name := p.pop(kindIdentifier)
		if name == none {
			return none
		}
		return p.phrase(item.text, item.first, p.leaf(kindIdentifier, strings.TrimPrefix(p.str(name), "_")))
	case popsClosure:
		types := p.of(kindList, p.popTypes()...)
		return p.phrase(item.text, p.popSymbol(), types)
	case popsKeyPath:
		value := p.popType()
		root := p.popType()
		return p.phrase(item.text, p.popSymbol(), root, value)
	case popsStruct:
		return p.phrase(item.text, p.popType())
	}
	if item.first != none {
		return item.first
	}
	return p.phrase(item.text)
}

// popSymbol pops the name of a function.
func (p *parser) popSymbol() ref {
	name := p.pop(kindIdentifier)
	if name == none {
		return none
	}
	return p.leaf(kindSymbol, p.str(name))
}

// specParam reads what is known of one argument.
func (p *parser) specParam(items []specItem, param int) ([]specItem, bool) {
	item := specItem{param: param}
	switch c := p.next(); c {
	case 'n':
		return items, true
	case 'p':
		return p.specConstants(items, param)
	case 'C':
		n, ok := p.natural()
		if !ok {
			return nil, false
		}
		item.first = p.phrase("[Same As Argument %]", p.number(n))
	case 'E':
		item.text, item.pops = specEscapingClosure, popsClosure
	case 'c':
		item.text, item.pops = specClosure, popsClosure
	case 'i':
		item.text = "Value Promoted from Box"
	case 'r':
		item.text = "InOut Converted to Out"
	case 's':
		item.text = "Stack Promoted from Box"
	default:
		set := p.specSet(c)
		if set == 0 {
			return nil, false
		}
		item.first = p.specOption(set)
	}
	return append(items, item), true
}

// specSet reads a set of options that begins with c.
func (p *parser) specSet(c byte) int {
	set := 0
	switch c {
	case 'd':
		set = specDead
	case 'e':
		set = specToGeneric
	case 'g':
		set = specOwnedToGuaranteed
	case 'o':
		set = specGuaranteedToOwned
	case 'x':
		set = specExploded
	}
	if c == 'e' && p.accept('D') {
		set |= specDead
	}
	if (c == 'e' || c == 'd') && p.accept('G') {
		set |= specOwnedToGuaranteed
	}
	if (c == 'e' || c == 'd') && p.accept('O') {
		set |= specGuaranteedToOwned
	}
	if set != 0 && c != 'x' && p.accept('X') {
		set |= specExploded
	}
	return set
}

// specConstants reads the constants that an argument is made of.
func (p *parser) specConstants(items []specItem, param int) ([]specItem, bool) {
	for {
		item := specItem{param: param}
		switch p.peek() {
		case 'S':
			item.text, item.pops = "[Constant Propagated Struct : %]", popsStruct
		case 'd':
			item.text = "[Constant Propagated Float : %]"
		case 'f':
			item.text, item.pops = "[Constant Propagated Function : %]", popsName
		case 'g':
			item.text, item.pops = "[Constant Propagated Global : %]", popsName
		case 'i':
			item.text = "[Constant Propagated Integer : %]"
		case 'k':
			item.text, item.pops = "[Constant Propagated KeyPath : %<%,%>]", popsKeyPath
		case 's':
			item.text, item.pops = "[Constant Propagated String : %'%']", popsString
		default:
			return items, true
		}
		c := p.next()
		if c == 'd' || c == 'i' {
			item.first = p.specNumber(item.text)
		}
		if c == 's' {
			item.first = p.specEncoding()
		}
		if item.first == none && (c == 'd' || c == 'i' || c == 's') {
			return nil, false
		}
		items = append(items, item)
	}
}

// specNumber reads the digits of a constant.
func (p *parser) specNumber(text string) ref {
	start := p.pos
	for isDigit(p.peek()) {
		p.pos++
	}
	if p.pos == start {
		return none
	}
	return p.phrase(text, p.leaf(kindIdentifier, p.in[start:p.pos]))
}

// specEncoding reads how a constant string is encoded.
func (p *parser) specEncoding() ref {
	switch p.next() {
	case 'b':
		return p.phrase("u8")
	case 'w':
		return p.phrase("u16")
	case 'c':
		return p.phrase("objc")
	}
	return none
}
