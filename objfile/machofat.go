package objfile

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/nativesym/nativesym/internal/cursor"
)

// Magic numbers of fat files, which are always big-endian: with 32-bit and with
// 64-bit offsets.
const (
	fatMagic32 = 0xcafebabe
	fatMagic64 = 0xcafebabf
)

// maxSlices is more than the architectures there are. Java's class files start
// with the same magic; what is the number of slices here is at least 45 there.
const maxSlices = 44

func isFat(data []byte) bool {
	if len(data) < 8 {
		return false
	}
	magic := binary.BigEndian.Uint32(data)
	return (magic == fatMagic32 || magic == fatMagic64) && binary.BigEndian.Uint32(data[4:]) <= maxSlices
}

// parseFat parses the first of a fat file's slices.
func parseFat(f *File) error {
	slices, err := readSlices(f.data)
	if err != nil {
		return err
	}
	if len(slices) == 0 {
		return fault("fat header", 4, "no slices")
	}
	f.slices = slices
	f.data = slices[0]
	return parseSlice(f)
}

func parseSlice(f *File) error {
	if !isMachO(f.data) {
		return errors.New("slice is no Mach-O file")
	}
	return parseMachO(f)
}

// readSlices reads the header of a fat file, and returns the bytes of each slice.
//
//	offset  size  field, with 64-bit offsets
//	0x00    4     magic
//	0x04    4     number of slices
//	0x08    20    each slice: machine, variant, offset, size, alignment
//	        32    the same with offset and size of 8 bytes, and 4 bytes more
func readSlices(data []byte) ([][]byte, error) {
	c := cursor.New("fat header", binary.BigEndian, data)
	word := 4
	if c.U32() == fatMagic64 {
		word = 8
	}
	n := c.U32()
	var slices [][]byte
	for range n {
		c.Skip(8)
		offset, size := c.Uint(word), c.Uint(word)
		if have := uint64(len(data)); c.Err() == nil && (offset > have || size > have-offset) {
			c.Fail("slice at offset %#x, size %#x: file has %#x bytes", offset, size, have)
		}
		c.Skip(uint64(word))
		if c.Err() != nil {
			return nil, c.Err()
		}
		slices = append(slices, data[offset:][:size:size])
	}
	return slices, nil
}

// Slices returns a File for each architecture in a fat Mach-O file, in the order
// in which it has them, and f alone for any other file. [Open] and [Parse] return
// the first. All of them share one mapping, which closing any of them unmaps.
// After an error those slices are returned that could be read.
func (f *File) Slices() ([]*File, error) {
	if len(f.slices) == 0 {
		return []*File{f}, nil
	}
	var files []*File
	var failed error
	for i, data := range f.slices {
		g := &File{name: f.name, data: data, mapping: f.mapping, slices: f.slices}
		if err := parseSlice(g); err != nil {
			failed = errors.Join(failed, f.wrap(fmt.Errorf("slice %d: %w", i, err)))
			continue
		}
		files = append(files, g)
	}
	return files, failed
}

// Slice returns the File for an architecture in a fat Mach-O file, see
// [File.Slices]. Any other file has one architecture.
func (f *File) Slice(arch Arch) (*File, error) {
	if f.arch == arch {
		return f, nil
	}
	slices, err := f.Slices()
	for _, s := range slices {
		if s.arch == arch {
			return s, nil
		}
	}
	if err == nil {
		err = f.wrap(fmt.Errorf("no code for %s", arch))
	}
	return nil, err
}
