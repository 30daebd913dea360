package cab

import (
	"encoding/binary"
	"math/bits"
)

// A bitReader reads the bits of 16-bit little-endian words, highest first.
type bitReader struct {
	src     []byte
	at      int    // of the first byte of src that is not counted in n
	bits    uint64 // what comes next, highest first
	n       uint   // how many of them count
	missing uint   // how many of those are made up, past the end of src
}

// afterFill is how many bits there are at least after fill.
const afterFill = 49

// fill brings at least afterFill bits into b.bits. Past the end of the input they
// are zeros, which count as missing.
func (b *bitReader) fill() {
	if b.at+8 <= len(b.src) {
		b.bits |= swapWords(binary.LittleEndian.Uint64(b.src[b.at:])) >> b.n
		words := (64 - b.n) / 16
		b.at += int(2 * words)
		b.n += 16 * words
		return
	}
	for b.n < afterFill {
		if b.at+2 <= len(b.src) {
			b.bits |= uint64(u16(b.src[b.at:])) << (48 - b.n)
			b.at += 2
		} else {
			b.missing += 16
		}
		b.n += 16
	}
}

// swapWords reverses the order of the 16-bit words in v.
func swapWords(v uint64) uint64 {
	v = bits.RotateLeft64(v, 32)
	return v>>16&0x0000ffff0000ffff | v<<16&0xffff0000ffff0000
}

// take removes n bits, at most what is there.
func (b *bitReader) take(n uint) int {
	v := b.bits >> 1 >> (63 - n)
	b.bits <<= n
	b.n -= n
	return int(v)
}

// short reports whether bits were used that the input does not have.
func (b *bitReader) short() bool { return b.missing > b.n }

// align skips the rest of a word, or a whole one if none was begun.
func (b *bitReader) align() {
	b.fill()
	if rest := b.n % 16; rest != 0 {
		b.take(rest)
	} else {
		b.take(16)
	}
}

// rest returns the bytes that are not read yet, of which the first is at the start
// of a word.
func (b *bitReader) rest() []byte {
	if b.short() {
		return nil
	}
	return b.src[b.at-int(b.n-b.missing)/8:]
}

// resume goes on with what is left of the input.
func (b *bitReader) resume(src []byte) { *b = bitReader{src: src} }
