package objfile

import (
	"debug/elf"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A frameReader lists the functions for which .eh_frame says how to unwind them:
// even a stripped program keeps that, so it tells where functions without a name
// start and end. The section is a sequence of common entries, which say how the
// addresses that follow are encoded, and of one entry a function.
type frameReader struct {
	*cursor.Cursor
	word      int
	addr      uint64           // linked address of the section
	encodings map[uint64]uint8 // by offset of a common entry
	ranges    []debuginfo.Range
}

// frameBounds returns the ranges of the functions in .eh_frame and .ARM.exidx,
// ascending and without overlap. They only sharpen where symbols end: of a damaged section the
// sound part is used.
func (f *elfFile) frameBounds() []debuginfo.Range {
	data, addr := f.frames()
	r := frameReader{
		Cursor:    cursor.New(".eh_frame", f.order, data),
		word:      f.word,
		addr:      addr,
		encodings: map[uint64]uint8{},
	}
	for r.Len() > 0 && r.Err() == nil {
		r.entry()
	}
	return mergeRanges(append(r.ranges, f.exidxBounds()...))
}

// frames returns the contents and the address of .eh_frame, which a file without
// section headers has by way of the segment that indexes it.
func (f *elfFile) frames() ([]byte, uint64) {
	if s, ok := f.Section(".eh_frame"); ok {
		data, _ := s.load()
		return data, s.Addr
	}
	for _, s := range f.segments {
		if s.typ != elf.PT_GNU_EH_FRAME {
			continue
		}
		r := frameReader{
			Cursor: cursor.New(".eh_frame_hdr", f.order, f.fileBytes(s.offset, s.filesz)),
			word:   f.word,
			addr:   s.vaddr,
		}
		r.U8() // version
		encoding := r.U8()
		r.U16() // encodings of the table
		if addr, ok := r.pointer(encoding); ok {
			return f.loaded(addr), addr
		}
	}
	return nil, 0
}

// entry reads one entry, of either kind.
func (r *frameReader) entry() {
	start := r.Offset()
	size := uint64(r.U32())
	if size == 0xffffffff {
		size = r.U64()
	}
	if size == 0 || r.Err() != nil {
		return // the end of what one object file brought along
	}
	at := r.Offset()
	body := r.Bytes(size)
	if r.Err() != nil {
		return
	}
	e := frameReader{Cursor: cursor.At(r.Section(), r.Order(), body, at), word: r.word, addr: r.addr}
	back := uint64(e.U32())
	if back == 0 {
		if encoding := e.common(); e.Err() == nil {
			r.encodings[start] = encoding
		}
		return
	}
	encoding, ok := r.encodings[at-back]
	if !ok {
		return
	}
	first, ok := e.pointer(encoding)
	length, _ := e.pointer(encoding & 0x0f) // of the same size, but plain
	if ok && e.Err() == nil && length != 0 && length < ^uint64(0)-first {
		r.ranges = append(r.ranges, debuginfo.Range{Start: first, End: first + length})
	}
}

// common returns how the entries that refer to this one encode addresses.
func (r *frameReader) common() (encoding uint8) {
	version := r.U8()
	augmentation := string(r.CString())
	r.Uleb() // code alignment
	r.Sleb() // data alignment
	if version == 1 {
		r.U8() // return address column
	} else {
		r.Uleb()
	}
	if augmentation == "" || augmentation[0] != 'z' {
		return pointerAbsolute
	}
	r.Uleb() // size of what follows
	for _, c := range augmentation[1:] {
		switch c {
		case 'R':
			return r.U8()
		case 'P':
			r.pointer(r.U8())
		case 'L':
			r.U8()
		}
	}
	return pointerAbsolute
}

// Encodings of a pointer (LSB 5, 10.5.1): the format in the low four bits, then
// what it counts from; the highest bit says that it leads to the pointer.
const (
	pointerAbsolute = 0x00
	pointerOmitted  = 0xff

	pointerFrom     = 0x70
	pointerFromHere = 0x10
	pointerIndirect = 0x80
)

// pointer reads an encoded pointer, and reports whether its meaning is known.
func (r *frameReader) pointer(encoding uint8) (uint64, bool) {
	if encoding == pointerOmitted {
		return 0, false
	}
	here := r.addr + r.Offset()
	var v uint64
	switch encoding & 0x0f {
	case 0x0:
		v = r.Uint(r.word)
	case 0x1:
		v = r.Uleb()
	case 0x2:
		v = uint64(r.U16())
	case 0x3:
		v = uint64(r.U32())
	case 0x4, 0xc:
		v = r.U64()
	case 0x9:
		v = uint64(r.Sleb())
	case 0xa:
		v = uint64(int16(r.U16()))
	case 0xb:
		v = uint64(int32(r.U32()))
	default:
		r.Fail("pointer encoding %#x", encoding)
	}
	switch encoding & pointerFrom {
	case 0:
	case pointerFromHere:
		v += here
	default:
		return v, false
	}
	if r.word == 4 {
		v = uint64(uint32(v))
	}
	return v, encoding&pointerIndirect == 0
}
