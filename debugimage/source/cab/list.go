package cab

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A folder is where some blocks are, and how they are packed.
//
//	offset  size  field
//	0       4     where its first block is in the cabinet
//	4       2     number of blocks
//	6       2     method, in the low four bits, and its parameter
//	8       …     as many bytes as the header says, for applications
type folder struct {
	offset int64
	blocks int
	method uint16
}

// Methods of packing.
const (
	stored uint16 = iota
	mszip
	quantum
	lzx
	methodMask = 0xf
)

// Flags of a cabinet's header.
const (
	hasPrevious = 1 << iota // the set has a cabinet before this one: its name and label follow
	hasNext                 // the set goes on
	hasReserve              // sizes of what applications have in headers follow
)

const (
	// maxName is what a name may take, the zero byte included.
	maxName = 256

	// firstContinued is the lowest number of a folder that stands for one in the
	// cabinet before or after.
	firstContinued = 0xfffd
)

// readLists reads what is in front of the blocks.
//
//	offset  size  field of the header
//	0       4     "MSCF"
//	8       4     size of the cabinet
//	16      4     where the list of files is
//	24      2     version, minor and major: 3, 1
//	26      2     number of folders
//	28      2     number of files
//	30      2     flags
//	36      2,1,1 sizes of what applications have in the header of the cabinet, of
//	              each folder and of each block, if hasReserve
//	        …     that of the cabinet; names of the cabinets before and after; folders
func (r *Reader) readLists() error {
	s := newScanner(r.in, 0, r.size)
	if string(s.bytes(len(Magic))) != Magic {
		return ErrFormat
	}
	s = newScanner(r.in, 0, r.size)
	h := s.bytes(36)
	if s.err != nil {
		return fmt.Errorf("header of cabinet: %w", s.err)
	}
	size, files := int64(u32(h[8:])), int64(u32(h[16:]))
	folderCount, fileCount, flags := u16(h[26:]), u16(h[28:]), u16(h[30:])
	switch {
	case h[25] != 1:
		return fmt.Errorf("cabinet of version %d.%d, known is 1", h[25], h[24])
	case size > r.size:
		return fmt.Errorf("cabinet is cut short: %d bytes of %d", r.size, size)
	}
	folderReserve := 0
	if flags&hasReserve != 0 {
		sizes := s.bytes(4)
		folderReserve, r.reserve = int(sizes[2]), int(sizes[3])
		s.skip(int(u16(sizes)))
	}
	if flags&(hasPrevious|hasNext) != 0 {
		if name := s.cstring(); s.err == nil {
			return fmt.Errorf("cabinet is one of a set, as is %q", name)
		}
	}
	for range folderCount {
		f := s.bytes(8 + folderReserve)
		r.folders = append(r.folders, folder{offset: int64(u32(f)), blocks: int(u16(f[4:])), method: u16(f[6:])})
	}
	if s.err != nil {
		return fmt.Errorf("header of cabinet: %w", s.err)
	}
	return r.readFiles(newScanner(r.in, files, r.size), int(fileCount))
}

// readFiles reads the list of files. Of each:
//
//	offset  size  field
//	0       4     size
//	4       4     where it starts in its folder, unpacked
//	8       2     number of the folder
//	10      6     date, time and attributes
//	16      …     name, and a zero byte
func (r *Reader) readFiles(s *scanner, count int) error {
	for i := range count {
		h := s.bytes(16)
		f := &File{Size: int64(u32(h)), Start: int64(u32(h[4:])), folder: int(u16(h[8:])), cabinet: r}
		f.Name = s.cstring()
		err := s.err
		if err == nil {
			err = r.checkFile(f)
		}
		if err != nil {
			return fmt.Errorf("file %d of cabinet: %w", i, err)
		}
		r.Files = append(r.Files, f)
	}
	return nil
}

func (r *Reader) checkFile(f *File) error {
	switch {
	case f.folder >= firstContinued:
		return fmt.Errorf("%q goes on in another cabinet", f.Name)
	case f.folder >= len(r.folders):
		return fmt.Errorf("%q is in folder %d of %d", f.Name, f.folder, len(r.folders))
	}
	if end, most := f.Start+f.Size, int64(r.folders[f.folder].blocks)*maxUnpacked; end > most {
		return fmt.Errorf("%q ends at %#x in a folder of at most %#x bytes", f.Name, end, most)
	}
	return nil
}

func u16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func u32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

// A scanner reads forward through a part of a file and keeps the first error, after
// which everything is zero.
type scanner struct {
	r   *bufio.Reader
	buf [8 + 255]byte // the largest that is read at once: a folder
	err error
}

func newScanner(in io.ReaderAt, from, to int64) *scanner {
	return &scanner{r: bufio.NewReader(io.NewSectionReader(in, from, max(0, to-from)))}
}

// bytes returns the next n bytes, which are good until the next call.
func (s *scanner) bytes(n int) []byte {
	b := s.buf[:n]
	if s.err == nil {
		_, err := io.ReadFull(s.r, b)
		s.note(err)
	}
	if s.err != nil {
		clear(b)
	}
	return b
}

// cstring returns what precedes the next zero byte.
func (s *scanner) cstring() string {
	if s.err != nil {
		return ""
	}
	text, err := s.r.ReadSlice(0)
	if errors.Is(err, bufio.ErrBufferFull) || len(text) > maxName {
		err = fmt.Errorf("name has more than %d bytes", maxName-1)
	}
	if s.note(err); err != nil {
		return ""
	}
	return string(text[:len(text)-1])
}

func (s *scanner) skip(n int) {
	if s.err == nil {
		_, err := s.r.Discard(n)
		s.note(err)
	}
}

func (s *scanner) note(err error) {
	if s.err = err; err == io.EOF {
		s.err = io.ErrUnexpectedEOF
	}
}
