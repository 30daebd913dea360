package objfile

import (
	"cmp"
	"debug/elf"
	"encoding/binary"
	"slices"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// pageSize is the unit in which an image's first segment is rounded down to find
// where the image starts: loaders map whole pages, and a file that may run on
// larger pages starts at a multiple of them anyway.
const pageSize = 0x1000

// An elfFile is an ELF file's own side of a File.
type elfFile struct {
	*File
	word     int // bytes of an address: 4 or 8
	typ      elf.Type
	machine  elf.Machine
	segments []segment
	loads    []segment         // those that are loaded, by address
	headers  []sectionHeader   // beside File.sections
	indexes  map[uint32]uint32 // by symbol table, the section of its SHT_SYMTAB_SHNDX
}

// A share bounds a walk over parts of a file, which in a sound file do not
// overlap, to the file's size: headers may lead to the same bytes many times.
type share struct{ left uint64 }

func (f *File) share() *share { return &share{uint64(len(f.data))} }

// take reports whether n more bytes are within the share.
func (s *share) take(n int) bool {
	if uint64(n) > s.left {
		return false
	}
	s.left -= uint64(n)
	return true
}

// A segment is a program header.
type segment struct {
	typ    elf.ProgType
	flags  elf.ProgFlag
	offset uint64
	vaddr  uint64
	filesz uint64
	memsz  uint64
	align  uint64
}

// A sectionHeader holds what a Section does not say.
type sectionHeader struct {
	nameOff uint32
	typ     elf.SectionType
	flags   elf.SectionFlag
	link    uint32
	info    uint32
	align   uint64

	relocated bool // relocations are applied when the section is read
}

func isELF(data []byte) bool { return len(data) >= 4 && string(data[:4]) == elf.ELFMAG }

// parseELF reads the headers of 32-bit and 64-bit files of both byte orders.
// Nothing else of the file is touched but its notes, and the first page of .text
// where there is no build-id.
func parseELF(file *File) error {
	f := &elfFile{File: file}
	file.format, file.image = ELF, f
	if err := f.readHeader(); err != nil {
		return err
	}
	if f.typ == elf.ET_REL {
		f.placeSections()
		f.relocateSections()
	}
	f.arch = elfArch(f.machine, f.word)
	f.base = f.preferredBase()
	f.code = f.codeRanges()
	f.identify()
	return nil
}

// readHeader reads the file header and the two tables that it points to.
func (f *elfFile) readHeader() error {
	const name = "ELF header"
	c := cursor.New(name, f.order, f.data)
	c.Skip(uint64(len(elf.ELFMAG)))
	class, data := elf.Class(c.U8()), elf.Data(c.U8())
	if c.Err() != nil {
		return c.Err()
	}
	switch class {
	case elf.ELFCLASS32:
		f.word = 4
	case elf.ELFCLASS64:
		f.word = 8
	default:
		return fault(name, elf.EI_CLASS, "class %d", class)
	}
	switch data {
	case elf.ELFDATA2LSB:
		f.order = binary.LittleEndian
	case elf.ELFDATA2MSB:
		f.order = binary.BigEndian
	default:
		return fault(name, elf.EI_DATA, "byte order %d", data)
	}

	c = cursor.New(name, f.order, f.data)
	c.Skip(elf.EI_NIDENT)
	f.typ = elf.Type(c.U16())
	f.machine = elf.Machine(c.U16())
	c.U32()        // version
	c.Uint(f.word) // entry
	var segments, sections table
	segments.offset = c.Uint(f.word)
	sections.offset = c.Uint(f.word)
	c.U32() // flags
	c.U16() // size of this header
	segments.size, segments.n = uint64(c.U16()), uint64(c.U16())
	sections.size, sections.n = uint64(c.U16()), uint64(c.U16())
	names := uint32(c.U16())
	if c.Err() != nil {
		return c.Err()
	}
	if err := f.readSections(sections, &segments, names); err != nil {
		return err
	}
	return f.readSegments(segments)
}

// A table is where an array of headers lies.
type table struct{ offset, size, n uint64 }

// entries returns a cursor over each of the table's headers in turn.
func (f *elfFile) entries(name string, t table, least uint64) (func(i uint64) *cursor.Cursor, error) {
	have := uint64(len(f.data))
	switch {
	case t.size < least:
		return nil, fault(name, 0, "entries of %d bytes, need %d", t.size, least)
	case t.offset > have || t.n > (have-t.offset)/t.size:
		return nil, fault(name, 0, "%d entries of %d bytes at offset %#x: file has %#x bytes", t.n, t.size, t.offset, have)
	}
	return func(i uint64) *cursor.Cursor {
		return cursor.At(name, f.order, f.data[t.offset+i*t.size:][:t.size], i*t.size)
	}, nil
}

// readSections reads the section headers. Where a number does not fit the file
// header, section header 0 holds it: the count of sections, that of segments, and
// the index of the section that holds the names.
func (f *elfFile) readSections(t table, segments *table, names uint32) error {
	if t.offset == 0 {
		return nil
	}
	const name = "section headers"
	least := uint64(16 + 6*f.word)
	if t.n == 0 {
		at, err := f.entries(name, table{t.offset, t.size, 1}, least)
		if err != nil {
			return err
		}
		var first Section
		f.readSection(at(0), new(sectionHeader), &first)
		if t.n = first.Size; t.n == 0 {
			return nil
		}
	}
	at, err := f.entries(name, t, least)
	if err != nil {
		return err
	}
	f.headers = make([]sectionHeader, t.n)
	f.sections = make([]Section, t.n)
	f.indexes = map[uint32]uint32{}
	for i := range f.sections {
		h := &f.headers[i]
		f.readSection(at(uint64(i)), h, &f.sections[i])
		if h.typ == elf.SHT_SYMTAB_SHNDX {
			f.indexes[h.link] = uint32(i)
		}
	}
	if names == uint32(elf.SHN_XINDEX) {
		names = f.headers[0].link
	}
	if segments.n == phnumInSection {
		segments.n = uint64(f.headers[0].info)
	}
	return f.nameSections(names)
}

// phnumInSection is the count of program headers that stands for one that does
// not fit 16 bits (PN_XNUM).
const phnumInSection = 0xffff

func (f *elfFile) readSection(c *cursor.Cursor, h *sectionHeader, s *Section) {
	h.nameOff = c.U32()
	h.typ = elf.SectionType(c.U32())
	h.flags = elf.SectionFlag(c.Uint(f.word))
	s.Addr = c.Uint(f.word)
	s.offset = c.Uint(f.word)
	s.Size = c.Uint(f.word)
	h.link = c.U32()
	h.info = c.U32()
	h.align = c.Uint(f.word)

	s.file = f.File
	s.Code = h.flags&elf.SHF_ALLOC != 0 && h.flags&elf.SHF_EXECINSTR != 0
	if h.typ != elf.SHT_NOBITS && h.typ != elf.SHT_NULL {
		s.stored = s.Size
	} else {
		s.offset = 0
	}
	if h.flags&elf.SHF_COMPRESSED != 0 {
		s.unpack = f.inflate
	}
}

// nameSections gives the sections their names from the section at index.
func (f *elfFile) nameSections(index uint32) error {
	if index == uint32(elf.SHN_UNDEF) {
		return nil
	}
	if uint64(index) >= uint64(len(f.sections)) {
		return fault("section headers", 0, "names are in section %d of %d", index, len(f.sections))
	}
	f.sections[index].Name = "section names"
	data, err := f.sections[index].storedBytes()
	if err != nil {
		return err
	}
	names := newStringTable(data)
	for i := range f.sections {
		s := &f.sections[i]
		stored := names.at(uint64(f.headers[i].nameOff))
		s.Name = canonicalName(stored)
		switch {
		case s.unpack != nil:
		case s.Name != stored:
			s.unpack = f.inflateGNU
		case s.Name == miniDebugInfo:
			s.unpack = f.inflateXZ
		}
	}
	return nil
}

// readSegments reads the program headers.
func (f *elfFile) readSegments(t table) error {
	if t.offset == 0 || t.n == 0 {
		return nil
	}
	at, err := f.entries("program headers", t, uint64(8+6*f.word))
	if err != nil {
		return err
	}
	f.segments = make([]segment, t.n)
	for i := range f.segments {
		s := &f.segments[i]
		f.readSegment(at(uint64(i)), s)
		if s.typ == elf.PT_LOAD && s.memsz != 0 {
			f.loads = append(f.loads, *s)
		}
	}
	slices.SortStableFunc(f.loads, func(a, b segment) int { return cmp.Compare(a.vaddr, b.vaddr) })
	return nil
}

func (f *elfFile) readSegment(c *cursor.Cursor, s *segment) {
	s.typ = elf.ProgType(c.U32())
	if f.word == 8 {
		s.flags = elf.ProgFlag(c.U32())
	}
	s.offset = c.Uint(f.word)
	s.vaddr = c.Uint(f.word)
	c.Uint(f.word) // physical address
	s.filesz = c.Uint(f.word)
	s.memsz = c.Uint(f.word)
	if f.word == 4 {
		s.flags = elf.ProgFlag(c.U32())
	}
	s.align = c.Uint(f.word)
}

// preferredBase returns where the first segment that is loaded starts. It is the
// lowest, except in a Linux kernel, whose segment of per-CPU data has address 0.
func (f *elfFile) preferredBase() uint64 {
	for i := range f.segments {
		if s := &f.segments[i]; s.typ == elf.PT_LOAD && s.memsz != 0 {
			return s.vaddr &^ (pageSize - 1)
		}
	}
	return 0
}

// codeRanges returns the executable sections, or segments where a file has no
// section headers.
func (f *elfFile) codeRanges() []debuginfo.Range {
	var code []debuginfo.Range
	for i := range f.sections {
		if s := &f.sections[i]; s.Code {
			code = append(code, debuginfo.Range{Start: s.Addr, End: s.Addr + s.Size})
		}
	}
	if len(f.sections) == 0 {
		for _, s := range f.loads {
			if s.flags&elf.PF_X != 0 {
				code = append(code, debuginfo.Range{Start: s.vaddr, End: s.vaddr + s.memsz})
			}
		}
	}
	return mergeRanges(code)
}

// fileBytes returns size bytes of the file, or nil where it does not have them.
func (f *elfFile) fileBytes(offset, size uint64) []byte {
	if have := uint64(len(f.data)); offset > have || size > have-offset {
		return nil
	}
	return f.data[offset:][:size:size]
}

// elfArch returns the architecture of a machine number.
func elfArch(m elf.Machine, word int) Arch {
	switch m {
	case elf.EM_386, elf.EM_486:
		return X86
	case elf.EM_X86_64:
		return X86_64
	case elf.EM_ARM:
		return ARM
	case elf.EM_AARCH64:
		return wide(word, ARM64, ARM64_32)
	case elf.EM_PPC:
		return PPC
	case elf.EM_PPC64:
		return PPC64
	case elf.EM_MIPS, elf.EM_MIPS_RS3_LE:
		return wide(word, MIPS64, MIPS)
	case elf.EM_RISCV:
		return wide(word, RISCV64, RISCV32)
	case elf.EM_S390:
		return wide(word, S390X, S390)
	case elf.EM_LOONGARCH:
		return wide(word, LoongArch64, LoongArch32)
	case elf.EM_SPARC, elf.EM_SPARC32PLUS:
		return SPARC
	case elf.EM_SPARCV9:
		return SPARC64
	}
	return UnknownArch
}

func wide(word int, arch64, arch32 Arch) Arch {
	if word == 8 {
		return arch64
	}
	return arch32
}
