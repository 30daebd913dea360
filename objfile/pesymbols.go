package objfile

import (
	"cmp"
	"encoding/binary"
	"strings"

	"github.com/nativesym/nativesym/internal/cursor"
)

// symbols merges the symbols that GNU's tools and Go leave in an image with its
// exports.
func (f *peFile) symbols() ([]Symbol, error) {
	symbols, err := f.coffSymbols()
	exports, e := f.exports()
	return tidySymbols(append(symbols, exports...), f.code, f.functionBounds), cmp.Or(err, e)
}

// A coffTable is the image's COFF symbols, and the strings that come after them:
// their size, in four bytes that it counts, and then the text.
type coffTable struct {
	data    []byte
	strings stringTable
}

const coffSymbolLen = 18

// coffTable finds the symbols. An image whose symbols lie outside it has none, as
// if it were stripped.
func (f *peFile) coffTable(offset, n uint32) coffTable {
	have := uint64(len(f.data))
	start, size := uint64(offset), uint64(n)*coffSymbolLen
	if offset == 0 || start > have || size > have-start {
		return coffTable{strings: newStringTable(nil)}
	}
	rest := f.data[start+size:]
	if len(rest) >= 4 {
		rest = rest[:min(uint64(len(rest)), uint64(binary.LittleEndian.Uint32(rest)))]
	}
	return coffTable{data: f.data[start:][:size], strings: newStringTable(rest)}
}

// Storage classes and the type of functions in COFF symbols.
const (
	coffExternal = 2
	coffStatic   = 3
	coffLabel    = 6
	coffWeak     = 105

	coffFunction = 0x20
)

// coffSymbols returns the COFF symbols of code.
//
//	offset  size  field
//	0x00    8     name; if it starts with four zeros, then its offset in the strings
//	0x08    4     offset in the section
//	0x0c    2     section, from 1
//	0x0e    2     type
//	0x10    1     storage class
//	0x11    1     number of symbol-sized records that follow and say more
func (f *peFile) coffSymbols() ([]Symbol, error) {
	var symbols []Symbol
	names := f.coff.strings
	c := cursor.New("COFF symbols", binary.LittleEndian, f.coff.data)
	for c.Len() > 0 {
		name := c.Bytes(8)
		value, section := c.U32(), c.U16()
		typ, class, more := c.U16(), c.U8(), c.U8()
		c.Skip(coffSymbolLen * uint64(more))
		if c.Err() != nil {
			return symbols, c.Err()
		}
		s := Symbol{Kind: Label}
		if typ&0xf0 == coffFunction {
			s.Kind = Func
		}
		switch class {
		case coffExternal:
		case coffWeak:
			s.Binding = Weak
		case coffStatic, coffLabel:
			s.Binding = Local
		default:
			continue
		}
		if section == 0 || int(section) > len(f.sections) || !f.sections[section-1].Code {
			continue // elsewhere
		}
		s.Addr = f.sections[section-1].Addr + uint64(value)
		if s.Name = alias(name); strings.HasPrefix(s.Name, "\x00\x00\x00\x00") {
			s.Name = names.at(uint64(binary.LittleEndian.Uint32(name[4:])))
		}
		s.Name = strings.TrimRight(s.Name, "\x00")
		if s.Kind == Label && s.Binding == Local && strings.HasPrefix(s.Name, ".") {
			continue // a section's own symbol, or one of the assembler's
		}
		s.Name = undecorate(s.Name, f.arch == X86)
		symbols = append(symbols, s)
	}
	return symbols, nil
}

// maxExports is how many functions the 16 bits of an index can tell apart.
const maxExports = 1 << 16

// exports returns the functions that the image exports by name. Those of them
// that another image implements are strings within the table itself.
//
//	offset  size  field
//	0x14    4     number of addresses        0x18  4  number of names
//	0x1c    4     addresses, of 4 bytes
//	0x20    4     addresses of names, of 4 bytes, in the order of names
//	0x24    4     for each name, the index of its address, in 2 bytes
func (f *peFile) exports() ([]Symbol, error) {
	d := f.directory(directoryExport)
	if d.size == 0 {
		return nil, nil
	}
	c := cursor.New("export table", binary.LittleEndian, f.at(d.rva, d.size))
	c.Skip(0x14)
	count, named := c.U32(), c.U32()
	addresses := f.at(c.U32(), min(count, maxExports)*4)
	names := f.at(c.U32(), min(named, maxExports)*4)
	indexes := f.at(c.U32(), min(named, maxExports)*2)
	if c.Err() != nil {
		return nil, c.Err()
	}
	var symbols []Symbol
	text := newStringTable(f.data)
	for ; len(names) >= 4 && len(indexes) >= 2; names, indexes = names[4:], indexes[2:] {
		i := 4 * int(binary.LittleEndian.Uint16(indexes))
		if i+4 > len(addresses) {
			continue
		}
		rva := binary.LittleEndian.Uint32(addresses[i:])
		if rva-d.rva < d.size {
			continue
		}
		if off, _, ok := f.offsetOf(binary.LittleEndian.Uint32(names)); ok {
			symbols = append(symbols, Symbol{Name: text.at(off), Addr: f.base + uint64(rva), Kind: Export})
		}
	}
	return symbols, nil
}

// undecorate takes from a C name what compilers for Windows put around it for
// its calling convention: _x (cdecl), _x@8 (stdcall) and @x@8 (fastcall) on x86,
// x@@8 (vectorcall) everywhere. C++ names start with a question mark and stay.
func undecorate(name string, x86 bool) string {
	if name == "" || name[0] == '?' {
		return name
	}
	plain := strings.TrimRight(name, "0123456789")
	counted := len(plain) < len(name) && strings.HasSuffix(plain, "@")
	switch {
	case counted && len(plain) > 2 && strings.HasSuffix(plain, "@@"):
		return plain[:len(plain)-2]
	case counted && x86 && len(plain) > 2 && (name[0] == '_' || name[0] == '@'):
		return plain[1 : len(plain)-1]
	case x86 && len(name) > 1 && name[0] == '_':
		return name[1:]
	}
	return name
}
