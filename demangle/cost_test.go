package demangle

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/demangle/internal/oracle"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// Symbols of all schemes that repeat something, which is what makes one cost
// much: nesting, references, lists.
func TestNoSymbolCostsMuch(t *testing.T) {
	prefixes := []string{
		"_Z", "_Z1f", "_ZN", "_Z1fI", "_Z1fIXs", "_ZZ", "_R", "_RINvC3foo3bar", "_RNvMC1a", "_ZN1a", "?", "?f@@YAX", "??$f@", "??_C@_",
		"$s", "$s1a1bV", "_T", "_TF", "_TtG", "_D1a", "_D1a__T1b", "kfun:", "camlA__", "a_Azi", "go.itab.", "_ada_",
	}
	const letters = "01239abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$@?.%"
	random := rand.New(rand.NewSource(1))
	for _, prefix := range prefixes {
		for range 60 {
			var chunk strings.Builder
			for range 1 + random.Intn(5) {
				chunk.WriteByte(letters[random.Intn(len(letters))])
			}
			symbol := prefix
			for len(symbol)+chunk.Len() <= MaxSymbol/2 {
				symbol += chunk.String()
			}
			for _, end := range []string{"", strings.Repeat("E", MaxSymbol/2), strings.Repeat("@", MaxSymbol/2), strings.Repeat("Z", MaxSymbol/2)} {
				oracle.CheckCost(t, symbol+end, func() { Name(symbol+end, Options{}) })
			}
		}
	}
}

func TestNoNameCostsMuchToShorten(t *testing.T) {
	for _, chunk := range []string{
		"<", ">", "(", ")", "{", "[", "`", "'", "`a(", "<a", "<a as b>", "<<a>::", "operator<", "a<b>::", "a(b)::", "a b", " ", "!(", "(*",
		"{lambda", "'lambda", "$_0", "?A0x", "lambda_", "_m", "non-virtual thunk to ", "closure #1 in ", "generic specialization <", " of ",
		"default argument 1 of ", "(anonymous namespace)::", "a::", " const::", "-> ", "@", ".",
	} {
		name := strings.Repeat(chunk, MaxName/len(chunk))
		for _, language := range []debuginfo.Language{debuginfo.CPP, debuginfo.Rust, debuginfo.Swift, debuginfo.UnknownLanguage} {
			oracle.CheckCost(t, chunk, func() { Shorten(name, language) })
		}
	}
}
