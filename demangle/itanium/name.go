package itanium

import "strings"

// plainName reads a name that is not the one being declared.
func (p *parser) plainName() ref {
	var f shape
	return p.name(&f)
}

// name reads a name of any scope and what it tells about a function into f.
func (p *parser) name(f *shape) ref {
	if !p.enter() {
		return 0
	}
	defer p.leave()
	switch c := p.peek(); {
	case c == 'N':
		return p.nested(f)
	case c == 'Z':
		return p.local(f)
	case c == 'S' && p.peekAt(1) != 't':
		sub, fresh := p.substitution()
		if p.nodes[sub].kind == kindModule {
			sub, fresh = p.unqualified(f, 0, sub), true
		}
		if p.peek() != 'I' {
			return sub
		}
		if fresh {
			p.remember(sub)
		}
		return p.withArgs(sub, f)
	default:
		var std ref
		if p.eat("St") {
			std = p.word("std")
		}
		name := p.unqualified(f, std, 0)
		if p.peek() != 'I' {
			return name
		}
		p.remember(name)
		return p.withArgs(name, f)
	}
}

// withArgs reads template arguments of a name. Those of the name that is being
// declared are the ones T_ refers to from then on.
func (p *parser) withArgs(name ref, f *shape) ref {
	args := p.templateArgs(f.declares)
	f.templated = true
	return p.node(node{kind: kindTemplate, a: name, list: args})
}

// nested reads N … E: names from the outermost scope to the innermost.
func (p *parser) nested(f *shape) ref {
	p.pos++
	if p.eat("H") {
		f.object = true
	} else {
		f.quals = p.qualifiers()
		if p.eat("R") {
			f.quals |= qualLRef
		} else if p.eat("O") {
			f.quals |= qualRRef
		}
	}
	var name, module ref
	for p.more('E') {
		switch c := p.peek(); {
		case c == 'S' && name == 0 && p.peekAt(1) == 't':
			p.pos += 2
			name = p.word("std")
			continue
		case c == 'S':
			sub, fresh := p.substitution()
			if p.nodes[sub].kind == kindModule {
				module = sub
				continue
			}
			if name != 0 {
				return p.fail()
			}
			name = sub
			if fresh {
				p.remember(name)
			}
			continue
		case c == 'T' && name == 0:
			name = p.templateParam()
		case c == 'D' && name == 0 && (p.peekAt(1) == 't' || p.peekAt(1) == 'T'):
			name = p.decltype()
		case c == 'I' || c == 'J':
			if name == 0 {
				return p.fail()
			}
			name = p.withArgs(name, f)
		case c == 'M' && name != 0: // the variable whose initializer holds what follows
			p.pos++
			continue
		default:
			f.templated = false
			name, module = p.unqualified(f, name, module), 0
		}
		if p.peek() != 'E' {
			p.remember(name)
		}
	}
	if name == 0 {
		return p.fail()
	}
	return name
}

// local reads Z function E name: what is declared within a function.
func (p *parser) local(f *shape) ref {
	p.pos++
	function := p.encodingIn(true)
	p.expect('E')
	if p.eat("s") {
		p.discriminator()
		return p.node(node{kind: kindLocal, a: function, b: p.word("string literal")})
	}
	parameter := ""
	if p.eat("d") {
		parameter = ordinal(p.index())
	}
	name := p.name(f)
	p.discriminator()
	if parameter != "" {
		name = p.wrap(kindDefaultArg, parameter, name)
	}
	return p.node(node{kind: kindLocal, a: function, b: name})
}

// discriminator reads what tells apart names of one scope, which is not written:
// _0, __10_, or digits that end the symbol.
func (p *parser) discriminator() {
	switch {
	case p.eat("__"):
		p.digits()
		p.expect('_')
	case p.peek() == '_' && isDigit(p.peekAt(1)):
		p.pos++
		p.digits()
	case isDigit(p.peek()) && strings.Trim(p.s[p.pos:], "0123456789") == "":
		p.pos = len(p.s)
	}
}

// unqualified reads the name of one thing, which is in scope unless that is 0.
func (p *parser) unqualified(f *shape, scope, module ref) ref {
	module = p.module(module)
	friend := scope != 0 && p.eat("F")
	internal := p.eat("L")
	var name ref
	switch c := p.peek(); {
	case isDigit(c):
		name = p.source()
		if internal {
			p.discriminator()
		}
	case c == 'U':
		name = p.unnamed()
	case c == 'D' && p.peekAt(1) == 'C':
		p.pos += 2
		name = p.node(node{kind: kindBindings, list: p.list('E', (*parser).source)})
	case c == 'C' || c == 'D':
		return p.constructor(f, scope)
	default:
		name = p.operatorName(f)
	}
	if module != 0 {
		name = p.node(node{kind: kindModuleEntity, a: module, b: name})
	}
	name = p.tags(name)
	if friend {
		name = p.wrap(kindPrefixed, "friend ", name)
	}
	if scope != 0 {
		name = p.node(node{kind: kindNested, a: scope, b: name})
	}
	return name
}

