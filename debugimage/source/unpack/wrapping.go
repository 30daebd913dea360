package unpack

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"github.com/nativesym/nativesym/debugimage/source/cab"
)

const (
	gzipMagic = "\x1f\x8b\x08"
	zstdMagic = "\x28\xb5\x2f\xfd"
	zipMagic  = "PK\x03\x04"
)

// detect returns how a file is wrapped, and what opens it.
func detect(src io.ReaderAt, size int64) (Wrapping, opener, error) {
	head := make([]byte, min(size, zlibProbe))
	if n, err := src.ReadAt(head, 0); n < len(head) {
		return None, nil, err
	}
	is := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	in := io.NewSectionReader(src, 0, size)
	switch {
	case is(gzipMagic):
		return Gzip, func(int64, string) (io.ReadCloser, error) { return gzip.NewReader(in) }, nil
	case is(zstdMagic):
		return Zstd, func(int64, string) (io.ReadCloser, error) { return openZstd(in) }, nil
	case is(cab.Magic):
		return Cabinet, func(limit int64, name string) (io.ReadCloser, error) { return openCabinet(src, size, limit, name) }, nil
	case is(zipMagic):
		if f := onlyFile(src, size); f != nil {
			return Zip, func(limit int64, _ string) (io.ReadCloser, error) { return openZipped(f, limit) }, nil
		}
	case isZlib(head):
		return Zlib, func(int64, string) (io.ReadCloser, error) { return zlib.NewReader(in) }, nil
	}
	return None, nil, nil
}

// maxZstdWindow is the most memory that unpacking zstd takes: what zstd's own tools
// use with --long.
const maxZstdWindow = 128 << 20

func openZstd(in io.Reader) (io.ReadCloser, error) {
	z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow))
	if err != nil {
		return nil, err
	}
	return z.IOReadCloser(), nil
}

// zlibProbe is how much of a file is unpacked to see whether it is zlib.
const zlibProbe = 512

// isZlib reports whether a file that begins with head is wrapped by zlib. Its header
// has two bytes, of which all that is common to begin with 0x78 (RFC 1950: DEFLATE with
// a window of 32 KiB): too little to go by, so that what follows must be DEFLATE, too.
func isZlib(head []byte) bool {
	if len(head) < 2 || head[0] != 0x78 || binary.BigEndian.Uint16(head)%31 != 0 {
		return false
	}
	r, err := zlib.NewReader(bytes.NewReader(head))
	if err != nil {
		return false
	}
	defer r.Close()
	// Of the many bytes that DEFLATE makes of these, some would be wrong soon if
	// they were not DEFLATE; their end is not.
	_, err = io.CopyN(io.Discard, r, 1<<20)
	return err == nil || err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF)
}

// maxOnlyList is how many bytes are read for the list of files of an archive that is
// to have one file, and perhaps its folders.
const maxOnlyList = 1 << 20

// onlyFile returns the file of a zip archive that has one, or else nil.
func onlyFile(src io.ReaderAt, size int64) *zip.File {
	r, err := OpenZip(src, size, maxOnlyList)
	if err != nil {
		return nil // for others to say what is wrong with it
	}
	var only *zip.File
	for _, f := range r.File {
		switch {
		case strings.HasSuffix(f.Name, "/"):
		case only != nil:
			return nil
		default:
			only = f
		}
	}
	return only
}

// OpenZip is [zip.NewReader] for hostile input: of an archive it reads no more than so
// many bytes to get the list of its files, each of which takes five times that in
// memory. What it reads includes the end of the archive, 66 KiB at most.
func OpenZip(src io.ReaderAt, size, maxList int64) (*zip.Reader, error) {
	m := &metered{ReaderAt: src, left: maxList}
	r, err := zip.NewReader(m, size)
	m.opened = true
	return r, err
}

// A metered reader gives so many bytes, until the archive is opened.
type metered struct {
	io.ReaderAt
	left   int64
	opened bool
}

func (m *metered) ReadAt(p []byte, at int64) (int, error) {
	if !m.opened {
		if m.left -= int64(len(p)); m.left < 0 {
			return 0, errLongList
		}
	}
	return m.ReaderAt.ReadAt(p, at)
}

var errLongList = errors.New("zip: the list of files is too long")

func openZipped(f *zip.File, limit int64) (io.ReadCloser, error) {
	if f.UncompressedSize64 > uint64(limit) {
		return nil, tooLarge(limit)
	}
	return f.Open()
}

func openCabinet(src io.ReaderAt, size, limit int64, name string) (io.ReadCloser, error) {
	r, err := cab.NewReader(src, size)
	if err != nil {
		return nil, err
	}
	f, err := choose(r.Files, name)
	if err != nil {
		return nil, err
	}
	if f.Start+f.Size > limit { // what is before it must be unpacked, too
		return nil, tooLarge(limit)
	}
	in, err := f.Open()
	return io.NopCloser(in), err
}

// choose returns the only file of a cabinet, or the one that is called name.
func choose(files []*cab.File, name string) (*cab.File, error) {
	if len(files) == 1 {
		return files[0], nil
	}
	for _, f := range files {
		if strings.EqualFold(f.Name[strings.LastIndexAny(f.Name, `/\`)+1:], name) {
			return f, nil
		}
	}
	return nil, fmt.Errorf("none of its %d files is %q", len(files), name)
}
