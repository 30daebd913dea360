package pdb

import (
	"fmt"
	"slices"

	"github.com/nativesym/nativesym/internal/cursor"
)

// An msf is the container: a file of equal blocks, in which a directory lists
// the blocks of each stream.
//
//	offset  size  field of block 0
//	0x00    32    magic
//	0x20    4     block size, a power of two
//	0x24    4     block of the active free-block map
//	0x28    4     number of blocks
//	0x2c    4     bytes of the directory
//	0x30    4     unused
//	0x34    4…    blocks that hold the list of the directory's blocks
//
// The directory holds the number of streams, each one's size in bytes, and then
// the blocks of each in turn. Sizes have 32 bits, so a stream cannot pass 4 GiB;
// the file can.
type msf struct {
	data      []byte
	blockSize uint64
	sizes     []uint32 // of the streams
	blocks    []byte   // the directory's block numbers of all streams
	first     []uint64 // index of each stream's first number in blocks
}

// Streams at fixed numbers.
const (
	streamInfo uint16 = 1
	streamTPI  uint16 = 2
	streamDBI  uint16 = 3
	streamIPI  uint16 = 4

	noStream uint16 = 0xffff
)

// Linkers write blocks of 512 to 32 KiB; the limits only keep sums of block
// sizes far from overflow.
const (
	minBlockSize = 512
	maxBlockSize = 1 << 20
)

const (
	directoryList = 0x34       // where block 0 lists the blocks of the list
	absentStream  = 0xffffffff // the size of a stream that was deleted
)

func openMSF(data []byte) (*msf, error) {
	c := cursor.New("MSF header", le, data)
	if magic := c.Bytes(uint64(len(magicMSF7))); string(magic) != string(magicMSF7) {
		return nil, &cursor.Error{Section: "MSF header", Reason: "no magic number"}
	}
	blockSize := uint64(c.U32())
	c.U32() // free-block map
	c.U32() // number of blocks: the file's length is what counts
	dirSize := uint64(c.U32())
	if err := c.Err(); err != nil {
		return nil, err
	}
	if blockSize < minBlockSize || blockSize > maxBlockSize || blockSize&(blockSize-1) != 0 {
		return nil, &cursor.Error{Section: "MSF header", Offset: 0x20, Reason: fmt.Sprintf("block size %d", blockSize)}
	}
	m := &msf{data: data, blockSize: blockSize}
	dir, err := m.directory(dirSize)
	if err != nil {
		return nil, err
	}
	return m, m.readDirectory(dir)
}

// directory collects the directory, whose blocks are listed in blocks that block 0 lists.
func (m *msf) directory(size uint64) ([]byte, error) {
	listSize := 4 * m.blocksOf(size)
	rootSize := 4 * m.blocksOf(listSize)
	if max := uint64(len(m.data)); size > max || directoryList+rootSize > max {
		return nil, &cursor.Error{
			Section: "MSF header", Offset: 0x2c,
			Reason: fmt.Sprintf("directory of %#x bytes: file has %#x bytes", size, max),
		}
	}
	list, err := m.gather(m.data[directoryList:][:rootSize], listSize)
	if err != nil {
		return nil, fmt.Errorf("directory's block list: %w", err)
	}
	dir, err := m.gather(list, size)
	if err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	return dir, nil
}

func (m *msf) readDirectory(dir []byte) error {
	c := cursor.New("MSF directory", le, dir)
	n := uint64(c.U32())
	sizes := c.Bytes(4 * n)
	if err := c.Err(); err != nil {
		return err
	}
	m.sizes = make([]uint32, n)
	m.first = make([]uint64, n)
	var total, owned uint64
	for i := range m.sizes {
		m.first[i] = total
		size := le.Uint32(sizes[4*i:])
		if size == absentStream {
			continue
		}
		m.sizes[i] = size
		total += m.blocksOf(uint64(size))
		if i == 0 {
			owned -= total // stream 0 is the previous directory: its blocks may be reused
		}
	}
	owned += total
	// A block belongs to one stream. Holding every file to that bounds what
	// collecting the streams can cost.
	if have := m.blocksOf(uint64(len(m.data))); owned > have {
		c.Fail("streams of %d blocks, file has %d", owned, have)
	}
	m.blocks = c.Bytes(4 * total)
	return c.Err()
}

// blocksOf returns how many blocks hold size bytes.
func (m *msf) blocksOf(size uint64) uint64 { return (size + m.blockSize - 1) / m.blockSize }

// size returns the bytes of stream n, 0 when there is no such stream.
func (m *msf) size(n uint16) int {
	if int(n) >= len(m.sizes) {
		return 0
	}
	return int(m.sizes[n])
}

// stream returns stream n: a part of the file where its blocks follow one
// another, else a copy. A stream that does not exist is empty.
func (m *msf) stream(n uint16) ([]byte, error) {
	if m.size(n) == 0 {
		return nil, nil
	}
	size := uint64(m.sizes[n])
	list := m.blocks[4*m.first[n]:][:4*m.blocksOf(size)]
	data, err := m.gather(list, size)
	if err != nil {
		return nil, fmt.Errorf("stream %d: %w", n, err)
	}
	return data, nil
}

// gather returns size bytes that lie in the listed blocks.
func (m *msf) gather(list []byte, size uint64) ([]byte, error) {
	if size == 0 {
		return nil, nil
	}
	if run := m.run(list); run*m.blockSize >= size {
		return m.extent(list, size)
	}
	var out []byte
	for len(list) > 0 {
		run := m.run(list)
		part, err := m.extent(list, min(run*m.blockSize, size-uint64(len(out))))
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = slices.Grow(out, int(size))
		}
		out = append(out, part...)
		list = list[4*run:]
	}
	return out, nil
}

// run returns how many blocks at the head of list follow one another in the file.
func (m *msf) run(list []byte) uint64 {
	start := uint64(le.Uint32(list))
	n := uint64(1)
	for 4*n < uint64(len(list)) && uint64(le.Uint32(list[4*n:])) == start+n {
		n++
	}
	return n
}

// extent returns size bytes of the file from the first listed block on.
func (m *msf) extent(list []byte, size uint64) ([]byte, error) {
	block := uint64(le.Uint32(list))
	off, have := block*m.blockSize, uint64(len(m.data))
	if off > have || size > have-off {
		return nil, fmt.Errorf("%#x bytes in block %d: file has %d blocks", size, block, m.blocksOf(have))
	}
	return m.data[off:][:size:size], nil
}
