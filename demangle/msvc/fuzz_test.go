package msvc

import (
	"strings"
	"testing"
)

// FuzzDemangle holds whatever is accepted to be bounded and printable, and the
// answer to depend on the name and the options alone: not on what was demangled
// before in the same memory, nor, but for its length, on what is left out.
func FuzzDemangle(f *testing.F) {
	for i, p := range pairs(f, "testdata/msvc.tsv") {
		if i%8 == 0 {
			f.Add(p[0])
		}
	}
	for _, symbol := range bombs() {
		f.Add(symbol)
	}
	f.Add("??@a6a285da2eea70dba6b578022be61d81@")
	f.Add(".?AV?$a@U?$b@H@@@@")
	f.Add("_f@8")
	bare := Options{
		NoReturnType: true, NoParameters: true, NoAccess: true, NoMemberKind: true,
		NoVariableType: true, NoCallingConvention: true, NoTagSpecifier: true,
	}
	f.Fuzz(func(t *testing.T, symbol string) {
		for _, extended := range []bool{false, true} {
			whole, short := Options{Extended: extended}, bare
			short.Extended = extended
			text, ok := Demangle(symbol, whole)
			if !ok && text != "" {
				t.Errorf("Demangle(%q) refuses and returns %q", symbol, text)
			}
			if len(text) > MaxText {
				t.Errorf("Demangle(%q) returns %d bytes, want %d at most", symbol, len(text), MaxText)
			}
			if !printable(text) {
				t.Errorf("Demangle(%q) = %q, want what can be printed", symbol, text)
			}
			less, lessOK := Demangle(symbol, short)
			if ok && !lessOK || len(less) > len(text) && ok {
				t.Errorf("Demangle(%q) = %q, but %q with all left out that can be", symbol, text, less)
			}
			if again, okAgain := Demangle(symbol, whole); again != text || okAgain != ok {
				t.Errorf("Demangle(%q) = %q, %v, then %q, %v", symbol, text, ok, again, okAgain)
			}
		}
		plain, ok := UndecorateC(symbol)
		if !printable(plain) || !strings.Contains(symbol, plain) || ok != (plain != "") {
			t.Errorf("UndecorateC(%q) = %q, %v", symbol, plain, ok)
		}
	})
}
