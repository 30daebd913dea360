package symcache

import (
	"hash/maphash"
	"math/bits"
	"unsafe"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// An interner numbers names and paths in the order in which one worker meets
// them. Linkers merge equal strings, so it tells most of them by where they are
// in memory, which spares it reading them.
type interner struct {
	names     nameTable  // all of them; finds those with a scope
	places    placeTable // of the others
	paths     []string
	pathPlace placeTable
}

func newInterner() *interner {
	t := &interner{paths: []string{""}}
	t.names.init(0)
	return t
}

func (t *interner) name(n debuginfo.Name) uint32 {
	if n.Symbol == "" || n.Scope != "" {
		return t.names.number(n)
	}
	id := t.places.find(n.Symbol, n.Language)
	if *id == 0 {
		*id = t.names.add(n)
	}
	return *id
}

func (t *interner) path(p string) uint32 {
	if p == "" {
		return 0
	}
	id := t.pathPlace.find(p, 0)
	if *id == 0 {
		*id = uint32(len(t.paths))
		t.paths = append(t.paths, p)
	}
	return *id
}

// forget lets go of what only new names need.
func (t *interner) forget() {
	t.places, t.pathPlace, t.names.slots = placeTable{}, placeTable{}, nil
}

// A placeTable maps strings, by where they are in memory, to numbers.
type placeTable struct {
	slots []place // a power of two of them, at most half of them in use
	used  int
}

type place struct {
	data     *byte
	size     uint32
	language debuginfo.Language
	id       uint32
}

// find returns where the number of s is kept, which is 0 for a new one. It is
// valid until the next call.
func (t *placeTable) find(s string, l debuginfo.Language) *uint32 {
	if 2*t.used >= len(t.slots) {
		old := t.slots
		t.slots = make([]place, max(2*len(old), 1<<10))
		for _, p := range old {
			if p.data != nil {
				*t.probe(p) = p
			}
		}
	}
	want := place{data: unsafe.StringData(s), size: uint32(len(s)), language: l}
	p := t.probe(want)
	if p.data == nil {
		*p = want
		t.used++
	}
	return &p.id
}

func (t *placeTable) probe(want place) *place {
	mask := uint64(len(t.slots) - 1)
	for i := uint64(uintptr(unsafe.Pointer(want.data))) * 0x9e3779b97f4a7c15 >> 20; ; i++ {
		p := &t.slots[i&mask]
		if p.data == nil || p.data == want.data && p.size == want.size && p.language == want.language {
			return p
		}
	}
}

// A nameTable numbers names in the order in which they are asked for, by content.
type nameTable struct {
	chunks [][]debuginfo.Name // by number, so that none is moved; 0 is no name
	slots  []nameSlot         // a power of two of them, at most half of them in use
	used   int
	seed   maphash.Seed
}

const nameChunk = 1 << 8

// A nameSlot has the number of a name, and the hash of it, so that growing reads no names.
type nameSlot struct{ hash, number uint32 }

// init makes room for n names, about half of which are equal to others.
func (t *nameTable) init(n int) {
	t.add(debuginfo.Name{})
	t.slots = make([]nameSlot, 1<<bits.Len(uint(n+8)))
	t.seed = maphash.MakeSeed()
}

// number returns the number of n, a new one if it was not asked for before.
func (t *nameTable) number(n debuginfo.Name) uint32 {
	if n.Symbol == "" {
		return 0
	}
	if 2*t.used >= len(t.slots) {
		t.grow()
	}
	hash := maphash.String(t.seed, n.Symbol)
	if n.Scope != "" { // many functions share a plain name
		hash += 31 * maphash.String(t.seed, n.Scope)
	}
	for i := uint32(hash); ; i++ {
		slot := &t.slots[i&uint32(len(t.slots)-1)]
		if slot.number == 0 {
			*slot = nameSlot{uint32(hash), t.add(n)}
			t.used++
			return slot.number
		}
		if slot.hash == uint32(hash) && *t.at(slot.number) == n {
			return slot.number
		}
	}
}

// add appends a name and returns its number.
func (t *nameTable) add(n debuginfo.Name) uint32 {
	last := len(t.chunks) - 1
	if last < 0 || len(t.chunks[last]) == nameChunk {
		t.chunks = append(t.chunks, make([]debuginfo.Name, 0, nameChunk))
		last++
	}
	t.chunks[last] = append(t.chunks[last], n)
	return uint32(t.len() - 1)
}

// at returns the name with a number.
func (t *nameTable) at(number uint32) *debuginfo.Name {
	return &t.chunks[number/nameChunk][number%nameChunk]
}

// len returns how many names there are, no name included.
func (t *nameTable) len() int {
	last := len(t.chunks) - 1
	return last*nameChunk + len(t.chunks[last])
}

func (t *nameTable) grow() {
	old := t.slots
	t.slots = make([]nameSlot, 2*len(old))
	for _, s := range old {
		if s.number == 0 {
			continue
		}
		i := s.hash
		for t.slots[i&uint32(len(t.slots)-1)].number != 0 {
			i++
		}
		t.slots[i&uint32(len(t.slots)-1)] = s
	}
}
