package symcache

import (
	"cmp"
	"slices"
)

// LookupAll calls yield once for each of rels, in ascending order of address, with
// its index and its frames, which are valid during the call. It beats calling
// Lookup in a loop: neighbours share the work of finding and decoding.
func (c *Cache) LookupAll(rels []uint64, yield func(i int, frames []Frame)) {
	b := batch{c: c}
	if slices.IsSorted(rels) {
		for i, rel := range rels {
			yield(i, b.lookup(rel))
		}
		return
	}
	for _, k := range sortedOrder(rels) {
		yield(int(k.index), b.lookup(k.rel))
	}
}

// A keyed is an address and its place among those asked for.
type keyed struct {
	rel   uint64
	index int32
}

// sortedOrder returns rels in ascending order. It sorts by the bytes that differ,
// the lowest first, which is several times faster than comparing.
func sortedOrder(rels []uint64) []keyed {
	keys := make([]keyed, len(rels))
	var differ uint64
	for i, rel := range rels {
		keys[i] = keyed{rel, int32(i)}
		differ |= rel ^ rels[0]
	}
	if len(rels) < 64 {
		slices.SortFunc(keys, func(a, b keyed) int { return cmp.Compare(a.rel, b.rel) })
		return keys
	}
	spare := make([]keyed, len(keys))
	for shift := 0; shift < 64; shift += 8 {
		if differ>>shift&0xff == 0 {
			continue
		}
		var count [256]int32
		for i := range keys {
			count[byte(keys[i].rel>>shift)]++
		}
		at := int32(0)
		for i, n := range count {
			count[i] = at
			at += n
		}
		for i := range keys {
			k := &count[byte(keys[i].rel>>shift)]
			spare[*k] = keys[i]
			*k++
		}
		keys, spare = spare, keys
	}
	return keys
}

// A batch answers ascending addresses. It remembers up to where the last answer
// holds.
type batch struct {
	c          *Cache
	frames     []Frame
	start, end uint64 // the answer holds for these offsets
}

func (b *batch) lookup(rel uint64) []Frame {
	if b.start <= rel && rel < b.end {
		return b.frames
	}
	b.frames, b.end = b.c.lookup(b.frames[:0], rel)
	b.start = rel
	return b.frames
}
