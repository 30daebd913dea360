package swift

import (
	"testing"
	"unicode/utf8"
)

// FuzzDemangle checks for any name that the answer is stable, that a refusal is
// empty, that the limits hold, and that what comes out is valid UTF-8 and no longer
// a mangled name unless it is a bare identifier.
func FuzzDemangle(f *testing.F) {
	for _, table := range [][]name{current, old, own} {
		for _, n := range table {
			f.Add(n.mangled)
		}
	}
	for _, name := range bombs {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		for _, o := range []Options{{}, {Simplified: true}} {
			got, ok := Demangle(name, o)
			if again, okAgain := Demangle(name, o); again != got || okAgain != ok {
				t.Fatalf("%+v: %q, %v, then %q, %v", o, got, ok, again, okAgain)
			}
			switch {
			case ok != (got != ""):
				t.Fatalf("%+v: %q, %v", o, got, ok)
			case len(got) > maxOutput+64:
				t.Fatalf("%+v: %d bytes", o, len(got))
			case !utf8.ValidString(got):
				t.Fatalf("%+v: not UTF-8: %q", o, got)
			}
			if twice, ok := Demangle(got, o); ok && !bare(got) {
				t.Fatalf("%+v: %q is demangled again, to %q", o, got, twice)
			}
		}
	})
}

// bare reports whether a text is made only of characters that may stand in a symbol.
func bare(text string) bool {
	for i := range len(text) {
		if c := text[i]; !isLetter(c) && !isDigit(c) && c != '_' && c != '$' && c != '.' && c != '@' {
			return false
		}
	}
	return true
}
