package symbolicate

import "cmp"

// An OS is a family of operating systems that number things alike.
type OS uint8

// The families.
const (
	UnknownOS OS = iota
	Apple
	Linux // and Android
	Windows
	OtherUnix // BSD and what comes from it
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

// Name returns the signal's name ("SIGSEGV"), or "" if it has none. Where the
// system is unknown, it is that on which Linux and Darwin agree.
func (s Signal) Name() string { return s.OS.pick(linuxSignals, appleSignals, s.Number) }

// CodeName returns the name of a code that came with the signal ("SEGV_MAPERR"),
// or "" if it has none.
func (s Signal) CodeName(code int64) string {
	name := s.Name()
	switch s.OS {
	case Linux:
		return cmp.Or(linuxCodes[name].name(code), linuxSenders[code])
	case Apple:
		return cmp.Or(appleCodes[name].name(code), appleSenders[code])
	}
	return ""
}

// errorName returns the name of an errno value ("ENOENT"), or "" if it has none.
func (o OS) errorName(number int64) string {
	if o == OtherUnix {
		o = UnknownOS // BSDs differ from Darwin above 34, where it differs from Linux
	}
	return o.pick(linuxErrors, appleErrors, number)
}

// pick returns the name of a number on the system.
func (o OS) pick(linux, apple names, number int64) string {
	switch o {
	case Linux:
		return linux.name(number)
	case Apple, OtherUnix:
		return apple.name(number)
	case UnknownOS:
		if name := linux.name(number); name == apple.name(number) {
			return name
		}
	}
	return ""
}
