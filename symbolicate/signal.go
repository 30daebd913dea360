package symbolicate

// An OS is a family of operating systems that number things alike.
type OS uint8

// The families.
const (
	UnknownOS OS = iota
	Apple
	Linux // and Android
	Windows
	OtherUnix
)

// A Signal is a POSIX signal. The number alone does not tell which one it is.
type Signal struct {
	Number int64 // 0 none
	OS     OS
}

// IsCrash reports whether the signal is one that an instruction causes: SIGILL,
// SIGSEGV or SIGBUS. SIGBUS is 7 on Linux and 10 in the tradition of BSD; where
// the system is unknown both count.
func (s Signal) IsCrash() bool {
	switch s.Number {
	case 4, 11:
		return true
	case 7:
		return s.OS == Linux || s.OS == UnknownOS
	case 10:
		return s.OS != Linux
	}
	return false
}
