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
	names     []debuginfo.Name
	byPlace   map[place]uint32
	byContent map[debuginfo.Name]uint32
	paths     []string
	pathAt    map[place]uint32
}

// A place is where a string is in memory.
type place struct {
	data     *byte
	size     int
	language debuginfo.Language
}

func newInterner() *interner {
	return &interner{
		names:     []debuginfo.Name{{}},
		paths:     []string{""},
		byPlace:   map[place]uint32{},
		byContent: map[debuginfo.Name]uint32{},
		pathAt:    map[place]uint32{},
	}
}

func (t *interner) name(n debuginfo.Name) uint32 {
	if n.Symbol == "" {
		return 0
	}
	if n.Scope == "" {
		at := place{unsafe.StringData(n.Symbol), len(n.Symbol), n.Language}
		id, ok := t.byPlace[at]
		if !ok {
			id = uint32(len(t.names))
			t.names = append(t.names, n)
			t.byPlace[at] = id
		}
		return id
	}
	id, ok := t.byContent[n]
	if !ok {
		id = uint32(len(t.names))
		t.names = append(t.names, n)
		t.byContent[n] = id
	}
	return id
}

func (t *interner) path(p string) uint32 {
	if p == "" {
		return 0
	}
	at := place{data: unsafe.StringData(p), size: len(p)}
	id, ok := t.pathAt[at]
	if !ok {
		id = uint32(len(t.paths))
		t.paths = append(t.paths, p)
		t.pathAt[at] = id
	}
	return id
}

// A nameTable numbers names in the order in which they are asked for, by content.
type nameTable struct {
	list  []debuginfo.Name
	slots []uint32 // index in list + 1, hashed; a power of two of them
	seed  maphash.Seed
}

// init makes room for n names.
func (t *nameTable) init(n int) {
	t.list = append(make([]debuginfo.Name, 0, n/2+1), debuginfo.Name{})
	t.slots = make([]uint32, 1<<bits.Len(uint(2*n+8)))
	t.seed = maphash.MakeSeed()
}

// number returns the number of n, a new one if it was not asked for before.
func (t *nameTable) number(n debuginfo.Name) uint32 {
	if n == (debuginfo.Name{}) {
		return 0
	}
	if 2*len(t.list) >= len(t.slots) {
		grown := nameTable{}
		grown.init(2 * len(t.list))
		for _, old := range t.list {
			grown.number(old)
		}
		*t = grown
	}
	mask := uint64(len(t.slots) - 1)
	for i := maphash.String(t.seed, n.Symbol) + uint64(len(n.Scope)); ; i++ {
		slot := &t.slots[i&mask]
		if *slot == 0 {
			t.list = append(t.list, n)
			*slot = uint32(len(t.list))
			return *slot - 1
		}
		if t.list[*slot-1] == n {
			return *slot - 1
		}
	}
}
