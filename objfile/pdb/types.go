package pdb

import (
	"sort"
	"sync"

	"github.com/nativesym/nativesym/internal/cursor"
)

// A typeStream is a stream of type records: TPI, which holds types, or IPI,
// which holds the ids of functions. They are often half of a PDB, and few
// records of them name an inlined function, so a record is found through the
// stream's own index, which leads to about every 8 KiB. Of what the index leads to
// the places of all records are remembered, so that no record is passed twice.
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

	mu     sync.Mutex
	places []uint32 // of records, by number from begin on
}

// An indexEntry says where in the records a number's record starts.
type indexEntry struct{ number, off uint32 }

// Places that are none.
const (
	placeUnknown = 0 // not looked for: places count from 1
	placeMissing = ^uint32(0)
)

// minRecord is the size of a record of no contents.
const minRecord = 4

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
	n := min(uint64(end-begin), size/minRecord)
	t.begin, t.end, t.records = begin, begin+uint32(n), records
	t.places = make([]uint32, n)
	t.index = t.readIndex(indexStream, indexOff, indexSize)
}

// readIndex returns the index that the linker wrote, up to where it makes no
// sense. It always leads to the first record.
func (t *typeStream) readIndex(stream uint16, off, size uint64) []indexEntry {
	index := []indexEntry{{number: t.begin}}
	data, err := t.file.msf.stream(stream)
	if err != nil || off > uint64(len(data)) || size > uint64(len(data))-off {
		return index
	}
	c := cursor.New("type index", le, data[off:][:size])
	for c.Len() >= 8 {
		e, last := indexEntry{number: c.U32(), off: c.U32()}, index[len(index)-1]
		if e == last {
			continue // the first record
		}
		if e.number <= last.number || e.off <= last.off || uint64(e.off) > uint64(len(t.records)) {
			break
		}
		index = append(index, e)
	}
	return index
}

// has reports whether there may be a record n: simple types have none.
func (t *typeStream) has(n uint32) bool {
	t.once.Do(t.load)
	return t.begin <= n && n < t.end
}

// record returns the kind and the body of record n. A number that has no record
// gives an empty body.
func (t *typeStream) record(n uint32) (kind uint16, body []byte) {
	if !t.has(n) {
		return 0, nil
	}
	place := t.place(n)
	if place == placeMissing {
		return 0, nil
	}
	s := recordScanner{data: t.records, off: int(place - 1)}
	s.next()
	return s.kind, s.body
}

// place returns where record n is, from 1, or placeMissing.
func (t *typeStream) place(n uint32) uint32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.places[n-t.begin] == placeUnknown {
		t.find(n)
	}
	return t.places[n-t.begin]
}

// find fills in the places of the records that the index leads to along with n.
func (t *typeStream) find(n uint32) {
	next := sort.Search(len(t.index), func(i int) bool { return t.index[i].number > n })
	first, end := t.index[next-1], t.end
	if next < len(t.index) {
		end = min(end, t.index[next].number)
	}
	s := recordScanner{data: t.records, off: int(first.off)}
	for n := first.number; n < end; n++ {
		place := uint32(s.off) + 1
		if !s.next() {
			place = placeMissing
		}
		t.places[n-t.begin] = place
	}
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
