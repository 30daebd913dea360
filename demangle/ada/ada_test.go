package ada

import (
	"strings"
	"testing"
)

// The oracle is c++filt --format=gnat of binutils 2.40, but for $1, which
// older GNATs write.
func TestDemangle(t *testing.T) {
	for _, tt := range []struct{ symbol, want string }{
		{"_ada_hello", "hello"},
		{"ada__text_io__put_line__2", "ada.text_io.put_line"},
		{"yz__qrs$1", "yz.qrs"},
		{"x__m3", "x.m3"},
		{"pkg__Oadd", `pkg."+"`},
		{"pkg__Oconcat__3", `pkg."&"`},
		{"x___elabb", "x'Elab_Body"},
		{"x___elabs", "x'Elab_Spec"},
		{"tp__serverTKB", "tp.server"},
		{"p__nXb", "p.n"},
		{"p__recSR", "p.rec'Read"},
		{"p__recDF", "p.rec.Finalize"},

		{"", ""},
		{"Foo", ""},
		{"foo____bar", ""},
		{"_ada_", ""},
		{"foo.cold", ""},
	} {
		got, ok := Demangle(tt.symbol)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("Demangle(%q) = %q, %v, want %q", tt.symbol, got, ok, tt.want)
		}
	}
}

func FuzzDemangle(f *testing.F) {
	f.Add("ada__text_io__put_line__2")
	f.Add("pkg__Oadd")
	f.Fuzz(func(t *testing.T, symbol string) {
		name, ok := Demangle(symbol)
		if !ok && name != "" || strings.Contains(name, "__") || len(name) > 2*len(symbol)+8 {
			t.Errorf("Demangle(%q) = %q, %v", symbol, name, ok)
		}
	})
}
