package demangle

import (
	"strings"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

const (
	// MaxSymbol is the longest symbol that is read, in bytes. MSVC cuts names
	// there, and clang writes a hash in place of longer ones.
	MaxSymbol = 4 << 10

	// MaxName is the longest name that is given out, in bytes.
	MaxName = 64 << 10
)

// Options choose how names are written. The zero value writes parameters and
// template arguments and leaves return types out, as Sentry's raw_function does.
// Parameters of Swift and D functions, which tell overloads apart, and Swift's
// results are written whatever the options say.
type Options struct {
	// Language is what the debug information says of the symbol's language, if
	// anything. It settles schemes whose names could be ordinary C names.
	Language debuginfo.Language

	// NoParameters leaves out a function's parameters and what trails them.
	NoParameters bool

	// ReturnType writes a function's return type where the symbol has one.
	ReturnType bool

	// NoTemplateArgs leaves out template and generic arguments.
	NoTemplateArgs bool

	// Hash keeps what tells apart instances of one Rust function.
	Hash bool

	// Short makes [ReplaceAll] write short names.
	Short bool
}

// A Result is what a symbol means.
type Result struct {
	Name     string // the whole name, as the Options ask
	Short    string // for an issue list, at most MaxShort bytes
	Scheme   Scheme
	Language debuginfo.Language
}

// Name demangles symbol. When it reports false, symbol is an ordinary name, is
// damaged or is beyond the limits of the package; then Name is symbol itself,
// Short is what [Shorten] makes of it, and Language is that of the Options.
func Name(symbol string, o Options) (Result, bool) {
	if len(symbol) <= MaxSymbol {
		if s := Detect(symbol, o.Language); s != None {
			if r, ok := nameIn(s, symbol, o); ok {
				return r, true
			}
		}
		if name, ok := cutDecoration(symbol); ok {
			return Result{name, Shorten(name, o.Language), MSVC, debuginfo.C}, true
		}
	}
	return Result{Name: symbol, Short: Shorten(symbol, o.Language), Language: o.Language}, false
}

// nameIn demangles a symbol of scheme s.
func nameIn(s Scheme, symbol string, o Options) (Result, bool) {
	core, suffix := symbol, ""
	if schemes[s].suffixes {
		core, suffix = cutSuffix(s, symbol)
	}
	if schemes[s].language == debuginfo.Rust && strings.HasPrefix(suffix, " [clone .llvm.") {
		suffix = "" // of every other function that was inlined across crates
	}
	name, ok := schemes[s].demangle(core, o)
	if !ok || name == "" {
		return Result{}, false
	}
	if o.NoTemplateArgs && s != ObjC && s != Go {
		name = cutTemplateArgs(name)
	}
	name += suffix
	if len(name) > MaxName || hasControl(name) {
		return Result{}, false
	}
	r := Result{Name: name, Scheme: s, Language: schemes[s].language}
	if family(o.Language, r.Language) {
		r.Language = o.Language
	}
	if s == Swift {
		name = simplifiedSwift(core, name)
	}
	r.Short = Shorten(name, r.Language)
	return r, true
}

// family reports whether hint is a dialect of the language that a scheme's
// names are of, so that the hint says more.
func family(hint, of debuginfo.Language) bool {
	switch hint {
	case debuginfo.ObjCPP:
		return of == debuginfo.CPP || of == debuginfo.ObjC
	case debuginfo.HIP, debuginfo.SYCL, debuginfo.OpenCL, debuginfo.Metal, debuginfo.HLSL, debuginfo.RenderScript:
		return of == debuginfo.CPP
	}
	return false
}

// hasControl reports whether s has a control character, which no compiler puts
// into a name but a forger could, to break what is printed line by line.
func hasControl(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return true
		}
	}
	return false
}
