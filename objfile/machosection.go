package objfile

import (
	"bytes"
	"errors"
	"strings"

	"github.com/nativesym/nativesym/internal/cursor"
)

// A machoSegment is a part of the image that is mapped as one.
type machoSegment struct {
	name       string
	vaddr      uint64
	vsize      uint64
	protection uint32
}

// Types and attributes of sections, and the right to execute a segment.
const (
	machoSectionType    = 0xff
	machoZeroFill       = 0x01
	machoSymbolStubs    = 0x08
	machoZeroFillBig    = 0x0c
	machoZeroFillThread = 0x12
	machoInstructions   = 0x80000000 | 0x400 // all of it, or some

	machoExecute = 4
)

// readSegment reads a segment and its sections; numbers that grow with the
// machine have word bytes.
//
//	offset  size  field
//	0x08    16    name
//	0x18    4×w   address, bytes in memory, offset in the file, bytes there
//	…       4     highest protection     …  4  first protection
//	…       4     number of sections     …  4  flags
func (f *machoFile) readSegment(c *cursor.Cursor, word int) {
	s := machoSegment{name: fixedString(c.Bytes(16))}
	s.vaddr, s.vsize = c.Uint(word), c.Uint(word)
	c.Skip(2 * uint64(word)) // where in the file
	c.U32()
	s.protection = c.U32()
	n := c.U32()
	c.U32()
	f.segments = append(f.segments, s)
	for i := uint32(0); i < n && c.Err() == nil; i++ {
		f.readSection(c, word)
	}
}

// readSection reads a section's header.
//
//	offset  size  field
//	0x00    16    name                   0x10  16  name of the segment
//	0x20    2×w   address, size
//	…       4     offset in the file
//	…       12    alignment, relocations
//	…       4     flags
//	…       4     first indirect symbol of stubs
//	…       4     bytes of a stub; with 64 bits another 4 bytes follow
func (f *machoFile) readSection(c *cursor.Cursor, word int) {
	name := fixedString(c.Bytes(16))
	c.Skip(16)
	addr, size := c.Uint(word), c.Uint(word)
	part := filePart{uint64(c.U32()), size}
	c.Skip(12)
	flags := c.U32()
	firstStub, stubLen := c.U32(), c.U32()
	if word == 8 {
		c.U32()
	}
	if c.Err() != nil {
		return
	}
	var unpack func([]byte) ([]byte, error)
	if strings.HasPrefix(name, "__zdebug_") {
		unpack = f.inflateGNU
	}
	kind := flags & machoSectionType
	if kind == machoSymbolStubs {
		f.stubs = append(f.stubs, machoStubs{addr: addr, size: size, first: firstStub, each: stubLen})
	}
	if part.offset == 0 || kind == machoZeroFill || kind == machoZeroFillBig || kind == machoZeroFillThread {
		part = filePart{} // a dSYM has only the headers of what it describes
	}
	f.sections = append(f.sections, Section{
		Name:   machoSectionName(name),
		Addr:   addr,
		Size:   size,
		Code:   flags&machoInstructions != 0,
		file:   f.File,
		offset: part.offset,
		stored: part.size,
		unpack: unpack,
	})
}

// refuseEncrypted makes the sections unreadable that the App Store encrypted.
func (f *machoFile) refuseEncrypted() {
	for i := range f.sections {
		s := &f.sections[i]
		if s.stored > 0 && s.offset < f.encrypted.offset+f.encrypted.size && f.encrypted.offset < s.offset+s.stored {
			s.unpack = func([]byte) ([]byte, error) { return nil, errEncrypted }
		}
	}
}

var errEncrypted = errors.New("encrypted")

// truncatedNames are the names of sections that do not fit the 16 bytes they
// have, by what is left of them.
var truncatedNames = map[string]string{
	"__debug_str_offs": ".debug_str_offsets",
	"__zdebug_str_off": ".debug_str_offsets",
	"__zdebug_line_st": ".debug_line_str",
	"__zdebug_rnglist": ".debug_rnglists",
}

// machoSectionName returns the name that an ELF file would give a section.
func machoSectionName(stored string) string {
	if name, ok := truncatedNames[stored]; ok {
		return name
	}
	if name, ok := strings.CutPrefix(stored, "__"); ok {
		return canonicalName("." + name)
	}
	return stored
}

// fixedString returns a name of at most so many bytes, padded with zeros.
func fixedString(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return alias(b)
}
