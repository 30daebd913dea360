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
	places    placeTable                // of names without a scope
	byContent map[debuginfo.Name]uint32 // the others
	paths     []string
	pathPlace placeTable
}

func newInterner() *interner {
	return &interner{names: []debuginfo.Name{{}}, paths: []string{""}, byContent: map[debuginfo.Name]uint32{}}
}

func (t *interner) name(n debuginfo.Name) uint32 {
	if n.Symbol == "" {
		return 0
	}
	var id *uint32
	if n.Scope == "" {
		id = t.places.find(n.Symbol, n.Language)
	} else {
		v := t.byContent[n]
		if v == 0 {
			t.byContent[n] = uint32(len(t.names))
		}
		id = &v
	}
	if *id == 0 {
		*id = uint32(len(t.names))
		t.names = append(t.names, n)
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
	hash := maphash.String(t.seed, n.Symbol)
	if n.Scope != "" { // many functions share a plain name
		hash += 31 * maphash.String(t.seed, n.Scope)
	}
	for i := hash; ; i++ {
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
