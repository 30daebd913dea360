package msvc

import "strings"

// typ takes a type.
//
//	type = "T" name | "U" name | "V" name | "W4" name    // union, struct, class, enum
//	     | pointer | "Y" array | "$$A8@@" function | "$$A6" function
//	     | "?" name "@" | primitive
func (p *parser) typ() ref {
	if !p.enter() {
		return 0
	}
	defer p.leave()
	switch p.peek() {
	case 'T':
		return p.tag("union ")
	case 'U':
		return p.tag("struct ")
	case 'V':
		return p.tag("class ")
	case 'W':
		return p.enum()
	case 'A', 'P', 'Q', 'R', 'S':
		return p.pointer()
	case 'B':
		if p.extended {
			return p.pointer()
		}
	case 'Y':
		return p.array()
	case '?':
		return p.custom()
	case '$':
		switch {
		case p.eats("$$Q"):
			return p.pointee(node{kind: kindPointer, text: "&&"})
		case p.eats("$$A6"):
			return p.functionType(false)
		case p.eats("$$A8@@"):
			return p.functionType(true)
		case p.extended && p.eats("$$R"):
			return p.pointee(node{kind: kindPointer, text: "&&", quals: qualVolatile})
		case p.eats("$$T"):
			return p.add(node{kind: kindPrimitive, text: "std::nullptr_t"})
		}
	}
	return p.primitive()
}

// qualifiedType takes a type after its qualifiers.
func (p *parser) qualifiedType() ref {
	q, _ := p.quals()
	t := p.typ()
	p.nodes[t].quals |= q
	return t
}

// resultType takes a type before which there are qualifiers if it is a class
// that a function returns, or if it is const or volatile.
func (p *parser) resultType() ref {
	if p.eat('?') {
		return p.qualifiedType()
	}
	return p.typ()
}

// quals takes the qualifiers of a type, and tells whether they are written as
// those of a member.
func (p *parser) quals() (q quals, member bool) {
	switch c := p.next(); c {
	case 'A', 'B', 'C', 'D':
		return cv[c-'A'], false
	case 'Q', 'R', 'S', 'T':
		return cv[c-'Q'], true
	}
	p.fail()
	return 0, false
}

var cv = [4]quals{0, qualConst, qualVolatile, qualConst | qualVolatile}

// extendedQuals takes the qualifiers that only pointers and this have. The E of
// 64-bit pointers says nothing to people.
func (p *parser) extendedQuals() quals {
	var q quals
	p.eat('E')
	if p.eat('I') {
		q |= qualRestrict
	}
	if p.eat('F') {
		q |= qualUnaligned
	}
	return q
}

func (p *parser) tag(word string) ref {
	p.next()
	name := p.typeName()
	return p.add(node{kind: kindTag, text: word, a: name})
}

// enum takes "W4" and a name. The digit says what the enum's values are; every
// compiler of this age writes 4, an int, whatever they are.
func (p *parser) enum() ref {
	if !strings.HasPrefix(p.rest, "W4") {
		return p.fail()
	}
	p.next()
	return p.tag("enum ")
}

func (p *parser) custom() ref {
	p.next()
	name := p.typeLeaf()
	if !p.eat('@') {
		return p.fail()
	}
	return p.add(node{kind: kindCustom, a: name})
}

func (p *parser) pointer() ref {
	n := node{kind: kindPointer, text: "*"}
	switch c := p.next(); c {
	case 'A':
		n.text = "&"
	case 'B':
		n.text, n.quals = "&", qualVolatile
	default:
		n.quals = cv[c-'P']
	}
	return p.pointee(n)
}

// pointee takes what the pointer or reference n points to.
//
//	pointee = "6" function | "8" class function | extended quals type
//	        | extended member-quals class type
func (p *parser) pointee(n node) ref {
	toMember := n.text == "*"
	switch {
	case p.eat('6'):
		n.a = p.functionType(false)
		return p.add(n)
	case toMember && p.eat('8'):
		n.b = p.typeName()
		n.a = p.functionType(true)
		return p.add(n)
	}
	n.quals |= p.extendedQuals()
	if p.extended && p.eats("$A") {
		n.text = handles[n.text]
	}
	q, member := p.quals()
	if member && toMember {
		n.b = p.typeName()
		n.a = p.typ()
		p.nodes[n.a].quals = q
	} else {
		n.a = p.typ()
		p.nodes[n.a].quals |= q
	}
	if p.failed {
		return 0
	}
	return p.add(n)
}

