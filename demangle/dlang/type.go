package dlang

import "strings"

// basicTypes are the types of one letter.
var basicTypes = [128]string{
	'a': "char", 'b': "bool", 'c': "creal", 'd': "double", 'e': "real", 'f': "float", 'g': "byte", 'h': "ubyte",
	'i': "int", 'j': "ireal", 'k': "uint", 'l': "long", 'm': "ulong", 'n': "typeof(null)", 'o': "ifloat",
	'p': "idouble", 'q': "cfloat", 'r': "cdouble", 's': "short", 't': "ushort", 'u': "wchar", 'v': "void", 'w': "dchar",
}

// conventions are the calling conventions and how they are written; D's own is
// not.
var conventions = [128]string{
	'F': " ", 'U': "extern(C) ", 'W': "extern(Windows) ", 'V': "extern(Pascal) ", 'R': "extern(C++) ", 'Y': "extern(Objective-C) ",
}

// attributeWords are what a function promises.
var attributeWords = [128]string{
	'a': "pure ", 'b': "nothrow ", 'c': "ref ", 'd': "@property ", 'e': "@trusted ", 'f': "@safe ", 'i': "@nogc ",
	'j': "return ", 'l': "scope ", 'm': "@live ",
}

func isConvention(c byte) bool { return c < 128 && conventions[c] != "" }

// typ reads a type.
func (p *parser) typ() string {
	if !p.enter() {
		return ""
	}
	defer p.leave()
	c := p.peek(0)
	if c < 128 && basicTypes[c] != "" {
		p.pos++
		return basicTypes[c]
	}
	if isConvention(c) {
		return p.function("function")
	}
	switch c {
	case 'Q':
		return p.reference((*parser).typ)
	case 'N':
		return p.typeN()
	}
	p.pos++
	switch c {
	case 'x':
		return p.join("const(", p.typ(), ")")
	case 'y':
		return p.join("immutable(", p.typ(), ")")
	case 'O':
		return p.join("shared(", p.typ(), ")")
	case 'A':
		return p.join(p.typ(), "[]")
	case 'G':
		size := p.digits()
		return p.join(p.typ(), "[", size, "]")
	case 'H':
		key := p.typ()
		return p.join(p.typ(), "[", key, "]")
	case 'P':
		if isConvention(p.peek(0)) {
			return p.function("function")
		}
		return p.join(p.typ(), "*")
	case 'D':
		suffix := p.modifiers()
		return p.function("delegate" + suffix)
	case 'B':
		return p.tuple()
	case 'C', 'E', 'I', 'S', 'T':
		name, _ := p.qualified(false)
		return name
	case 'z':
		switch p.next() {
		case 'i':
			return "cent"
		case 'k':
			return "ucent"
		}
	}
	return p.fail()
}

// typeN reads types that begin with N.
func (p *parser) typeN() string {
	p.pos++
	switch p.next() {
	case 'g':
		return p.join("inout(", p.typ(), ")")
	case 'h':
		return p.join("__vector(", p.typ(), ")")
	case 'n':
		return "typeof(*null)"
	}
	return p.fail()
}

// tuple reads a count and so many types.
func (p *parser) tuple() string {
	types := make([]string, 0, 4)
	for n := p.length(); n > 0 && !p.failed; n-- {
		types = append(types, p.typ())
	}
	return p.join("Tuple!(", p.join(strings.Join(types, ", ")), ")")
}

// function reads a function's type; word says what refers to it.
func (p *parser) function(word string) string {
	c := p.next()
	if !isConvention(c) {
		return p.fail()
	}
	convention := strings.TrimPrefix(conventions[c], " ")
	attributes := p.attributes()
	params := p.parameters()
	result := p.typ()
	return p.join(convention, result, "(", params, ") ", attributes, word)
}

// attributes reads what a function promises.
func (p *parser) attributes() string {
	s := ""
	for p.peek(0) == 'N' {
		c := p.peek(1)
		if c >= 128 || attributeWords[c] == "" {
			break
		}
		p.pos += 2
		s += attributeWords[c]
	}
	return s
}

// parameters reads those of a function, and what ends them: Z, or X or Y where
// there may be more.
func (p *parser) parameters() string {
	if !p.enter() {
		return ""
	}
	defer p.leave()
	params := ""
	for !p.failed {
		switch p.peek(0) {
		case 'X':
			p.pos++
			return p.join(params, "...")
		case 'Y':
			p.pos++
			if params != "" {
				params = p.join(params, ", ")
			}
			return p.join(params, "...")
		case 'Z':
			p.pos++
			return params
		}
		if params != "" {
			params = p.join(params, ", ")
		}
		params = p.join(params, p.storage(), p.typ())
	}
	return ""
}

// storage reads how a parameter is passed.
func (p *parser) storage() string {
	s := ""
	for !p.failed {
		switch {
		case p.eat("M"):
			s = p.join(s, "scope ")
		case p.eat("Nk"):
			s = p.join(s, "return ")
		case p.eat("I"):
			return p.join(s, "in ")
		case p.eat("J"):
			return p.join(s, "out ")
		case p.eat("K"):
			return p.join(s, "ref ")
		case p.eat("L"):
			return p.join(s, "lazy ")
		default:
			return s
		}
	}
	return ""
}
