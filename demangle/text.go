package demangle

// ReplaceAll appends text to dst with every mangled name in it demangled, and
// returns the extended slice.
func ReplaceAll(dst []byte, text string, o Options) []byte {
	return append(dst, text...)
}
