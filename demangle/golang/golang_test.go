package golang

import "testing"

// The names are those that go1.26's linker writes.
func TestDemangle(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		certain    bool
	}{
		{"main.main", "main.main", true},
		{"main.(*T).Method-fm", "main.(*T).Method-fm", true},
		{"main.Map[...]", "main.Map[...]", true},
		{"main.main.func1", "main.main.func1", true},
		{"net/http.(*Server).Serve", "net/http.(*Server).Serve", true},
		{"gopkg.in/yaml%2ev3.Unmarshal", "gopkg.in/yaml.v3.Unmarshal", true},
		{"type:.eq.main.T", "type:.eq.main.T", true},
		{"gofile../src/main.go", "gofile../src/main.go", true},
		{"example.com/a%2.f", "", true},

		{"strings.Index", "strings.Index", false},
		{"main", "main", false},
		{"main.cold", "main.cold", false},
		{"foo.part.0", "foo.part.0", false},
		{"operator.(*x", "operator.(*x", true},
		{"ns::f.(*x", "ns::f.(*x", false},
		{"memcpy@GLIBC_2.2.5", "memcpy@GLIBC_2.2.5", false},
		{"", "", false},
	} {
		if got := Is(tt.name); got != tt.certain {
			t.Errorf("Is(%q) = %v, want %v", tt.name, got, tt.certain)
		}
		if got, ok := Demangle(tt.name); got != tt.want || ok != (tt.want != "") {
			t.Errorf("Demangle(%q) = %q, %v, want %q", tt.name, got, ok, tt.want)
		}
	}
}

func FuzzDemangle(f *testing.F) {
	f.Add("gopkg.in/yaml%2ev3.Unmarshal")
	f.Add("main.(*T).Method-fm")
	f.Fuzz(func(t *testing.T, name string) {
		got, ok := Demangle(name)
		if !ok && got != "" || len(got) > len(name) {
			t.Errorf("Demangle(%q) = %q, %v", name, got, ok)
		}
		_ = Is(name)
	})
}
