package demangle

import "github.com/nativesym/nativesym/objfile/debuginfo"

// MaxShort is the longest short name, in bytes: what Sentry keeps of a function.
const MaxShort = 256

// Shorten returns the form of a demangled name that issue lists show.
func Shorten(name string, lang debuginfo.Language) string {
	if len(name) > MaxShort {
		name = name[:MaxShort]
	}
	return name
}
