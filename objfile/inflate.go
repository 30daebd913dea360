package objfile

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

const (
	// maxInflated is the largest section that is unpacked: what a 32-bit offset of
	// DWARF can reach.
	maxInflated = 4 << 30

	// maxGrowth is how many times its stored size a section may unpack to. Debug
	// sections of real files stay under 30; zlib could reach 1032, zstd has no bound.
	maxGrowth = 256

	// freeGrowth is a size that is always allowed: an all but empty section may
	// hold nothing but zeros.
	freeGrowth = 1 << 20
)

// checkInflated refuses a section whose claimed size is out of proportion,
// before anything is allocated.
func checkInflated(claimed uint64, stored int) error {
	switch {
	case claimed > maxInflated:
		return fmt.Errorf("inflates to %d bytes, more than %d", claimed, uint64(maxInflated))
	case claimed > freeGrowth && claimed/maxGrowth > uint64(stored):
		return fmt.Errorf("%d bytes inflate to %d, more than %d-fold", stored, claimed, maxGrowth)
	}
	return nil
}

// inflateZlib unpacks a zlib stream of exactly size bytes.
func inflateZlib(stored []byte, size uint64) ([]byte, error) {
	if err := checkInflated(size, len(stored)); err != nil {
		return nil, err
	}
	r, err := zlib.NewReader(bytes.NewReader(stored))
	if err != nil {
		return nil, err
	}
	data := make([]byte, size)
	if n, err := io.ReadFull(r, data); err != nil {
		return nil, fmt.Errorf("%w after %d of %d bytes", err, n, size)
	}
	// Reading on to the end checks the sum.
	if n, err := r.Read(make([]byte, 1)); n > 0 {
		return nil, fmt.Errorf("inflates to more than the %d bytes it claims", size)
	} else if err != io.EOF {
		return nil, err
	}
	return data, nil
}

// inflateZstd unpacks zstd frames of exactly size bytes.
func inflateZstd(stored []byte, size uint64) ([]byte, error) {
	if err := checkInflated(size, len(stored)); err != nil {
		return nil, err
	}
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(max(size, 1)))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := r.DecodeAll(stored, make([]byte, 0, size))
	if err != nil {
		return nil, err
	}
	if uint64(len(data)) != size {
		return nil, fmt.Errorf("inflates to %d bytes, not the %d it claims", len(data), size)
	}
	return data, nil
}
