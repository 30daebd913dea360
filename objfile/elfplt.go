package objfile

import (
	"debug/elf"
	"strings"

	"github.com/nativesym/nativesym/internal/cursor"
)

// A stub is a piece of code, mostly in a section named .plt, that jumps to where
// a slot of the global offset table points. It has no symbol; the relocation that
// fills the slot says which function it leads to.
type stub struct {
	addr, size uint64
	name       string
}

// pltSuffix is what follows the name of a function in that of its stub.
const pltSuffix = "@plt"

// pltSymbols returns the stubs of a program, as "name@plt". Symbols are those
// that the file's tables have.
func (f *elfFile) pltSymbols(symbols []Symbol) []Symbol {
	slots := f.stubs()
	if len(slots) == 0 {
		return nil
	}
	f.nameStubs(slots, symbols)
	var named []Symbol
	for _, s := range slots {
		if s.name != "" {
			named = append(named, Symbol{Name: s.name + pltSuffix, Addr: s.addr, Size: s.size, Kind: PLT, Binding: Local})
		}
	}
	return named
}

// stubs decodes the stubs, and returns them by the address of their slot.
func (f *elfFile) stubs() map[uint64]*stub {
	decode := f.stubDecoder()
	if decode == nil {
		return nil
	}
	slots := map[uint64]*stub{}
	share := f.share()
	for i := range f.sections {
		s := &f.sections[i]
		if !s.Code || !f.mayHoldStubs(s.Name) {
			continue
		}
		if code, err := s.load(); err == nil && share.take(len(code)) {
			decodeStubs(slots, decode, code, s.Addr, f.stubsAmongCode())
		}
	}
	return slots
}

// mayHoldStubs reports whether stubs stand in the code section of a name. Linkers
// for PowerPC put them among the rest of the code.
func (f *elfFile) mayHoldStubs(section string) bool {
	return strings.HasPrefix(section, ".plt") || strings.HasPrefix(section, ".iplt") ||
		f.stubsAmongCode() && section == ".text"
}

func (f *elfFile) stubsAmongCode() bool { return f.machine == elf.EM_PPC || f.machine == elf.EM_PPC64 }

const (
	// maxStub is the most bytes that a stub takes, with the padding after it.
	maxStub = 32

	// maxStubs is how many are listed. The largest programs have some thousands.
	maxStubs = 1 << 18
)

// decodeStubs adds the stubs of one section. Each takes up what is left up to the
// next, unless there is other code between them; stubs of one section are alike, so
// the last is as long as the one before.
func decodeStubs(slots map[uint64]*stub, decode stubDecoder, code []byte, addr uint64, amongCode bool) {
	var last *stub
	for off := 0; off < len(code) && len(slots) < maxStubs; {
		slot, size := decode(code[off:], addr+uint64(off))
		if size == 0 {
			off += stubStep
			continue
		}
		s := &stub{addr: addr + uint64(off), size: uint64(len(code) - off)}
		if amongCode {
			s.size = uint64(size)
		} else if last != nil {
			last.size = min(s.addr-last.addr, maxStub)
			s.size = min(s.size, last.size)
		}
		s.size = min(s.size, maxStub)
		slots[slot], last = s, s
		off += (size + stubStep - 1) &^ (stubStep - 1)
	}
}

// nameStubs looks through the dynamic relocations for those that fill a stub's
// slot. One without a symbol calls a function, at the addend, that chooses.
func (f *elfFile) nameStubs(slots map[uint64]*stub, symbols []Symbol) {
	chosen := map[uint64]string{}
	for _, s := range symbols {
		if s.Kind == IFunc {
			chosen[s.Addr] = s.Name
		}
	}
	share := f.share()
	var names symbolTable // the first; all relocations of a program refer to one
	for i := range f.headers {
		h := &f.headers[i]
		if h.typ != elf.SHT_REL && h.typ != elf.SHT_RELA || h.flags&elf.SHF_ALLOC == 0 {
			continue
		}
		data, err := f.sections[i].load()
		if err != nil || !share.take(len(data)) {
			continue
		}
		if names.data == nil {
			names, _ = f.symbolTable(h.link) // none in a program that only chooses
		}
		f.nameStubsBy(cursor.New(f.sections[i].Name, f.order, data), h.typ == elf.SHT_RELA, slots, &names, chosen)
	}
}

// nameStubsBy names the stubs whose slots one table of relocations fills.
func (f *elfFile) nameStubsBy(c *cursor.Cursor, addend bool, slots map[uint64]*stub, names *symbolTable, chosen map[uint64]string) {
	for c.Len() > 0 {
		r := f.relocation(c, addend)
		s := slots[r.offset]
		switch {
		case c.Err() != nil:
			return
		case s == nil:
		case r.symbol == 0:
			s.name = chosen[f.resolver(r, addend)]
		default:
			s.name = f.symbolName(names, r.symbol)
		}
	}
}

// resolver returns the address in a relocation without a symbol: its addend,
// which may stand in the slot.
func (f *elfFile) resolver(r relocation, addend bool) uint64 {
	if addend {
		return r.addend
	}
	return cursor.New("slot", f.order, f.loaded(r.offset)).Uint(f.word)
}

// symbolName returns the name of symbol i of a table.
func (f *elfFile) symbolName(t *symbolTable, i uint32) string {
	off := uint64(i) * uint64(f.symbolSize())
	if off > uint64(len(t.data)) {
		return ""
	}
	return t.names.at(uint64(f.rawSymbol(cursor.New(t.section, f.order, t.data[off:])).name))
}
