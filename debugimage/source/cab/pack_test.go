package cab

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// lzxOptions say how packLZX packs.
type lzxOptions struct {
	windowBits int
	blocks     []lzxBlock // kinds and sizes of blocks, over and over
	calls      int32      // size for the translation of calls; 0: none
}

type lzxBlock struct {
	kind, size int
}

// packLZX packs data as LZX does, without much effort to make it small. Its output
// is checked with cabextract.
func packLZX(data []byte, o lzxOptions) [][]byte {
	p := &lzxPacker{lzxOptions: o, data: slices.Clone(data), recent: [3]int{1, 1, 1}, last: map[uint32]int{}}
	p.mainLengths = make([]uint8, literals+lengthLevels*slots[o.windowBits-minWindowBits])
	p.translateCalls()
	p.header()
	for i := 0; p.at < len(p.data); i++ {
		b := o.blocks[i%len(o.blocks)]
		p.block(b.kind, min(b.size, len(p.data)-p.at))
	}
	if len(p.out) > 0 || p.bits > 0 {
		p.endFrame()
	}
	return p.frames
}

// An lzxPacker packs one folder.
type lzxPacker struct {
	lzxOptions
	data []byte // calls translated
	at   int

	frames [][]byte
	out    []byte // of the frame
	word   uint32 // bits not yet in out
	bits   int

	recent        [3]int
	last          map[uint32]int // where three bytes were last
	mainLengths   []uint8
	lengthLengths [lengthSymbols]uint8
}

// A token is a byte, or a match.
type token struct {
	literal  byte
	length   int // 0: a byte
	slot     int
	distance int // of a slot after the recent ones
}

func (p *lzxPacker) put(value uint32, n int) {
	for i := n - 1; i >= 0; i-- {
		p.word = p.word<<1 | value>>i&1
		if p.bits++; p.bits == 16 {
			p.out = binary.LittleEndian.AppendUint16(p.out, uint16(p.word))
			p.word, p.bits = 0, 0
		}
	}
}

func (p *lzxPacker) align() { p.put(0, (16-p.bits)%16) }

func (p *lzxPacker) endFrame() {
	p.align()
	p.frames = append(p.frames, p.out)
	p.out = nil
}

// advance counts bytes packed; frames end where they do.
func (p *lzxPacker) advance(n int) {
	if p.at += n; p.at%maxUnpacked == 0 {
		p.endFrame()
	}
}

func (p *lzxPacker) header() {
	if p.calls == 0 {
		p.put(0, 1)
		return
	}
	p.put(1, 1)
	p.put(uint32(p.calls), 32)
}

func (p *lzxPacker) translateCalls() {
	if p.calls == 0 {
		return
	}
	cut(p.data, func(before, frame []byte) {
		if len(frame) <= callTail {
			return
		}
		for i := 0; i < len(frame)-callTail; i++ {
			if frame[i] != callOpcode {
				continue
			}
			at := int32(len(before) + i)
			switch rel := int32(u32(frame[i+1:])); {
			case rel < -at || rel >= p.calls:
			case rel < p.calls-at:
				binary.LittleEndian.PutUint32(frame[i+1:], uint32(rel+at))
			default:
				binary.LittleEndian.PutUint32(frame[i+1:], uint32(rel-p.calls))
			}
			i += 4
		}
	})
}

