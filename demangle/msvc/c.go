package msvc

import "strings"

// UndecorateC returns the name of a C function of a 32-bit x86 image as its
// source has it, and false for a name without decoration. The numbers count the
// bytes of the arguments, in whole words.
//
//	_f      __cdecl
//	_f@8    __stdcall
//	@f@8    __fastcall
//	f@@8    __vectorcall
//
// Other architectures leave C names alone (x86_64 has f@@8 too), and there _f is
// a name of its own: ask for x86 images only. A pointer to an imported function,
// __imp__f@8, is no function and has no answer.
func UndecorateC(name string) (string, bool) {
	if len(name) > MaxName || strings.HasPrefix(name, "__imp_") {
		return "", false
	}
	plain := name
	if i := strings.LastIndexByte(name, '@'); i >= 0 {
		if plain = name[:i]; !isArgumentSize(name[i+1:]) {
			return "", false
		}
		if f, ok := strings.CutSuffix(plain, "@"); ok {
			return cName(f)
		}
		if f, ok := strings.CutPrefix(plain, "@"); ok {
			return cName(f)
		}
	}
	f, ok := strings.CutPrefix(plain, "_")
	if !ok {
		return "", false
	}
	return cName(f)
}

// cName returns s if it can be the name of a C function.
func cName(s string) (string, bool) {
	if s == "" || isDigit(s[0]) || strings.ContainsAny(s, "?@") || !printable(s) {
		return "", false
	}
	return s, true
}

// isArgumentSize reports whether s is a multiple of 4, of five digits at most:
// callees remove up to 65,535 bytes with one instruction, RET.
func isArgumentSize(s string) bool {
	n := 0
	for i := range len(s) {
		if !isDigit(s[i]) || i == 5 {
			return false
		}
		n = n*10 + int(s[i]-'0')
	}
	return s != "" && n%4 == 0 && (s[0] != '0' || s == "0")
}
