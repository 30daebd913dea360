// Package inflate unpacks DEFLATE (RFC 1951) and zlib (RFC 1950) data of known
// size from one slice into another.
//
// Debug sections say how large they are unpacked, and lie in memory whole. That
// allows a decoder without windows, copies or calls per byte. BenchmarkZlib compares
// it with streaming ones: unpacking is most of what opening a compressed file costs.
//
// Input is hostile: whatever the bytes, it writes only into the slice it was given,
// in time linear in that and in the input, and reports what is wrong with the
// offset in the input.
package inflate

import (
	"encoding/binary"
	"fmt"
	"hash/adler32"
)

// An Error says what is wrong with compressed data, and near which byte of it.
type Error struct {
	Offset int
	Reason string
}

func (e *Error) Error() string { return fmt.Sprintf("compressed data at %#x: %s", e.Offset, e.Reason) }

// Zlib unpacks a zlib stream into dst, which must have exactly the unpacked size.
// What follows the stream in src is ignored.
func Zlib(dst, src []byte) error {
	if len(src) < 2 {
		return &Error{len(src), "need 2 bytes of zlib header"}
	}
	switch {
	case src[0]&0x0f != 8 || src[0]>>4 > 7:
		return &Error{0, "zlib header names no method that exists"}
	case binary.BigEndian.Uint16(src)%31 != 0:
		return &Error{0, "zlib header has a wrong check"}
	case src[1]&0x20 != 0:
		return &Error{1, "zlib stream needs a dictionary"}
	}
	n, err := Deflate(dst, src[2:])
	if err != nil {
		err.(*Error).Offset += 2
		return err
	}
	sum := src[2+n:]
	if len(sum) < 4 {
		return &Error{len(src), "need 4 bytes of checksum"}
	}
	if want, got := binary.BigEndian.Uint32(sum), adler32.Checksum(dst); want != got {
		return &Error{2 + n, fmt.Sprintf("checksum is %#x, bytes give %#x", want, got)}
	}
	return nil
}

// Deflate unpacks a DEFLATE stream into dst, which must have exactly the unpacked
// size, and returns how many bytes of src it took. Its errors are of type *Error.
func Deflate(dst, src []byte) (int, error) { return DeflateAfter(dst, 0, src) }

// DeflateAfter is Deflate into dst[start:], for a stream that repeats some of what
// dst[:start] holds already.
func DeflateAfter(dst []byte, start int, src []byte) (int, error) {
	d := decoder{dst: dst, src: src, out: start}
	for final := false; !final; {
		d.fill()
		final = d.take(1) == 1
		if err := d.block(); err != "" {
			return 0, &Error{d.offset(), err}
		}
	}
	if d.out != len(dst) {
		return 0, &Error{d.offset(), fmt.Sprintf("stream ends after %#x bytes of %#x", d.out-start, len(dst)-start)}
	}
	if d.short() {
		return 0, &Error{len(src), "stream is cut short"}
	}
	return d.offset(), nil
}

// A decoder is one stream being unpacked.
type decoder struct {
	dst, src []byte
	out, in  int    // where the next bytes go and come from
	bits     uint64 // what was taken from src and not yet used, lowest bit first
	n        uint   // how many of them there are
	missing  uint   // bits past the end of src that were made up as zeros

	lit   litTable
	dist  distTable
	codes [320]uint8 // code lengths of a dynamic block
}

// fill brings at least 56 bits into d.bits. Past the end of the input they are
// zeros, which count as missing.
func (d *decoder) fill() {
	if d.in+8 <= len(d.src) {
		d.bits |= binary.LittleEndian.Uint64(d.src[d.in:]) << d.n
		d.in += int((63 - d.n) >> 3)
		d.n |= 56
		return
	}
	for d.n < 56 {
		if d.in < len(d.src) {
			d.bits |= uint64(d.src[d.in]) << d.n
			d.in++
		} else {
			d.missing += 8
		}
		d.n += 8
	}
}

