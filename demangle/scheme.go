package demangle

import (
	"strings"

	"github.com/nativesym/nativesym/demangle/itanium"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A Scheme is a way of turning a source name into a linker name.
type Scheme uint8

// Schemes.
const (
	None       Scheme = iota
	Itanium           // C++, except on Windows
	MSVC              // C++ of Microsoft's ABI, and the decorations of C calling conventions
	RustLegacy        // Rust up to 1.8x: an Itanium name that ends in a hash
	RustV0            // Rust's own scheme
	Swift
	ObjC // a method's name as it is
	D
	Go
	Ada
	OCaml
	Haskell // GHC's z-encoding
	Kotlin  // Kotlin/Native
	numSchemes
)

var schemeNames = [numSchemes]string{
	Itanium: "itanium", MSVC: "msvc", RustLegacy: "rust-legacy", RustV0: "rust-v0", Swift: "swift", ObjC: "objc",
	D: "d", Go: "go", Ada: "ada", OCaml: "ocaml", Haskell: "haskell", Kotlin: "kotlin",
}

// String returns the scheme's name in lower case, or "" for None.
func (s Scheme) String() string {
	if int(s) < len(schemeNames) {
		return schemeNames[s]
	}
	return ""
}

// A demangler reads one scheme.
type demangler func(symbol string, o Options) (string, debuginfo.Language, bool)

var demanglers = [numSchemes]demangler{
	Itanium: func(s string, o Options) (string, debuginfo.Language, bool) {
		name, ok := itanium.Demangle(s, itanium.Options{
			NoParameters:   o.NoParameters,
			ReturnType:     o.ReturnType,
			NoTemplateArgs: o.NoTemplateArgs,
		})
		return name, debuginfo.CPP, ok
	},
}

// candidates returns the schemes symbol could be of, in the order to try them.
func candidates(symbol string, hint debuginfo.Language) []Scheme {
	switch {
	case strings.HasPrefix(strings.TrimLeft(symbol, "_"), "Z"):
		return []Scheme{Itanium}
	}
	return nil
}
