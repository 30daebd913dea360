package dlang

import "strings"

// specials are the names of what the compiler makes for a type or module, and
// what stands before the name of that.
var specials = map[string]string{
	"__init": "initializer for ", "__vtbl": "vtable for ", "__Class": "ClassInfo for ",
	"__Interface": "Interface for ", "__ModuleInfo": "ModuleInfo for ",
}

// members are the members of types that are written with other words.
var members = map[string]string{"__ctor": "this", "__dtor": "~this", "__postblit": "this(this)"}

// mangled reads a qualified name and the type of what it names, which for a
// function follows its parameters.
func (p *parser) mangled() string {
	name, typed := p.qualified(true)
	if !typed {
		p.typ()
	}
	return name
}

// qualified reads names from the outermost scope to the innermost. Functions
// among them have parameters; only if it is a symbol's name does the last one
// have them as well, and its result is read too. It reports whether no type
// follows.
func (p *parser) qualified(symbol bool) (name string, typed bool) {
	if !p.enter() {
		return "", true
	}
	defer p.leave()
	for p.moreNames() {
		part := p.name()
		if words, ok := specials[part]; ok && p.eat("Z") {
			return p.join(words, strings.TrimSuffix(name, ".")), true
		}
		params, function := p.signature(symbol)
		switch {
		case part == "__postblit":
			part, params = members[part], ""
		case members[part] != "":
			part = members[part]
		}
		name, typed = p.join(name, part, params, "."), function
	}
	if name == "" {
		return p.fail(), true
	}
	return strings.TrimSuffix(name, "."), typed
}

// moreNames reports whether another name comes next.
func (p *parser) moreNames() bool {
	c := p.peek(0)
	return isDigit(c) || c == '_' && strings.HasPrefix(p.s[p.pos:], "__") || c == 'Q' && p.refersToName()
}

// refersToName reports whether a reference is to a name, not to a type.
func (p *parser) refersToName() bool {
	target, end := p.target()
	return end > 0 && isDigit(p.s[target])
}

// name reads one name.
func (p *parser) name() string {
	if !p.enter() {
		return ""
	}
	defer p.leave()
	switch {
	case p.peek(0) == 'Q':
		return p.reference((*parser).name)
	case p.peek(0) == '0': // without a name
		p.pos++
		return "(anonymous)"
	case isDigit(p.peek(0)):
		return p.counted()
	case p.eat("__T"), p.eat("__U"):
		return p.template()
	}
	return p.fail()
}

// counted reads a length and a name or a template of that length.
func (p *parser) counted() string {
	n := p.length()
	if p.failed || n == 0 || n > len(p.s)-p.pos {
		return p.fail()
	}
	id := p.s[p.pos:][:n]
	if !strings.HasPrefix(id, "__T") && !strings.HasPrefix(id, "__U") || n < len("__T0") {
		p.pos += n
		return id
	}
	end := p.pos + n
	p.pos += len("__T")
	result := p.template()
	if !p.failed && p.pos != end {
		return p.fail()
	}
	return result
}

// template reads a template's name and arguments, up to a Z.
func (p *parser) template() string {
	name := p.name()
	args := ""
	for !p.failed && !p.eat("Z") {
		if args != "" {
			args = p.join(args, ", ")
		}
		args = p.join(args, p.argument())
	}
	return p.join(name, "!(", args, ")")
}

// argument reads a template's argument.
func (p *parser) argument() string {
	p.eat("H") // it is of a specialization
	switch p.next() {
	case 'T':
		return p.typ()
	case 'V':
		kind := p.peek(0)
		return p.value(kind, p.typ())
	case 'S':
		return p.symbol()
	case 'X': // mangled by another language
		n := p.length()
		if n > len(p.s)-p.pos {
			return p.fail()
		}
		p.pos += n
		return p.s[p.pos-n : p.pos]
	}
	return p.fail()
}

// symbol reads the name of something, with its type if it begins like a whole
// symbol.
func (p *parser) symbol() string {
	if p.eat("_D") {
		return p.mangled()
	}
	name, _ := p.qualified(false)
	return name
}

// signature reads the parameters of a function that other names are in, or, of
// a symbol, of the last one with its result. What only looks like parameters is
// left: it belongs to what the name is in.
func (p *parser) signature(symbol bool) (params string, ok bool) {
	start := p.pos
	object := ""
	if p.eat("M") { // a method: what its object is
		object = p.modifiers()
	}
	if isConvention(p.peek(0)) {
		p.pos++
		p.attributes()
		params = p.parameters()
		if !p.failed && !p.moreNames() {
			if !symbol {
				p.failed = true
			} else {
				p.typ()
			}
		}
		if !p.failed {
			return p.join("(", params, ")", object), true
		}
	}
	p.failed, p.pos = p.work > maxWork, start
	return "", false
}

// modifiers reads what qualifies a method's object.
func (p *parser) modifiers() string {
	s := ""
	for {
		switch {
		case p.eat("x"):
			s += " const"
		case p.eat("y"):
			s += " immutable"
		case p.eat("O"):
			s += " shared"
		case p.eat("Ng"):
			s += " inout"
		default:
			return s
		}
	}
}
