// Package debugimage models what an event says was loaded in the process that
// crashed, and finds the image that an address belongs to.
//
// Every field comes from a stranger. Numbers that do not parse count as absent,
// ranges may overlap, repeat or reach past the end of the address space, and an
// index over n images takes memory in proportion to n whatever they claim.
package debugimage

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/nativesym/nativesym/objfile"
)

type (
	// An Abs is an address in the process that crashed.
	Abs uint64

	// A Rel is an offset from the start of an image, which is also the offset
	// from the preferred base of its debug file.
	Rel uint64
)

// An Image is a binary that was loaded: what an event's debug_meta.images says
// of it. The zero value of a field is "not said".
type Image struct {
	Type      Type
	CodeID    string          // of the executable, lower-case hex without dashes
	DebugID   objfile.DebugID // what the executable and its debug file share
	CodeFile  string          // path of the executable, as the crashed machine spells it
	DebugFile string          // path or name of its debug file, as the linker recorded it
	Arch      objfile.Arch
	Addr      Abs    // of its first byte; 0 has no absolute addresses (image_addr)
	Size      uint64 // bytes; 0 unknown
	VMAddr    uint64 // the linked address of its first byte, if HasVMAddr
	HasVMAddr bool
}

// Name returns what to call the image in a message: its path, or else its ids.
func (m *Image) Name() string {
	switch {
	case m.CodeFile != "":
		return m.CodeFile
	case m.DebugFile != "":
		return m.DebugFile
	case !m.DebugID.IsZero():
		return m.DebugID.String()
	}
	return m.CodeID
}

// Fields are an image's fields in the spelling of an event. Numbers are hex with
// "0x" or decimal, as a string holds them or as a JSON number is written.
type Fields struct {
	Type      string
	CodeID    string
	DebugID   string
	CodeFile  string
	DebugFile string
	Arch      string
	ImageAddr string
	ImageSize string
	VMAddr    string

	// Name, UUID and ID are what the legacy types "apple" and "symbolic" call
	// CodeFile and DebugID.
	Name, UUID, ID string
}

// Image returns the image that f describes. What does not parse is left out:
// an event is worth symbolicating with one id spoilt. A missing debug id is made
// from the code id where that determines it.
func (f *Fields) Image() Image {
	im := Image{
		Type:      ParseType(f.Type),
		CodeID:    CleanCodeID(f.CodeID),
		CodeFile:  first(f.CodeFile, f.Name),
		DebugFile: f.DebugFile,
		Arch:      objfile.ParseArch(f.Arch),
	}
	im.DebugID, _ = objfile.ParseDebugID(first(f.DebugID, f.ID, f.UUID))
	addr, _ := ParseAddr(f.ImageAddr)
	im.Addr = Abs(addr)
	im.Size, _ = ParseAddr(f.ImageSize)
	im.VMAddr, im.HasVMAddr = ParseAddr(f.VMAddr)
	im.deriveDebugID()
	return im
}

// deriveDebugID makes the debug id of an image that has a code id alone. On ELF
// it is the start of the build-id read as a little-endian GUID, on Mach-O both
// are the UUID. That of a PE file is not in its code id.
func (m *Image) deriveDebugID() {
	if !m.DebugID.IsZero() || m.CodeID == "" || m.Type != ELF && m.Type != MachO {
		return
	}
	var id [16]byte
	if n := min(len(m.CodeID)/2, len(id)); n > 0 {
		_, _ = hex.Decode(id[:n], []byte(m.CodeID[:2*n])) // CleanCodeID let hex pass, nothing else
	}
	if m.Type == ELF {
		slices.Reverse(id[0:4])
		slices.Reverse(id[4:6])
		slices.Reverse(id[6:8])
	}
	m.DebugID.UUID = id
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// BaseName returns the last element of a path of Windows or POSIX, "" of "".
func BaseName(path string) string { return path[strings.LastIndexAny(path, `/\`)+1:] }

// CleanCodeID returns a code id as [Image] holds it, or "" when it is not hex.
func CleanCodeID(text string) string {
	id := strings.ToLower(strings.ReplaceAll(text, "-", ""))
	if strings.Trim(id, "0123456789abcdef") != "" {
		return ""
	}
	return id
}

// ParseAddr reads an address or a size as events spell it: hex after "0x",
// decimal, or a negative number that stands for its two's complement.
// Hex digits alone are no address: they could be decimal as well.
func ParseAddr[T string | []byte](text T) (uint64, bool) {
	switch {
	case len(text) > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'):
		return parseHex(text[2:])
	case len(text) > 1 && text[0] == '-':
		n, ok := parseDecimal(text[1:])
		return -n, ok && n <= 1<<63
	}
	return parseDecimal(text)
}

func parseHex[T string | []byte](digits T) (n uint64, ok bool) {
	for i := range len(digits) {
		if n>>60 != 0 {
			return 0, false
		}
		switch c := digits[i]; {
		case '0' <= c && c <= '9':
			n = n<<4 | uint64(c-'0')
		case 'a' <= c && c <= 'f':
			n = n<<4 | uint64(c-'a'+10)
		case 'A' <= c && c <= 'F':
			n = n<<4 | uint64(c-'A'+10)
		default:
			return 0, false
		}
	}
	return n, true
}

func parseDecimal[T string | []byte](digits T) (n uint64, ok bool) {
	for i := range len(digits) {
		d := uint64(digits[i]) - '0'
		if d > 9 || n > (1<<64-1-d)/10 {
			return 0, false
		}
		n = 10*n + d
	}
	return n, len(digits) > 0
}
