package symbolicate

import "strings"

// An InAppRule says which frames are the application's own code and which are
// not. In its patterns "*" stands for any text, slashes and all; case does not
// matter, and "\" is the same as "/".
type InAppRule struct {
	Package string // of the image's path; empty matches every image
	Path    string // of the source file's path; empty matches every file, and none
	InApp   bool   // what frames are that match both
}

// A verdict is whether a frame is the application's own code.
type verdict uint8

const (
	undecided verdict = iota
	inApp
	notInApp
)

// verdict tells whether a frame is the application's own code: by the user's
// rules, or else by where its image and its source file are.
func (j *job) verdict(f *frame, path string, name *pathName) verdict {
	if f.image < 0 {
		return undecided
	}
	pkg := j.images[f.image].CodeFile
	if v := decide(j.rules, pkg, path); v != undecided {
		return v
	}
	switch {
	case j.systemImage(f.image), name != nil && name.dependency:
		return notInApp
	case pkg == "":
		return undecided
	}
	return inApp
}

// systemImage reports whether an image is the operating system's.
func (j *job) systemImage(i int32) bool {
	for len(j.system) < len(j.images) {
		j.system = append(j.system, isSystem(j.os, j.images[len(j.system)].CodeFile))
	}
	return j.system[i]
}

// decide returns what the first rule that matches says.
func decide(rules []InAppRule, pkg, path string) verdict {
	for _, r := range rules {
		if (r.Package == "" || match(r.Package, pkg)) && (r.Path == "" || match(r.Path, path)) {
			if r.InApp {
				return inApp
			}
			return notInApp
		}
	}
	return undecided
}

// systemPaths are where operating systems keep what is theirs: an image in one
// of them is not the application. Lower case, with slashes.
var systemPaths = map[OS][]string{
	Linux: {
		"/lib/*", "/lib32/*", "/lib64/*", "/usr/lib/*", "/usr/lib32/*", "/usr/lib64/*", "/usr/libexec/*",
		"/system/*", "/system_ext/*", "/vendor/*", "/apex/*", "/product/*", "/odm/*", // Android
		"/snap/core*", "linux-gate.so*", "linux-vdso.so*", "[vdso]",
	},
	Apple: {
		"/usr/lib/*", "/system/*", "/library/apple/*", "/private/var/db/com.apple.xpc*", "/private/preboot/*", "/developer/*",
		"/applications/xcode.app/contents/developer/platforms/*", "/library/developer/coresimulator/*",
	},
	Windows: {"?:/windows/*"},
	OtherUnix: {
		"/lib/*", "/libexec/*", "/usr/lib/*", "/usr/libexec/*", "/usr/local/lib/*",
	},
}

// isSystem reports whether an image's path is one of the operating system's.
func isSystem(os OS, path string) bool {
	if path == "" {
		return false
	}
	if os == Apple && isSwiftRuntime(path) {
		return true
	}
	if os == UnknownOS {
		for other := range systemPaths {
			if isSystem(other, path) {
				return true
			}
		}
		return false
	}
	for _, pattern := range systemPaths[os] {
		if match(pattern, path) {
			return true
		}
	}
	return false
}

// isSwiftRuntime reports whether an image is a part of Swift's runtime, which
// applications for older systems bring along.
func isSwiftRuntime(path string) bool {
	return strings.HasPrefix(baseName(path), "libswift") && strings.HasSuffix(path, ".dylib")
}

// dependencyPaths are where compilers and package managers keep the sources of
// other people's code that is built into the application.
var dependencyPaths = []string{
	"/rustc/*", "*/library/std/src/*", "*/.cargo/registry/*", "*/.rustup/toolchains/*", // Rust
	"*/go/src/runtime/*", "*/go/pkg/mod/*", "/usr/local/go/src/*", "*/golang.org/toolchain@*", // Go
	"/usr/include/*", "*/include/c++/*", "/build/glibc-*", "*/sysdeps/*", // C and C++
	"?:/program files*", "*/vctools/crt/*", "*/minkernel/crts/*", // Windows
	"*/node_modules/*", "*/pods/*", "*/carthage/*", "*/sourcepackages/checkouts/*", // package managers
}

// isDependency reports whether a source file's path says that it is not the
// application's.
func isDependency(path string) bool {
	for _, pattern := range dependencyPaths {
		if match(pattern, path) {
			return true
		}
	}
	return false
}

// match reports whether a pattern with "*" and "?" matches all of a text. When a
// part after a "*" does not fit, only that "*" takes one more byte, so the time
// is at most the product of the lengths.
func match(pattern, text string) bool {
	p, t := 0, 0
	star, resume := -1, 0 // the last "*", and where the text after it begins
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || fold(pattern[p]) == fold(text[t])):
			p, t = p+1, t+1
		case star >= 0:
			resume++
			p, t = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// fold makes bytes equal that paths do not tell apart.
func fold(c byte) byte {
	switch {
	case 'A' <= c && c <= 'Z':
		return c + 'a' - 'A'
	case c == '\\':
		return '/'
	}
	return c
}
