package objfile

import (
	"cmp"
	"debug/elf"
	"fmt"
	"strings"

	"github.com/nativesym/nativesym/internal/cursor"
)

// sttARMThumb is the symbol type of a Thumb function in files of the first ARM
// tools; on other machines the number means something else.
const sttARMThumb = elf.SymType(13)

// A symbolTable is an array of ELF symbols and what is needed to read it.
type symbolTable struct {
	section string // its name, for errors
	data    []byte
	names   stringTable
	indexes []byte // section indexes that do not fit a symbol (SHT_SYMTAB_SHNDX)
}

// symbols merges the full and the dynamic symbol table, the symbols that were
// packed away when a program was stripped, and the stubs that have no symbols.
func (f *elfFile) symbols() ([]Symbol, error) {
	symbols, err := f.tableSymbols()
	mini, e := f.miniSymbols()
	symbols, err = append(symbols, mini...), cmp.Or(err, e)
	symbols = append(symbols, f.pltSymbols(symbols)...)
	return tidySymbols(symbols, f.code, f.frameBounds), err
}

// tableSymbols returns what the file's own symbol tables say: a debug file may
// have only the full one, a stripped program only the dynamic one.
func (f *elfFile) tableSymbols() (symbols []Symbol, err error) {
	tables, err := f.symbolTables()
	for i := range tables {
		var e error
		symbols, e = f.appendSymbols(symbols, &tables[i])
		err = cmp.Or(err, e)
	}
	return symbols, err
}

// symbolTables returns the tables that have contents in this file.
func (f *elfFile) symbolTables() (tables []symbolTable, err error) {
	if len(f.sections) == 0 {
		t, ok := f.dynamicSymbols()
		if !ok {
			return nil, nil
		}
		return []symbolTable{t}, nil
	}
	for _, typ := range []elf.SectionType{elf.SHT_SYMTAB, elf.SHT_DYNSYM} {
		for i := range f.headers {
			if f.headers[i].typ != typ {
				continue
			}
			t, e := f.symbolTable(uint32(i))
			if err = cmp.Or(err, e); e == nil {
				tables = append(tables, t)
			}
			break // there is one of each
		}
	}
	return tables, err
}

// symbolTable returns the table in section i, with its names.
func (f *elfFile) symbolTable(i uint32) (t symbolTable, err error) {
	if uint64(i) >= uint64(len(f.sections)) || f.headers[i].typ != elf.SHT_SYMTAB && f.headers[i].typ != elf.SHT_DYNSYM {
		return t, fmt.Errorf("section %d holds no symbols", i)
	}
	s := &f.sections[i]
	t.section = s.Name
	if t.data, err = s.load(); err != nil {
		return t, err
	}
	link := f.headers[i].link
	if uint64(link) >= uint64(len(f.sections)) || f.headers[link].typ != elf.SHT_STRTAB {
		return t, fmt.Errorf("%s: section %d holds no names", s.Name, link)
	}
	names, err := f.sections[link].load()
	if err != nil {
		return t, err
	}
	t.names = newStringTable(names)
	if indexes, ok := f.indexes[i]; ok {
		t.indexes, err = f.sections[indexes].load()
	}
	return t, err
}

// A rawSymbol is an ELF symbol as the file has it.
type rawSymbol struct {
	name        uint32
	value, size uint64
	info, other uint8
	section     uint32
}

func (f *elfFile) rawSymbol(c *cursor.Cursor) (s rawSymbol) {
	s.name = c.U32()
	if f.word == 4 {
		s.value = uint64(c.U32())
		s.size = uint64(c.U32())
	}
	s.info, s.other = c.U8(), c.U8()
	s.section = uint32(c.U16())
	if f.word == 8 {
		s.value = c.U64()
		s.size = c.U64()
	}
	return s
}

// symbolSize returns the bytes of an ELF symbol.
func (f *elfFile) symbolSize() int { return 8 + 2*f.word }

func (f *elfFile) appendSymbols(symbols []Symbol, t *symbolTable) ([]Symbol, error) {
	c := cursor.New(t.section, f.order, t.data)
	for i := 0; c.Len() > 0; i++ {
		raw := f.rawSymbol(c)
		if c.Err() != nil {
			return symbols, c.Err()
		}
		if raw.section == uint32(elf.SHN_XINDEX) {
			raw.section = f.extendedIndex(t, i)
		}
		if s, ok := f.codeSymbol(raw); ok {
			if s.Name = t.names.at(uint64(raw.name)); !f.isMarker(s.Name) {
				s.Name = unversioned(s.Name)
				if s.Kind == PLT {
					s.Name += pltSuffix
				}
				symbols = append(symbols, s)
			}
		}
	}
	return symbols, nil
}

