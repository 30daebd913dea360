package ocaml

import "testing"

// The names are those of ocamlopt 4.14 and 5.1, read by hand.
func TestDemangle(t *testing.T) {
	for _, tt := range []struct{ symbol, want string }{
		{"camlStdlib__List__map_485", "Stdlib.List.map"},
		{"camlMain__fun_1234", "Main.fun_1234"},
		{"camlStdlib.$5e_138", "Stdlib.^"},
		{"camlStdlib__List.rev_append_117", "Stdlib.List.rev_append"},
		{"camlMain__entry", "Main.entry"},

		{"caml_main", ""},
		{"camlFoo", ""},
		{"camlFoo__bar", ""},
		{"camlFoo__bar_", ""},
		{"camlFoo__$zz_1", ""},
		{"camel", ""},
	} {
		got, ok := Demangle(tt.symbol)
		if got != tt.want || ok != (tt.want != "") || Is(tt.symbol) != ok {
			t.Errorf("Demangle(%q) = %q, %v, want %q", tt.symbol, got, ok, tt.want)
		}
	}
}

func FuzzDemangle(f *testing.F) {
	f.Add("camlStdlib__List__map_485")
	f.Add("camlStdlib.$5e_138")
	f.Fuzz(func(t *testing.T, symbol string) {
		name, ok := Demangle(symbol)
		if ok != (name != "") || len(name) > len(symbol) {
			t.Errorf("Demangle(%q) = %q, %v", symbol, name, ok)
		}
	})
}