// take removes n bits, at most what is there.
func (d *decoder) take(n uint) uint64 {
	v := d.bits & (1<<n - 1)
	d.bits >>= n
	d.n -= n
	return v
}

// short reports whether bits were used that the input does not have.
func (d *decoder) short() bool { return d.missing > d.n }

// offset returns how many bytes of the input were used, the last perhaps in part.
func (d *decoder) offset() int { return min(d.in-int(d.n-min(d.missing, d.n))/8, len(d.src)) }

// block unpacks one block. It returns what is wrong, or "".
func (d *decoder) block() string {
	switch d.take(2) {
	case 0:
		return d.stored()
	case 1:
		d.fixed()
	case 2:
		if err := d.dynamic(); err != "" {
			return err
		}
	default:
		return "block of a type that does not exist"
	}
	return d.compressed()
}

// stored copies a block that is not compressed.
func (d *decoder) stored() string {
	d.take(d.n & 7)
	d.fill()
	n, check := int(d.take(16)), int(d.take(16))
	if n != ^check&0xffff {
		return "stored block has a wrong length"
	}
	if d.short() {
		return "stored block is cut short"
	}
	d.in -= int(d.n-d.missing) / 8 // what is left in d.bits is whole bytes
	d.bits, d.n, d.missing = 0, 0, 0
	if n > len(d.src)-d.in {
		return "stored block is cut short"
	}
	if n > len(d.dst)-d.out {
		return "stream unpacks to more than it should"
	}
	copy(d.dst[d.out:], d.src[d.in:d.in+n])
	d.in += n
	d.out += n
	return ""
}

// codeOrder is the order in which a dynamic block lists the lengths of the codes
// for code lengths (RFC 1951 §3.2.7).
var codeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamic reads the codes of a block that brings its own.
func (d *decoder) dynamic() string {
	literals, distances, lengths := int(d.take(5))+257, int(d.take(5))+1, int(d.take(4))+4
	if literals > 286 {
		return "block has too many literal codes"
	}
	clear(d.codes[:19])
	for i := range lengths {
		if i%8 == 0 {
			d.fill()
		}
		d.codes[codeOrder[i]] = uint8(d.take(3))
	}
	// The code for code lengths is short: the table for distances serves it first.
	if !d.dist.build(d.codes[:19], plainSymbols[:]) {
		return "codes for code lengths contradict each other"
	}
	total := literals + distances
	var last uint8
	for i := 0; i < total; {
		d.fill()
		e := d.dist.find(d.bits)
		if e.size() == 0 {
			return "code length has an invalid code"
		}
		d.take(e.size())
		repeat, value := 1, uint8(e.value())
		switch value {
		case 16:
			if i == 0 {
				return "first code length repeats the one before"
			}
			repeat, value = 3+int(d.take(2)), last
		case 17:
			repeat, value = 3+int(d.take(3)), 0
		case 18:
			repeat, value = 11+int(d.take(7)), 0
		}
		if repeat > total-i {
			return "code lengths run over"
		}
		for range repeat {
			d.codes[i] = value
			i++
		}
		last = value
	}
	switch {
	case d.short():
		return "codes are cut short"
	case d.codes[256] == 0:
		return "block has no code for its end"
	case !d.lit.build(d.codes[:literals], litSymbols[:]):
		return "literal codes contradict each other"
	case !d.dist.build(d.codes[literals:total], distSymbols[:]):
		return "distance codes contradict each other"
	}
	return ""
}

// fixed sets up the codes that the format gives (RFC 1951 §3.2.6).
func (d *decoder) fixed() {
	lengths := d.codes[:288]
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	d.lit.build(lengths, litSymbols[:])
	for i := range d.codes[:32] {
		d.codes[i] = 5
	}
	d.dist.build(d.codes[:32], distSymbols[:])
}