// handles are the pointers and references of C++/CX.
var handles = map[string]string{"*": "^", "&": "%", "&&": "%"}

// array takes the dimensions and elements of an array. A dimension of 0 is not
// known.
//
//	array = "Y" number { number } [ "$$C" quals ] type
func (p *parser) array() ref {
	p.next()
	n := node{kind: kindArray}
	rank := p.unsigned()
	if rank == 0 {
		return p.fail()
	}
	for ; rank > 0 && !p.failed; rank-- {
		p.push(&n.list, p.add(node{kind: kindNumber, num: p.unsigned()}))
	}
	if p.eats("$$C") {
		q, member := p.quals()
		if member {
			return p.fail()
		}
		n.quals = q
	}
	n.a = p.typ()
	return p.add(n)
}

// functionType takes the type of a function, before which there are the
// qualifiers of this if it has one.
//
//	function   = [ this ] convention ( "@" | result ) parameters throw
//	this       = extended [ "G" | "H" ] quals             // &, &&
//	throw      = "Z" | "_E"                               // noexcept
func (p *parser) functionType(hasThis bool) ref {
	n := node{kind: kindFunction}
	if hasThis {
		n.quals = p.extendedQuals()
		switch {
		case p.eat('G'):
			n.flags |= flagLvalue
		case p.eat('H'):
			n.flags |= flagRvalue
		}
		q, _ := p.quals()
		n.quals |= q
	}
	n.code = p.next()
	if !p.eat('@') {
		n.a = p.resultType()
	}
	n.hasList = !p.eat('X')
	if n.hasList {
		var variadic bool
		n.list, variadic = p.parameters()
		if variadic {
			n.flags |= flagVariadic
		}
	}
	switch {
	case p.eat('Z'):
	case p.eats("_E"):
		n.flags |= flagNoexcept
	default:
		p.fail()
	}
	return p.add(n)
}

// parameters takes the types of parameters. A digit stands for one of the first
// ten that took more than a character to write.
//
//	parameters = { digit | type } ( "@" | "Z" )    // Z: and more
func (p *parser) parameters() (l list, variadic bool) {
	for !p.failed {
		switch c := p.peek(); {
		case c == '@' || c == 'Z':
			p.next()
			return l, c == 'Z'
		case isDigit(c):
			p.push(&l, p.backParameter())
		default:
			before := len(p.rest)
			t := p.typ()
			if before-len(p.rest) > 1 && len(p.params)-p.frame.params < maxBackrefs {
				p.params = append(p.params, t)
			}
			p.push(&l, t)
		}
	}
	return l, false
}

// backParameter takes a digit that stands for a parameter's type.
func (p *parser) backParameter() ref {
	params := p.params[p.frame.params:]
	i := int(p.next() - '0')
	if i >= len(params) {
		return p.fail()
	}
	return params[i]
}

func (p *parser) primitive() ref {
	table := &primitives
	if p.eat('_') {
		table = &primitives1
	}
	c := p.next()
	text := table[c&0x7f]
	if text == "" && p.extended && table == &primitives1 {
		text = primitives1Extended[c&0x7f]
	}
	if text == "" || c >= 128 {
		return p.fail()
	}
	return p.add(node{kind: kindPrimitive, text: text})
}

var primitives = [128]string{
	'C': "signed char",
	'D': "char",
	'E': "unsigned char",
	'F': "short",
	'G': "unsigned short",
	'H': "int",
	'I': "unsigned int",
	'J': "long",
	'K': "unsigned long",
	'M': "float",
	'N': "double",
	'O': "long double",
	'X': "void",
}

// primitives1 are those that begin with "_".
var primitives1 = [128]string{
	'J': "__int64",
	'K': "unsigned __int64",
	'N': "bool",
	'Q': "char8_t",
	'S': "char16_t",
	'U': "char32_t",
	'W': "wchar_t",
}

// primitives1Extended are those that llvm-undname 19 refuses.
var primitives1Extended = [128]string{
	'D': "__int8",
	'E': "unsigned __int8",
	'F': "__int16",
	'G': "unsigned __int16",
	'H': "__int32",
	'I': "unsigned __int32",
	'L': "__int128",
	'M': "unsigned __int128",
	'P': "auto",
	'T': "decltype(auto)",
}
