package objfile

import (
	"encoding/binary"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// functionBounds returns the ranges of the functions in the exception directory,
// ascending and without overlap: Windows wants to know of every function that
// touches the stack how to unwind it, so even a stripped image tells where
// functions without a name start and end. They only sharpen where symbols end:
// of a damaged table the sound part is used.
func (f *peFile) functionBounds() []debuginfo.Range {
	d := f.directory(directoryException)
	table := f.at(d.rva, d.size)
	var ranges []debuginfo.Range
	switch f.arch {
	case X86_64:
		ranges = f.unwindAMD64(table)
	case ARM64:
		ranges = f.unwindARM(table, 4)
	case ARM:
		ranges = f.unwindARM(table, 2)
	}
	for i := range ranges {
		ranges[i].Start += f.base
		ranges[i].End += f.base
	}
	return mergeRanges(ranges)
}

// chainedUnwind in the flags of unwind information says that the code continues
// the function that came before it.
const chainedUnwind = 4

// unwindAMD64 reads entries of three addresses: of the first byte, of the one
// after the last, and of the unwind information, whose first byte holds a version
// in its low three bits and flags above them.
func (f *peFile) unwindAMD64(table []byte) (ranges []debuginfo.Range) {
	for ; len(table) >= 12; table = table[12:] {
		start, end := binary.LittleEndian.Uint32(table), binary.LittleEndian.Uint32(table[4:])
		if start >= end {
			continue
		}
		info := f.at(binary.LittleEndian.Uint32(table[8:])&^3, 1)
		chained := len(info) > 0 && info[0]>>3&chainedUnwind != 0
		if n := len(ranges); chained && n > 0 && ranges[n-1].End == uint64(start) {
			ranges[n-1].End = uint64(end)
			continue
		}
		ranges = append(ranges, debuginfo.Range{Start: uint64(start), End: uint64(end)})
	}
	return ranges
}

// unwindARM reads entries of an address and of one word. Where the low two bits
// of that are zero it is the address of a record, whose low 18 bits are the
// length of the function; else bits 2 to 12 are. Lengths count instructions of
// the given size, the smallest there are.
func (f *peFile) unwindARM(table []byte, instruction uint64) (ranges []debuginfo.Range) {
	for ; len(table) >= 8; table = table[8:] {
		start := uint64(binary.LittleEndian.Uint32(table)) &^ 1 // bit 0: Thumb
		word := binary.LittleEndian.Uint32(table[4:])
		length := uint64(word >> 2 & 0x7ff)
		if word&3 == 0 {
			record := f.at(word, 4)
			if len(record) < 4 {
				continue
			}
			length = uint64(binary.LittleEndian.Uint32(record) & 0x3ffff)
		}
		ranges = append(ranges, debuginfo.Range{Start: start, End: start + length*instruction})
	}
	return ranges
}
