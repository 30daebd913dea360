package symcache

import "encoding/binary"

// appendTo appends p as a worker keeps it: numbers of variable size, so that most
// take a byte, and what names and files need before the rest.
func (p *parts) appendTo(b []byte, start uint64) []byte {
	for _, v := range [...]uint64{
		uint64(p.unit), uint64(p.seq), uint64(p.function), p.span, start - p.first, uint64(p.rows),
		uint64(len(p.files)), uint64(len(p.scopes)), uint64(len(p.columns)), uint64(len(p.body)),
	} {
		b = binary.AppendUvarint(b, v)
	}
	b = binary.AppendVarint(b, int64(p.entry-p.first))
	b = le.AppendUint32(b, p.lineBase)
	b = append(b, p.bits.start, p.bits.scope, p.bits.file, p.bits.line)
	b = append(b, p.body...)
	for _, f := range p.files {
		b = binary.AppendUvarint(b, uint64(f))
	}
	for i := range p.scopes {
		b = binary.AppendUvarint(b, uint64(p.scopes[i].function))
	}
	for i := range p.scopes {
		s := &p.scopes[i]
		b = binary.AppendUvarint(b, uint64(s.parent))
		b = binary.AppendUvarint(b, uint64(s.callFile))
		b = binary.AppendUvarint(b, uint64(s.callLine))
		b = binary.AppendUvarint(b, uint64(s.callColumn))
	}
	for _, c := range p.columns {
		b = binary.AppendUvarint(b, uint64(c.start))
		b = binary.AppendUvarint(b, uint64(c.column))
	}
	return b
}

// A partsReader reads what appendTo wrote. It trusts it.
type partsReader struct{ b []byte }

func (r *partsReader) number() uint64 {
	if v := r.b[0]; v < 0x80 {
		r.b = r.b[1:]
		return uint64(v)
	}
	v, n := binary.Uvarint(r.b)
	r.b = r.b[n:]
	return v
}

func (r *partsReader) number32() uint32 { return uint32(r.number()) }

// readNames reads the parts of the block at start up to the functions of its scopes:
// all of its names and files. Slices of p are used again.
func (r *partsReader) readNames(p *parts, start uint64) {
	p.unit, p.seq, p.function = r.number32(), r.number32(), r.number32()
	p.span, p.first = r.number(), start-r.number()
	p.rows = uint16(r.number())
	files, scopes, columns, body := r.number(), r.number(), r.number(), r.number()
	delta, n := binary.Varint(r.b)
	p.entry = p.first + uint64(delta)
	p.lineBase = le.Uint32(r.b[n:])
	bits := r.b[n+4:]
	p.bits = blockBits{bits[0], bits[1], bits[2], bits[3]}
	p.body, r.b = bits[4:][:body], bits[4+body:]
	p.files, p.scopes, p.columns = resize(p.files, files), resize(p.scopes, scopes), resize(p.columns, columns)
	for i := range p.files {
		p.files[i] = r.number32()
	}
	for i := range p.scopes {
		p.scopes[i].function = r.number32()
	}
}

// readRest reads what follows what readNames read.
func (r *partsReader) readRest(p *parts) {
	for i := range p.scopes {
		s := &p.scopes[i]
		s.parent, s.callFile = uint16(r.number()), uint16(r.number())
		s.callLine, s.callColumn = r.number32(), r.number32()
	}
	for i := range p.columns {
		p.columns[i] = column{uint16(r.number()), r.number32()}
	}
}

// resize returns a slice of n values, s itself if it is long enough.
func resize[T any](s []T, n uint64) []T {
	if uint64(cap(s)) < n {
		return make([]T, n, 2*n)
	}
	return s[:n]
}

// An arena keeps many short runs of bytes in few allocations.
type arena struct{ chunks [][]byte }

// arenaChunk is how many bytes a chunk has, short of runs that are longer.
const arenaChunk = 1 << 18

// keep copies b, and returns where it is now.
func (a *arena) keep(b []byte) (chunk, at uint32) {
	last := len(a.chunks) - 1
	if last < 0 || cap(a.chunks[last])-len(a.chunks[last]) < len(b) {
		a.chunks = append(a.chunks, make([]byte, 0, max(arenaChunk, len(b))))
		last++
	}
	c := &a.chunks[last]
	at = uint32(len(*c))
	*c = append(*c, b...)
	return uint32(last), at
}
