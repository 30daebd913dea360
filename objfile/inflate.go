package objfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
	"github.com/therootcompany/xz"

	"github.com/nativesym/nativesym/internal/inflate"
)

const (
	// maxSection is the largest section that is unpacked: what a 32-bit offset in
	// DWARF can reach.
	maxSection = 4 << 30

	// maxGrowth is how many times its own size a file's sections may unpack to,
	// all together. Real files stay under 10. The formats themselves set no such
	// bound: zlib packs 1032 zeros into a byte, zstd any number, and section
	// headers may lead to one stream many times.
	maxGrowth = 32

	// freeGrowth is what a file may unpack to however small it is.
	freeGrowth = 16 << 20

	// xzDictionary is the most memory that unpacking xz may take beside its output.
	// What it packs, the symbols of a program, is far smaller.
	xzDictionary = 64 << 20
)

// growthLimit returns how many bytes the file's sections may unpack to.
func (f *File) growthLimit() uint64 {
	return min(math.MaxInt, max(freeGrowth, maxGrowth*uint64(len(f.data))))
}

// A budget is how many bytes the sections of a file and of its companions may
// unpack to, all together. Without one, each has its own growthLimit only.
type budget struct {
	max  uint64
	used atomic.Uint64
}

// LimitMemory bounds what the sections of f, and of the files that its debug
// information goes on in, may unpack to, in bytes and all together, which what is
// unpacked already counts for. It comes on top of the bounds of [Section.Data], for who
// has less memory than a file may ask for. It has the conditions of [File.SearchIn];
// n <= 0 changes nothing.
func (f *File) LimitMemory(n int64) {
	if n > 0 {
		f.join(&budget{max: uint64(n)})
	}
}

// join puts f, which may be nil, and what it opens under a budget, which may be nil.
func (f *File) join(b *budget) {
	if f == nil || f.budget == b {
		return
	}
	unpacked := f.unpacked.Load()
	f.budget.give(unpacked)
	b.used.Add(unpacked)
	f.budget = b
	if f.companions != nil {
		f.companions.budget = b
		f.companions.each(func(c *File) { c.join(b) })
	}
}

// take counts size bytes as used, if they are there to be used.
func (b *budget) take(size uint64) error {
	if b == nil || b.used.Add(size) <= b.max {
		return nil
	}
	b.used.Add(-size)
	return fmt.Errorf("unpacks to %d bytes, beyond the limit of %d bytes of memory", size, b.max)
}

// give counts size bytes as free again.
func (b *budget) give(size uint64) {
	if b != nil {
		b.used.Add(-size)
	}
}

// left returns how many bytes are there to be used.
func (b *budget) left() uint64 {
	if b == nil {
		return math.MaxUint64
	}
	return b.max - min(b.max, b.used.Load())
}

// reserve counts size bytes as unpacked, or refuses them before they are allocated.
func (f *File) reserve(size uint64) error {
	if size > maxSection {
		return fmt.Errorf("unpacks to %d bytes, more than %d", size, uint64(maxSection))
	}
	limit := f.growthLimit()
	if f.unpacked.Add(size) > limit {
		f.unpacked.Add(-size)
		return fmt.Errorf("unpacks to %d bytes, beyond the %d of a file of %d bytes", size, limit, len(f.data))
	}
	if err := f.budget.take(size); err != nil {
		f.unpacked.Add(-size)
		return err
	}
	return nil
}

// inflateZlib unpacks a zlib stream of exactly size bytes.
func (f *File) inflateZlib(stored []byte, size uint64) ([]byte, error) {
	if err := f.reserve(size); err != nil {
		return nil, err
	}
	data := make([]byte, size)
	return data, inflate.Zlib(data, stored)
}

// inflateGNU unpacks a .zdebug section of older tools: "ZLIB", the size in eight
// bytes with the big end first, then the stream. A section that does not start so
// is stored plain in spite of its name.
func (f *File) inflateGNU(stored []byte) ([]byte, error) {
	if len(stored) < 12 || string(stored[:4]) != "ZLIB" {
		return stored, nil
	}
	return f.inflateZlib(stored[12:], binary.BigEndian.Uint64(stored[4:]))
}

// inflateZstd unpacks zstd frames of exactly size bytes.
func (f *File) inflateZstd(stored []byte, size uint64) ([]byte, error) {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if err := f.reserve(size); err != nil {
		return nil, err
	}
	data, err := r.DecodeAll(stored, make([]byte, 0, size))
	if err != nil {
		return nil, err
	}
	if uint64(len(data)) != size {
		return nil, fmt.Errorf("unpacks to %d bytes, not the %d it claims", len(data), size)
	}
	return data, nil
}

// inflateXZ unpacks an xz stream, which does not say its size beforehand.
func (f *File) inflateXZ(stored []byte) ([]byte, error) {
	r, err := xz.NewReader(bytes.NewReader(stored), xzDictionary)
	if err != nil {
		return nil, err
	}
	limit := min(f.growthLimit(), f.budget.left())
	data, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	return data, f.reserve(uint64(len(data)))
}