// extendedIndex returns the section of symbol i, which stands in a table of its
// own because there are more than 65280 sections.
func (f *elfFile) extendedIndex(t *symbolTable, i int) uint32 {
	if i >= len(t.indexes)/4 {
		return uint32(elf.SHN_UNDEF)
	}
	return f.order.Uint32(t.indexes[i*4:])
}

// codeSymbol returns the Symbol, as yet without its name, of one that is defined
// here and may stand for code.
func (f *elfFile) codeSymbol(raw rawSymbol) (Symbol, bool) {
	s := Symbol{Addr: raw.value, Size: raw.size, Binding: Global}
	switch elf.SymType(raw.info & 0xf) {
	case elf.STT_FUNC:
		s.Kind = Func
	case elf.STT_GNU_IFUNC:
		s.Kind = IFunc
	case elf.STT_NOTYPE:
		s.Kind = Label
	case sttARMThumb:
		if f.machine != elf.EM_ARM {
			return s, false
		}
		s.Kind = Func
	default:
		return s, false
	}
	switch elf.SymBind(raw.info >> 4) {
	case elf.STB_LOCAL:
		s.Binding = Local
	case elf.STB_WEAK:
		s.Binding = Weak
	}
	if raw.section == uint32(elf.SHN_UNDEF) {
		// The value is where the program calls it: a stub. On MIPS all have one,
		// elsewhere those whose address is taken.
		isStub := raw.value != 0 && s.Kind == Func && f.typ != elf.ET_REL
		s.Kind, s.Size = PLT, 0
		return s, isStub
	}
	if len(f.sections) > 0 && !f.place(&s, raw.section) {
		return s, false
	}
	// The lowest bit of a function's value says Thumb, or MIPS16 and microMIPS.
	if f.machine == elf.EM_ARM && s.Kind != Label || f.machine == elf.EM_MIPS {
		s.Addr &^= 1
	}
	return s, true
}

// place checks that a symbol's section holds code, and in a relocatable file adds
// the address that the section was given.
func (f *elfFile) place(s *Symbol, section uint32) bool {
	if section == uint32(elf.SHN_ABS) {
		return s.Kind != Label && f.typ != elf.ET_REL
	}
	if uint64(section) >= uint64(len(f.sections)) {
		return false
	}
	in := &f.sections[section]
	if f.typ == elf.ET_REL {
		s.Addr += in.Addr
	}
	if f.machine == elf.EM_PPC64 && in.Name == ".opd" {
		return f.followDescriptor(s, in)
	}
	return in.Code
}

// followDescriptor replaces the address of a function descriptor, which is what
// functions of 64-bit PowerPC are called through under version 1 of its ABI, by
// the address of the code, which it starts with. (A debug file does not have the
// descriptors' contents: there the debug information alone names functions.)
func (f *elfFile) followDescriptor(s *Symbol, descriptors *Section) bool {
	data, err := descriptors.load()
	off := s.Addr - descriptors.Addr
	if err != nil || off > uint64(len(data)) || uint64(len(data))-off < 8 {
		return false
	}
	s.Addr = f.order.Uint64(data[off:])
	return true
}

// isMarker reports whether a name marks a place for tools only: where code of one
// instruction set or data starts ($a, $t, $x, $d, with a suffix after them), or a
// compiler's own label.
func (f *elfFile) isMarker(name string) bool {
	if strings.HasPrefix(name, ".L") {
		return true
	}
	if len(name) < 2 || name[0] != '$' {
		return false
	}
	switch f.machine {
	case elf.EM_ARM, elf.EM_AARCH64:
		return strings.IndexByte("atdx", name[1]) >= 0 && (len(name) == 2 || name[2] == '.')
	case elf.EM_RISCV: // $xrv64i2p1 names the extensions in use
		return name[1] == 'x' || name[1] == 'd'
	}
	return false
}

// unversioned cuts a symbol version off: memcpy@@GLIBC_2.14, memcpy@GLIBC_2.2.5.
// Versions are identifiers; what follows the @ of a stdcall name is a number, and
// MSVC names, which are full of them, start with a question mark.
func unversioned(name string) string {
	i := strings.IndexByte(name, '@')
	if i <= 0 || name[0] == '?' {
		return name
	}
	version := strings.TrimLeft(name[i:], "@")
	if len(version) == 0 || version[0] >= '0' && version[0] <= '9' || strings.IndexByte(version, '@') >= 0 {
		return name
	}
	return name[:i]
}
