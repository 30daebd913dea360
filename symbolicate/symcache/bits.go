package symcache

import (
	"encoding/binary"
	"math/bits"
)

// slack is how many bytes follow packed fields in a table, so that [field] may
// load eight bytes wherever a field starts.
const slack = 8

// width returns how many bits the numbers 0 to maximum take.
func width(maximum uint32) uint8 { return uint8(bits.Len32(maximum)) }

// field returns the field of w bits, at most 32, that starts at bit pos of b. The
// lowest bit comes first. A field that b does not hold is 0.
func field(b []byte, pos uint64, w uint8) uint32 {
	i := pos >> 3
	if i+8 > uint64(len(b)) {
		return 0
	}
	return uint32(binary.LittleEndian.Uint64(b[i:]) >> (pos & 7) & (1<<w - 1))
}

// A packer appends fields of bits to a byte slice.
type packer struct {
	b    []byte
	acc  uint64
	fill uint8 // bits in acc, fewer than 32 between calls
}

// put appends the lowest w bits of v; w is at most 32, and v has no higher ones.
func (p *packer) put(v uint32, w uint8) {
	p.acc |= uint64(v) << p.fill
	p.fill += w
	if p.fill >= 32 {
		p.b = binary.LittleEndian.AppendUint32(p.b, uint32(p.acc))
		p.acc >>= 32
		p.fill -= 32
	}
}

// bytes returns what was put, filled up with zeros to a whole byte.
func (p *packer) bytes() []byte {
	for ; p.fill > 0; p.fill -= min(p.fill, 8) {
		p.b = append(p.b, byte(p.acc))
		p.acc >>= 8
	}
	return p.b
}

// fieldBytes returns how many bytes n records of w bits each take.
func fieldBytes(n int, w uint) int { return int((uint64(n)*uint64(w) + 7) / 8) }
