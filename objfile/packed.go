package objfile

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Magic numbers of files that are compressed as a whole, as symbol files of text
// often are.
const (
	gzipMagic = "\x1f\x8b"
	zstdMagic = "\x28\xb5\x2f\xfd"
)

func isPacked(data []byte) bool {
	return bytes.HasPrefix(data, []byte(gzipMagic)) || bytes.HasPrefix(data, []byte(zstdMagic))
}

// packedHead is how many bytes of a packed file are looked at to tell whether it
// is one of ours.
const packedHead = 4096

// unpackWhole replaces the file's bytes by what is packed in them. What turns out
// to be no object file is not unpacked further than it takes to see that.
func (f *File) unpackWhole() error {
	unpacked, err := unpacker(f.data)
	if err != nil {
		return ErrUnknownFormat
	}
	defer unpacked.Close()
	r := bufio.NewReaderSize(unpacked, packedHead)
	head, _ := r.Peek(packedHead) // what is wrong with it is met again
	if parserOf(head) == nil {
		return ErrUnknownFormat
	}
	limit := min(maxSection, f.growthLimit())
	data, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	switch {
	case err != nil:
		return fmt.Errorf("unpacking: %w", err)
	case uint64(len(data)) > limit:
		return fmt.Errorf("unpacks to more than %d bytes", limit)
	}
	f.data = data
	return nil
}

// unpacker returns a reader of what is packed in data.
func unpacker(data []byte) (io.ReadCloser, error) {
	r := bytes.NewReader(data)
	if bytes.HasPrefix(data, []byte(gzipMagic)) {
		return gzip.NewReader(r)
	}
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxPackedWindow))
	if err != nil {
		return nil, err
	}
	return z.IOReadCloser(), nil
}

// maxPackedWindow is the most memory that unpacking zstd takes beside its output:
// what zstd's own tools use with --long.
const maxPackedWindow = 128 << 20
