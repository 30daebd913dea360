package dwarf

import (
	"strings"
)

// maxPaths limits how many joined paths a reader keeps; real programs have some
// thousands of files.
const maxPaths = 1 << 16

// maxPath limits the length in bytes of a joined path: twice what Linux opens.
const maxPath = 8 << 10

// paths joins and keeps file paths, so that a header that every unit includes is
// one string. It is for one goroutine.
type paths struct {
	seen map[[3]string]string
}

// join returns file in dir in base as one clean path. Each part may be absolute
// (of POSIX or Windows), which makes the ones before it void.
func (s *paths) join(base, dir, file string) string {
	key := [3]string{base, dir, file}
	if p, ok := s.seen[key]; ok {
		return p
	}
	if s.seen == nil || len(s.seen) >= maxPaths {
		s.seen = map[[3]string]string{}
	}
	p := joinPath(base, dir, file)
	if len(p) > maxPath {
		p = ""
	}
	s.seen[key] = p
	return p
}

func joinPath(parts ...string) string {
	path := ""
	for _, part := range parts {
		switch {
		case part == "":
		case path == "" || isAbsolute(part):
			path = part
		default:
			sep := "/"
			if isWindows(path) {
				sep = `\`
			}
			path = strings.TrimRight(path, `/\`) + sep + part
		}
	}
	return cleanPath(path)
}

func isAbsolute(p string) bool {
	return p[0] == '/' || p[0] == '\\' || isDrive(p)
}

// isDrive reports whether p starts with a drive of Windows, as C:\ or C:/ do.
func isDrive(p string) bool {
	return len(p) >= 3 && p[1] == ':' && (p[2] == '\\' || p[2] == '/') && (p[0]|0x20) >= 'a' && (p[0]|0x20) <= 'z'
}

func isWindows(p string) bool {
	return strings.HasPrefix(p, `\`) || isDrive(p) && p[2] == '\\'
}

// cleanPath removes "." and "name/.." from a path of either system without
// changing which separators it has.
func cleanPath(p string) string {
	if !strings.Contains(p, "/.") && !strings.Contains(p, `\.`) && !strings.HasPrefix(p, "./") && !strings.Contains(p, "//") {
		return strings.Clone(p)
	}
	root := 0
	switch {
	case isDrive(p):
		root = 3
	case strings.HasPrefix(p, `\\`):
		root = 2
	case p[0] == '/' || p[0] == '\\':
		root = 1
	}
	isSep := func(r rune) bool { return r == '/' || r == '\\' && isWindows(p) }
	out := make([]string, 0, 16)
	for _, name := range strings.FieldsFunc(p[root:], isSep) {
		switch {
		case name == ".":
		case name == ".." && len(out) > 0 && out[len(out)-1] != "..":
			out = out[:len(out)-1]
		case name == ".." && root > 0:
		default:
			out = append(out, name)
		}
	}
	sep := "/"
	if isWindows(p) {
		sep = `\`
	}
	return p[:root] + strings.Join(out, sep)
}
