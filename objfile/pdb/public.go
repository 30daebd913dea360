package pdb

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/nativesym/nativesym/internal/cursor"
)

// A Symbol is a public symbol: what the linker knew of an address. Functions
// have one even where their object file has no debug information.
type Symbol struct {
	Name string // the linker's; a C name without its calling convention
	Addr uint64 // relative to the image
	Size uint64 // up to the next symbol or the end of what the linker placed there; 0 unknown
}

// Flags of S_PUB32.
const (
	symPublic      = 0x110e
	publicCode     = 1
	publicFunction = 2
)

const machineX86 = 0x14c

// Symbols returns the public symbols of code, by address.
//
// The stream of publics starts with the bytes of its hash table and those of
// its address map, which lists the records that are in use.
//
//	offset  size  field
//	0x00    4     bytes of the hash table
//	0x04    4     bytes of the address map
//	0x08    20    of incremental linking
//	0x1c    …     hash table; address map: offsets in the records' stream
func (f *File) Symbols() ([]Symbol, error) {
	if !f.dbi.present {
		return nil, nil
	}
	data, err := f.stream("publics", f.dbi.publics)
	if err != nil || len(data) == 0 {
		return nil, err
	}
	records, err := f.stream("symbol records", f.dbi.records)
	if err != nil {
		return nil, err
	}
	c := cursor.New("publics", le, data)
	hash, mapSize := uint64(c.U32()), uint64(c.U32())
	c.Seek(0x1c)
	c.Skip(hash)
	addrMap := c.Bytes(mapSize)
	if err := c.Err(); err != nil {
		return nil, err
	}
	list := make([]Symbol, 0, len(addrMap)/4)
	for ; len(addrMap) >= 4; addrMap = addrMap[4:] {
		off := le.Uint32(addrMap)
		if uint64(off) > uint64(len(records)) {
			return nil, fmt.Errorf("publics: record at %#x of %#x bytes", off, len(records))
		}
		if s, ok := f.public(records[off:]); ok {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b Symbol) int { return cmp.Compare(a.Addr, b.Addr) })
	if err := f.setSizes(list); err != nil {
		return nil, err
	}
	return f.inImage(list), nil
}

// public reads one symbol of code.
//
//	offset  size  field
//	0x00    4     flags
//	0x04    4     offset in the section    0x08  2  section
//	0x0a    …     name
func (f *File) public(record []byte) (Symbol, bool) {
	s := recordScanner{data: record}
	if !s.next() || s.kind != symPublic || len(s.body) < 0xa {
		return Symbol{}, false
	}
	sect := le.Uint16(s.body[8:])
	addr, ok := f.sections.addr(sect, le.Uint32(s.body[4:]))
	if !ok {
		return Symbol{}, false
	}
	if le.Uint32(s.body)&(publicCode|publicFunction) == 0 &&
		f.sections.source[sect-1].characteristics&sectionExecute == 0 {
		return Symbol{}, false
	}
	return Symbol{Name: undecorate(cstring(s.body[0xa:]), f.dbi.machine == machineX86), Addr: uint64(addr)}, true
}

// setSizes gives symbols, sorted by address, the room up to the next one or to
// the end of the contribution that they lie in.
func (f *File) setSizes(list []Symbol) error {
	contributions, err := f.contributions()
	if err != nil {
		return err
	}
	var next, here uint64
	for i := len(list) - 1; i >= 0; i-- {
		s := &list[i]
		if s.Addr != here {
			next, here = here, s.Addr
		}
		end := next
		if c := sort.Search(len(contributions), func(i int) bool { return uint64(contributions[i].start) > s.Addr }) - 1; c >= 0 {
			if e := uint64(contributions[c].end); e > s.Addr && (end == 0 || e < end) {
				end = e
			}
		}
		if end != 0 {
			s.Size = end - s.Addr
		}
	}
	return nil
}

// inImage moves symbols to where OMAP says that they are. A symbol ends where
// the code behind it was moved elsewhere.
func (f *File) inImage(list []Symbol) []Symbol {
	m := f.sections.omap
	if len(m) == 0 {
		return list
	}
	kept := list[:0]
	for _, s := range list {
		addr, ok := m.addr(s.Addr)
		if !ok {
			continue
		}
		if i := m.after(s.Addr); i < len(m) {
			s.Size = min(s.Size, uint64(m[i].from)-s.Addr)
		}
		s.Addr = addr
		kept = append(kept, s)
	}
	slices.SortStableFunc(kept, func(a, b Symbol) int { return cmp.Compare(a.Addr, b.Addr) })
	return kept
}

// undecorate takes from a C name what the compiler put around it for its calling
// convention: _x (cdecl), _x@8 (stdcall) and @x@8 (fastcall) on x86, x@@8
// (vectorcall) everywhere. C++ names start with a question mark and stay.
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
