package objfile

import (
	"debug/elf"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// What the ABI of ARM has instead of .eh_frame (EHABI, 6): an index of functions
// by address. An entry is where a function starts, as 31 bits relative to the
// entry, and how to unwind it. It holds up to where the next one starts: a linker
// joins functions that unwind alike.
const (
	shtARMExidx = elf.SectionType(0x70000001)
	ptARMExidx  = elf.ProgType(0x70000001)
)

// exidxBounds returns the ranges of the index's entries but the last, whose end
// it does not tell.
func (f *elfFile) exidxBounds() (ranges []debuginfo.Range) {
	data, addr := f.exidx()
	c := cursor.New(".ARM.exidx", f.order, data)
	next := func() uint64 {
		start := addr + c.Offset() + uint64(int64(int32(c.U32()<<1)>>1))
		c.U32() // how to unwind it
		return uint64(uint32(start))
	}
	for start := next(); c.Err() == nil && c.Len() > 0; {
		end := next()
		ranges = append(ranges, debuginfo.Range{Start: start, End: end})
		start = end
	}
	return ranges
}

// exidx returns the contents and the address of the index.
func (f *elfFile) exidx() ([]byte, uint64) {
	if f.machine != elf.EM_ARM {
		return nil, 0
	}
	for i := range f.headers {
		if f.headers[i].typ == shtARMExidx {
			data, _ := f.sections[i].load()
			return data, f.sections[i].Addr
		}
	}
	for _, s := range f.segments {
		if s.typ == ptARMExidx {
			return f.fileBytes(s.offset, s.filesz), s.vaddr
		}
	}
	return nil, 0
}
