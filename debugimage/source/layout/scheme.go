package layout

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/nativesym/nativesym/debugimage"
)

// An identity is what paths to an image's files are made of. What the image does
// not have, or has in no shape fit for a path, is empty, and so is every path that
// would need it.
type identity struct {
	elf       string // build-id, lower case
	mach      string // UUID, 32 digits in lower case
	pe        string // time stamp and size, lower case
	guid      string // of a PDB, 32 digits in upper case
	age       uint32 // of a PDB
	breakpad  string // debug id in Breakpad's spelling
	codeFile  string // base name
	debugFile string // base name; as Breakpad does, that of the code file unless it is a PE file
}

func identify(im *debugimage.Image) (id identity) {
	is := func(t debugimage.Type) bool { return im.Type == t || im.Type == debugimage.Symbolic }
	code := debugimage.CleanCodeID(im.CodeID)
	if len(code) > maxCodeID {
		code = ""
	}
	id.codeFile, id.debugFile = baseName(im.CodeFile), baseName(im.DebugFile)
	if id.debugFile == "" && im.Type != debugimage.PE {
		id.debugFile = id.codeFile
	}
	hasDebugID := !im.DebugID.IsZero()
	if hasDebugID {
		id.breakpad = im.DebugID.Breakpad()
	}
	if is(debugimage.ELF) && len(code) > 2 {
		id.elf = code
	}
	if is(debugimage.MachO) {
		if len(code) == 32 {
			id.mach = code
		} else if hasDebugID {
			id.mach = fmt.Sprintf("%x", im.DebugID.UUID)
		}
	}
	if is(debugimage.PE) {
		if len(code) > 8 && len(code) <= 16 {
			id.pe = code
		}
		if hasDebugID {
			id.guid, id.age = fmt.Sprintf("%X", im.DebugID.UUID), im.DebugID.Age
		}
	}
	return id
}

// paths returns where files of a kind may be. Some may be empty or unsafe.
func (id *identity) paths(s Scheme, k Kind) []string {
	switch s {
	case Native:
		return id.native(k)
	case Symstore:
		return id.symstore(k)
	case SymstoreIndex2:
		return index2(id.symstore(k))
	case SSQP:
		return id.ssqp(k)
	case Debuginfod:
		return id.debuginfod(k)
	case Unified:
		return id.unified(k)
	case SlashSymbols:
		return id.slashSymbols(k)
	case Breakpad:
		if k == Symbols {
			return id.symbols()
		}
	}
	return nil
}

// native is what GDB (build-id), LLDB (file-mapped UUIDs), WinDbg and Breakpad
// expect.
func (id *identity) native(k Kind) []string {
	switch k {
	case ELFDebug:
		return []string{add(halves(id.elf), ".debug")}
	case ELFCode:
		return []string{halves(id.elf)}
	case MachDebug:
		return []string{groups(id.mach)}
	case MachCode:
		return []string{groups(id.mach), add(groups(id.mach), ".app")}
	case PE, PDB:
		return packed(id.microsoft(k))
	case Symbols:
		return id.symbols()
	case SourceBundle:
		return []string{
			add(halves(id.elf), ".src.zip"), add(groups(id.mach), ".src.zip"),
			add(id.microsoft(PE), ".src.zip"), beside(id.microsoft(PDB)),
		}
	}
	return nil
}

// symstore is Microsoft's, and for ELF and Mach-O what the SSQP protocol adds,
// with names as they are.
func (id *identity) symstore(k Kind) []string {
	switch k {
	case ELFDebug:
		return []string{keyed("_.debug", add("elf-buildid-sym-", id.elf))}
	case ELFCode:
		return []string{keyed(id.codeFile, add("elf-buildid-", id.elf))}
	case MachDebug:
		return []string{keyed("_.dwarf", add("mach-uuid-sym-", id.mach))}
	case MachCode:
		return []string{keyed(id.codeFile, add("mach-uuid-", id.mach))}
	case PE, PDB:
		return packed(id.microsoft(k))
	case SourceBundle:
		return []string{beside(id.microsoft(PDB))}
	}
	return nil
}

// ssqp is symstore with small letters, except for the age.
func (id *identity) ssqp(k Kind) []string {
	switch k {
	case PE:
		return packed(keyed(strings.ToLower(id.codeFile), id.pe))
	case PDB:
		return packed(id.ssqpPDB())
	case SourceBundle:
		return []string{beside(id.ssqpPDB())}
	}
	paths := id.symstore(k)
	for i, p := range paths {
		paths[i] = strings.ToLower(p)
	}
	return paths
}

