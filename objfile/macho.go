package objfile

import (
	"encoding/binary"
	"encoding/hex"
	"slices"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
	"github.com/nativesym/nativesym/objfile/dwarf"
)

// A machoFile is a Mach-O file's own side of a File: an executable, a library,
// an object file, or the file inside a dSYM bundle.
type machoFile struct {
	*File
	word     int // bytes of an address: 4 or 8
	cpu      uint32
	subtype  uint32
	segments []machoSegment
	stubs    []machoStubs

	// Where in the file the tables are that load commands lead to.
	symtab, strtab filePart
	indirect       filePart // symbols of stubs
	starts         filePart // of functions
	trie           filePart // of exports
	encrypted      filePart

	objects machoObjects // see AttachObjects
	hidden  symbolMap    // see AttachSymbolMap
}

// A filePart is a run of a file's bytes, as its headers have it.
type filePart struct{ offset, size uint64 }

// Magic numbers, as a reader with the file's own byte order sees them.
const (
	machoMagic32 = 0xfeedface
	machoMagic64 = 0xfeedfacf
)

// Load commands that are read.
const (
	loadSegment          = 0x01
	loadSymtab           = 0x02
	loadDysymtab         = 0x0b
	loadSegment64        = 0x19
	loadUUID             = 0x1b
	loadEncryptionInfo   = 0x21
	loadDyldInfo         = 0x22
	loadFunctionStarts   = 0x26
	loadEncryptionInfo64 = 0x2c
	loadDyldInfoOnly     = 0x22 | loadRequired
	loadExportsTrie      = 0x33 | loadRequired

	loadRequired = 0x80000000 // the loader must know the command
)

func isMachO(data []byte) bool { return machoOrder(data) != nil }

// machoOrder returns the byte order that a file's magic is in, nil if it is
// none of Mach-O's.
func machoOrder(data []byte) binary.ByteOrder {
	if len(data) < 4 {
		return nil
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		if magic := order.Uint32(data); magic == machoMagic32 || magic == machoMagic64 {
			return order
		}
	}
	return nil
}

// parseMachO reads the header and the load commands, and nothing else.
func parseMachO(file *File) error {
	f := &machoFile{File: file, word: 4}
	file.format, file.image = MachO, f
	file.order = machoOrder(file.data)
	if err := f.readHeader(); err != nil {
		return err
	}
	f.arch = machoArch(f.cpu, f.subtype)
	f.setBase()
	f.code = f.codeRanges()
	f.refuseEncrypted()
	return nil
}

// readHeader reads the header and the load commands, which follow it.
//
//	offset  size  field
//	0x00    4     magic
//	0x04    4     machine         0x08  4  variant of the machine
//	0x0c    4     kind of file
//	0x10    4     number of load commands
//	0x14    4     bytes of load commands
//	0x18    4     flags; with 64 bits another 4 bytes follow
func (f *machoFile) readHeader() error {
	c := cursor.New("Mach-O header", f.order, f.data)
	if c.U32() == machoMagic64 {
		f.word = 8
	}
	f.cpu, f.subtype = c.U32(), c.U32()
	c.U32() // kind
	n, size := c.U32(), c.U32()
	c.U32() // flags
	if f.word == 8 {
		c.U32()
	}
	start := c.Offset()
	commands := c.Bytes(uint64(size))
	if c.Err() != nil {
		return c.Err()
	}
	c = cursor.At("load commands", f.order, commands, start)
	for range n {
		if err := f.readCommand(c); err != nil {
			return err
		}
	}
	return nil
}

