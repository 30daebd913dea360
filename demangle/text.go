package demangle

import "github.com/nativesym/nativesym/objfile/debuginfo"

// ReplaceAll appends text to dst with every mangled name in it demangled, and
// returns the extended slice. A name is looked for in each run of characters
// that symbols have; what else the text holds stays as it is, as do names that
// are not certain to be mangled. Lines stay lines: no name holds a line break.
func ReplaceAll(dst []byte, text string, o Options) []byte {
	for text != "" {
		start := 0
		for start < len(text) && !isSymbol(text[start]) {
			start++
		}
		dst, text = append(dst, text[:start]...), text[start:]
		token := text[:tokenLen(text)]
		text = text[len(token):]
		dst = appendName(dst, token, o)
	}
	return dst
}

// isSymbol reports whether c can stand in a symbol. (Colons, parentheses and
// angle brackets can in some schemes, but end a symbol in more texts.)
func isSymbol(c byte) bool { return isWord(c) || c == '.' || c == '@' || c == '?' }

// tokenLen returns the length of the symbol that text begins with. Only MSVC's
// have angle brackets: <lambda_1>.
func tokenLen(text string) int {
	n := 0
	for n < len(text) && (isSymbol(text[n]) || text[0] == '?' && (text[n] == '<' || text[n] == '>')) {
		n++
	}
	return n
}

// appendName appends the name of a token, or the token itself. A full stop or
// the like behind a symbol may be the sentence's.
func appendName(dst []byte, token string, o Options) []byte {
	for end := len(token); end > 0; end-- {
		switch r, ok := Name(token[:end], o); {
		case !ok || r.Name == token[:end] || r.Language == debuginfo.C: // f@8 may be an address of mail
		case o.Short:
			return append(append(dst, r.Short...), token[end:]...)
		default:
			return append(append(dst, r.Name...), token[end:]...)
		}
		if last := token[end-1]; last != '.' && last != '@' && last != '?' {
			break
		}
	}
	return append(dst, token...)
}
