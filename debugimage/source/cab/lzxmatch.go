package cab

import (
	"encoding/binary"
	"errors"
)

var (
	errFar    = errors.New("LZX: match leads before the start or out of the window")
	errBeyond = errors.New("LZX: match goes on after its block or frame")
	errNoLong = errors.New("LZX: match has a long length, for which there is no code")
)

// symbols unpacks bytes and matches until the window is filled from at to end.
//
// A symbol takes 49 bits at most, which is what fill brings: 16 each for two codes
// and 17 for a distance. Bits that are not there show up as zeros here and are
// noticed at the end of the frame.
func (u *lzxUnpacker) symbols(at, end int) error {
	buf, in := u.window.buf, u.in
	for at < end {
		if in.n < maxCodeLength {
			in.fill()
		}
		symbol := u.main.read(&in)
		if symbol < literals {
			buf[at] = byte(symbol)
			at++
			continue
		}
		if in.n < afterFill-maxCodeLength {
			in.fill()
		}
		symbol -= literals
		length := symbol % lengthLevels
		if length == lengthLevels-1 {
			if u.length.empty {
				return errNoLong
			}
			length += u.length.read(&in)
		}
		length += minMatch
		distance := u.distance(&in, symbol/lengthLevels)
		switch {
		case distance-1 >= uint32(min(at, u.window.size)): // 0 is far, too
			return errFar
		case length > end-at:
			return errBeyond
		}
		copyMatch(buf, at, int(distance), length)
		at += length
	}
	u.in = in
	return nil
}

// distance returns what a slot and the bits after it stand for, and remembers it.
func (u *lzxUnpacker) distance(in *bitReader, number int) uint32 {
	r := &u.recent
	switch number {
	case 0:
		return r[0]
	case 1:
		r[0], r[1] = r[1], r[0]
		return r[0]
	case 2:
		r[0], r[2] = r[2], r[0]
		return r[0]
	}
	s := slotTable[number]
	d := s.first
	if u.kind == aligned && s.extra >= 3 {
		d += uint32(in.take(uint(s.extra)-3)) << 3
		d += uint32(u.aligned.read(in))
	} else {
		d += uint32(in.take(uint(s.extra)))
	}
	r[0], r[1], r[2] = d, r[0], r[1]
	return d
}

// copyMatch repeats at at the length bytes that start distance before it. It may
// write up to overrun-1 bytes more.
func copyMatch(buf []byte, at, distance, length int) {
	from, end := at-distance, at+length
	if distance >= 8 {
		for ; at < end; at, from = at+8, from+8 {
			binary.LittleEndian.PutUint64(buf[at:], binary.LittleEndian.Uint64(buf[from:]))
		}
		return
	}
	for ; at < end; at, from = at+1, from+1 {
		buf[at] = buf[from]
	}
}
