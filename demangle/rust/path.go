package rust

import "strconv"

// path prints a path. Where it names a value, its generic arguments are
// separated from it ("f::<u8>"), where it names a type they are not ("T<u8>").
func (p *printer) path(value bool) {
	if !p.enter() {
		return
	}
	defer p.leave()
	switch tag := p.next(); tag {
	case 'C': // crate
		p.crate()
	case 'N': // namespace path identifier
		p.nested(value)
	case 'M', 'X': // inherent or trait implementation: its own path, then type [trait]
		p.disambiguator()
		p.quietly(func() { p.path(false) })
		p.implementation(tag == 'X')
	case 'Y': // trait definition: type, trait
		p.implementation(true)
	case 'I': // path {argument} E
		p.path(value)
		if value {
			p.print("::")
		}
		p.print("<")
		p.list(", ", p.genericArg)
		p.print(">")
	case 'B':
		p.backref(func() { p.path(value) })
	default:
		p.fail()
	}
}

// crate prints a crate's name.
func (p *printer) crate() {
	hash := p.disambiguator()
	p.print(p.identifier())
	if p.hash {
		p.print("[" + strconv.FormatUint(hash, 16) + "]")
	}
}

// nested prints an item within a path. Namespaces in capitals are those of
// items that have no name in the source.
func (p *printer) nested(value bool) {
	namespace := p.next()
	p.path(value)
	number := p.disambiguator()
	name := p.identifier()
	switch {
	case isUpper(namespace):
		kind := string(namespace)
		switch namespace {
		case 'C':
			kind = "closure"
		case 'S':
			kind = "shim"
		}
		if name != "" {
			kind += ":" + name
		}
		p.print("::{" + kind + "#" + strconv.FormatUint(number, 10) + "}")
	case namespace < 'a' || namespace > 'z':
		p.fail()
	case name != "":
		p.print("::")
		p.print(name)
	}
}

// implementation prints the type of an impl block, and its trait if it has one.
func (p *printer) implementation(hasTrait bool) {
	p.print("<")
	p.typ()
	if hasTrait {
		p.print(" as ")
		p.path(false)
	}
	p.print(">")
}

// genericArg prints a lifetime, a constant or a type.
func (p *printer) genericArg() {
	switch {
	case p.eat('L'):
		p.lifetime(p.base62())
	case p.eat('K'):
		p.constant(false)
	default:
		p.typ()
	}
}
