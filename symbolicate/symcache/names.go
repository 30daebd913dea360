package symcache

import (
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
