package layout

import "github.com/nativesym/nativesym/debugimage"

// A Kind says what a file at a path would be. What it is, its content tells.
type Kind uint8

// The kinds.
const (
	ELFDebug     Kind = iota // separate debug information
	ELFCode                  // what was loaded: executable or library
	MachDebug                // the DWARF file in a dSYM bundle
	MachCode                 // what was loaded
	PDB                      // Microsoft's program database
	PE                       // what was loaded: executable or DLL
	Symbols                  // Breakpad's symbols
	SourceBundle             // a zip archive with source code
)

var kinds = [...]string{
	"elf_debug", "elf_code", "mach_debug", "mach_code", "pdb", "pe", "breakpad", "sourcebundle",
}

// String returns the kind as configurations name it.
func (k Kind) String() string { return kinds[k] }

// IsDebug reports whether files of the kind have debug information as a rule.
func (k Kind) IsDebug() bool {
	switch k {
	case ELFDebug, MachDebug, PDB, Symbols:
		return true
	}
	return false
}

// Kinds returns the kinds of file that an image of a type may have, best first:
// debug information, the image itself, source code.
func Kinds(t debugimage.Type) []Kind {
	switch t {
	case debugimage.ELF:
		return []Kind{ELFDebug, Symbols, ELFCode, SourceBundle}
	case debugimage.MachO:
		return []Kind{MachDebug, Symbols, MachCode, SourceBundle}
	case debugimage.PE:
		return []Kind{PDB, Symbols, PE, SourceBundle}
	case debugimage.Symbolic:
		return []Kind{ELFDebug, MachDebug, PDB, Symbols, ELFCode, MachCode, PE, SourceBundle}
	}
	return nil
}