// source reads a name as the source has it.
func (p *parser) source() ref {
	id := p.identifier()
	if rest, ok := strings.CutPrefix(id, "_GLOBAL_"); ok && len(rest) > 1 && rest[1] == 'N' && strings.ContainsRune("._$", rune(rest[0])) {
		id = "(anonymous namespace)"
	}
	return p.word(id)
}

// tags reads ABI tags.
func (p *parser) tags(name ref) ref {
	for p.eat("B") {
		name = p.wrap(kindTagged, p.identifier(), name)
	}
	return name
}

// module reads module names, which belong to parent unless that is 0.
func (p *parser) module(parent ref) ref {
	for p.eat("W") {
		n := node{kind: kindModule, a: parent}
		if p.eat("P") {
			n.bits = markRange // a partition
		}
		n.text = p.identifier()
		parent = p.remember(p.node(n))
	}
	return parent
}

// constructor reads a constructor or destructor of scope.
func (p *parser) constructor(f *shape, scope ref) ref {
	if scope == 0 {
		return p.fail()
	}
	f.special = true
	if p.nodes[scope].kind == kindStd {
		// The alias's constructor is named like the class.
		whole := p.nodes[scope]
		whole.bits = markSpelled
		scope = p.node(whole)
	}
	n := node{kind: kindConstructor, a: scope}
	if p.next() == 'D' {
		n.kind = kindDestructor
		if c := p.next(); c < '0' || c > '5' {
			return p.fail()
		}
	} else {
		inherited := p.eat("I")
		if c := p.next(); c < '1' || c > '5' {
			return p.fail()
		}
		if inherited {
			p.plainName()
		}
	}
	return p.node(node{kind: kindNested, a: scope, b: p.tags(p.node(n))})
}

// unnamed reads a closure, a type without a name, or a block.
func (p *parser) unnamed() ref {
	p.pos++
	switch p.next() {
	case 't':
		return p.node(node{kind: kindUnnamed, text: ordinal(p.index())})
	case 'l':
		return p.closureType()
	case 'b':
		p.index()
		return p.word("'block-literal'")
	case 'e': // an enum is told apart by its first enumerator
		p.typ()
		return p.source()
	}
	return p.fail()
}

// closureType reads the type of a lambda expression.
func (p *parser) closureType() ref {
	auto, base, levels, args := p.auto, p.base, len(p.levels), len(p.args)
	p.auto, p.base = true, levels
	p.openLevel()
	mark := len(p.stack)
	for p.peek() == 'T' && strings.IndexByte("yptnk", p.peekAt(1)) >= 0 {
		p.stack = append(p.stack, p.declaredParam(true))
	}
	n := node{kind: kindClosure, list: p.take(mark)}
	if p.eat("Q") {
		n.b = p.constraintExpr()
	}
	n.a = p.node(node{kind: kindArgs, list: p.parameters(false)})
	if p.eat("Q") {
		n.c = p.constraintExpr()
	}
	p.auto, p.base, p.levels, p.args = auto, base, p.levels[:levels], p.args[:args]
	p.expect('E')
	n.text = ordinal(p.index())
	return p.node(n)
}

// substitution reads S…, what an earlier part of the name stands for. It is
// fresh if it has ABI tags, which make it one more thing to refer to.
func (p *parser) substitution() (r ref, fresh bool) {
	p.pos++
	if c := p.peek(); !isLower(c) {
		i := p.sequence()
		if i >= len(p.subs) {
			p.fail()
			return 0, false
		}
		return p.rebind(p.subs[i]), false
	}
	name, ok := stdNames[p.next()]
	if !ok {
		p.fail()
		return 0, false
	}
	std := p.node(node{kind: kindStd, text: name})
	if tagged := p.tags(std); tagged != std {
		return tagged, true
	}
	return std, false
}

// stdNames are what S and a lower-case letter stand for, in std.
var stdNames = map[byte]string{
	'a': "allocator", 'b': "basic_string", 's': "string", 'i': "istream", 'o': "ostream", 'd': "iostream",
}

// stdClasses are the classes behind the aliases among stdNames.
var stdClasses = map[string][2]string{
	"string":   {"basic_string", "<char, std::char_traits<char>, std::allocator<char>>"},
	"istream":  {"basic_istream", "<char, std::char_traits<char>>"},
	"ostream":  {"basic_ostream", "<char, std::char_traits<char>>"},
	"iostream": {"basic_iostream", "<char, std::char_traits<char>>"},
}
