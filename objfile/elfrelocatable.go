package objfile

import "debug/elf"

// placeSections gives the sections of a relocatable file addresses, all of which
// are 0 in the file: code first, in the file's order, then data. So the first
// section that holds code starts at 0 and its addresses are offsets in it, as
// llvm-symbolizer and addr2line take them; those of the others stay apart.
func (f *elfFile) placeSections() {
	next := uint64(0)
	for _, code := range []bool{true, false} {
		for i := range f.sections {
			s, h := &f.sections[i], &f.headers[i]
			if h.flags&elf.SHF_ALLOC == 0 || s.Code != code || s.Addr != 0 {
				continue
			}
			if align := h.align; align&(align-1) == 0 && align != 0 && next+align > next {
				next = (next + align - 1) &^ (align - 1)
			}
			if s.Size > ^uint64(0)-next {
				continue
			}
			s.Addr = next
			next += s.Size
		}
	}
}
