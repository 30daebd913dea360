package layout

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nativesym/nativesym/debugimage"
)

const (
	maxName   = 255 // bytes of a path's element: what file systems take
	maxCodeID = 128 // digits; a SHA-512 has that many, build-ids mostly 40
)

// baseName returns the last element of a path, "" if it is not safe as a name here.
func baseName(path string) string {
	name := debugimage.BaseName(path)
	if !isSafeName(name) {
		return ""
	}
	return name
}

// isSafePath reports whether each element of a path is safe.
func isSafePath(path string) bool {
	for name := range strings.SplitSeq(path, "/") {
		if !isSafeName(name) {
			return false
		}
	}
	return true
}

// isSafeName reports whether a text is a plain file name on every system: not
// empty, not too long, printable, without a separator of paths, streams or
// patterns, not dots alone (Windows cuts ".. ." down to "..") and no device.
func isSafeName(name string) bool {
	if name == "" || len(name) > maxName || !utf8.ValidString(name) {
		return false
	}
	if strings.ContainsAny(name, `/\:*?"<>|`) || strings.TrimRight(name, ". ") == "" {
		return false
	}
	for _, r := range name {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return !isDevice(name)
}

// isDevice reports whether Windows takes a file name for a device, whatever its
// extension: "NUL", "aux.pdb", "COM1.sym".
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	switch stem = strings.ToUpper(strings.TrimRight(stem, " ")); stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	port, ok := strings.CutPrefix(stem, "COM")
	if !ok {
		port, ok = strings.CutPrefix(stem, "LPT")
	}
	return ok && utf8.RuneCountInString(port) == 1 && strings.Contains("0123456789¹²³", port)
}
