package pdb

import (
	"fmt"

	"github.com/nativesym/nativesym/internal/cursor"
)

// A Symbol is a name for code: a public symbol, which functions have even where
// their object file has no debug information, or a label of assembler code.
type Symbol struct {
	Name  string // the linker's, decorated
	Addr  uint64 // relative to the image
	Label bool
}

// Flags of S_PUB32.
const (
	symPublic      = 0x110e
	publicCode     = 1
	publicFunction = 2
)

// Symbols returns the public symbols of code, and the labels of all modules that
// lie outside functions.
func (f *File) Symbols() ([]Symbol, error) {
	symbols, err := f.publics()
	return f.inImage(f.appendLabels(symbols)), err
}

// A publicTable lists public symbols, ascending by address.
//
// The stream of publics starts with the bytes of its hash table and those of
// its address map, which lists the records that are in use.
//
//	offset  size  field
//	0x00    4     bytes of the hash table
//	0x04    4     bytes of the address map
//	0x08    20    of incremental linking
//	0x1c    …     hash table; address map: offsets in the records' stream
type publicTable struct{ records, addrMap []byte }

func (f *File) readPublics() (t publicTable, err error) {
	if !f.dbi.present {
		return t, nil
	}
	data, err := f.stream("publics", f.dbi.publics)
	if err != nil || len(data) == 0 {
		return t, err
	}
	records, err := f.stream("symbol records", f.dbi.records)
	if err != nil {
		return t, err
	}
	c := cursor.New("publics", le, data)
	hash, mapSize := uint64(c.U32()), uint64(c.U32())
	c.Seek(0x1c)
	c.Skip(hash)
	addrMap := c.Bytes(mapSize)
	if err := c.Err(); err != nil {
		return t, err
	}
	return publicTable{records, addrMap}, nil
}

func (t *publicTable) len() int { return len(t.addrMap) / 4 }

// record returns the kind and the body of symbol i, and whether it is there.
func (t *publicTable) record(i int) (kind uint16, body []byte, ok bool) {
	off := le.Uint32(t.addrMap[4*i:])
	if uint64(off) > uint64(len(t.records)) {
		return 0, nil, false
	}
	r := recordScanner{data: t.records[off:]}
	r.next()
	return r.kind, r.body, true
}

// place returns where symbol i is; it ascends with i.
func (t *publicTable) place(i int) uint64 {
	kind, b, _ := t.record(i)
	if kind != symPublic || len(b) < 0xa {
		return 0
	}
	return place(le.Uint16(b[8:]), le.Uint32(b[4:]))
}

// publics returns the public symbols of code.
func (f *File) publics() ([]Symbol, error) {
	t, err := f.readPublics()
	if err != nil {
		return nil, err
	}
	list := make([]Symbol, 0, t.len())
	used := 0
	for i := range t.len() {
		kind, body, ok := t.record(i)
		if !ok {
			return nil, fmt.Errorf("publics: record at %#x of %#x bytes", le.Uint32(t.addrMap[4*i:]), len(t.records))
		}
		if used += len(body); used > len(t.records) {
			return nil, fmt.Errorf("publics: map leads to more than the %#x bytes of records", len(t.records))
		}
		if s, ok := f.public(kind, body); ok {
			list = append(list, s)
		}
	}
	return list, nil
}

// public reads one symbol of code.
//
//	offset  size  field
//	0x00    4     flags
//	0x04    4     offset in the section    0x08  2  section
//	0x0a    …     name
func (f *File) public(kind uint16, b []byte) (Symbol, bool) {
	if kind != symPublic || len(b) < 0xa {
		return Symbol{}, false
	}
	sect := le.Uint16(b[8:])
	addr, ok := f.sections.addr(sect, le.Uint32(b[4:]))
	if !ok {
		return Symbol{}, false
	}
	if le.Uint32(b)&(publicCode|publicFunction) == 0 &&
		f.sections.source[sect-1].characteristics&sectionExecute == 0 {
		return Symbol{}, false
	}
	return Symbol{Name: cstring(b[0xa:]), Addr: uint64(addr)}, true
}

// appendLabels appends the labels of modules that lie outside functions: inside,
// they are branch targets.
func (f *File) appendLabels(list []Symbol) []Symbol {
	for i := range f.dbi.modules {
		f.eachOutside(i, func(kind uint16, body []byte) {
			if kind == symLabel {
				list = f.appendLabel(list, body)
			}
		})
	}
	return list
}

// appendLabel reads a label.
//
//	offset  size  field
//	0x00    4     offset in the section    0x04  2  section
//	0x06    1     flags
//	0x07    …     name
func (f *File) appendLabel(list []Symbol, b []byte) []Symbol {
	if len(b) <= 7 {
		return list
	}
	addr, ok := f.sections.addr(le.Uint16(b[4:]), le.Uint32(b))
	if !ok {
		return list
	}
	return append(list, Symbol{cstring(b[7:]), uint64(addr), true})
}

// eachOutside calls yield with the records of module i that open functions, and
// with the labels that lie outside them.
func (f *File) eachOutside(i int, yield func(kind uint16, body []byte)) {
	symbols, _, err := f.moduleData(i)
	if err != nil {
		return // its reader says so
	}
	depth := 0
	for s := (recordScanner{data: symbols}); s.next(); {
		switch s.kind {
		case symInlineSite, symInlineSite2, symBlock, symWith, symGlobalManaged, symLocalManaged:
			if !s.skipScope() {
				depth++
			}
		case symEnd, symInlineSiteEnd, symProcIDEnd:
			depth--
		case symLabel:
			if depth == 0 {
				yield(s.kind, s.body)
			}
		default:
			if opensFunction(s.kind) {
				yield(s.kind, s.body)
				if !s.skipScope() {
					depth++
				}
			}
		}
	}
}

// skipScope moves behind the end of the scope that the current record of a
// module opens. It reports false, and stays, where the record does not lead to
// such an end: its second word is the offset of it in the module's stream.
func (s *recordScanner) skipScope() bool {
	if len(s.body) < 8 {
		return false
	}
	end := recordScanner{data: s.data, off: int(le.Uint32(s.body[4:])) - 4} // after the stream's signature
	if end.off < s.off || end.off > len(s.data) || !end.next() {
		return false
	}
	if end.kind != symEnd && end.kind != symInlineSiteEnd && end.kind != symProcIDEnd {
		return false
	}
	s.off = end.off
	return true
}

// inImage moves symbols to where OMAP says that they are.
func (f *File) inImage(list []Symbol) []Symbol {
	if len(f.sections.omap) == 0 {
		return list
	}
	kept := list[:0]
	for _, s := range list {
		if addr, ok := f.sections.omap.addr(s.Addr); ok {
			s.Addr = addr
			kept = append(kept, s)
		}
	}
	return kept
}
