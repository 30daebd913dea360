package msvc

import "strings"

// symbol takes a whole decorated name.
//
//	symbol = "?" special | "?" name ( variable | function ) | "??@" md5 | "." type
func (p *parser) symbol() ref {
	if !p.enter() {
		return 0
	}
	defer p.leave()
	switch {
	case p.eat('.'):
		t := p.resultType()
		if p.rest != "" {
			return p.fail()
		}
		return p.add(node{kind: kindTypeDescriptor, a: t, text: "`RTTI Type Descriptor Name'"})
	case strings.HasPrefix(p.rest, "??@"):
		return p.md5()
	case !p.eat('?'):
		return p.fail()
	case strings.HasPrefix(p.rest, "?_"):
		if symbol, ok := p.special(); ok {
			return symbol
		}
	}
	return p.declarator()
}

// md5 takes a name that was cut: nothing more is known of it.
//
//	md5 = 32 hexadecimal digits "@" [ "??_R4@" ]    // of a complete object locator
func (p *parser) md5() ref {
	start := p.rest
	p.eats("??@")
	sum := p.until()
	if len(sum) != 32 || strings.Trim(sum, "0123456789abcdefABCDEF") != "" {
		return p.fail()
	}
	p.eats("??_R4@")
	return p.add(node{kind: kindMD5, text: start[:len(start)-len(p.rest)]})
}

// declarator takes a name and what it names.
func (p *parser) declarator() ref {
	name := p.symbolName()
	if p.failed {
		return 0
	}
	leaf := p.cells[p.nodes[name].list.last].node
	if p.rest == "" && p.nodes[leaf].kind == kindFunclet {
		return p.add(node{kind: kindVariable, a: name})
	}
	if c := p.peek(); '0' <= c && c <= '4' {
		if p.nodes[leaf].kind == kindConversion {
			return p.fail()
		}
		return p.variable(name)
	}
	f := p.function()
	if p.nodes[leaf].kind == kindConversion {
		to := p.nodes[f].a
		if to == 0 {
			return p.fail()
		}
		p.nodes[leaf].a = to
	}
	return p.add(node{kind: kindFunctionSymbol, a: name, b: f})
}

// variable takes the storage class and type of a variable.
//
//	variable = "0".."4" type quals
func (p *parser) variable(name ref) ref {
	class := p.next()
	t := p.typ()
	if p.failed {
		return 0
	}
	if n := &p.nodes[t]; n.kind != kindPointer {
		n.quals, _ = p.quals()
		return p.add(node{kind: kindVariable, a: name, b: t, code: class})
	}
	// What follows a pointer says again what it points to.
	p.nodes[t].quals |= p.extendedQuals()
	q, _ := p.quals()
	if p.nodes[t].b != 0 {
		p.typeName()
	}
	p.nodes[p.nodes[t].a].quals |= q
	return p.add(node{kind: kindVariable, a: name, b: t, code: class})
}

// function takes the access, thunk and type of a function.
func (p *parser) function() ref {
	var extra flags
	if p.extended && !p.eats("$$h") && !p.eats("$$F") {
		p.eats("$$H")
	}
	if p.eats("$$J0") {
		extra = flagExternC
	}
	f := p.functionClass() | extra
	var thunk list
	switch {
	case f&flagAdjustor != 0:
		p.push(&thunk, p.integer(int64(uint32(p.signed()))))
	case f&flagVtordisp != 0:
		if f&flagVtordispex != 0 {
			p.push(&thunk, p.integer(int64(int32(p.signed()))))
			p.push(&thunk, p.integer(int64(int32(p.signed()))))
		}
		p.push(&thunk, p.integer(int64(int32(p.signed()))))
		p.push(&thunk, p.integer(int64(uint32(p.signed()))))
	}
	if f&flagNoSignature != 0 {
		return p.add(node{kind: kindFunction, flags: f})
	}
	r := p.functionType(f&(flagGlobal|flagStatic) == 0)
	n := &p.nodes[r]
	n.flags |= f
	if thunk.first != 0 {
		numbers := p.add(node{kind: kindNumbers, list: thunk})
		p.nodes[r].b = numbers
	}
	return r
}

func (p *parser) functionClass() flags {
	c := p.next()
	switch c {
	case '9':
		return flagExternC | flagNoSignature
	case '$':
		f := flagVirtual | flagVtordisp
		if p.eat('R') {
			f |= flagVtordispex
		}
		switch p.next() {
		case '0', '1':
			return f | flagPrivate
		case '2', '3':
			return f | flagProtected
		case '4', '5':
			return f | flagPublic
		}
	default:
		if f := functionClasses[c&0x7f]; f != 0 && c < 128 {
			return f
		}
	}
	p.fail()
	return 0
}

// functionClasses are what the letters say. They come in pairs: the second is
// the same for a function that was far in 16-bit code.
var functionClasses = [128]flags{
	'A': flagPrivate,
	'B': flagPrivate,
	'C': flagPrivate | flagStatic,
	'D': flagPrivate | flagStatic,
	'E': flagPrivate | flagVirtual,
	'F': flagPrivate | flagVirtual,
	'G': flagPrivate | flagAdjustor,
	'H': flagPrivate | flagAdjustor,
	'I': flagProtected,
	'J': flagProtected,
	'K': flagProtected | flagStatic,
	'L': flagProtected | flagStatic,
	'M': flagProtected | flagVirtual,
	'N': flagProtected | flagVirtual,
	'O': flagProtected | flagVirtual | flagAdjustor,
	'P': flagProtected | flagVirtual | flagAdjustor,
	'Q': flagPublic,
	'R': flagPublic,
	'S': flagPublic | flagStatic,
	'T': flagPublic | flagStatic,
	'U': flagPublic | flagVirtual,
	'V': flagPublic | flagVirtual,
	'W': flagPublic | flagVirtual | flagAdjustor,
	'X': flagPublic | flagVirtual | flagAdjustor,
	'Y': flagGlobal,
	'Z': flagGlobal,
}
