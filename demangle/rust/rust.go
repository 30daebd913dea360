// Package rust demangles Rust symbols, of the legacy scheme and of the v0
// scheme (RFC 2603).
//
// Symbols are hostile input. Recursion is bounded by [maxDepth], and what
// back-references can unfold by [maxOutput] and [maxSteps]; a symbol beyond a
// limit is answered as one that is not mangled.
package rust

import (
	"bytes"
	"strings"
)

const (
	// maxDepth bounds how deep paths, types and constants nest. rustc itself
	// stops at 128 (its default recursion limit).
	maxDepth = 256

	// maxOutput bounds a name, in bytes.
	maxOutput = 64 << 10

	// maxSteps bounds how many nodes are visited, for those that print nothing.
	maxSteps = 64 << 10
)

// Options choose how a name is written.
type Options struct {
	// Hash keeps what tells apart crates and instances of one name: the last
	// component of a legacy name, and after each crate of a v0 name its
	// disambiguator in brackets.
	Hash bool
}

// Demangle returns the path that symbol stands for, and false when symbol is of
// neither scheme. What follows the mangled name after a dot, as in
// .llvm.1234, tells of the compiler's passes and is dropped.
func Demangle(symbol string, o Options) (string, bool) {
	if name, ok := V0(symbol, o); ok {
		return name, true
	}
	return Legacy(symbol, o)
}

// isMangled reports whether a name begins like a symbol of one of the schemes,
// as a name within a name does.
func isMangled(name []byte) bool {
	return bytes.HasPrefix(name, []byte("_R")) || bytes.HasPrefix(name, []byte("_ZN"))
}

// cutPrefix removes the scheme's prefix, to which Apple's platforms add an
// underscore and 32-bit Windows takes one from.
func cutPrefix(symbol, prefix string) (string, bool) {
	for _, p := range [...]string{prefix, "_" + prefix, prefix[1:]} {
		if rest, ok := strings.CutPrefix(symbol, p); ok {
			return rest, true
		}
	}
	return "", false
}
