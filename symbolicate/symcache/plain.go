package symcache

import (
	"strings"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// nameAt returns the best name of the function that is entered at an offset in the
// image. Where the debug information knows only a plain name, the linker's name for
// the same function is better: it tells overloads and unnamed namespaces apart.
func (c *compiler) nameAt(name debuginfo.Name, entry uint64) debuginfo.Name {
	if isMangled(name.Symbol) || name.Symbol != "" && !hasMangling(name.Language) {
		return name
	}
	for _, s := range c.symbolsAt(entry) {
		if name.Symbol == "" || isMangled(s.Name) && strings.Contains(s.Name, plainName(name.Symbol)) {
			return debuginfo.Name{Symbol: s.Name, Language: name.Language}
		}
	}
	return name
}

// hasMangling reports whether linkers know functions of a language by mangled names.
func hasMangling(l debuginfo.Language) bool {
	switch l {
	case debuginfo.CPP, debuginfo.ObjCPP, debuginfo.Rust, debuginfo.Swift, debuginfo.D, debuginfo.UnknownLanguage:
		return true
	}
	return false
}

// isMangled reports whether a linker's name carries a scope or types.
func isMangled(s string) bool {
	for _, prefix := range []string{"_Z", "__Z", "_R", "__R", "?", "$s", "_$s", "_T", "$S", "_$S", "_D", "$e"} {
		if strings.HasPrefix(s, prefix) {
			return true
		}
	}
	return false
}

// plainName returns what of a plain name appears in the mangled one: no template
// arguments, no tilde of a destructor, nothing of an operator.
func plainName(s string) string {
	if strings.HasPrefix(s, "operator") {
		return ""
	}
	if i := strings.IndexByte(s, '<'); i > 0 {
		s = s[:i]
	}
	return strings.TrimPrefix(s, "~")
}
