// Package swift turns the linker names of Swift into the declarations they stand for.
//
// It reads the stable mangling ($s, and $e for embedded Swift), its forerunners of
// Swift 4 (_T0, $S), the names of macro expansions (@__swiftmacro_), and the
// scheme before them (_T, _Tt), which the Objective-C runtime still sees. Names come out as the tool
// "swift demangle" writes them. The format is described in the Swift project's
// docs/ABI/Mangling.rst and docs/ABI/OldMangling.rst.
//
// A name is parsed into a small tree ([Demangle] keeps none of it), and the tree
// is printed. The current mangling is postfix: operators take their operands from
// a stack. The old one is prefix and is parsed by descent.
//
// In a few places the Swift tools misprint a name: they take the depth of a
// parameter pack for its index, or end in " in ". Then the right text is given. The
// tests list these places.
//
// Names are hostile: substitutions let a short name stand for an endless one.
// Nodes, nesting, steps and output are limited, and a name that passes a limit is
// refused as a whole, never cut short.
package swift

import (
	"strings"
	"sync"
)

// What a name may cost. Names that compilers write make about one node or child for
// each of their bytes.
const (
	maxName   = 16 << 10  // bytes of a mangled name
	maxNodes  = 24 << 10  // nodes and children of nodes, together: about 1 MiB
	maxStack  = 4 << 10   // operands that wait at once: a repeat count pushes up to 2048 with 6 bytes
	maxText   = 64 << 10  // bytes of identifiers that are not simply a part of the name
	maxOutput = 128 << 10 // bytes of a demangled name
	maxSteps  = 64 << 10  // nodes printed, each as often as it is printed: about 2 ms
	maxDepth  = 768       // nesting while parsing and printing: bounds the goroutine's stack
	maxKept   = 2 << 10   // nodes whose memory is kept for the next name
)

// Options say how a name is written. The zero value writes all that the name says.
type Options struct {
	// Simplified leaves out what a reader of a stack trace can do without:
	// modules, argument and result types, the details of thunks and
	// specializations. It is what "swift demangle -simplified" writes.
	Simplified bool
}

// Demangle returns the declaration that name stands for.
//
// It reports false, and returns "", if name is not a mangled Swift name, is not
// well formed, refers to something outside itself (a symbolic reference of
// reflection metadata), or passes one of the package's limits. An underscore
// before the mangling, as Mach-O adds one, is accepted. What it returns is valid UTF-8.
// It is safe for concurrent use.
func Demangle(name string, o Options) (string, bool) {
	if len(name) > maxName {
		return "", false
	}
	s, rest := recognise(name)
	if s == schemeNone {
		return "", false
	}
	t := trees.Get().(*tree)
	t.reset()
	text, ok := t.demangle(s, rest, o)
	if cap(t.nodes) <= maxKept && cap(t.out) <= maxKept {
		trees.Put(t)
	}
	return text, ok
}

var trees = sync.Pool{New: func() any { return new(tree) }}

// demangle parses and prints a name without its prefix.
func (t *tree) demangle(s scheme, rest string, o Options) (string, bool) {
	root := t.parse(s, rest)
	if root == none {
		return "", false
	}
	w := printer{tree: t, out: t.out[:0], sugar: true, brief: o.Simplified, steps: maxSteps}
	w.print(root)
	t.out = w.out
	if w.failed || len(w.out) == 0 {
		return "", false
	}
	return string(w.out), true
}

// A scheme is a way to mangle.
type scheme uint8

const (
	schemeNone      scheme = iota
	schemeOld              // before Swift 4
	schemeLabelled         // Swift 4.0: as schemeCurrent, with argument labels inside function types
	schemeCurrent          // since Swift 4.2
	schemeAsyncMain        // the pieces of the asynchronous main, whose own name is not mangled
)

// asyncMain is the name of the function that runs an asynchronous top level.
const asyncMain = "async_Main"

// recognise says how a name is mangled, and returns what follows the prefix.
func recognise(name string) (scheme, string) {
	s, rest := byPrefix(name)
	for i := range len(rest) {
		if rest[i] < ' ' || rest[i] > '~' {
			return schemeNone, "" // other characters are mangled in Punycode
		}
	}
	return s, rest
}

func byPrefix(name string) (scheme, string) {
	if rest, ok := strings.CutPrefix(name, "@__swiftmacro_"); ok {
		return schemeCurrent, rest
	}
	if strings.HasPrefix(name, "__") {
		name = name[1:]
	}
	if rest, ok := strings.CutPrefix(name, "_T0"); ok {
		return schemeLabelled, rest
	}
	if rest, ok := strings.CutPrefix(name, "_T"); ok {
		return schemeOld, rest
	}
	name = strings.TrimPrefix(name, "_")
	if len(name) > 2 && name[0] == '$' && (name[1] == 's' || name[1] == 'S' || name[1] == 'e') {
		return schemeCurrent, name[2:]
	}
	if rest, ok := strings.CutPrefix(name, asyncMain); ok && strings.HasPrefix(rest, "T") {
		return schemeAsyncMain, rest
	}
	return schemeNone, ""
}

// parse returns the root of the tree of a name without its prefix, none if the
// name is not well formed. It is called again for names within the name, when
// they are printed; all share the tree and its limits.
func (t *tree) parse(s scheme, rest string) ref {
	if s == schemeOld {
		p := oldParser{tree: t, in: rest}
		return p.symbol()
	}
	p := &t.parser
	*p = parser{
		tree: t, in: rest, labelled: s == schemeLabelled,
		stack: p.stack[:0], subs: p.subs[:0], list: p.list[:0],
	}
	if s == schemeAsyncMain {
		p.push(t.phrase(asyncMain))
	}
	return p.symbol()
}
