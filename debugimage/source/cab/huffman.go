package cab

// Sizes of LZX's codes.
const (
	maxCodeLength = 16
	maxSymbols    = literals + 8*50 // of the largest window's main code
)

// directBits is the length up to which codes are found by one step. Those of what
// is frequent are shorter.
const directBits = 11

// A huffman decodes canonical codes: those of one length are consecutive numbers,
// in the order of their symbols, and a longer one is a larger one.
type huffman struct {
	direct [1 << directBits]uint16   // symbol<<4 | length by the next bits; 0: a longer code
	limits [maxCodeLength + 1]uint32 // codes of a length, and 16 bits with what follows, are below
	shifts [maxCodeLength + 1]int    // what to add to a code of a length to find it in sorted
	sorted [maxSymbols]uint16        // symbols by code
	empty  bool                      // it has no codes
}

// build makes the code with the given lengths. It reports false where they are none
// of a code: some bits would mean two symbols, or nothing.
func (h *huffman) build(lengths []uint8) bool {
	var count [maxCodeLength + 1]int
	for _, n := range lengths {
		count[n]++
	}
	h.empty = count[0] == len(lengths)
	count[0] = 0
	var next [maxCodeLength + 1]int // where the next symbol of a length goes in sorted
	code, sum := 0, 0
	for n := 1; n <= maxCodeLength; n++ {
		code <<= 1
		next[n], h.shifts[n] = sum, sum-code
		code += count[n]
		sum += count[n]
		h.limits[n] = uint32(code) << (maxCodeLength - n)
		if code > 1<<n {
			return false
		}
	}
	if code != 1<<maxCodeLength {
		return h.empty
	}
	for s, n := range lengths {
		if n != 0 {
			h.sorted[next[n]] = uint16(s)
			next[n]++
		}
	}
	h.fillDirect(&next)
	return true
}

// fillDirect makes the table of the short codes, given where the symbols of each
// length end in h.sorted.
func (h *huffman) fillDirect(ends *[maxCodeLength + 1]int) {
	at, i := 0, 0
	for n := 1; n <= directBits; n++ {
		for ; i < ends[n]; i++ {
			entry := h.sorted[i]<<4 | uint16(n)
			for range 1 << (directBits - n) {
				h.direct[at] = entry
				at++
			}
		}
	}
	clear(h.direct[at:])
}

// find returns the symbol whose code begins bits, highest first, and its length.
func (h *huffman) find(bits uint64) (symbol int, length uint) {
	if e := h.direct[bits>>(64-directBits)]; e != 0 {
		return int(e >> 4), uint(e & 15)
	}
	return h.findLong(bits)
}

func (h *huffman) findLong(bits uint64) (symbol int, length uint) {
	code := uint32(bits >> (64 - maxCodeLength))
	n := directBits + 1
	for n < maxCodeLength && code >= h.limits[n] {
		n++
	}
	return int(h.sorted[int(code>>(maxCodeLength-n))+h.shifts[n]]), uint(n)
}

// read takes a symbol from b, which has the bits of one.
func (h *huffman) read(b *bitReader) int {
	s, n := h.find(b.bits)
	b.take(n)
	return s
}
