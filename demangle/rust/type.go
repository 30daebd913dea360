package rust

import (
	"strconv"
	"strings"
)

// basicTypes are the types of one letter.
var basicTypes = [128]string{
	'a': "i8", 'b': "bool", 'c': "char", 'd': "f64", 'e': "str", 'f': "f32", 'h': "u8", 'i': "isize",
	'j': "usize", 'l': "i32", 'm': "u32", 'n': "i128", 'o': "u128", 'p': "_", 's': "i16", 't': "u16",
	'u': "()", 'v': "...", 'x': "i64", 'y': "u64", 'z': "!",
}

// typ prints a type.
func (p *printer) typ() {
	if !p.enter() {
		return
	}
	defer p.leave()
	tag := p.next()
	if tag < 128 && basicTypes[tag] != "" {
		p.print(basicTypes[tag])
		return
	}
	switch tag {
	case 'R': // reference
		p.reference("")
	case 'Q':
		p.reference("mut ")
	case 'P': // raw pointer
		p.print("*const ")
		p.typ()
	case 'O':
		p.print("*mut ")
		p.typ()
	case 'A': // array: type, length
		p.print("[")
		p.typ()
		p.print("; ")
		p.constant(true)
		p.print("]")
	case 'S': // slice
		p.print("[")
		p.typ()
		p.print("]")
	case 'T':
		p.tuple(p.typ)
	case 'F':
		p.bound(p.function)
	case 'D':
		p.object()
	case 'W': // type and the values it is limited to
		p.typ()
		p.print(" is ")
		p.pattern()
	case 'B':
		p.backref(p.typ)
	default:
		p.pos--
		p.path(false)
	}
}

// reference prints a reference, with its lifetime if it has a name.
func (p *printer) reference(mut string) {
	p.print("&")
	if p.eat('L') {
		if lifetime := p.base62(); lifetime != 0 {
			p.lifetime(lifetime)
			p.print(" ")
		}
	}
	p.print(mut)
	p.typ()
}

// tuple prints items up to an E between parentheses; one alone has a comma after it.
func (p *printer) tuple(item func()) {
	p.print("(")
	if p.list(", ", item) == 1 {
		p.print(",")
	}
	p.print(")")
}

// bound prints what stands behind a binder, and the binder's lifetimes before it.
func (p *printer) bound(print func()) {
	count := p.tagged('G')
	if count > uint64(len(p.sym)) { // more than could be used
		p.fail()
		return
	}
	p.lifetimes += count
	if count > 0 {
		p.print("for<")
		for i := range count {
			if i > 0 {
				p.print(", ")
			}
			p.lifetime(count - i)
		}
		p.print("> ")
	}
	print()
	p.lifetimes -= count
}

// lifetime prints a lifetime, which is numbered from the innermost binder
// outwards, from 1; 0 is one without a name. Names are given from the outermost.
func (p *printer) lifetime(index uint64) {
	if index > p.lifetimes {
		p.fail()
		return
	}
	p.print("'")
	switch n := p.lifetimes - index; {
	case index == 0:
		p.print("_")
	case n < 26:
		p.print(string(rune('a' + n)))
	default:
		p.print("_" + strconv.FormatUint(n, 10))
	}
}

// function prints a function pointer's type: [U] [K abi] {type} E type.
func (p *printer) function() {
	if p.eat('U') {
		p.print("unsafe ")
	}
	if p.eat('K') {
		abi := "C"
		if !p.eat('C') {
			abi = strings.ReplaceAll(p.identifier(), "_", "-")
		}
		p.print(`extern "` + abi + `" `)
	}
	p.print("fn(")
	p.list(", ", p.typ)
	p.print(")")
	if !p.eat('u') { // returns ()
		p.print(" -> ")
		p.typ()
	}
}

// object prints a trait object: binder {trait} E lifetime.
func (p *printer) object() {
	p.print("dyn ")
	p.bound(func() { p.list(" + ", p.trait) })
	if !p.eat('L') {
		p.fail()
		return
	}
	if lifetime := p.base62(); lifetime != 0 {
		p.print(" + ")
		p.lifetime(lifetime)
	}
}

// trait prints a trait of an object with its associated types, which stand
// among the generic arguments: path {p identifier type}.
func (p *printer) trait() {
	open := p.openPath()
	for p.eat('p') {
		if open {
			p.print(", ")
		} else {
			p.print("<")
		}
		open = true
		p.print(p.identifier())
		p.print(" = ")
		p.typ()
	}
	if open {
		p.print(">")
	}
}

// openPath prints a path without the bracket that closes its arguments, and
// reports whether it has any.
func (p *printer) openPath() (open bool) {
	if !p.enter() {
		return false
	}
	defer p.leave()
	switch {
	case p.eat('B'):
		p.backref(func() { open = p.openPath() })
	case p.eat('I'):
		p.path(false)
		p.print("<")
		p.list(", ", p.genericArg)
		return true
	default:
		p.path(false)
	}
	return open
}

// pattern prints which values of a type are meant: a range, not null, or one
// of several patterns.
func (p *printer) pattern() {
	if !p.enter() {
		return
	}
	defer p.leave()
	switch p.next() {
	case 'R':
		p.constant(true)
		p.print("..=")
		p.constant(true)
	case 'N':
		p.print("!null")
	case 'O':
		p.list(" | ", p.pattern)
	default:
		p.fail()
	}
}
