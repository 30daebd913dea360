package swift

// letters are what the letters of a mangling say at some point of it.
type letters [128]string

// of returns what a letter says, "" if nothing.
func (l *letters) of(c byte) string {
	if int(c) < len(l) {
		return l[c]
	}
	return ""
}
