// Package itanium demangles C++ names of the Itanium ABI: those of every
// compiler but Microsoft's.
//
// A name is parsed once, left to right and without going back, into nodes that
// share what substitutions refer to; printing them unfolds the sharing. Symbols
// are hostile input: [maxDepth] bounds how deep a name nests, [maxOutput] and
// [maxSteps] what printing unfolds. A symbol beyond a limit is answered as one
// that is not mangled, never with a part of its name.
//
// Names are written as GNU's c++filt does where it and LLVM differ in words
// ("{lambda(int)#1}"), and as LLVM does in expressions, which need fewer
// parentheses that way, and in closing brackets (">>").
package itanium

import (
	"bytes"
	"strings"
	"sync"
)

const (
	// maxDepth bounds how deep nodes nest. Names of deeply nested templates
	// reach a few dozen.
	maxDepth = 256

	// maxUnderscores is how many underscores may come before the Z.
	maxUnderscores = 4

	// maxOutput bounds a name, in bytes.
	maxOutput = 64 << 10

	// maxNodes bounds the nodes of a name. Only names made for it have more nodes
	// than bytes: each substitution copies what depends on template parameters.
	maxNodes = 8 << 10

	// maxElements bounds the elements of all lists, which are copied likewise.
	maxElements = 32 << 10

	// maxSteps bounds how many nodes printing visits, for those that write nothing;
	// stepBytes written, and taken back where a pack is empty, count as one.
	maxSteps  = 64 << 10
	stepBytes = 64
)

// Options choose how a name is written.
type Options struct {
	NoParameters   bool // leave out a function's parameters and what trails them
	ReturnType     bool // write a function's return type where the symbol has it
	NoTemplateArgs bool // leave out template arguments
}

// Demangle returns the name that symbol stands for. It reports false when
// symbol is not a mangled name. The symbol has no suffix (".cold", "@plt"). Up to
// [maxUnderscores] may begin it: Apple's platforms add one, and blocks two.
func Demangle(symbol string, o Options) (string, bool) {
	p := parsers.Get().(*parser)
	defer parsers.Put(p)
	return demangleWith(p, symbol, o)
}

// demangleWith demangles in the memory of p.
func demangleWith(p *parser, symbol string, o Options) (string, bool) {
	root := p.parse(symbol)
	if root == 0 {
		return "", false
	}
	w := printer{parser: p, options: o, out: p.scratch[:0], brackets: 1}
	w.node(root)
	p.scratch = w.out
	if w.failed || bytes.HasPrefix(w.out, []byte("_Z")) { // a name in a name
		return "", false
	}
	return string(w.out), true
}

// parsers keeps the memory of parsers that are done.
var parsers = sync.Pool{New: func() any { return new(parser) }}

// parse reads a whole symbol and returns its node, or 0.
func (p *parser) parse(symbol string) ref {
	plain := strings.TrimLeft(symbol, "_")
	underscores := len(symbol) - len(plain)
	if global, ok := strings.CutPrefix(plain, "GLOBAL_"); ok && underscores == 1 {
		return p.globalInitializer(global)
	}
	if !strings.HasPrefix(plain, "Z") || underscores == 0 || underscores > maxUnderscores {
		return 0
	}
	// A block's function has two more underscores and says so at its end.
	if i := strings.LastIndex(plain, "_block_invoke"); i > 0 && underscores >= 3 {
		if strings.Trim(plain[i+len("_block_invoke"):], "_0123456789") != "" {
			return 0
		}
		p.reset(plain[1:i])
		return p.finish(p.wrap(kindPrefixed, "invocation function for block in ", p.encoding()))
	}
	p.reset(plain[1:])
	return p.finish(p.encoding())
}

// globalInitializer reads what follows _GLOBAL_ in the name of a function that
// runs a file's constructors or destructors.
func (p *parser) globalInitializer(s string) ref {
	if len(s) < 4 || !strings.ContainsRune("._$", rune(s[0])) || s[2] != '_' {
		return 0
	}
	words := "global constructors keyed to "
	switch s[1] {
	case 'I':
	case 'D':
		words = "global destructors keyed to "
	default:
		return 0
	}
	key, mangled := strings.CutPrefix(s[3:], "_Z")
	p.reset(key)
	if !mangled {
		p.pos = len(key)
		return p.finish(p.wrap(kindPrefixed, words, p.word(key)))
	}
	return p.finish(p.wrap(kindPrefixed, words, p.encoding()))
}

// finish returns root if all of the name was read.
func (p *parser) finish(root ref) ref {
	if p.failed || p.pos != len(p.s) {
		return 0
	}
	return root
}
