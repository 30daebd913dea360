package objfile

import (
	"debug/elf"
	"fmt"

	"github.com/nativesym/nativesym/internal/cursor"
)

// inflate unpacks a section with SHF_COMPRESSED: a header that says how and to
// what size, then the stream.
func (f *elfFile) inflate(stored []byte) ([]byte, error) {
	c := cursor.New("compression header", f.order, stored)
	typ := elf.CompressionType(c.U32())
	if f.word == 8 {
		c.U32() // reserved
	}
	size := c.Uint(f.word)
	c.Uint(f.word) // alignment
	stream := c.Bytes(uint64(c.Len()))
	if c.Err() != nil {
		return nil, c.Err()
	}
	switch typ {
	case elf.COMPRESS_ZLIB:
		return f.inflateZlib(stream, size)
	case elf.COMPRESS_ZSTD:
		return f.inflateZstd(stream, size)
	}
	return nil, fmt.Errorf("compressed with unknown method %d", typ)
}