// block packs a block of n bytes.
func (p *lzxPacker) block(kind, n int) {
	p.put(uint32(kind), 3)
	p.put(uint32(n), 24)
	if kind == uncompressed {
		p.stored(n)
		return
	}
	tokens := p.parse(n)
	mainCounts, lengthCounts := make([]int, len(p.mainLengths)), make([]int, lengthSymbols)
	alignedCounts := make([]int, alignedSymbols)
	for _, t := range tokens {
		mainCounts[t.main()]++
		if t.length >= minMatch+lengthLevels-1 {
			lengthCounts[t.length-minMatch-lengthLevels+1]++
		}
		if s := slotTable[t.slot]; t.slot > 2 && s.extra >= 3 {
			alignedCounts[(t.distance-int(s.first))&7]++
		}
	}
	var alignedLengths []uint8
	if kind == aligned {
		alignedLengths = codeLengths(alignedCounts, 7, true)
		for _, n := range alignedLengths {
			p.put(uint32(n), 3)
		}
	}
	mainLengths := codeLengths(mainCounts, maxCodeLength, true)
	lengthLengths := codeLengths(lengthCounts, maxCodeLength, false)
	p.putLengths(p.mainLengths[:literals], mainLengths[:literals])
	p.putLengths(p.mainLengths[literals:], mainLengths[literals:])
	p.putLengths(p.lengthLengths[:], lengthLengths)
	main, length, low := codesOf(mainLengths), codesOf(lengthLengths), codesOf(alignedLengths)
	for _, t := range tokens {
		p.put(main[t.main()], int(mainLengths[t.main()]))
		if t.length == 0 {
			p.advance(1)
			continue
		}
		if long := t.length - minMatch - lengthLevels + 1; long >= 0 {
			p.put(length[long], int(lengthLengths[long]))
		}
		if s := slotTable[t.slot]; t.slot > 2 {
			extra := uint32(t.distance) - s.first
			if kind == aligned && s.extra >= 3 {
				p.put(extra>>3, int(s.extra)-3)
				p.put(low[extra&7], int(alignedLengths[extra&7]))
			} else {
				p.put(extra, int(s.extra))
			}
		}
		p.advance(t.length)
	}
}

func (p *lzxPacker) stored(n int) {
	p.put(0, 16-p.bits)
	for _, d := range p.recent {
		p.out = binary.LittleEndian.AppendUint32(p.out, uint32(d))
	}
	for left := n; left > 0; {
		run := min(left, maxUnpacked-p.at%maxUnpacked)
		p.out = append(p.out, p.data[p.at:p.at+run]...)
		if left -= run; left == 0 && n%2 == 1 {
			p.out = append(p.out, 0)
		}
		p.advance(run)
	}
}

// parse makes the next n bytes into tokens: greedily, recent distances first.
func (p *lzxPacker) parse(n int) (tokens []token) {
	for at, end := p.at, p.at+n; at < end; {
		room := min(end, at/maxUnpacked*maxUnpacked+maxUnpacked) - at
		best := token{literal: p.data[at]}
		for i, d := range p.recent {
			if l := p.matchAt(at, d, room); l > best.length {
				best = token{length: l, slot: i, distance: d}
			}
		}
		if room >= 3 {
			key := uint32(p.data[at]) | uint32(p.data[at+1])<<8 | uint32(p.data[at+2])<<16
			if from, ok := p.last[key]; ok && at-from <= 1<<p.windowBits-3 {
				if l := p.matchAt(at, at-from, room); l > best.length+1 && !slices.Contains(p.recent[:], at-from) {
					best = token{length: l, slot: slotOf(at - from), distance: at - from}
				}
			}
			p.last[key] = at
		}
		tokens = append(tokens, best)
		r := &p.recent
		switch {
		case best.length == 0:
		case best.slot <= 2:
			r[0], r[best.slot] = r[best.slot], r[0]
		default:
			r[0], r[1], r[2] = best.distance, r[0], r[1]
		}
		at += max(1, best.length)
	}
	return tokens
}

// matchAt returns how long the match with a distance is, 0 if it is none.
func (p *lzxPacker) matchAt(at, distance, room int) (n int) {
	const longest = minMatch + lengthLevels - 1 + lengthSymbols - 1
	if distance > at {
		return 0
	}
	for n < min(room, longest) && p.data[at+n] == p.data[at+n-distance] {
		n++
	}
	if n < minMatch {
		return 0
	}
	return n
}

