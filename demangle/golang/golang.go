// Package golang reads the names of Go functions, which are the source's but
// for escapes in import paths.
//
// Names are hostile input; what is read takes no more than one pass and the
// memory of the name.
package golang

import (
	"strings"
)

// marks are what only a Go compiler writes into names.
var marks = []string{".(*", "[...]", "[go.shape.", ".func1", ".init.0", "·"}

// prefixes are those of names that the Go toolchain makes itself, or gives to
// packages that no other language's functions are called like.
var prefixes = []string{"go:", "type:", "type..", "gofile..", "go.itab.", "go.shape.", "runtime/"}

// Is reports whether name is certainly a Go function's: it has an import path
// with a slash, a receiver, a closure's number or something else that no other
// compiler writes.
func Is(name string) bool {
	dot := strings.IndexByte(name, '.')
	if dot <= 0 || strings.ContainsAny(name, " <>@?$") || strings.Contains(name, "::") {
		return false
	}
	if name == "main.main" || name == "main.init" || strings.HasSuffix(name, "-fm") {
		return true
	}
	for _, p := range prefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	for _, m := range marks {
		if strings.Contains(name, m) {
			return true
		}
	}
	slash := strings.LastIndexByte(name, '/')
	return slash > 0 && strings.IndexByte(name[slash:], '.') > 1 && name[0] != '.' && name[0] != '/'
}

// Demangle returns name with the escapes in its import path undone: %2e stands
// for a dot, which would otherwise end the path. It reports false when name is
// empty or has an escape that is none.
func Demangle(name string) (string, bool) {
	if name == "" {
		return "", false
	}
	if strings.IndexByte(name, '%') < 0 {
		return name, true
	}
	var b strings.Builder
	for rest := name; rest != ""; {
		before, after, escaped := strings.Cut(rest, "%")
		b.WriteString(before)
		if !escaped {
			break
		}
		if len(after) < 2 {
			return "", false
		}
		high, ok1 := hexDigit(after[0])
		low, ok2 := hexDigit(after[1])
		if !ok1 || !ok2 {
			return "", false
		}
		b.WriteByte(high<<4 | low)
		rest = after[2:]
	}
	return b.String(), true
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}
