package cab

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Sizes of a block.
const (
	maxUnpacked = 32 << 10
	maxPacked   = maxUnpacked + 6144 // what LZX may add to bytes that it cannot pack
)

// An unpacker unpacks the blocks of a folder, one after another.
type unpacker interface {
	// unpack returns the n bytes that a block holds, at most maxUnpacked. They are
	// good until the next call.
	unpack(block []byte, n int) ([]byte, error)
}

// openFolder returns a reader of everything in a folder.
func (r *Reader) openFolder(number int) (*folderReader, error) {
	f := r.folders[number]
	in := io.NewSectionReader(r.in, f.offset, max(0, r.size-f.offset))
	o := &folderReader{in: bufio.NewReaderSize(in, maxPacked), at: f.offset, blocks: f.blocks, reserve: r.reserve}
	most := f.blocks * maxUnpacked
	switch method := f.method & methodMask; method {
	case stored:
		o.unpacker = copier{}
	case mszip:
		o.unpacker = newMSZIP(most)
	case lzx:
		bits := int(f.method >> 8 & 0x1f)
		if bits < minWindowBits || bits > maxWindowBits {
			return nil, fmt.Errorf("folder %d: LZX window of %d bits, possible are %d to %d", number, bits, minWindowBits, maxWindowBits)
		}
		o.unpacker = newLZX(bits, most)
	case quantum:
		return nil, fmt.Errorf("folder %d is packed by Quantum, which is not supported", number)
	default:
		return nil, fmt.Errorf("folder %d is packed by an unknown method, %d", number, method)
	}
	return o, nil
}

// A folderReader unpacks a folder from its start to its end.
type folderReader struct {
	in       *bufio.Reader
	at       int64 // where in the cabinet the next block is
	blocks   int   // how many are left
	reserve  int   // bytes between a block's header and the block
	unpacker unpacker

	packed []byte // room for a block
	ready  []byte // unpacked and not yet read
	err    error
}

func (f *folderReader) Read(p []byte) (int, error) {
	for len(f.ready) == 0 {
		if f.err != nil {
			return 0, f.err
		}
		if f.blocks == 0 {
			return 0, io.EOF
		}
		at := f.at
		if f.ready, f.err = f.next(); f.err != nil {
			f.ready, f.err = nil, fmt.Errorf("block at %#x: %w", at, f.err)
		}
	}
	n := copy(p, f.ready)
	f.ready = f.ready[n:]
	return n, nil
}

// next reads and unpacks a block.
//
//	offset  size  field
//	0       4     sum of everything that follows; 0: none
//	4       2     size of the block
//	6       2     size unpacked; 0: the rest is in another cabinet
//	8       …     as many bytes as the cabinet's header says, for applications
//	        …     the block
func (f *folderReader) next() ([]byte, error) {
	if f.packed == nil {
		f.packed = make([]byte, 8+255+maxPacked)
	}
	head := f.packed[:8+f.reserve]
	if err := f.readFull(head); err != nil {
		return nil, err
	}
	sum, packed, unpacked := u32(head), int(u16(head[4:])), int(u16(head[6:]))
	switch {
	case unpacked == 0:
		return nil, errors.New("goes on in another cabinet")
	case packed > maxPacked || unpacked > maxUnpacked:
		return nil, fmt.Errorf("%d bytes that unpack to %d, limits are %d and %d", packed, unpacked, maxPacked, maxUnpacked)
	}
	block := f.packed[len(head) : len(head)+packed]
	if err := f.readFull(block); err != nil {
		return nil, err
	}
	if sum != 0 {
		// Writers disagree about the bytes for applications.
		short := checksum(checksum(0, block), head[4:8])
		if long := checksum(checksum(0, block), head[4:]); sum != short && sum != long {
			return nil, fmt.Errorf("checksum is %#x, bytes give %#x", sum, short)
		}
	}
	f.blocks--
	f.at += int64(len(head) + packed)
	return f.unpacker.unpack(block, unpacked)
}

// readFull reads all of b, whose lack is not a proper end.
func (f *folderReader) readFull(b []byte) error {
	_, err := io.ReadFull(f.in, b)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// checksum adds bytes to a sum: words that are xored, and of what is no whole word
// at the end the first byte highest.
func checksum(sum uint32, b []byte) uint32 {
	var pairs uint64
	for ; len(b) >= 8; b = b[8:] {
		pairs ^= binary.LittleEndian.Uint64(b)
	}
	sum ^= uint32(pairs) ^ uint32(pairs>>32)
	if len(b) >= 4 {
		sum ^= u32(b)
		b = b[4:]
	}
	var last uint32
	for _, c := range b {
		last = last<<8 | uint32(c)
	}
	return sum ^ last
}

// A copier is the unpacker of bytes that are not packed.
type copier struct{}

func (copier) unpack(block []byte, n int) ([]byte, error) {
	if len(block) != n {
		return nil, fmt.Errorf("%d stored bytes are to be %d", len(block), n)
	}
	return block, nil
}
