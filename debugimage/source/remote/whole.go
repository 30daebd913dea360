package remote

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/nativesym/nativesym/objfile"
)

// checkWhole returns an error for a file that ends before what its headers announce,
// as one does that is got while somebody writes it to the store. An ELF file is not
// even opened then: it ends with the table of its sections. Tables and bundles have
// checks of their own.
func checkWhole(w *os.File) error {
	f, err := objfile.Open(w.Name())
	if err != nil {
		return nil
	}
	defer f.Close()
	switch f.Format() {
	case objfile.Breakpad:
		return checkLastLine(w, f.Size())
	case objfile.PDB:
		return checkBlocks(w, f.Size())
	case objfile.PE:
		return checkImage(w, f.Size())
	case objfile.MachO:
		slices, err := f.Slices()
		for _, s := range slices {
			err = errors.Join(err, f.Guard(func() error { return checkSections(s) }))
		}
		return err
	}
	return nil
}

func checkEnd(end uint64, size int64) error {
	if end > uint64(size) {
		return fmt.Errorf("cut off: has %d bytes of %d", size, end)
	}
	return nil
}

// checkLastLine checks a text: half a number is one, too.
func checkLastLine(r io.ReaderAt, size int64) error {
	var last [1]byte
	if _, err := r.ReadAt(last[:], size-1); err != nil || last[0] != '\n' {
		return errors.New("cut off: its last line has no end")
	}
	return nil
}

// checkBlocks checks a PDB. After a magic of 32 bytes stand the size of a block, the
// block with the list of free ones, and the number of all.
func checkBlocks(r io.ReaderAt, size int64) error {
	var head [44]byte
	_, err := r.ReadAt(head[:], 0)
	block, count := binary.LittleEndian.Uint32(head[32:]), binary.LittleEndian.Uint32(head[40:])
	return errors.Join(err, checkEnd(uint64(block)*uint64(count), size))
}

// checkImage checks that the sections and the symbols of a PE file are in it.
//
//	PE header       0x06  sections, 0x0c  offset and 0x10  number of symbols, 0x14  size of the optional header
//	section header  0x10  size, 0x14  offset, 0x28  next
//	after symbols   0x00  size of the names that stand there
func checkImage(r io.ReaderAt, size int64) error {
	const (
		header, section, symbol = 0x18, 0x28, 18
		fill                    = 0xfff // zeros that the last section may lack
	)
	u32 := binary.LittleEndian.Uint32
	var word [4]byte
	_, err := r.ReadAt(word[:], 0x3c)
	at := int64(u32(word[:]))
	var head [header]byte
	if _, err2 := r.ReadAt(head[:], at); err != nil || err2 != nil {
		return errors.Join(err, err2)
	}
	table := make([]byte, section*int(binary.LittleEndian.Uint16(head[0x06:])))
	if _, err := r.ReadAt(table, at+header+int64(binary.LittleEndian.Uint16(head[0x14:]))); err != nil {
		return err
	}
	var end uint64
	for ; len(table) > 0; table = table[section:] {
		if n, offset := uint64(u32(table[0x10:])), uint64(u32(table[0x14:])); n > 0 && offset > 0 {
			end = max(end, offset+max(n, fill+1)-fill)
		}
	}
	if symbols := uint64(u32(head[0x0c:])); symbols > 0 {
		names := symbols + symbol*uint64(u32(head[0x10:]))
		_, err = r.ReadAt(word[:], int64(names))
		end = max(end, names+uint64(u32(word[:])))
	}
	return errors.Join(err, checkEnd(end, size))
}

// sections are what Mach-O files have of interest, by the names that ELF has for it.
const sections = `.text .eh_frame .unwind_info
	.debug_info .debug_abbrev .debug_line .debug_str .debug_line_str .debug_aranges .debug_ranges .debug_rnglists
	.debug_addr .debug_str_offsets .debug_loc .debug_loclists .debug_frame .debug_types`

// checkSections checks that a Mach-O file's sections and symbols are in it.
func checkSections(f *objfile.File) error {
	_, err := f.Symbols()
	for name := range strings.FieldsSeq(sections) {
		if s, ok := f.Section(name); ok && err == nil {
			_, err = s.Data()
		}
	}
	return err
}
