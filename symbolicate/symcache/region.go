package symcache

import "math"

// A regionBuilder collects the blocks of a region.
type regionBuilder struct {
	start, end      uint64
	lone            bool     // it is one long block
	starts, offsets []uint32 // of the blocks, in the region and in their section
}

// takes reports whether a block from start to end belongs to the region. What is
// long, or far from what is before it, gets a region of its own: it would take
// buckets that have nothing to tell.
func (r *regionBuilder) takes(start, end uint64) bool {
	return len(r.starts) == 0 ||
		!r.lone && end-start < maxGap && start-r.end < maxGap && end+maxTail-r.start <= math.MaxUint32
}

func (r *regionBuilder) add(start, end uint64) {
	if len(r.starts) == 0 {
		r.start, r.lone = start, end-start >= maxGap
	}
	r.end = end
	r.starts = append(r.starts, uint32(start-r.start))
}

// shift returns how many bytes of the region a bucket covers, as a power of two.
func (r *regionBuilder) shift() uint8 {
	if r.lone {
		return loneShift
	}
	shift := uint8(minShift)
	for shift < maxShift && (r.end-r.start)>>shift > bucketsABlock*uint64(len(r.starts)) {
		shift++
	}
	return shift
}

// buckets returns how many the region has.
func (r *regionBuilder) buckets() int {
	size := uint64(1) << r.shift()
	return int((r.end - r.start + size - 1) / size)
}

// put writes the region to out, given its first bucket and the end of its blocks.
func (r *regionBuilder) put(out []byte, bucket, endBlock uint32) {
	le.PutUint64(out, r.start)
	for i, v := range []uint32{uint32(r.end - r.start), bucket, r.offsets[0], endBlock} {
		le.PutUint32(out[8+4*i:], v)
	}
	out[24] = r.shift()
}

// putBuckets writes the buckets to out.
func (r *regionBuilder) putBuckets(out []byte) {
	shift, span := r.shift(), r.end-r.start
	block := 0
	for at := uint64(0); at < span; at += 1 << shift {
		for block+1 < len(r.starts) && uint64(r.starts[block+1]) <= at {
			block++
		}
		le.PutUint32(out, r.offsets[block])
		out = out[4:]
	}
}
