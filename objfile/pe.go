package objfile

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
	"github.com/nativesym/nativesym/objfile/dwarf"
)

// A peFile is a Windows image's own side of a File. All numbers in it are
// little-endian, and addresses count from the start of the image (RVAs); linked
// addresses add the preferred base.
type peFile struct {
	*File
	machine     uint16
	timestamp   uint32
	imageSize   uint32
	headerSize  uint32 // bytes of the file that are mapped as the image's start
	directories []dataDirectory
	parts       []pePart // the sections by address
	coff        coffTable
}

// A dataDirectory is where one of the image's tables lies.
type dataDirectory struct{ rva, size uint32 }

// Data directories that are read, by their index.
const (
	directoryExport    = 0
	directoryException = 3
	directoryDebug     = 6
)

// A pePart says where in the file a section is stored.
type pePart struct{ rva, offset, stored uint32 }

// Magic numbers, and what belongs to them.
const (
	peOffsetAt   = 0x3c // where the DOS header has the offset of the PE header
	pe32         = 0x10b
	pe32Plus     = 0x20b
	peSectionLen = 40

	sectionExecute = 0x20000000
)

// Machine numbers of PE images and PDBs.
const (
	machineX86     = 0x014c
	machineARM     = 0x01c0
	machineThumb   = 0x01c2
	machineARMNT   = 0x01c4
	machineAMD64   = 0x8664
	machineARM64   = 0xaa64
	machineARM64EC = 0xa641
	machineARM64X  = 0xa64e
	machineRISCV32 = 0x5032
	machineRISCV64 = 0x5064
)

func isPE(data []byte) bool { return len(data) >= 2 && data[0] == 'M' && data[1] == 'Z' }

// parsePE reads the headers of PE32 and PE32+ images. Nothing else of the file is
// touched but its debug directory.
func parsePE(file *File) error {
	f := &peFile{File: file}
	file.format, file.image = PE, f
	if err := f.readHeaders(); err != nil {
		return err
	}
	f.arch = peArch(f.machine)
	var code []debuginfo.Range
	for i := range f.sections {
		if s := &f.sections[i]; s.Code {
			code = append(code, debuginfo.Range{Start: s.Addr, End: s.Addr + s.Size})
		}
	}
	f.code = mergeRanges(code)
	f.codeID = fmt.Sprintf("%08x%x", f.timestamp, f.imageSize)
	f.debugID, _ = f.codeView()
	return nil
}

// readHeaders reads the chain of headers: DOS, PE signature, COFF, optional, and
// those of the sections.
//
//	offset  size  field of the COFF header
//	0x00    2     machine                    0x02  2  number of sections
//	0x04    4     time stamp
//	0x08    4     offset of the symbols      0x0c  4  number of symbols
//	0x10    2     bytes of optional header   0x12  2  characteristics
func (f *peFile) readHeaders() error {
	c := cursor.New("PE header", binary.LittleEndian, f.data)
	c.Seek(peOffsetAt)
	c.Seek(uint64(c.U32()))
	if signature := c.U32(); signature != 'P'|'E'<<8 && c.Err() == nil {
		c.Fail("signature %#x", signature)
	}
	f.machine = c.U16()
	sections := c.U16()
	f.timestamp = c.U32()
	symbols, count := c.U32(), c.U32()
	optionalSize := c.U16()
	c.U16() // characteristics
	optionalAt := c.Offset()
	optional := c.Bytes(uint64(optionalSize))
	headersAt := c.Offset()
	headers := c.Bytes(uint64(sections) * peSectionLen)
	if err := c.Err(); err != nil {
		return err
	}
	f.coff = f.coffTable(symbols, count)
	if err := f.readOptional(cursor.At("PE header", binary.LittleEndian, optional, optionalAt)); err != nil {
		return err
	}
	return f.readSections(cursor.At("section headers", binary.LittleEndian, headers, headersAt))
}

// readOptional reads the header that images have, by its offsets from its start.
//
//	PE32    PE32+   size  field
//	0x00    0x00    2     magic
//	0x1c    0x18    4/8   preferred base
//	0x38    0x38    4     bytes of the image in memory
//	0x3c    0x3c    4     bytes of all headers
//	0x5c    0x6c    4     number of data directories
//	0x60    0x70    8…    data directories
func (f *peFile) readOptional(c *cursor.Cursor) error {
	start := c.Offset()
	directories := uint64(0x5c)
	switch magic := c.U16(); magic {
	case pe32:
		c.Seek(start + 0x1c)
		f.base = uint64(c.U32())
	case pe32Plus:
		c.Seek(start + 0x18)
		f.base = c.U64()
		directories = 0x6c
	default:
		c.Fail("optional header of kind %#x", magic)
	}
	c.Seek(start + 0x38)
	f.imageSize = c.U32()
	f.headerSize = c.U32()
	c.Seek(start + directories)
	n := c.U32()
	if f.base > math.MaxUint64-math.MaxUint32 {
		c.Fail("preferred base %#x", f.base)
	}
	for range min(uint64(n), uint64(c.Len())/8) {
		f.directories = append(f.directories, dataDirectory{rva: c.U32(), size: c.U32()})
	}
	return c.Err()
}