// slotOf returns the slot of a distance.
func slotOf(distance int) int {
	s := 3
	for s+1 < len(slotTable) && slotTable[s+1].first <= uint32(distance) {
		s++
	}
	return s
}

// main returns a token's symbol of the main code.
func (t token) main() int {
	if t.length == 0 {
		return int(t.literal)
	}
	return literals + t.slot*lengthLevels + min(t.length-minMatch, lengthLevels-1)
}

// putLengths writes lengths of codes as differences from old, which become the same.
func (p *lzxPacker) putLengths(old, lengths []uint8) {
	type item struct{ symbol, extra, bits, next int }
	var items []item
	delta := func(i int) int { return (int(old[i]) - int(lengths[i]) + 17) % 17 }
	for i := 0; i < len(lengths); {
		run := 1
		for i+run < len(lengths) && lengths[i+run] == lengths[i] {
			run++
		}
		switch {
		case lengths[i] == 0 && run >= 20:
			run = min(run, 51)
			items = append(items, item{18, run - 20, 5, -1})
		case lengths[i] == 0 && run >= 4:
			run = min(run, 19)
			items = append(items, item{17, run - 4, 4, -1})
		case run >= 4:
			run = min(run, 5)
			items = append(items, item{19, run - 4, 1, delta(i)})
		default:
			run = 1
			items = append(items, item{delta(i), 0, 0, -1})
		}
		i += run
	}
	counts := make([]int, preliminaryCount)
	for _, it := range items {
		counts[it.symbol]++
		if it.next >= 0 {
			counts[it.next]++
		}
	}
	own := codeLengths(counts, 15, true)
	codes := codesOf(own)
	for _, n := range own {
		p.put(uint32(n), 4)
	}
	for _, it := range items {
		p.put(codes[it.symbol], int(own[it.symbol]))
		p.put(uint32(it.extra), it.bits)
		if it.next >= 0 {
			p.put(codes[it.next], int(own[it.next]))
		}
	}
	copy(old, lengths)
}

// codeLengths returns the lengths of a Huffman code for symbols that occur so often,
// none longer than limit. A code of one symbol would not be whole and gets another;
// so does one of none, if it must have some.
func codeLengths(counts []int, limit int, some bool) []uint8 {
	counts = slices.Clone(counts)
	used := len(counts) - len(slices.DeleteFunc(slices.Clone(counts), func(n int) bool { return n > 0 }))
	if used == 0 && !some {
		return make([]uint8, len(counts))
	}
	for i := 0; used < 2; i++ {
		if counts[i] == 0 {
			counts[i] = 1
			used++
		}
	}
	for {
		lengths := huffmanLengths(counts)
		if int(slices.Max(lengths)) <= limit {
			return lengths
		}
		for i := range counts {
			counts[i] = (counts[i] + 1) / 2
		}
	}
}

func huffmanLengths(counts []int) []uint8 {
	type tree struct {
		count   int
		symbols []int
	}
	var trees []tree
	for s, n := range counts {
		if n > 0 {
			trees = append(trees, tree{n, []int{s}})
		}
	}
	lengths := make([]uint8, len(counts))
	for len(trees) > 1 {
		slices.SortStableFunc(trees, func(a, b tree) int { return b.count - a.count })
		a, b := trees[len(trees)-1], trees[len(trees)-2]
		both := slices.Concat(a.symbols, b.symbols)
		for _, s := range both {
			lengths[s]++
		}
		trees = append(trees[:len(trees)-2], tree{a.count + b.count, both})
	}
	return lengths
}

// codesOf returns the canonical codes of the given lengths.
func codesOf(lengths []uint8) []uint32 {
	codes := make([]uint32, len(lengths))
	code := uint32(0)
	for n := uint8(1); n <= maxCodeLength; n++ {
		code <<= 1
		for s, l := range lengths {
			if l == n {
				codes[s] = code
				code++
			}
		}
	}
	if len(lengths) > 0 && bits.OnesCount32(code) > 1 {
		panic("code is not whole")
	}
	return codes
}
