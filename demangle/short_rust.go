package demangle

import "strings"

// shortenRust shortens a name that begins with the type of an implementation:
// <Type>::f or <Type as Trait>::f. It reports false for names of other forms.
func shortenRust(name string, depth int) (string, bool) {
	end := closing(name, 0)
	if end < 0 || depth == maxNested || !strings.HasPrefix(name[end:], ">::") {
		return "", false
	}
	subject, rest := name[1:end], cutHash(name[end+1:])
	typ, trait, ok := cutTop(subject, " as ")
	if !ok && strings.HasPrefix(subject, "lambda_") {
		return "", false
	}
	typ = bareType(typ)
	switch {
	case ok && isTypeParam(typ):
		typ = trait
	case ok && strings.HasPrefix(typ, "("):
		typ = trait
	case strings.HasPrefix(typ, "<"):
		if short, ok := shortenRust(typ+"::", depth+1); ok {
			typ = strings.TrimSuffix(short, "::")
		}
	}
	if strings.HasPrefix(typ, "[") || strings.HasPrefix(typ, "(") {
		return typ + shortenPath(rest, depth+1), true
	}
	return shortenPath(typ, depth+1) + shortenPath(rest, depth+1), true
}

// bareType returns what a reference or pointer is to, and the first trait of an object.
func bareType(t string) string {
	for {
		switch {
		case strings.HasPrefix(t, "&"):
			t = t[1:]
		case strings.HasPrefix(t, "'"): // a lifetime
			_, after, ok := strings.Cut(t, " ")
			if !ok {
				return t
			}
			t = after
		case strings.HasPrefix(t, "mut "):
			t = t[len("mut "):]
		case strings.HasPrefix(t, "*mut "):
			t = t[len("*mut "):]
		case strings.HasPrefix(t, "*const "):
			t = t[len("*const "):]
		case strings.HasPrefix(t, "dyn "):
			t, _, _ = cutTop(t[len("dyn "):], " + ")
		default:
			return t
		}
	}
}

// isTypeParam reports whether a type is a parameter: a capital, with a digit perhaps.
func isTypeParam(t string) bool {
	return t != "" && t[0] >= 'A' && t[0] <= 'Z' && (len(t) == 1 || len(t) == 2 && isDigit(t[1]))
}

// cutHash removes the hash that ends a legacy name.
func cutHash(name string) string {
	if i := len(name) - len("::h0123456789abcdef"); i >= 0 && strings.HasPrefix(name[i:], "::h") && isHex(name[i+3:]) {
		return name[:i]
	}
	return name
}

// cutTop splits s at a separator that stands in no brackets.
func cutTop(s, separator string) (before, after string, found bool) {
	for i := 0; i+len(separator) <= len(s); i++ {
		switch s[i] {
		case separator[0]:
			if strings.HasPrefix(s[i:], separator) {
				return s[:i], s[i+len(separator):], true
			}
		case '(', '[', '{', '<':
			if i = closing(s, i); i < 0 {
				return s, "", false
			}
		}
	}
	return s, "", false
}

// closing returns where the bracket at s[i] is closed, or -1 when it is not or
// there is no bracket. An arrow's head and the angles of operators close nothing.
func closing(s string, i int) int {
	var few [32]byte
	open := few[:0]
	for ; i < len(s); i++ {
		switch c := s[i]; c {
		case '(', '[', '{', '<':
			open = append(open, c)
		case ')', ']', '}':
			for len(open) > 0 && open[len(open)-1] == '<' { // it was an operator
				open = open[:len(open)-1]
			}
			if len(open) == 0 {
				return -1
			}
			open = open[:len(open)-1]
		case '>':
			if i > 0 && s[i-1] == '-' || len(open) > 0 && open[len(open)-1] != '<' {
				continue
			}
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		case 'o':
			if n := operatorLen(s[i:]); n > 0 && (i == 0 || !isWord(s[i-1])) {
				i += n - 1
			}
		}
		if len(open) == 0 {
			if c := s[i]; c == ')' || c == ']' || c == '}' || c == '>' {
				return i
			}
			return -1
		}
	}
	return -1
}
