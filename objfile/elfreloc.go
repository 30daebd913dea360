package objfile

import (
	"debug/elf"

	"github.com/nativesym/nativesym/internal/cursor"
)

// A relocator patches the bytes of one section.
type relocator struct {
	*elfFile
	symbols *symbolTable
	data    []byte
	place   uint64 // address of data[0]
}

// A relocation is an ELF relocation as the file has it.
type relocation struct {
	offset uint64
	symbol uint32
	typ    uint32
	addend uint64
}

// relocation reads an entry of a SHT_REL table or, with an addend, a SHT_RELA one.
func (f *elfFile) relocation(c *cursor.Cursor, addend bool) (r relocation) {
	r.offset = c.Uint(f.word)
	switch {
	case f.word == 4:
		info := c.U32()
		r.symbol, r.typ = info>>8, info&0xff
	case f.machine == elf.EM_MIPS:
		// A symbol, a special symbol and three types, each a field of its own in
		// either byte order. What follows the first type alters nothing here.
		r.symbol = c.U32()
		c.Skip(3)
		r.typ = uint32(c.U8())
	default:
		info := c.U64()
		r.symbol, r.typ = uint32(info>>32), uint32(info)
	}
	if f.machine == elf.EM_SPARCV9 {
		r.typ &= 0xff // the rest is data of R_SPARC_OLO10
	}
	switch {
	case addend && f.word == 4:
		r.addend = uint64(int64(int32(c.U32())))
	case addend:
		r.addend = c.U64()
	}
	return r
}

// apply applies the relocations that c reads.
func (l *relocator) apply(c *cursor.Cursor, addend bool) error {
	patches := relocPatches[l.machine]
	for c.Len() > 0 {
		at := c.Offset()
		r := l.relocation(c, addend)
		if c.Err() != nil {
			return c.Err()
		}
		p, known := patches[r.typ]
		switch {
		case !known:
			return fault(c.Section(), at, "relocation type %d of %v is not known", r.typ, l.machine)
		case p.op == ignore:
			continue
		case r.offset > uint64(len(l.data)) || uint64(p.size) > uint64(len(l.data))-r.offset:
			return fault(c.Section(), at, "relocation of %d bytes at %#x: section has %#x", p.size, r.offset, len(l.data))
		}
		if !addend {
			r.addend = l.number(r.offset, p.size)
		}
		l.patch(p, r)
	}
	return nil
}

// patch applies one relocation that lies within the section.
func (l *relocator) patch(p patch, r relocation) {
	value := l.symbolValue(r.symbol) + r.addend
	switch p.op {
	case set:
		l.setNumber(r.offset, p.size, value)
	case setRelative:
		l.setNumber(r.offset, p.size, value-(l.place+r.offset))
	case add:
		l.setNumber(r.offset, p.size, l.number(r.offset, p.size)+value)
	case sub:
		l.setNumber(r.offset, p.size, l.number(r.offset, p.size)-value)
	case set6:
		l.setLow6(r.offset, value)
	case sub6:
		l.setLow6(r.offset, uint64(l.data[r.offset])-value)
	case add6:
		l.setLow6(r.offset, uint64(l.data[r.offset])+value)
	case setUleb:
		l.setUleb(r.offset, value)
	case addUleb:
		l.setUleb(r.offset, l.uleb(r.offset)+value)
	case subUleb:
		l.setUleb(r.offset, l.uleb(r.offset)-value)
	}
}

// symbolValue returns the value of a symbol: 0 for one that is not defined here.
func (l *relocator) symbolValue(i uint32) uint64 {
	size := uint64(l.symbolSize())
	off := uint64(i) * size
	if i == 0 || off+size > uint64(len(l.symbols.data)) {
		return 0
	}
	s := l.rawSymbol(cursor.New(l.symbols.section, l.order, l.symbols.data[off:]))
	if s.section == uint32(elf.SHN_XINDEX) {
		s.section = l.extendedIndex(l.symbols, int(i))
	}
	switch {
	case s.section == uint32(elf.SHN_ABS):
		return s.value
	case s.section == uint32(elf.SHN_UNDEF) || uint64(s.section) >= uint64(len(l.sections)):
		return 0
	}
	return s.value + l.sections[s.section].origin
}

// number returns the integer of size bytes at off; in a SHT_REL section that is
// the addend, which is signed.
func (l *relocator) number(off uint64, size uint8) uint64 {
	b := l.data[off:]
	switch size {
	case 1:
		return uint64(int8(b[0]))
	case 2:
		return uint64(int16(l.order.Uint16(b)))
	case 4:
		return uint64(int32(l.order.Uint32(b)))
	case 8:
		return l.order.Uint64(b)
	}
	return 0
}

func (l *relocator) setNumber(off uint64, size uint8, v uint64) {
	b := l.data[off:]
	switch size {
	case 1:
		b[0] = byte(v)
	case 2:
		l.order.PutUint16(b, uint16(v))
	case 4:
		l.order.PutUint32(b, uint32(v))
	case 8:
		l.order.PutUint64(b, v)
	}
}

// setLow6 replaces the low six bits of a byte: the operand of DW_CFA_advance_loc.
func (l *relocator) setLow6(off, v uint64) {
	l.data[off] = l.data[off]&0xc0 | byte(v)&0x3f
}

// maxUleb is the most bytes that a number of 64 bits takes in LEB128.
const maxUleb = 10

// uleb returns the number at off in LEB128, for which the assembler left room.
func (l *relocator) uleb(off uint64) (v uint64) {
	b := l.data[off:]
	for i := range b[:min(maxUleb, len(b))] {
		v |= uint64(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			break
		}
	}
	return v
}

// setUleb replaces the number at off by one that takes as many bytes.
func (l *relocator) setUleb(off, v uint64) {
	b := l.data[off:]
	for i := range b[:min(maxUleb, len(b))] {
		more := b[i] & 0x80
		b[i] = byte(v)&0x7f | more
		v >>= 7
		if more == 0 {
			break
		}
	}
}
