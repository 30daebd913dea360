package msvc

import "testing"

func TestUndecorateC(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		ok         bool
	}{
		{"_main", "main", true},
		{"__start", "_start", true},
		{"_WinMain@16", "WinMain", true},
		{"_f@0", "f", true},
		{"@f@8", "f", true},
		{"@_f@12", "_f", true},
		{"f@@16", "f", true},
		{"_f@@8", "_f", true},
		{"main", "", false},
		{"", "", false},
		{"_", "", false},
		{"_@8", "", false},
		{"@@8", "", false},
		{"_1", "", false},
		{"_f@", "", false},
		{"_f@7", "", false},
		{"_f@08", "", false},
		{"_f@123456", "", false},
		{"_f@x", "", false},
		{"f@8", "", false},
		{"_f@8@8", "", false},
		{"__imp__f@8", "", false},
		{"_a\nb", "", false},
		{"?f@@YAXXZ", "", false},
	} {
		got, ok := UndecorateC(tt.name)
		if got != tt.want || ok != tt.ok {
			t.Errorf("UndecorateC(%q) = %q, %v, want %q, %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}
