// Package itanium demangles C++ names of the Itanium ABI: those of every
// compiler but Microsoft's.
package itanium

import "github.com/ianlancetaylor/demangle"

// Options choose how a name is written.
type Options struct {
	NoParameters   bool // leave out a function's parameters
	ReturnType     bool // write a function's return type where the symbol has it
	NoTemplateArgs bool // leave out template arguments
}

// Demangle returns the name that symbol stands for. It reports false when
// symbol is not a mangled name.
func Demangle(symbol string, o Options) (string, bool) {
	s, err := demangle.ToString(symbol, demangle.NoRust, demangle.MaxLength(16))
	return s, err == nil
}
