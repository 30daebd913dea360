package kotlin

import "testing"

// The names are those of Kotlin/Native 1.9, read by hand.
func TestDemangle(t *testing.T) {
	for _, tt := range []struct {
		symbol  string
		options Options
		want    string
	}{
		{"kfun:#main(){}", Options{}, "main()"},
		{"_kfun:com.example.Foo#bar(kotlin.Int;kotlin.String?){}kotlin.Long", Options{}, "com.example.Foo.bar(kotlin.Int, kotlin.String?)"},
		{"kfun:com.example.Foo#bar(kotlin.Int){}kotlin.Long", Options{ReturnType: true}, "com.example.Foo.bar(kotlin.Int): kotlin.Long"},
		{"kfun:com.example.Foo#bar(kotlin.Int){}kotlin.Long", Options{NoParameters: true}, "com.example.Foo.bar"},
		{"kfun:kotlin.Throwable#<init>(kotlin.String?){}", Options{}, "kotlin.Throwable.<init>(kotlin.String?)"},
		{"kfun:com.example.main$lambda$0#internal", Options{}, "com.example.main$lambda$0"},
		{"kfun:a#f(kotlin.Function1<kotlin.Int,(0:0)>){0§<kotlin.Any?>}", Options{}, "a.f(kotlin.Function1<kotlin.Int,(0:0)>)"},

		{"kfun:", Options{}, ""},
		{"kfun:#(", Options{}, ""},
		{"kfun:a#f(", Options{}, ""},
		{"kfunction", Options{}, ""},
	} {
		got, ok := Demangle(tt.symbol, tt.options)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("Demangle(%q, %+v) = %q, %v, want %q", tt.symbol, tt.options, got, ok, tt.want)
		}
	}
}

func FuzzDemangle(f *testing.F) {
	f.Add("kfun:com.example.Foo#bar(kotlin.Int;kotlin.String?){}kotlin.Long")
	f.Fuzz(func(t *testing.T, symbol string) {
		name, ok := Demangle(symbol, Options{})
		if ok != (name != "") || len(name) > 2*len(symbol) {
			t.Errorf("Demangle(%q) = %q, %v", symbol, name, ok)
		}
	})
}
