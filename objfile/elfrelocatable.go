package objfile

import (
	"bytes"
	"debug/elf"

	"github.com/nativesym/nativesym/internal/cursor"
)

// placeSections gives the sections of a relocatable file addresses, all of which
// are 0 in the file: code first, in the file's order, then data. So the first
// section that holds code starts at 0 and its addresses are offsets in it, as
// llvm-symbolizer and addr2line take them; those of the others stay apart.
//
// What is not loaded has no address, but a file may have several sections of one
// name (type units each come in a .debug_info of their own): the origin of each is
// where it lies when they are joined.
func (f *elfFile) placeSections() {
	next := uint64(0)
	for _, code := range []bool{true, false} {
		for i := range f.sections {
			s, h := &f.sections[i], &f.headers[i]
			if h.flags&elf.SHF_ALLOC == 0 || s.Code != code {
				continue
			}
			s.Addr = alignUp(next, h.align)
			if s.Addr+s.Size < next {
				s.Addr, s.Size = 0, 0 // larger than the address space
			}
			s.origin = s.Addr
			next = max(next, s.Addr+s.Size)
		}
	}
	joined := map[string]uint64{}
	for i := range f.sections {
		s, h := &f.sections[i], &f.headers[i]
		if h.flags&elf.SHF_ALLOC == 0 && h.relocatable(s.Name) {
			s.origin = joined[s.Name]
			joined[s.Name] += f.unpackedSize(s, h)
		}
	}
}

// alignUp returns the next multiple of align, which is a power of two or of no
// meaning.
func alignUp(n, align uint64) uint64 {
	if align == 0 || align&(align-1) != 0 {
		return n
	}
	return (n + align - 1) &^ (align - 1)
}

// unpackedSize returns the bytes of a section in memory.
func (f *elfFile) unpackedSize(s *Section, h *sectionHeader) uint64 {
	if h.flags&elf.SHF_COMPRESSED == 0 {
		return s.Size
	}
	c := cursor.New(s.Name, f.order, f.fileBytes(s.offset, s.stored))
	c.Skip(uint64(f.word)) // method, and padding where addresses are wide
	return c.Uint(f.word)
}

// relocateSections has relocations applied to what is read of the sections of a
// relocatable file. (A linked file that kept them has them applied already.)
// Code is left alone: only its bytes' fold into a debug id is ever read.
func (f *elfFile) relocateSections() {
	for i := range f.headers {
		h := &f.headers[i]
		if h.typ != elf.SHT_REL && h.typ != elf.SHT_RELA || uint64(h.info) >= uint64(len(f.sections)) {
			continue
		}
		target, th := &f.sections[h.info], &f.headers[h.info]
		if !th.relocatable(target.Name) || th.relocated {
			continue
		}
		th.relocated = true // a second table would make the work grow with their product
		unpack := target.unpack
		target.unpack = func(stored []byte) ([]byte, error) {
			return f.relocated(target, &f.sections[i], h, unpack, stored)
		}
	}
}

// relocatable reports whether relocations of the section matter here. Tables of
// symbols, names and relocations have none, and must not: they are read to apply
// those of other sections.
func (h *sectionHeader) relocatable(name string) bool {
	switch h.typ {
	case elf.SHT_SYMTAB, elf.SHT_DYNSYM, elf.SHT_STRTAB, elf.SHT_SYMTAB_SHNDX, elf.SHT_REL, elf.SHT_RELA, elf.SHT_NOBITS:
		return false
	}
	return h.flags&elf.SHF_ALLOC == 0 || name == ".eh_frame" || name == ".opd"
}

// relocated returns a section's bytes after the relocations of section r. What is
// read to get there counts as unpacked, too: sections may share relocations.
func (f *elfFile) relocated(target, r *Section, h *sectionHeader, unpack func([]byte) ([]byte, error), stored []byte) ([]byte, error) {
	relocs, err := r.load()
	if err != nil {
		return nil, err
	}
	symbols, err := f.symbolTable(h.link)
	if err != nil {
		return nil, err
	}
	if err := f.reserve(uint64(len(stored)) + uint64(len(relocs))); err != nil {
		return nil, err
	}
	var data []byte
	if unpack == nil {
		data = bytes.Clone(stored)
	} else if data, err = unpack(stored); err != nil {
		return nil, err
	}
	l := relocator{elfFile: f, symbols: &symbols, data: data, place: target.origin}
	return data, l.apply(cursor.New(r.Name, f.order, relocs), h.typ == elf.SHT_RELA)
}
