package demangle

import (
	"strings"
	"unicode/utf8"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// MaxShort is the longest short name, in bytes: what Sentry keeps of a function.
const MaxShort = 256

// Shorten returns the form of a name that issue lists show, at most [MaxShort]
// bytes long. The name is a demangled one, or an ordinary name. The package
// comment has the rules.
func Shorten(name string, language debuginfo.Language) string {
	short := name
	switch language {
	case debuginfo.Go, debuginfo.OCaml, debuginfo.Haskell, debuginfo.Ada:
		short = cutClones(name)
	default:
		if !isMethod(name) && len(name) <= MaxName {
			short = shorten(name, language)
		}
	}
	if short == "" {
		short = name
	}
	return cutTo(short, MaxShort)
}

// shorten applies the rules to a name that is not taken as it is.
func shorten(name string, language debuginfo.Language) string {
	name = cutClones(name)
	if isPlain(name) {
		return cutIL2CPP(cutVersion(name))
	}
	switch {
	case language == debuginfo.Swift || isSwift(name):
		return shortenSwift(name, 0)
	case name[0] == '<' && language != debuginfo.CPP:
		if short, ok := shortenRust(name, 0); ok {
			return short
		}
	}
	return cutIL2CPP(cutVersion(shortenPath(name, 0)))
}

// isMethod reports whether name is one of Objective-C.
func isMethod(name string) bool {
	name = strings.TrimLeft(name, "+-")
	return strings.HasPrefix(name, "[") && strings.HasSuffix(name, "]")
}

// isPlain reports whether a name has nothing that the rules for C++ look for,
// which most C names do not.
func isPlain(name string) bool {
	for i := range len(name) {
		if c := name[i]; !isWord(c) && c != '.' && c != '@' || c == '$' {
			return false
		}
	}
	return !strings.HasPrefix(name, "lambda_")
}

// cutClones removes what compilers write behind the name of a part or copy of a
// function.
func cutClones(name string) string {
	name, _, _ = strings.Cut(name, " [clone ")
	return name
}

// cutVersion removes the version of an ELF symbol and the size of a C function's
// parameters on 32-bit Windows: f@@V1, f@V1, f@plt, f@8, @f@8.
func cutVersion(name string) string {
	plain := strings.TrimPrefix(name, "@")
	if i := strings.IndexByte(plain, '@'); i > 0 && strings.IndexByte(plain[i:], ' ') < 0 {
		return plain[:i]
	}
	return name
}

// il2cppHash is how many digits a hash of IL2CPP has.
const il2cppHash = 40

// cutIL2CPP removes the hash that Unity's IL2CPP writes behind a method's name,
// _m and 40 capital hexadecimal digits. What follows it stays if it is one of
// the words for the method's variants.
func cutIL2CPP(name string) string {
	for rest := name; ; {
		i := strings.LastIndex(rest, "_m")
		if i < 0 {
			return name
		}
		rest = rest[:i]
		hash := name[i+2:]
		if len(hash) < il2cppHash || strings.Trim(hash[:il2cppHash], "0123456789ABCDEF") != "" {
			continue
		}
		if variant := hash[il2cppHash:]; isVariant(variant) {
			return rest + variant
		}
		return name
	}
}

// variants are the words that IL2CPP writes behind a method's hash.
var variants = []string{
	"_gshared", "_fshared", "_inline", "_AdjustorThunk", "_Multicast", "_OpenStatic", "_OpenInstance", "_OpenVirtual",
	"_OpenInterface", "_OpenGenericVirtual", "_OpenGenericInterface", "_ClosedStatic", "_ClosedInstance",
	"_OpenStaticInvoker", "_OpenInstanceInvoker", "_OpenVirtualInvoker", "_OpenInterfaceInvoker",
	"_OpenGenericVirtualInvoker", "_OpenGenericInterfaceInvoker", "_ClosedStaticInvoker", "_ClosedInstanceInvoker",
}

// isVariant reports whether s is nothing, or words for variants of a method.
func isVariant(s string) bool {
	if indices, ok := strings.CutPrefix(s, "_gp"); ok {
		return indices != "" && strings.Trim(indices, "_0123456789") == ""
	}
	for s != "" {
		longest := 0
		for _, v := range variants {
			if strings.HasPrefix(s, v) {
				longest = max(longest, len(v))
			}
		}
		if longest == 0 {
			return false
		}
		s = s[longest:]
	}
	return true
}

// cutTo returns the first n bytes of s, or fewer so as not to cut a character.
func cutTo(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for start := n; start > n-utf8.UTFMax; start-- {
		if utf8.RuneStart(s[start]) {
			return s[:start]
		}
	}
	return s[:n] // not UTF-8
}
