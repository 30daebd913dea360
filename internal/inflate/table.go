package inflate

import "math/bits"

// An entry of a decoding table says what a run of bits stands for.
//
//	bits 0–3    bits of the code, 0 if no code starts so
//	bits 4–7    extra bits that follow; of a link, the bits that index its table
//	bits 8–9    kind
//	bits 16–31  the literal, the base of a length or distance, or where a link leads
type entry uint32

const (
	isLiteral = iota
	isMatch   // a length or a distance
	isEnd     // end of block
	isLink    // the code is longer than the table's index: go on in another
)

func (e entry) size() uint  { return uint(e & 15) }
func (e entry) extra() uint { return uint(e >> 4 & 15) }
func (e entry) kind() uint  { return uint(e >> 8 & 3) }
func (e entry) value() uint { return uint(e >> 16) }

func symbol(kind, extra, value int) entry { return entry(value<<16 | kind<<8 | extra<<4) }

// What the symbols of each alphabet mean, without the bits of their codes
// (RFC 1951 §3.2.5). Symbols that may have a code but no meaning are missing.
var (
	litSymbols   [286]entry
	distSymbols  [30]entry
	plainSymbols [19]entry // code lengths, which mean themselves
)

func init() {
	for i := range 256 {
		litSymbols[i] = symbol(isLiteral, 0, i)
	}
	litSymbols[256] = symbol(isEnd, 0, 0)
	base := 3
	for i := range 28 {
		extra := max(i/4-1, 0)
		litSymbols[257+i] = symbol(isMatch, extra, base)
		base += 1 << extra
	}
	litSymbols[285] = symbol(isMatch, 0, 258)
	base = 1
	for i := range distSymbols {
		extra := max(i/2-1, 0)
		distSymbols[i] = symbol(isMatch, extra, base)
		base += 1 << extra
	}
	for i := range plainSymbols {
		plainSymbols[i] = symbol(isMatch, 0, i)
	}
}

// Codes have up to 15 bits. Tables are indexed by the next few, which most codes
// fit; longer ones go on in tables behind. The sizes are the most that any set of
// lengths can need, as zlib's enough.c computes them for these alphabets.
const (
	maxCode  = 15
	litBits  = 11
	distBits = 9
	litSize  = 1<<litBits + 1<<10
	distSize = 1<<distBits + 1<<9
)

// A litTable decodes literals and lengths, a distTable distances.
type (
	litTable  struct{ entries [litSize]entry }
	distTable struct{ entries [distSize]entry }
)

func (t *litTable) build(lengths []uint8, meaning []entry) bool {
	return build(t.entries[:], litBits, lengths, meaning)
}

func (t *distTable) build(lengths []uint8, meaning []entry) bool {
	return build(t.entries[:], distBits, lengths, meaning)
}

func (t *litTable) find(b uint64) entry {
	e := t.entries[b&(1<<litBits-1)]
	if e.kind() == isLink {
		return t.entries[(uint64(e.value())+b>>litBits&(1<<e.extra()-1))%litSize]
	}
	return e
}

func (t *distTable) find(b uint64) entry {
	e := t.entries[b&(1<<distBits-1)]
	if e.kind() == isLink {
		return t.entries[(uint64(e.value())+b>>distBits&(1<<e.extra()-1))%distSize]
	}
	return e
}

// build fills a table for canonical codes of the given lengths (RFC 1951 §3.2.2).
// It reports whether the lengths make a code: one whose codes overlap, or one that
// leaves some bits without meaning, does not, unless it has one code at most.
func build(table []entry, indexBits uint, lengths []uint8, meaning []entry) bool {
	var count [maxCode + 1]int
	for _, n := range lengths {
		count[n]++
	}
	used := len(lengths) - count[0]
	count[0] = 0
	left := 1
	var next [maxCode + 1]int // the next code of each length
	code := 0
	for n := 1; n <= maxCode; n++ {
		left = left<<1 - count[n]
		if left < 0 {
			return false
		}
		code = (code + count[n-1]) << 1
		next[n] = code
	}
	if left > 0 && used > 1 {
		return false
	}
	clear(table)
	links := 1 << indexBits // where the next table behind goes
	for s, n := range lengths {
		if n == 0 {
			continue
		}
		if s >= len(meaning) {
			next[n]++
			continue // a code that must not be used
		}
		e := meaning[s] | entry(n)
		reversed := int(bits.Reverse16(uint16(next[n])) >> (16 - n))
		next[n]++
		if uint(n) <= indexBits {
			for i := reversed; i < 1<<indexBits; i += 1 << n {
				table[i] = e
			}
			continue
		}
		// Codes that share their first bits share a table behind, as large as the
		// longest of them needs. Canonical codes come by length, not by prefix, so
		// it is made for the longest length there is.
		prefix := reversed & (1<<indexBits - 1)
		behind := longest(count[:]) - indexBits
		if table[prefix].kind() != isLink {
			if links+1<<behind > len(table) {
				return false
			}
			table[prefix] = symbol(isLink, int(behind), links)
			links += 1 << behind
		}
		at := int(table[prefix].value())
		for i := reversed >> indexBits; i < 1<<behind; i += 1 << (uint(n) - indexBits) {
			table[at+i] = e
		}
	}
	return true
}

// longest returns the longest length that has codes.
func longest(count []int) uint {
	for n := maxCode; n > 0; n-- {
		if count[n] > 0 {
			return uint(n)
		}
	}
	return 0
}
