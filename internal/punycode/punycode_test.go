package punycode

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// alphabet is that of the RFC, but for the delimiter.
var alphabet = Alphabet{Tail: "0123456789", Max: 50, Char: func(n int) (rune, bool) { return rune(n), utf8.ValidRune(rune(n)) }}

func TestDecode(t *testing.T) {
	for _, tt := range []struct{ code, want string }{
		// RFC 3492, section 7.1
		{"egbpdaj6bu4bxfgehfvwxn", "ليهمابتكلموشعربي؟"},
		{"ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文"},
		{"Proprostnemluvesky_uyb24dma41a", "Pročprostěnemluvíčesky"},
		{"2_u9tlzr9756bt3uc0v", "ひとつ屋根の下2"},
		{"_> $1.00 <__", "_> $1.00 <_"},

		{"", ""},
		{"bcher_kva", "bücher"},
		{"bcher_", "bcher"},
		{strings.Repeat("a", 50) + "_", strings.Repeat("a", 50)},
	} {
		if got, ok := alphabet.Decode(tt.code); got != tt.want || !ok {
			t.Errorf("Decode(%q) = %q, %v, want %q", tt.code, got, ok, tt.want)
		}
	}
}

func TestMalformed(t *testing.T) {
	for _, tt := range []struct{ name, code string }{
		{"no digit", "bcher_kvA"},
		{"number without an end", "bcher_kv"},
		{"number of more than there can be", "a_9999999999b"},
		{"no character", "a_" + "99999b"},
		{"plain part too long", strings.Repeat("a", 51) + "_"},
		{"too many characters", strings.Repeat("a", 50) + "_kva"},
	} {
		if got, ok := alphabet.Decode(tt.code); ok {
			t.Errorf("%s: Decode(%q) = %q", tt.name, tt.code, got)
		}
	}
}

// TestLargeNumbers has numbers that no name has room for, however they are cut off
// by what holds them.
func TestLargeNumbers(t *testing.T) {
	large := alphabet
	large.Max = 1 << 10
	for digits := 10; digits < 100; digits++ {
		code := strings.Repeat("a", 500) + "_" + strings.Repeat("9", digits) + "b"
		if got, ok := large.Decode(code); ok {
			t.Errorf("Decode(%q) = %q", code, got)
		}
	}
}
