package swift

import "strings"

// specialization reads what an optimiser knew of the arguments of a function.
func (p *oldParser) specialization() ref {
	n := node{kind: kindSpecialization}
	argument := (*oldParser).specializedType
	switch p.next() {
	case 'f':
		n.text = "function signature specialization"
		argument = nil
	case 'g':
		n.text = "generic specialization"
	case 'r':
		n.text = "generic not re-abstracted specialization"
	default:
		return none
	}
	var notes []ref
	if p.accept("q") {
		notes = append(notes, p.phrase("serialized"))
	}
	p.next() // the pass
	var arguments []ref
	ok := false
	if argument == nil {
		arguments, ok = p.specifiedArguments()
	} else {
		arguments, ok = p.until(argument)
	}
	if !ok {
		return none
	}
	return p.node(n, append(notes, arguments...)...)
}

// specializedType reads a generic argument and the conformances that it has.
func (p *oldParser) specializedType() ref {
	t := p.typ()
	if t == none {
		return none
	}
	conformances, ok := p.until((*oldParser).conformance)
	switch {
	case !ok:
		return none
	case len(conformances) == 0:
		return t
	}
	return p.phrase("% with %", t, p.node(node{kind: kindList, text: " and "}, conformances...))
}

// specifiedArguments reads what is known of each argument.
func (p *oldParser) specifiedArguments() ([]ref, bool) {
	var list []ref
	for i := 0; !p.accept("_"); i++ {
		if p.accept("n_") {
			continue
		}
		known := p.specifiedArgument()
		if known == none {
			return nil, false
		}
		list = append(list, p.phrase("Arg[%] = %", p.number(i), known))
	}
	return list, true
}

// specifiedArgument reads what is known of one argument, and its underscore.
func (p *oldParser) specifiedArgument() ref {
	switch {
	case p.accept("cp"):
		return p.specConstant()
	case p.accept("cl"):
		name := p.symbolName()
		types, ok := p.until((*oldParser).typ)
		if !ok {
			return none
		}
		return p.phrase(specClosure, name, p.of(kindList, types...))
	case p.accept("i_"):
		return p.phrase("Value Promoted from Box")
	case p.accept("k_"):
		return p.phrase("Stack Promoted from Box")
	case p.accept("r_"):
		return p.phrase("InOut Converted to Out")
	}
	set := 0
	if p.accept("d") {
		set |= specDead
	}
	if p.accept("g") {
		set |= specOwnedToGuaranteed
	}
	if p.accept("o") {
		set |= specGuaranteedToOwned
	}
	if p.accept("s") {
		set |= specExploded
	}
	if set == 0 || !p.accept("_") {
		return none
	}
	return p.specOption(set)
}

// symbolName reads the name of a function.
func (p *oldParser) symbolName() ref {
	name := p.identifier()
	if p.kind(name) != kindIdentifier {
		return none
	}
	return p.leaf(kindSymbol, p.str(name))
}

// specConstant reads a constant that an argument is, and its underscore.
func (p *oldParser) specConstant() ref {
	var r ref
	switch {
	case p.accept("fr"):
		r = p.phrase("[Constant Propagated Function : %]", p.symbolName())
	case p.accept("g"):
		r = p.phrase("[Constant Propagated Global : %]", p.symbolName())
	case p.accept("i"):
		r = p.phrase("[Constant Propagated Integer : %]", p.untilUnderscore())
	case p.accept("fl"):
		r = p.phrase("[Constant Propagated Float : %]", p.untilUnderscore())
	case p.accept("se0v"):
		r = p.phrase("[Constant Propagated String : u8'%']", p.symbolName())
	case p.accept("se1v"):
		r = p.phrase("[Constant Propagated String : u16'%']", p.symbolName())
	}
	if !p.accept("_") {
		return none
	}
	return r
}

// untilUnderscore reads all up to an underscore.
func (p *oldParser) untilUnderscore() ref {
	n := strings.IndexByte(p.in, '_')
	if n < 0 {
		return none
	}
	text := p.in[:n]
	p.in = p.in[n:]
	return p.leaf(kindSymbol, text)
}
