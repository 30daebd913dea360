package dlang

import (
	"strings"
	"testing"

	"github.com/nativesym/nativesym/demangle/internal/oracle"
)

func TestAgreesWithBinutils(t *testing.T) {
	oracle.Check(t, oracle.Read(t, "testdata/names.tsv"), 1, func(symbol string) string {
		if !Is(symbol) {
			return "not detected"
		}
		name, _ := Demangle(symbol)
		return name
	})
}

func TestRefused(t *testing.T) {
	for _, symbol := range []string{
		"", "_D", "_Display", "_D0", "_D4foo", "_D3fooQa", "_D3foo__T", "_D3fooFZ", "_D3fooi3", "_D2rt6config15rt_envvars_enab", "_D9999999999999999999foo",
		"_D3foo3barFQbZv", "_D3foo" + strings.Repeat("P", 1000) + "i",
	} {
		if name, ok := Demangle(symbol); ok {
			t.Errorf("Demangle(%q) = %q, want none", symbol, name)
		}
	}
}

// A name whose types refer back to one another, each twice, is refused.
func TestBomb(t *testing.T) {
	symbol := "_D3foo3barFHii"
	for len(symbol) < 4000 {
		symbol += "HQeQg"
	}
	if name, ok := Demangle(symbol + "Zv"); ok {
		t.Errorf("a name of %d bytes", len(name))
	}
}

func FuzzDemangle(f *testing.F) {
	for _, row := range oracle.Read(f, "testdata/names.tsv") {
		f.Add(row.Symbol)
	}
	f.Fuzz(func(t *testing.T, symbol string) {
		if len(symbol) > 4<<10 {
			return
		}
		name, ok := Demangle(symbol)
		if ok != (name != "") || len(name) > maxWork {
			t.Errorf("Demangle(%q) = %d bytes, %v", symbol, len(name), ok)
		}
		if ok && Is(name) {
			t.Errorf("%q: its name %q looks mangled", symbol, name)
		}
	})
}

func BenchmarkDemangle(b *testing.B) {
	for _, bb := range []struct{ name, symbol string }{
		{"method", "_D3std5stdio4File5writeMFNfAyaZv"},
		{"template", "_D3std5stdio__T7writelnTAyaTiZQpFNfQliZv"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := Demangle(bb.symbol); !ok {
					b.Fatal("refused")
				}
			}
		})
	}
}
