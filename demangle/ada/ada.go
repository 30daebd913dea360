// Package ada reads the names that GNAT gives to Ada subprograms (exp_dbug.ads
// in GNAT's sources describes them).
//
// An encoded name could be a C name, so callers need to know from elsewhere
// that a symbol is Ada's; only the prefix _ada_ of a main program tells it.
// Symbols are hostile input; what is read takes no more than one pass.
package ada

import "strings"

// operators are the encodings of operators.
var operators = map[string]string{
	"Oabs": "abs", "Oand": "and", "Omod": "mod", "Onot": "not", "Oor": "or", "Orem": "rem", "Oxor": "xor",
	"Oeq": "=", "One": "/=", "Olt": "<", "Ole": "<=", "Ogt": ">", "Oge": ">=", "Oadd": "+", "Osubtract": "-",
	"Oconcat": "&", "Omultiply": "*", "Odivide": "/", "Oexpon": "**",
}

// attributes are what the last letters of a name stand for, where the compiler
// made the subprogram.
var attributes = []struct{ suffix, attribute string }{
	{"___elabb", "'Elab_Body"},
	{"___elabs", "'Elab_Spec"},
	{"___master", "'Master"},
	{"___size", "'Size"},
	{"___alignment", "'Alignment"},
	{"___assign", ".\":=\""},
	{"SR", "'Read"},
	{"SW", "'Write"},
	{"SI", "'Input"},
	{"SO", "'Output"},
	{"DF", ".Finalize"},
	{"DA", ".Adjust"},
}

// Demangle returns the name of a subprogram with dots between its units. It
// reports false for names that GNAT does not write: all of an Ada name is in
// lower case but for what the compiler adds.
func Demangle(symbol string) (string, bool) {
	name := strings.TrimPrefix(symbol, "_ada_")
	attribute := ""
	for _, a := range attributes {
		if rest, ok := strings.CutSuffix(name, a.suffix); ok {
			name, attribute = rest, a.attribute
			break
		}
	}
	name = cutNumber(name)
	name = strings.TrimSuffix(name, "TKB") // a task's body
	name, _, _ = strings.Cut(name, "X")    // how a body is nested: Xb, Xn
	if name == "" || name[0] < 'a' || name[0] > 'z' {
		return "", false
	}
	var b strings.Builder
	for i, unit := range strings.Split(name, "__") {
		if i > 0 {
			b.WriteByte('.')
		}
		switch operator, ok := operators[unit]; {
		case ok && i > 0:
			b.WriteString(`"` + operator + `"`)
		case isUnit(unit):
			b.WriteString(unit)
		default:
			return "", false
		}
	}
	return b.String() + attribute, true
}

// cutNumber removes the number that tells overloaded subprograms apart: __2 or $2.
func cutNumber(s string) string {
	digits := strings.TrimRight(s, "0123456789")
	if len(digits) == len(s) {
		return s
	}
	for _, separator := range []string{"__", "$"} {
		if rest, ok := strings.CutSuffix(digits, separator); ok {
			return rest
		}
	}
	return s
}

// isUnit reports whether s is an identifier in lower case.
func isUnit(s string) bool {
	return s != "" && s[0] >= 'a' && s[0] <= 'z' && s[len(s)-1] != '_' &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}