func (id *identity) ssqpPDB() string {
	if id.guid == "" {
		return ""
	}
	return keyed(strings.ToLower(id.debugFile), fmt.Sprintf("%s%X", strings.ToLower(id.guid), id.age))
}

// microsoft returns where WinDbg looks for an executable or its PDB.
func (id *identity) microsoft(k Kind) string {
	switch {
	case k == PE && id.pe != "":
		return keyed(id.codeFile, strings.ToUpper(id.pe[:8])+id.pe[8:])
	case k == PDB && id.guid != "":
		return keyed(id.debugFile, fmt.Sprintf("%s%x", id.guid, id.age))
	}
	return ""
}

// symbols returns where Breakpad's symbols may be. Its own tools strip ".pdb" and
// nothing else; its documents, and stores made after them, ".exe" and ".dll" too.
func (id *identity) symbols() []string {
	name := id.debugFile
	if name == "" || id.breakpad == "" {
		return nil
	}
	in := func(stem string) string { return name + "/" + id.breakpad + "/" + stem + ".sym" }
	stem := strings.TrimSuffix(name, path.Ext(name))
	switch strings.ToLower(path.Ext(name)) {
	case ".pdb":
		return []string{in(stem)}
	case ".exe", ".dll":
		return []string{in(name), in(stem)}
	}
	return []string{in(name)}
}

func (id *identity) debuginfod(k Kind) []string {
	switch {
	case k == ELFDebug && id.elf != "":
		return []string{id.elf + "/debuginfo"}
	case k == ELFCode && id.elf != "":
		return []string{id.elf + "/executable"}
	}
	return nil
}

// unified names every file by its kind, in a folder named by the image's id: that
// of the code for ELF and Mach-O, Breakpad's in small letters for PE.
func (id *identity) unified(k Kind) []string {
	debugID := ""
	if id.guid != "" {
		debugID = strings.ToLower(id.breakpad)
	}
	in := func(id, file string) string { return add(halves(id), "/"+file) }
	switch k {
	case ELFDebug:
		return []string{in(id.elf, "debuginfo")}
	case ELFCode:
		return []string{in(id.elf, "executable")}
	case MachDebug:
		return []string{in(id.mach, "debuginfo")}
	case MachCode:
		return []string{in(id.mach, "executable")}
	case PDB:
		return []string{in(debugID, "debuginfo")}
	case PE:
		return []string{in(debugID, "executable")}
	case Symbols:
		return []string{in(id.elf, "breakpad"), in(id.mach, "breakpad"), in(strings.ToLower(id.breakpad), "breakpad")}
	case SourceBundle:
		return []string{in(id.elf, "sourcebundle"), in(id.mach, "sourcebundle"), in(debugID, "sourcebundle")}
	}
	return nil
}

func (id *identity) slashSymbols(k Kind) []string {
	if k != ELFDebug && k != ELFCode || id.elf == "" || id.codeFile == "" {
		return nil
	}
	return []string{
		id.codeFile + "/" + id.elf + "/symbols",
		id.codeFile + "/" + strings.ToUpper(id.elf) + "/symbols",
	}
}

// add returns a and b in one, "" if either is missing.
func add(a, b string) string {
	if a == "" || b == "" {
		return ""
	}
	return a + b
}

// keyed returns "name/key/name", "" if either is missing.
func keyed(name, key string) string {
	if name == "" || key == "" {
		return ""
	}
	return name + "/" + key + "/" + name
}

// halves returns "ab/cdef" for "abcdef".
func halves(id string) string {
	if len(id) <= 2 {
		return ""
	}
	return id[:2] + "/" + id[2:]
}

// groups returns a UUID in LLDB's way: five groups of 4 digits and one of 12.
func groups(uuid string) string {
	if len(uuid) != 32 {
		return ""
	}
	u := strings.ToUpper(uuid)
	return strings.Join([]string{u[:4], u[4:8], u[8:12], u[12:16], u[16:20], u[20:]}, "/")
}

// packed returns a path and the one that the same file has when it is compressed
// as a cabinet: with "_" for its last character.
func packed(file string) []string {
	if file == "" {
		return nil
	}
	_, last := utf8.DecodeLastRuneInString(file)
	return []string{file, file[:len(file)-last] + "_"}
}

// beside returns where the source bundle of a PDB is.
func beside(pdb string) string {
	return add(strings.TrimSuffix(pdb, path.Ext(pdb)), ".src.zip")
}

// index2 prefixes paths with the first two characters of the file name.
func index2(paths []string) []string {
	for i, p := range paths {
		name, _, _ := strings.Cut(p, "/")
		n := 0
		for range 2 {
			_, size := utf8.DecodeRuneInString(name[n:])
			n += size
		}
		paths[i] = add(name[:n], "/"+p)
	}
	return paths
}
