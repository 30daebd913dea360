package msvc

import "math"

// autoValue takes the value of an auto parameter, which has no "$".
func (p *parser) autoValue() ref {
	switch p.peek() {
	case '0', '1', 'F', 'G', 'H', 'I', 'J':
		return p.value()
	case 'E', '2', '3', '5', '6', '7', 'A', 'B', 'C':
		if p.extended {
			return p.value()
		}
	}
	return p.typ()
}

// value takes a template argument that is a value.
//
//	value = "0" number
//	      | "1" [ symbol ] | "E" symbol                 // its address, itself
//	      | "H" symbol offset | "I" symbol 2 offset | "J" symbol 3 offset
//	      | "F" 2 offset | "G" 3 offset                 // pointers to data members
//
// The rest is of C++20, and llvm-undname 19 does not know it.
//
//	      | "2" class { field } "@" | "3" type { value "@" } "@"
//	      | "7" union member "@" value "@"
//	      | "A" number | "B" number                     // bits of a float, a double
//	      | "5" value "@" | "6" value member "@@" | "C" value "0" number "@"
//	field = [ type ] value
func (p *parser) value() ref {
	if !p.enter() {
		return 0
	}
	defer p.leave()
	switch c := p.next(); c {
	case '0':
		return p.literal()
	case '1':
		return p.address(0)
	case 'E':
		symbol := p.symbol()
		return p.add(node{kind: kindReference, a: symbol})
	case 'H', 'I', 'J':
		return p.address(int(c-'H') + 1)
	case 'F', 'G':
		n := node{kind: kindReference}
		p.offsets(&n, int(c-'F')+2)
		return p.add(n)
	default:
		if !p.extended {
			return p.fail()
		}
		return p.value20(c)
	}
}

func (p *parser) literal() ref {
	num, negative := p.number()
	n := node{kind: kindNumber, num: num}
	if negative {
		n.code = '-'
	}
	return p.add(n)
}

// address takes a pointer to a function, a variable or a member, and the offsets
// that go with it. No symbol is a null pointer to member.
func (p *parser) address(offsets int) ref {
	n := node{kind: kindReference, text: "&"}
	if p.peek() == '?' {
		n.a = p.symbol()
		p.memorizeLeaf(n.a)
	}
	p.offsets(&n, offsets)
	return p.add(n)
}

func (p *parser) offsets(n *node, count int) {
	for range count {
		p.push(&n.list, p.integer(p.signed()))
	}
}

// memorizeLeaf gives the name of a symbol a digit: variable templates have one.
//
// llvm-undname 19 gives one to functions too, as compilers do not, and shows
// wrong names for the digits behind it.
func (p *parser) memorizeLeaf(symbol ref) {
	if p.failed {
		return
	}
	switch s := p.nodes[symbol]; {
	case s.kind == kindVariable, s.kind == kindFunctionSymbol && !p.extended:
		q := p.nodes[s.a]
		leaf := p.cells[q.list.last].node
		switch n := p.nodes[leaf]; {
		case n.kind == kindName && n.hasList:
			p.memorize(q.text, leaf)
		case n.kind == kindName && !p.extended:
			p.memorize(n.text, leaf)
		}
	case s.kind == kindString:
		p.fail()
	}
}

// value20 takes a value of C++20, after its code.
func (p *parser) value20(code byte) ref {
	switch code {
	case '2':
		n := node{kind: kindStruct, a: p.typ()}
		for !p.eat('@') && !p.failed {
			p.push(&n.list, p.field())
		}
		return p.add(n)
	case '3':
		p.typ()
		n := node{kind: kindStruct}
		for !p.eat('@') && !p.failed {
			p.push(&n.list, p.value())
			p.expect('@')
		}
		return p.add(n)
	case '7':
		n := node{kind: kindUnion, a: p.typ(), text: p.until(), b: p.value()}
		p.expect('@')
		return p.add(n)
	case 'A':
		f := math.Float32frombits(uint32(p.unsigned()))
		return p.add(node{kind: kindFloat, num: math.Float64bits(float64(f)), code: 32})
	case 'B':
		return p.add(node{kind: kindFloat, num: p.unsigned(), code: 64})
	case '5':
		n := node{kind: kindAddress, a: p.value()}
		p.expect('@')
		return p.add(n)
	case '6':
		n := node{kind: kindMember, a: p.value(), text: p.until()}
		p.expect('@')
		return p.add(n)
	case 'C':
		n := node{kind: kindElement, a: p.value()}
		p.expect('0')
		n.b = p.literal()
		p.expect('@')
		return p.add(n)
	}
	return p.fail()
}

// field takes a member of a class: its type, unless the value has it, and value.
func (p *parser) field() ref {
	switch p.peek() {
	case '2', '3', '7':
	default:
		p.typ()
	}
	return p.value()
}
