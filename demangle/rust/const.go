package rust

import (
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"
)

// constant prints a constant. Outside an expression, as a generic argument,
// anything but a literal stands in braces.
func (p *printer) constant(expression bool) {
	if !p.enter() {
		return
	}
	defer p.leave()
	tag := p.next()
	switch tag {
	case 'p':
		p.print("_")
	case 'a', 'i', 'l', 'n', 's', 'x':
		if p.eat('n') {
			p.print("-")
		}
		p.integer()
	case 'h', 'j', 'm', 'o', 't', 'y':
		p.integer()
	case 'b':
		p.boolean()
	case 'c':
		p.char()
	case 'R':
		if p.eat('e') { // a string literal is a reference
			p.str()
			return
		}
		p.braced(expression, tag)
	case 'e', 'Q', 'A', 'T', 'V':
		p.braced(expression, tag)
	case 'B':
		p.backref(func() { p.constant(expression) })
	default:
		p.fail()
	}
}

// braced prints a constant that is put together from others.
func (p *printer) braced(expression bool, tag byte) {
	if !expression {
		p.print("{")
		defer p.print("}")
	}
	element := func() { p.constant(true) }
	switch tag {
	case 'e':
		p.print("*")
		p.str()
	case 'R':
		p.print("&")
		element()
	case 'Q':
		p.print("&mut ")
		element()
	case 'A':
		p.print("[")
		p.list(", ", element)
		p.print("]")
	case 'T':
		p.tuple(element)
	case 'V':
		p.variant(element)
	}
}

// variant prints a value of a struct or enum: path, then U, T {value} E or
// S {identifier value} E.
func (p *printer) variant(element func()) {
	p.path(true)
	switch p.next() {
	case 'U':
	case 'T':
		p.print("(")
		p.list(", ", element)
		p.print(")")
	case 'S':
		p.print(" { ")
		p.list(", ", func() {
			p.disambiguator()
			p.print(p.identifier())
			p.print(": ")
			element()
		})
		p.print(" }")
	default:
		p.fail()
	}
}

// nibbles reads hexadecimal digits up to an underscore.
func (p *printer) nibbles() string {
	digits, _, closed := strings.Cut(p.sym[p.pos:], "_")
	if !closed || strings.Trim(digits, "0123456789abcdef") != "" {
		p.fail()
		return ""
	}
	p.pos += len(digits) + 1
	return digits
}

// integer prints a number, in decimal if it has at most 64 bits.
func (p *printer) integer() {
	digits := p.nibbles()
	if digits == "" {
		p.fail()
		return
	}
	n, err := strconv.ParseUint(digits, 16, 64)
	if err != nil {
		p.print("0x" + strings.TrimLeft(digits, "0"))
		return
	}
	p.print(strconv.FormatUint(n, 10))
}

func (p *printer) boolean() {
	switch p.nibbles() {
	case "0":
		p.print("false")
	case "1":
		p.print("true")
	default:
		p.fail()
	}
}

func (p *printer) char() {
	n, err := strconv.ParseUint(p.nibbles(), 16, 32)
	if err != nil || !utf8.ValidRune(rune(n)) {
		p.fail()
		return
	}
	p.print("'")
	p.print(escapeRune(rune(n), '\''))
	p.print("'")
}

// str prints a string, whose UTF-8 is written in hexadecimal.
func (p *printer) str() {
	text, err := hex.DecodeString(p.nibbles())
	if err != nil || !utf8.Valid(text) {
		p.fail()
		return
	}
	p.print(`"`)
	for _, r := range string(text) {
		p.print(escapeRune(r, '"'))
	}
	p.print(`"`)
}

// escapeRune returns how Rust writes a character between quotes.
func escapeRune(r, quote rune) string {
	switch r {
	case '\t':
		return `\t`
	case '\r':
		return `\r`
	case '\n':
		return `\n`
	case 0:
		return `\0`
	case '\\', quote:
		return `\` + string(r)
	}
	if !strconv.IsPrint(r) {
		return `\u{` + strconv.FormatInt(int64(r), 16) + `}`
	}
	return string(r)
}
