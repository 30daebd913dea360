package demangle

import (
	"strings"

	"github.com/nativesym/nativesym/demangle/ada"
	"github.com/nativesym/nativesym/demangle/dlang"
	"github.com/nativesym/nativesym/demangle/golang"
	"github.com/nativesym/nativesym/demangle/haskell"
	"github.com/nativesym/nativesym/demangle/itanium"
	"github.com/nativesym/nativesym/demangle/kotlin"
	"github.com/nativesym/nativesym/demangle/msvc"
	"github.com/nativesym/nativesym/demangle/ocaml"
	"github.com/nativesym/nativesym/demangle/rust"
	"github.com/nativesym/nativesym/demangle/swift"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A Scheme is a way of turning a source name into a linker name.
type Scheme uint8

// Schemes.
const (
	None       Scheme = iota // an ordinary name
	Itanium                  // C++, except on Windows
	MSVC                     // C++ of Microsoft's ABI, and the decorations of C calling conventions
	RustLegacy               // Rust's first: an Itanium name that ends in a hash
	RustV0                   // Rust's own
	Swift                    // all of Swift's manglings
	ObjC                     // a method, whose name is not mangled
	D
	Go      // not mangled but for escapes
	Ada     // GNAT's encoding
	OCaml   // module and name, joined
	Haskell // GHC's z-encoding
	Kotlin  // Kotlin/Native
	numSchemes
)

// schemes says of each scheme what it is called, which language it is of, and
// how its names are read.
var schemes = [numSchemes]struct {
	name     string
	language debuginfo.Language
	suffixes bool // of compilers and linkers may follow a name, see cutSuffix
	demangle func(symbol string, o Options) (string, bool)
}{
	Itanium:    {"itanium", debuginfo.CPP, true, demangleItanium},
	MSVC:       {"msvc", debuginfo.CPP, false, demangleMSVC},
	RustLegacy: {"rust-legacy", debuginfo.Rust, true, demangleLegacy},
	RustV0:     {"rust-v0", debuginfo.Rust, true, demangleV0},
	Swift:      {"swift", debuginfo.Swift, false, demangleSwift},
	ObjC:       {"objc", debuginfo.ObjC, false, whatever(asItIs)},
	D:          {"d", debuginfo.D, true, whatever(dlang.Demangle)},
	Go:         {"go", debuginfo.Go, false, whatever(golang.Demangle)},
	Ada:        {"ada", debuginfo.Ada, false, whatever(ada.Demangle)},
	OCaml:      {"ocaml", debuginfo.OCaml, false, whatever(ocaml.Demangle)},
	Haskell:    {"haskell", debuginfo.Haskell, false, whatever(haskell.Demangle)},
	Kotlin:     {"kotlin", debuginfo.Kotlin, false, demangleKotlin},
}

// String returns the scheme's name in lower case, or "" for None.
func (s Scheme) String() string {
	if s < numSchemes {
		return schemes[s].name
	}
	return ""
}

// Detect returns the scheme that symbol is of by its looks, or None. Where an
// ordinary name could look the same, the language decides. It does not say that
// the rest of the symbol is well formed.
func Detect(symbol string, language debuginfo.Language) Scheme {
	if len(symbol) < 3 {
		return None
	}
	switch symbol[0] {
	case '_':
		return detectUnderscore(symbol, language)
	case '?':
		return MSVC
	case '$':
		if symbol[1] == 's' || symbol[1] == 'S' || symbol[1] == 'e' {
			return Swift
		}
	case '-', '+':
		if symbol[1] == '[' && symbol[len(symbol)-1] == ']' && strings.IndexByte(symbol, ' ') > 0 {
			return ObjC
		}
	case '@':
		if strings.HasPrefix(symbol, "@__swiftmacro_") {
			return Swift
		}
	case 'R', 'Z':
		if language == debuginfo.Rust { // on 32-bit Windows
			return detectUnderscore("_"+symbol, language)
		}
	case 'c':
		if ocaml.Is(symbol) {
			return OCaml
		}
	case 'k':
		if strings.HasPrefix(symbol, kotlin.Prefix) {
			return Kotlin
		}
	}
	return detectOther(symbol, language)
}

// detectUnderscore tells apart the schemes whose names begin with underscores,
// to which Apple's platforms add one.
func detectUnderscore(symbol string, language debuginfo.Language) Scheme {
	plain := strings.TrimLeft(symbol, "_")
	underscores := len(symbol) - len(plain)
	if plain == "" {
		return None
	}
	switch {
	case plain[0] == 'Z' && underscores <= 4:
		if underscores <= 2 && rust.LegacyLen(symbol) > 0 {
			return RustLegacy
		}
		return Itanium
	case underscores > 2:
	case plain[0] == 'R' && len(plain) > 1 && strings.IndexByte("BCIMNXY", plain[1]) >= 0:
		return RustV0
	case plain[0] == '$' && len(plain) > 1 && strings.IndexByte("sSe", plain[1]) >= 0,
		plain[0] == 'T' && len(plain) > 1 && (plain[1] == 't' || plain[1] == 'w' || plain[1] == '0' || plain[1] >= 'A' && plain[1] <= 'Z'):
		return Swift
	case dlang.Is(symbol):
		return D
	case strings.HasPrefix(plain, "GLOBAL_") && len(plain) > 10 && strings.IndexByte("._$", plain[7]) >= 0 && plain[9] == '_':
		return Itanium
	case strings.HasPrefix(plain, kotlin.Prefix):
		return Kotlin
	}
	return detectOther(symbol, language)
}

// detectOther recognises schemes whose names can begin with any letter.
func detectOther(symbol string, language debuginfo.Language) Scheme {
	switch {
	case language == debuginfo.Ada || strings.HasPrefix(symbol, "_ada_"):
		return Ada
	case golang.Is(symbol) || language == debuginfo.Go && strings.IndexByte(symbol, '.') > 0:
		return Go
	case haskell.Is(symbol):
		return Haskell
	case ocaml.Is(symbol) && language == debuginfo.OCaml:
		return OCaml
	}
	return None
}

// whatever makes a demangler that takes no options one that ignores them.
func whatever(f func(string) (string, bool)) func(string, Options) (string, bool) {
	return func(symbol string, _ Options) (string, bool) { return f(symbol) }
}

// asItIs reads names that are not mangled.
func asItIs(symbol string) (string, bool) { return symbol, true }

func demangleItanium(symbol string, o Options) (string, bool) {
	return itanium.Demangle(symbol, itanium.Options{
		NoParameters:   o.NoParameters,
		ReturnType:     o.ReturnType,
		NoTemplateArgs: o.NoTemplateArgs,
	})
}

// demangleMSVC leaves out what other schemes do not have either.
func demangleMSVC(symbol string, o Options) (string, bool) {
	return msvc.Demangle(symbol, msvc.Options{
		NoReturnType:        !o.ReturnType,
		NoParameters:        o.NoParameters,
		NoVariableType:      !o.ReturnType,
		NoAccess:            true,
		NoMemberKind:        true,
		NoCallingConvention: true,
		NoTagSpecifier:      true,
		Extended:            true,
	})
}

func demangleLegacy(symbol string, o Options) (string, bool) {
	return rust.Legacy(symbol, rust.Options{Hash: o.Hash})
}

func demangleV0(symbol string, o Options) (string, bool) {
	return rust.V0(symbol, rust.Options{Hash: o.Hash})
}

func demangleSwift(symbol string, _ Options) (string, bool) {
	return swift.Demangle(symbol, swift.Options{})
}

func demangleKotlin(symbol string, o Options) (string, bool) {
	return kotlin.Demangle(symbol, kotlin.Options{NoParameters: o.NoParameters, ReturnType: o.ReturnType})
}

// simplifiedSwift returns the form of a Swift name that short names come from,
// or its whole name.
func simplifiedSwift(symbol, name string) string {
	if simple, ok := swift.Demangle(symbol, swift.Options{Simplified: true}); ok {
		return simple
	}
	return name
}
