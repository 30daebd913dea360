package pdb

import (
	"sort"
	"sync"

	"github.com/nativesym/nativesym/internal/cursor"
)

// A typeStream is a stream of type records: TPI, which holds types, or IPI,
// which holds the ids of functions. They are often half of a PDB, and few
// records of them name an inlined function, so a record is found through the
// stream's own index, which leads to about every 8 KiB, and nothing else is read.
//
//	offset  size  field
//	0x00    4     version
//	0x04    4     size of this header
//	0x08    4×2   first number, and the one after the last
//	0x10    4     bytes of records
//	0x14    2     stream with the index
//	…
//	0x28    4×2   the index: offset and bytes in that stream
type typeStream struct {
	file   *File
	stream uint16
	absent bool // the PDB is older than this stream

	once       sync.Once
	begin, end uint32
	records    []byte
	index      []indexEntry
}

// An indexEntry says where in the records a number's record starts.
type indexEntry struct{ number, off uint32 }

// Where the stream's own index leads to less than every maxStride-th record, or
// contradicts itself, we make one that leads to every ownStride-th.
const (
	maxStride = 8<<10/8 + 1 // a record takes at least eight bytes
	ownStride = 64
)

// Record kinds: of the types that have names, and of ids.
const (
	leafClass     = 0x1504
	leafStructure = 0x1505
	leafUnion     = 0x1506
	leafEnum      = 0x1507
	leafInterface = 0x1519

	leafFuncID       = 0x1601
	leafMemberFuncID = 0x1602
	leafStringID     = 0x1605
)

// load reads the header and the index. A stream that cannot be read leaves
// functions without names, which is no reason to refuse the module.
func (t *typeStream) load() {
	if t.absent {
		return
	}
	data, err := t.file.msf.stream(t.stream)
	if err != nil || len(data) == 0 {
		return
	}
	c := cursor.New("type stream", le, data)
	c.U32()
	headerSize := uint64(c.U32())
	begin, end, size := c.U32(), c.U32(), uint64(c.U32())
	indexStream := c.U16()
	c.Seek(0x28)
	indexOff, indexSize := uint64(c.U32()), uint64(c.U32())
	c.Seek(headerSize)
	records := c.Bytes(size)
	if c.Err() != nil || begin > end {
		return
	}
	t.begin, t.end, t.records = begin, end, records
	if t.index = t.readIndex(indexStream, indexOff, indexSize); t.index == nil {
		t.index = t.makeIndex()
	}
}

// readIndex returns the index that the linker wrote, or nil if it is of no use.
func (t *typeStream) readIndex(stream uint16, off, size uint64) []indexEntry {
	data, err := t.file.msf.stream(stream)
	if err != nil || off > uint64(len(data)) || size > uint64(len(data))-off || size < 8 {
		return nil
	}
	index := make([]indexEntry, 0, size/8)
	c := cursor.New("type index", le, data[off:][:size])
	for c.Len() >= 8 {
		e := indexEntry{number: c.U32(), off: c.U32()}
		last := indexEntry{number: t.begin}
		if n := len(index); n > 0 {
			last = index[n-1]
		}
		if e.number < last.number || e.number-last.number > maxStride || e.off < last.off {
			return nil
		}
		index = append(index, e)
	}
	if index[0] != (indexEntry{number: t.begin}) || t.end-index[len(index)-1].number > maxStride {
		return nil
	}
	return index
}

// makeIndex walks all records.
func (t *typeStream) makeIndex() []indexEntry {
	var index []indexEntry
	s := recordScanner{data: t.records}
	for n := t.begin; n < t.end; n++ {
		if n%ownStride == 0 || n == t.begin {
			index = append(index, indexEntry{n, uint32(s.off)})
		}
		if !s.next() {
			break
		}
	}
	return index
}

// record returns the kind and the body of record n. A number that has no record
// gives an empty body.
func (t *typeStream) record(n uint32) (kind uint16, body []byte) {
	t.once.Do(t.load)
	if n < t.begin || n >= t.end {
		return 0, nil // simple types have no records
	}
	i := sort.Search(len(t.index), func(i int) bool { return t.index[i].number > n }) - 1
	if i < 0 || uint64(t.index[i].off) > uint64(len(t.records)) {
		return 0, nil
	}
	s := recordScanner{data: t.records, off: int(t.index[i].off)}
	for range n - t.index[i].number + 1 {
		if !s.next() {
			return 0, nil
		}
	}
	return s.kind, s.body
}

// className returns the qualified name of the class, struct, union or enum n,
// "" for other types.
func (t *typeStream) className(n uint32) string {
	kind, body := t.record(n)
	var c *cursor.Cursor
	switch kind {
	case leafClass, leafStructure, leafInterface:
		c = cursor.New("class", le, body)
		c.Skip(16) // members, properties, field list, base, vtable shape
		skipNumber(c)
	case leafUnion:
		c = cursor.New("union", le, body)
		c.Skip(8)
		skipNumber(c)
	case leafEnum:
		c = cursor.New("enum", le, body)
		c.Skip(12)
	default:
		return ""
	}
	return text(c.CString())
}

// skipNumber moves past a number of variable size: two bytes, or a kind of two
// bytes and then the number.
func skipNumber(c *cursor.Cursor) {
	switch kind := c.U16(); {
	case kind < 0x8000 || c.Err() != nil:
	case kind == 0x8000: // signed byte
		c.Skip(1)
	case kind == 0x8001 || kind == 0x8002: // 16 bits
		c.Skip(2)
	case kind == 0x8003 || kind == 0x8004: // 32 bits
		c.Skip(4)
	case kind == 0x8009 || kind == 0x800a: // 64 bits
		c.Skip(8)
	default:
		c.Fail("number of kind %#x", kind)
	}
}

// functionName returns the scope and the plain name of function id n. A name
// that cannot be read is empty.
func (f *File) functionName(n uint32) (scope, name string) {
	kind, body := f.items.record(n)
	if kind != leafFuncID && kind != leafMemberFuncID {
		return "", ""
	}
	c := cursor.New("function id", le, body)
	parent := c.U32()
	c.U32() // type
	name = text(c.CString())
	switch {
	case c.Err() != nil:
	case kind == leafMemberFuncID:
		scope = f.types.className(parent)
	case parent != 0:
		if kind, body = f.items.record(parent); kind == leafStringID && len(body) > 4 {
			scope = cstring(body[4:])
		}
	}
	return scope, name
}