// readSections reads the section headers.
//
//	offset  size  field
//	0x00    8     name, or where it is among the strings
//	0x08    4     bytes in memory            0x0c  4  address
//	0x10    4     bytes in the file          0x14  4  offset in the file
//	0x18    12    of object files
//	0x24    4     characteristics
//
// The bytes in the file are rounded up, so what is stored of a section ends where
// it does in memory; what memory has beyond the file is zeros.
func (f *peFile) readSections(c *cursor.Cursor) error {
	f.sections = make([]Section, c.Len()/peSectionLen)
	for i := range f.sections {
		name := f.sectionName(c.Bytes(8))
		size, rva := c.U32(), c.U32()
		stored, offset := c.U32(), c.U32()
		c.Skip(12)
		characteristics := c.U32()
		if size == 0 {
			size = stored
		}
		stored = min(stored, size)
		if offset == 0 {
			stored = 0
		}
		s := &f.sections[i]
		s.Name, s.Addr, s.Size = canonicalName(name), f.base+uint64(rva), uint64(size)
		s.Code = characteristics&sectionExecute != 0
		s.file, s.offset, s.stored = f.File, uint64(offset), uint64(stored)
		if s.Name != name {
			s.unpack = f.inflateGNU
		}
		f.parts = append(f.parts, pePart{rva, offset, stored})
	}
	slices.SortStableFunc(f.parts, func(a, b pePart) int { return cmp.Compare(a.rva, b.rva) })
	return c.Err()
}

// sectionName returns a section's name. One of more than eight bytes is among
// the strings: "/" and its offset there, in decimal.
func (f *peFile) sectionName(b []byte) string {
	name := strings.TrimRight(alias(b), "\x00")
	if digits, ok := strings.CutPrefix(name, "/"); ok {
		if off, err := strconv.ParseUint(digits, 10, 32); err == nil {
			if long := f.coff.strings.at(off); long != "" {
				return long
			}
		}
	}
	return name
}

// directory returns where a table of the image lies.
func (f *peFile) directory(index int) dataDirectory {
	if index >= len(f.directories) {
		return dataDirectory{}
	}
	return f.directories[index]
}

// offsetOf returns where in the file the byte at an RVA is, and how many follow
// it there.
func (f *peFile) offsetOf(rva uint32) (off, n uint64, ok bool) {
	have := uint64(len(f.data))
	next := sort.Search(len(f.parts), func(i int) bool { return f.parts[i].rva > rva })
	if next > 0 && rva-f.parts[next-1].rva < f.parts[next-1].stored {
		p := f.parts[next-1]
		off, end := uint64(p.offset)+uint64(rva-p.rva), min(uint64(p.offset)+uint64(p.stored), have)
		return off, end - min(off, end), off < end
	}
	if limit := min(uint64(f.headerSize), have); uint64(rva) < limit {
		return uint64(rva), limit - uint64(rva), true
	}
	return 0, 0, false
}

// at returns size bytes at an RVA, or fewer where the file stores fewer.
func (f *peFile) at(rva, size uint32) []byte {
	off, n, ok := f.offsetOf(rva)
	if !ok {
		return nil
	}
	return f.data[off:][:min(n, uint64(size))]
}

// debugInfo opens the DWARF that compilers other than Microsoft's write.
func (f *peFile) debugInfo() (debuginfo.Source, error) {
	if s, ok := f.Section(".debug_info"); !ok || s.stored == 0 {
		return nil, nil
	}
	sections, err := f.dwarfSections("")
	if err != nil {
		return nil, err
	}
	return dwarf.New(f.order, sections, dwarf.Options{Code: f.code})
}

// peArch returns the architecture of a machine number.
func peArch(machine uint16) Arch {
	switch machine {
	case machineX86:
		return X86
	case machineAMD64:
		return X86_64
	case machineARM, machineThumb, machineARMNT:
		return ARM
	case machineARM64, machineARM64EC, machineARM64X:
		return ARM64
	case machineRISCV32:
		return RISCV32
	case machineRISCV64:
		return RISCV64
	}
	return UnknownArch
}
