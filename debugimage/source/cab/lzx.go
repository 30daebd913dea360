package cab

import (
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	minWindowBits = 15
	maxWindowBits = 21

	literals     = 256 // symbols of the main code that are bytes
	lengthLevels = 8   // symbols of the main code for each slot of distances
	minMatch     = 2

	lengthSymbols    = 249
	alignedSymbols   = 8
	preliminaryCount = 20 // symbols of the code for lengths of codes
)

// Kinds of LZX blocks. They have nothing to do with the blocks of a cabinet, which
// LZX calls frames: an LZX block is as long as one set of codes is good for.
const (
	verbatim = 1 + iota
	aligned  // the low bits of distances have a code
	uncompressed
)

// An lzxUnpacker unpacks the frames of a folder.
type lzxUnpacker struct {
	window window
	in     bitReader // of the frame
	recent [3]uint32 // distances of the last matches, the latest first
	ended  bool      // a frame was shorter than others: it is the last

	kind int  // of the block
	left int  // of the block, in bytes unpacked
	odd  bool // the block is uncompressed and its bytes are followed by one more

	mainLengths   []uint8 // of the codes in the block before: new ones are differences
	lengthLengths [lengthSymbols]uint8
	main          huffman // bytes, and slots of distances with short lengths
	length        huffman // long lengths
	aligned       huffman // low bits of distances
	preliminary   huffman // lengths of codes

	calls callTranslation
}

// slots is how many slots of distances there are, by the bits of the window less
// minWindowBits.
var slots = [...]int{30, 32, 34, 36, 38, 42, 50}

// A slot stands for some distances, as many as its extra bits can tell apart.
type slot struct {
	first uint32 // the least of them
	extra uint8
}

// slotTable has all slots. The first three stand for recent distances instead.
var slotTable = func() (table [50]slot) {
	const recent = 2 // distances are counted from here, for the first slots to be free
	next := uint32(0)
	for i := range table {
		extra := min(max(0, i/2-1), 17)
		table[i] = slot{next - recent, uint8(extra)}
		next += 1 << extra
	}
	return table
}()

func newLZX(windowBits, total int) *lzxUnpacker {
	return &lzxUnpacker{
		window:      newWindow(1<<windowBits, total),
		recent:      [3]uint32{1, 1, 1},
		mainLengths: make([]uint8, literals+lengthLevels*slots[windowBits-minWindowBits]),
	}
}

var (
	errShort   = errors.New("LZX: ends before what it holds")
	errCodes   = errors.New("LZX: codes contradict each other")
	errLengths = errors.New("LZX: lengths of codes run over")
)

func (u *lzxUnpacker) unpack(block []byte, n int) ([]byte, error) {
	if u.ended {
		return nil, errors.New("LZX: follows a frame that is the last, being short")
	}
	u.ended = n < maxUnpacked
	u.in.resume(block)
	u.calls.start(&u.in)
	start, end := u.window.extend(n)
	for at := start; at < end; {
		if u.left == 0 {
			if err := u.blockHeader(); err != nil {
				return nil, err
			}
		}
		run := min(u.left, end-at)
		if err := u.run(at, at+run); err != nil {
			return nil, err
		}
		at += run
		u.left -= run
	}
	u.skipOdd()
	if u.in.short() {
		return nil, errShort
	}
	return u.calls.translate(u.window.buf[start:end]), nil
}

// blockHeader reads what is in front of a block: its kind, its size, its codes or
// its recent distances.
func (u *lzxUnpacker) blockHeader() error {
	u.skipOdd()
	u.odd = false
	u.in.fill()
	u.kind = u.in.take(3)
	u.left = u.in.take(24)
	switch u.kind {
	case verbatim, aligned:
		if err := u.codes(); err != nil {
			return err
		}
	case uncompressed:
		if err := u.stored(); err != nil {
			return err
		}
	default:
		return fmt.Errorf("LZX: block of an unknown kind, %d", u.kind)
	}
	if u.in.short() {
		return errShort
	}
	return nil
}

// codes reads the codes of a block.
func (u *lzxUnpacker) codes() error {
	if u.kind == aligned {
		var lengths [alignedSymbols]uint8
		u.in.fill()
		for i := range lengths {
			lengths[i] = uint8(u.in.take(3))
		}
		if !u.aligned.build(lengths[:]) || u.aligned.empty {
			return errCodes
		}
	}
	for _, part := range [][]uint8{u.mainLengths[:literals], u.mainLengths[literals:], u.lengthLengths[:]} {
		if err := u.codeLengths(part); err != nil {
			return err
		}
	}
	if !u.main.build(u.mainLengths) || u.main.empty || !u.length.build(u.lengthLengths[:]) {
		return errCodes
	}
	return nil
}

// codeLengths reads lengths of codes as differences from those in the block before.
func (u *lzxUnpacker) codeLengths(lengths []uint8) error {
	var own [preliminaryCount]uint8
	for i := range own {
		u.in.fill()
		own[i] = uint8(u.in.take(4))
	}
	if !u.preliminary.build(own[:]) || u.preliminary.empty {
		return errCodes
	}
	for i := 0; i < len(lengths); {
		u.in.fill()
		count, symbol, zero := 1, u.preliminary.read(&u.in), false
		switch symbol {
		case 17:
			count, zero = 4+u.in.take(4), true
		case 18:
			count, zero = 20+u.in.take(5), true
		case 19:
			count = 4 + u.in.take(1)
			symbol = u.preliminary.read(&u.in)
		}
		if count > len(lengths)-i || symbol > maxCodeLength && !zero {
			return errLengths
		}
		value := uint8(0)
		if !zero {
			value = uint8((int(lengths[i]) - symbol + 17) % 17)
		}
		for range count {
			lengths[i] = value
			i++
		}
	}
	return nil
}

// stored reads the recent distances that precede the bytes of an uncompressed block.
func (u *lzxUnpacker) stored() error {
	u.in.align()
	b := u.in.rest()
	if len(b) < 12 {
		return errShort
	}
	for i := range u.recent {
		u.recent[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	u.in.resume(b[12:])
	u.odd = u.left%2 == 1
	return nil
}

// skipOdd skips the byte that fills the last word of an uncompressed block, which
// may be in the frame that the block ends in or in the next.
func (u *lzxUnpacker) skipOdd() {
	if !u.odd || u.left > 0 {
		return
	}
	if b := u.in.rest(); len(b) > 0 {
		u.in.resume(b[1:])
		u.odd = false
	}
}

// run unpacks what a block has for the window from at to end.
func (u *lzxUnpacker) run(at, end int) error {
	if u.kind == uncompressed {
		b := u.in.rest()
		if len(b) < end-at {
			return errShort
		}
		u.in.resume(b[copy(u.window.buf[at:end], b):])
		return nil
	}
	return u.symbols(at, end)
}
