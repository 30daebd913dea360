package msvc

import "strings"

// symbolName takes the qualified name of a function or variable.
//
//	name  = leaf { scope } "@"    // innermost first: f@B@A@@ is A::B::f
//	leaf  = digit | template | "?" operator | simple
//	scope = digit | template | anonymous | local | simple
func (p *parser) symbolName() ref {
	start := p.rest
	leaf := p.leaf()
	written := start[:len(start)-len(p.rest)]
	if p.extended && isFunclet(written) {
		// What follows is another name, complete with its own references.
		p.begin()
		if p.eats("0@") {
			p.nodes[leaf].kind = kindFunclet
		}
	}
	q := p.qualified(leaf)
	if p.failed {
		return 0
	}
	p.nodes[q].text = written
	if p.nodes[leaf].kind == kindStructor {
		class := p.enclosing(q)
		if class == 0 {
			return p.fail()
		}
		p.nodes[leaf].a = class
	}
	return q
}

// typeName takes the qualified name of a class, union or enum.
func (p *parser) typeName() ref { return p.qualified(p.typeLeaf()) }

// qualified takes the scopes around leaf.
func (p *parser) qualified(leaf ref) ref {
	var l list
	p.pushFront(&l, leaf)
	for !p.eat('@') && !p.failed {
		p.pushFront(&l, p.scope())
	}
	return p.add(node{kind: kindQualified, list: l})
}

// enclosing returns the last scope of a qualified name.
func (p *parser) enclosing(q ref) ref {
	var scope ref
	for c := p.nodes[q].list.first; p.cells[c].next != 0; c = p.cells[c].next {
		scope = p.cells[c].node
	}
	return scope
}

func (p *parser) leaf() ref {
	switch {
	case isDigit(p.peek()):
		return p.backName()
	case strings.HasPrefix(p.rest, "?$"):
		// Compilers refer back to class and variable templates only.
		return p.template(false)
	case p.eat('?'):
		return p.operator()
	}
	return p.simpleName()
}

func (p *parser) typeLeaf() ref {
	switch {
	case isDigit(p.peek()):
		return p.backName()
	case strings.HasPrefix(p.rest, "?$"):
		return p.template(true)
	}
	return p.simpleName()
}

func (p *parser) scope() ref {
	switch {
	case isDigit(p.peek()):
		return p.backName()
	case strings.HasPrefix(p.rest, "?$"):
		return p.template(true)
	case p.eats("?A"):
		return p.anonymous()
	}
	if block, n := localScope(p.rest); n != 0 {
		p.rest = p.rest[n:]
		symbol := p.symbol()
		return p.add(node{kind: kindLocal, a: symbol, num: block})
	}
	return p.simpleName()
}

// backName takes a digit that stands for a name.
func (p *parser) backName() ref {
	names := p.names[p.frame.names:]
	i := int(p.next() - '0')
	if i >= len(names) {
		return p.fail()
	}
	return names[i].node
}

func (p *parser) simpleName() ref {
	s := p.until()
	if s == "" {
		return p.fail()
	}
	r := p.add(node{kind: kindName, text: s})
	p.memorize(s, r)
	return r
}

// memorize gives the name r, which was written s, the next free digit, unless it
// has one.
func (p *parser) memorize(s string, r ref) {
	names := p.names[p.frame.names:]
	if len(names) == maxBackrefs {
		return
	}
	for i := range names {
		if names[i].decorated == s {
			return
		}
	}
	p.names = append(p.names, memo{s, r})
}

// anonymous takes the key of an anonymous namespace, "0x" and the hash of the
// file's path in hexadecimal. MSVC refers back to these by digits; clang, which
// writes the hash in capitals, does not.
//
// llvm-undname 19 takes both for MSVC's, and shows the key where a digit stands
// for it.
func (p *parser) anonymous() ref {
	key := p.until()
	r := p.add(node{kind: kindName, text: "`anonymous namespace'"})
	switch {
	case !p.extended:
		p.memorize(key, p.add(node{kind: kindName, text: key}))
	case !strings.ContainsAny(key, "ABCDEF"):
		p.memorize(key, r)
	}
	return r
}

// localScope reports which block of a function a name is in, and how many bytes
// say so; what follows them is the function's name. "?A@" is taken by anonymous
// namespaces, so no number begins with an A here.
//
//	local = "?" ( "@" | digit | "B".."P" { "A".."P" } "@" ) "?" symbol
func localScope(s string) (block uint64, n int) {
	if len(s) < 3 || s[0] != '?' {
		return 0, 0
	}
	if s[2] == '?' && s[1] == '@' {
		return 0, 3
	}
	if s[2] == '?' && isDigit(s[1]) {
		return uint64(s[1]-'0') + 1, 3
	}
	if s[1] == 'A' {
		return 0, 0
	}
	i := 1
	for ; i < len(s) && 'A' <= s[i] && s[i] <= 'P'; i++ {
		block = block<<4 | uint64(s[i]-'A')
	}
	if i == 1 || !strings.HasPrefix(s[i:], "@?") {
		return 0, 0
	}
	return block, i + 2
}

// isFunclet reports whether leaf names a part of a function that handles
// exceptions.
func isFunclet(leaf string) bool {
	i := strings.IndexByte(leaf, '$')
	if i <= 0 {
		return false
	}
	switch leaf[:i] {
	case "catch", "dtor", "filt", "fin":
		return true
	}
	return false
}