// compressed unpacks the symbols of a block up to its end.
func (d *decoder) compressed() string {
	for {
		if d.in+8 <= len(d.src) && len(d.dst)-d.out >= roomFast {
			if end, err := d.fast(); end || err != "" {
				return err
			}
		}
		d.fill()
		e := d.lit.find(d.bits)
		d.take(e.size())
		switch {
		case e.size() == 0:
			return "literal has an invalid code"
		case d.short():
			return "block is cut short"
		case e.kind() == isLiteral:
			if d.out == len(d.dst) {
				return "stream unpacks to more than it should"
			}
			d.dst[d.out] = byte(e.value())
			d.out++
			continue
		case e.kind() == isEnd:
			return ""
		}
		length := int(e.value()) + int(d.take(e.extra()))
		d.fill()
		e = d.dist.find(d.bits)
		if e.size() == 0 || e.kind() != isMatch {
			return "distance has an invalid code"
		}
		d.take(e.size())
		distance := int(e.value()) + int(d.take(e.extra()))
		switch {
		case d.short():
			return "block is cut short"
		case distance > d.out:
			return "distance leads before the start"
		case length > len(d.dst)-d.out:
			return "stream unpacks to more than it should"
		}
		for range length {
			d.dst[d.out] = d.dst[d.out-distance]
			d.out++
		}
	}
}

// roomFast is the room in the output that one round of the fast loop may use: three
// literals, and the longest match rounded up to whole words.
const roomFast = 3 + 258 + 16

// fast unpacks symbols while neither end is near, so that nothing needs to be
// checked per byte. It reports whether the block ended.
func (d *decoder) fast() (end bool, err string) {
	src, dst := d.src, d.dst
	in, out, bits, n := d.in, d.out, d.bits, d.n
	lit, dist := &d.lit, &d.dist
	for in+8 <= len(src) && len(dst)-out >= roomFast {
		bits |= binary.LittleEndian.Uint64(src[in:]) << (n & 63)
		in += int((63 - n) >> 3)
		n |= 56
		e := lit.find(bits)
		if e.kind() == isLiteral {
			bits >>= e.size() & 63
			n -= e.size()
			dst[out] = byte(e.value())
			out++
			if e = lit.find(bits); e.kind() == isLiteral {
				bits >>= e.size() & 63
				n -= e.size()
				dst[out] = byte(e.value())
				out++
				if e = lit.find(bits); e.kind() == isLiteral {
					bits >>= e.size() & 63
					n -= e.size()
					dst[out] = byte(e.value())
					out++
					continue
				}
			}
		}
		bits >>= e.size() & 63
		n -= e.size()
		if e.kind() != isMatch {
			end = true
			if e.size() == 0 {
				err = "literal has an invalid code"
			}
			break
		}
		length := int(e.value()) + int(bits&(1<<e.extra()-1))
		bits >>= e.extra()
		n -= e.extra()
		if in+8 > len(src) { // finish this match with the bits there are
			d.in, d.out, d.bits, d.n = in, out, bits, n
			d.fill()
			in, bits, n = d.in, d.bits, d.n
		} else {
			bits |= binary.LittleEndian.Uint64(src[in:]) << (n & 63)
			in += int((63 - n) >> 3)
			n |= 56
		}
		e = dist.find(bits)
		bits >>= e.size() & 63
		n -= e.size()
		distance := int(e.value()) + int(bits&(1<<e.extra()-1))
		bits >>= e.extra()
		n -= e.extra()
		if e.size() == 0 || e.kind() != isMatch || distance > out {
			end, err = true, "distance has an invalid code or leads before the start"
			break
		}
		copyMatch(dst, out, distance, length)
		out += length
	}
	d.in, d.out, d.bits, d.n = in, out, bits, n
	if err == "" && d.short() {
		err = "block is cut short"
	}
	return end, err
}

// copyMatch repeats at out the length bytes that start distance before it. It may
// write up to 15 bytes more.
func copyMatch(dst []byte, out, distance, length int) {
	from := out - distance
	if distance >= 8 {
		for end := out + length; out < end; out, from = out+8, from+8 {
			binary.LittleEndian.PutUint64(dst[out:], binary.LittleEndian.Uint64(dst[from:]))
		}
		return
	}
	for end := out + length; out < end; out, from = out+1, from+1 {
		dst[out] = dst[from]
	}
}
