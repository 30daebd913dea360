package demangle

import "strings"

// cutTemplateArgs removes template and generic arguments from a name:
// "ns::A<int>::f", "a::f::<u8>", "a.f!(int)". What stands in angle brackets and
// is none, stays: "<a::B as c::D>::f", "<lambda_1>".
func cutTemplateArgs(name string) string {
	out := make([]byte, 0, len(name))
	word := false // the byte before this place can end what has arguments
	for i := 0; i < len(name); {
		if n := operatorLen(name[i:]); n > 0 && !word {
			out = append(out, name[i:i+n]...)
			i, word = i+n, true
			continue
		}
		if n := argumentsAt(name[i:]); n > 0 && word {
			end := closing(name, i+n-1)
			if end < 0 {
				return name
			}
			i = end + 1
			continue
		}
		word = isWord(name[i])
		out = append(out, name[i])
		i++
	}
	return string(out)
}

// argumentsAt returns the length of what begins template arguments at the start
// of s, with the bracket: "<", "::<", "!(". It is 0 if there are none.
func argumentsAt(s string) int {
	switch {
	case strings.HasPrefix(s, "::<lambda_"), strings.HasPrefix(s, "::<unnamed-"):
		return 0
	case strings.HasPrefix(s, "<"):
		return len("<")
	case strings.HasPrefix(s, "::<"):
		return len("::<")
	case strings.HasPrefix(s, "!("):
		return len("!(")
	}
	return 0
}