// readCommand reads a load command. It starts with what it is and its size, of
// four bytes each.
func (f *machoFile) readCommand(c *cursor.Cursor) error {
	start := c.Offset()
	kind, size := c.U32(), c.U32()
	if c.Err() == nil && (size < 8 || uint64(size-8) > uint64(c.Len())) {
		c.Fail("command %#x of %d bytes, %d are left", kind, size, c.Len()+8)
	}
	if c.Err() != nil {
		return c.Err()
	}
	body := cursor.At("load commands", f.order, c.Bytes(uint64(size-8)), start+8)
	switch kind {
	case loadSegment:
		f.readSegment(body, 4)
	case loadSegment64:
		f.readSegment(body, 8)
	case loadUUID:
		if id := body.Bytes(16); id != nil {
			copy(f.debugID.UUID[:], id)
			f.codeID = hex.EncodeToString(id)
		}
	case loadSymtab:
		f.symtab.offset = uint64(body.U32())
		f.symtab.size = uint64(body.U32()) * f.nlistLen()
		f.strtab = readPart(body)
	case loadDysymtab:
		body.Skip(48)
		f.indirect.offset = uint64(body.U32())
		f.indirect.size = uint64(body.U32()) * 4
	case loadFunctionStarts:
		f.starts = readPart(body)
	case loadDyldInfo, loadDyldInfoOnly:
		body.Skip(32)
		f.trie = readPart(body)
	case loadExportsTrie:
		f.trie = readPart(body)
	case loadEncryptionInfo, loadEncryptionInfo64:
		if part := readPart(body); body.U32() != 0 {
			f.encrypted = part
		}
	}
	return body.Err()
}

func readPart(c *cursor.Cursor) filePart { return filePart{uint64(c.U32()), uint64(c.U32())} }

// setBase finds the preferred base: the address of the segment that starts with
// the header. An object file has one segment, which has no name, at address 0.
func (f *machoFile) setBase() {
	i := slices.IndexFunc(f.segments, func(s machoSegment) bool { return s.name == "__TEXT" })
	if i >= 0 {
		f.base = f.segments[i].vaddr
	}
}

// codeRanges returns the sections with instructions, or the executable segments
// where there are no sections.
func (f *machoFile) codeRanges() []debuginfo.Range {
	var code []debuginfo.Range
	for i := range f.sections {
		if s := &f.sections[i]; s.Code {
			code = append(code, debuginfo.Range{Start: s.Addr, End: s.Addr + s.Size})
		}
	}
	if len(f.sections) == 0 {
		for _, s := range f.segments {
			if s.protection&machoExecute != 0 {
				code = append(code, debuginfo.Range{Start: s.vaddr, End: s.vaddr + s.vsize})
			}
		}
	}
	return mergeRanges(code)
}

// part returns a run of the file's bytes.
func (f *machoFile) part(name string, p filePart) ([]byte, error) {
	if have := uint64(len(f.data)); p.offset > have || p.size > have-p.offset {
		return nil, fault(name, 0, "offset %#x, size %#x: file has %#x bytes", p.offset, p.size, have)
	}
	return f.data[p.offset:][:p.size:p.size], nil
}

// debugInfo opens the file's DWARF, or that of the object files which the image
// was linked from, if there is a way to open them.
func (f *machoFile) debugInfo() (debuginfo.Source, error) {
	if s, ok := f.Section(".debug_info"); !ok || s.Empty() {
		if f.objects.open == nil {
			return nil, nil
		}
		return f.debugMap()
	}
	sections, err := f.dwarfSections("")
	if err != nil {
		return nil, err
	}
	data, err := dwarf.New(f.order, sections, dwarf.Options{Code: f.code})
	if err != nil || f.hidden == nil {
		return data, err
	}
	return restoredSource{data, f.hidden}, nil
}

// machoArch returns the architecture of a machine and its variant, whose upper
// byte holds flags.
func machoArch(cpu, subtype uint32) Arch {
	variant := subtype & 0xffffff
	switch cpu {
	case cpuX86:
		return X86
	case cpuX86 | cpu64:
		if variant == 8 {
			return X86_64h
		}
		return X86_64
	case cpuARM:
		if arch, ok := armVariants[variant]; ok {
			return arch
		}
		return ARM
	case cpuARM | cpu64:
		if variant == 2 {
			return ARM64e
		}
		return ARM64
	case cpuARM | cpu64With32:
		return ARM64_32
	case cpuPPC:
		return PPC
	case cpuPPC | cpu64:
		return PPC64
	}
	return UnknownArch
}

// Families of machines, and what one with 64 bits adds to the number of its
// family: the second has 32-bit pointers.
const (
	cpuX86 = 7
	cpuARM = 12
	cpuPPC = 18

	cpu64       = 0x01000000
	cpu64With32 = 0x02000000
)

var armVariants = map[uint32]Arch{
	6: ARMv6, 7: ARMv5, 9: ARMv7, 10: ARMv7f, 11: ARMv7s, 12: ARMv7k, 14: ARMv6m, 15: ARMv7m, 16: ARMv7em,
}
