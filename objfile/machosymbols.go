package objfile

import (
	"cmp"
	"strings"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// An nlist is an entry of the symbol table.
type nlist struct {
	name    uint64 // offset among the strings
	kind    uint8
	section uint8
	desc    uint16
	value   uint64
}

// Kinds of entries of the symbol table, and what their descriptions say.
const (
	nlistStab      = 0xe0 // any of these bits: an entry for the debugger
	nlistKind      = 0x0e
	nlistInSection = 0x0e
	nlistExternal  = 0x01

	nlistWeak = 0x80
)

// nlistLen returns how many bytes an entry of the symbol table takes.
func (f *machoFile) nlistLen() uint64 { return 8 + uint64(f.word) }

// nlists calls yield with each entry of the symbol table in turn.
//
//	offset  size  field
//	0x00    4     name, an offset among the strings
//	0x04    1     kind            0x05  1  section, from 1
//	0x06    2     description
//	0x08    4/8   value
func (f *machoFile) nlists(yield func(n nlist)) error {
	data, err := f.part("symbol table", f.symtab)
	for ; len(data) > 0; data = data[f.nlistLen():] {
		n := nlist{
			name:    uint64(f.order.Uint32(data)),
			kind:    data[4],
			section: data[5],
			desc:    f.order.Uint16(data[6:]),
		}
		if f.word == 8 {
			n.value = f.order.Uint64(data[8:])
		} else {
			n.value = uint64(f.order.Uint32(data[8:]))
		}
		yield(n)
	}
	return err
}

// names returns the strings of the symbol table.
func (f *machoFile) names() (stringTable, error) {
	data, err := f.part("string table", f.strtab)
	return newStringTable(data), err
}

// symbols merges the symbol table with what the image exports, which the table
// of a stripped one may lack, and with the stubs that lead to other images.
func (f *machoFile) symbols() ([]Symbol, error) {
	symbols, err := f.tableSymbols()
	stubs, stubErr := f.stubSymbols()
	exports, exportErr := f.exports()
	symbols = append(append(symbols, stubs...), exports...)
	return tidySymbols(symbols, f.code, f.functionBounds), cmp.Or(err, stubErr, exportErr)
}

// tableSymbols returns the symbols that lie in a section. A table does not tell
// functions from labels.
func (f *machoFile) tableSymbols() ([]Symbol, error) {
	names, err := f.names()
	var symbols []Symbol
	tableErr := f.nlists(func(n nlist) {
		if n.kind&nlistStab != 0 || n.kind&nlistKind != nlistInSection {
			return
		}
		s := Symbol{Name: f.hidden.name(plainName(names.at(n.name))), Addr: f.codeAddr(n.value), Kind: Func}
		switch {
		case n.kind&nlistExternal == 0:
			s.Binding = Local
		case n.desc&nlistWeak != 0:
			s.Binding = Weak
		}
		symbols = append(symbols, s)
	})
	return symbols, cmp.Or(err, tableErr)
}

// plainName takes from a linker's name the underscore that compilers put before
// every name of C.
func plainName(name string) string { return strings.TrimPrefix(name, "_") }

// codeAddr takes from an address of 32-bit ARM code the bit that says it is Thumb.
func (f *machoFile) codeAddr(addr uint64) uint64 {
	if f.word == 4 && f.cpu == cpuARM {
		return addr &^ 1
	}
	return addr
}

// functionBounds returns where functions start, by LC_FUNCTION_STARTS: distances
// in LEB128, the first from the image's base, up to a zero. Each function reaches
// to the next one.
func (f *machoFile) functionBounds() []debuginfo.Range {
	data, err := f.part("function starts", f.starts)
	if err != nil {
		return nil
	}
	var starts []debuginfo.Range
	c := cursor.New("function starts", f.order, data)
	for addr := f.base; ; {
		step := c.Uleb() // zero, too, where there is no more
		if step == 0 || addr+step < addr {
			break
		}
		addr += step
		start := f.codeAddr(addr)
		if n := len(starts); n > 0 {
			starts[n-1].End = start
		}
		starts = append(starts, debuginfo.Range{Start: start})
	}
	if n := len(starts); n > 0 {
		last, _ := findRange(f.code, starts[n-1].Start)
		starts[n-1].End = last.End
	}
	return mergeRanges(starts)
}

// A machoStubs is a section of stubs of equal size, the names of which are in the
// table of indirect symbols from first on.
type machoStubs struct {
	addr, size  uint64
	first, each uint32
}

// indirectNone are the bits of an indirect symbol that has no name.
const indirectNone = 0xc0000000

// stubSymbols returns the stubs that lead to functions of other images, as
// "name@plt" like those of ELF files.
func (f *machoFile) stubSymbols() ([]Symbol, error) {
	if len(f.stubs) == 0 {
		return nil, nil
	}
	indirect, err := f.part("indirect symbols", f.indirect)
	if err != nil {
		return nil, err
	}
	table, err := f.part("symbol table", f.symtab)
	if err != nil {
		return nil, err
	}
	names, err := f.names()
	var symbols []Symbol
	share := f.share()
	for _, stubs := range f.stubs {
		if stubs.each == 0 || uint64(stubs.first) > uint64(len(indirect)/4) {
			continue
		}
		slots := indirect[4*stubs.first:]
		n := min(stubs.size/uint64(stubs.each), uint64(len(slots)/4))
		if !share.take(int(4 * n)) {
			break
		}
		for i := range n {
			number := f.order.Uint32(slots[4*i:])
			at := uint64(number) * f.nlistLen()
			if number&indirectNone != 0 || at >= uint64(len(table)) {
				continue
			}
			if name := names.at(uint64(f.order.Uint32(table[at:]))); name != "" {
				symbols = append(symbols, Symbol{
					Name: plainName(name) + "@plt", Addr: stubs.addr + i*uint64(stubs.each), Size: uint64(stubs.each), Kind: PLT, Binding: Local,
				})
			}
		}
	}
	return symbols, err
}
