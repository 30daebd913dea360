// Package cab reads cabinets, the archives in which symbol servers keep files whose
// names end in an underscore ("foo.pd_").
//
// A cabinet is a list of files and a few folders, each the bytes of several files
// one after another, packed in blocks of 32 KiB: stored, by MSZIP or by LZX. What
// is packed by Quantum and what goes on in another cabinet of a set is refused, and
// the error says so.
//
// Input is hostile. Opening a cabinet takes memory in proportion to its lists, at
// most 65,535 files and as many folders, and reading a file at most 4.3 MiB. What a
// file unpacks to is bounded by the size that the cabinet says it has, 2 GiB by the
// format, but not by the size of the cabinet: a block of a few bytes may hold
// 32 KiB. Who reads looks at [File.Size] and [File.Start] first.
//
// The facts are those of Microsoft's "Cabinet SDK: Microsoft Cabinet Format", "MSZIP
// Data Compression Format" and "LZX Data Compression Format".
package cab

import (
	"errors"
	"fmt"
	"io"
)

// ErrFormat is the error for a file that is not a cabinet at all.
var ErrFormat = errors.New("not a cabinet")

// Magic begins every cabinet.
const Magic = "MSCF"

// A Reader is an opened cabinet. It does not change and is safe for concurrent use.
type Reader struct {
	Files []*File

	in      io.ReaderAt
	size    int64
	folders []folder
	reserve int // bytes that an application has in each block's header
}

// A File is one file of a cabinet.
type File struct {
	Name string // as the cabinet has it: perhaps with folders, and from a stranger
	Size int64  // bytes, unpacked

	// Start is how many bytes are packed before it in its folder. They have to be
	// unpacked, too, to read it.
	Start int64

	cabinet *Reader
	folder  int
}

// NewReader reads the lists of the cabinet that in holds in its first size bytes.
func NewReader(in io.ReaderAt, size int64) (*Reader, error) {
	r := &Reader{in: in, size: size}
	if err := r.readLists(); err != nil {
		return nil, err
	}
	return r, nil
}

// Open returns a reader of the file's bytes. It need not be closed, and is not safe
// for concurrent use; several may be open at once.
func (f *File) Open() (io.Reader, error) {
	unpacked, err := f.cabinet.openFolder(f.folder)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", f.Name, err)
	}
	return &fileReader{file: f, folder: unpacked, skip: f.Start, left: f.Size}, nil
}

// A fileReader reads one file out of its folder.
type fileReader struct {
	file   *File
	folder *folderReader
	skip   int64 // bytes of other files that are still before it
	left   int64 // bytes of it that are not read yet
}

func (r *fileReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	if r.skip > 0 {
		n, err := io.CopyN(io.Discard, r.folder, r.skip)
		if r.skip -= n; err != nil {
			return 0, r.wrap(err)
		}
	}
	n, err := r.folder.Read(p[:min(int64(len(p)), r.left)])
	if r.left -= int64(n); err != nil {
		return n, r.wrap(err)
	}
	return n, nil
}

// wrap says of which file an error of its folder is. That of a folder which ends
// before the file does is not io.EOF.
func (r *fileReader) wrap(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("%q: %w", r.file.Name, err)
}
