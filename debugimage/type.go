package debugimage

// A Type says what kind of image the sender saw.
type Type uint8

// The types whose frames are native. Every other type, and a type that nobody
// has heard of, is Foreign: its image passes through and holds no native address.
const (
	Foreign  Type = iota
	ELF           // "elf"
	MachO         // "macho", and "apple" of old
	PE            // "pe"
	Symbolic      // "symbolic" of old, and none at all: any format
)

// ParseType returns the type of an image's type field.
func ParseType(text string) Type {
	switch text {
	case "elf":
		return ELF
	case "macho", "apple":
		return MachO
	case "pe":
		return PE
	case "symbolic", "":
		return Symbolic
	}
	return Foreign
}
