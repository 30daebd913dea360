package dwarf

import (
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// names gives functions their names. It follows references to abstract instances
// and declarations, across units and into the supplementary file, once per origin
// and unit.
type names struct {
	r      *reader
	known  offsetMap
	scopes scopes
	die    die
}

// A foundName is a name on its way through the references that lead to it.
type foundName struct {
	debuginfo.Name
	u   *unit  // where the last DIE on the way is
	off uint64 // in .debug_info
}

func (n *names) reset() {
	n.known.reset()
	n.scopes.wanted = n.scopes.wanted[:0]
}

// of returns the name of the function that d, at p, is: an index in Unit.Names.
func (n *names) of(u *unit, d *die, p int) uint32 {
	if !d.has.has(linkageName) && !d.has.has(name) {
		return n.ofOrigin(u, d)
	}
	found := foundName{Name: debuginfo.Name{Language: u.language}}
	n.collect(u, d, uint64(p), &found, maxReferences)
	return n.add(found)
}

// ofOrigin returns the name of what d refers to.
func (n *names) ofOrigin(u *unit, d *die) uint32 {
	data, off, ok := u.reference(d, origin)
	if !ok {
		if data, off, ok = u.reference(d, specification); !ok {
			return 0
		}
	}
	key := off << 1
	if data != n.r.d {
		key |= 1
	}
	slot := n.known.slot(key)
	if *slot == 0 {
		found := foundName{Name: debuginfo.Name{Language: u.language}}
		n.resolve(u, data, off, &found, maxReferences)
		*slot = n.add(found) + 1
	}
	return *slot - 1
}

func (n *names) add(found foundName) uint32 {
	if found.Symbol == "" {
		return 0
	}
	out := n.r.out
	out.Names = append(out.Names, found.Name)
	index := uint32(len(out.Names) - 1)
	if found.u != nil && found.Language.Separator() != "" {
		n.scopes.want(found.u, found.off, index)
	}
	return index
}

// resolve takes over into found what the DIE at off and those it refers to say.
func (n *names) resolve(near *unit, data *Data, off uint64, found *foundName, steps int) {
	u, err := n.r.unitOf(near, data, off)
	if err != nil || steps == 0 {
		return // a name that cannot be read is unknown; the walk reports what is broken in this unit
	}
	a, p, err := u.abbrev(int(off))
	if err != nil || a == nil || a.kind != kindFunc {
		return
	}
	d := &n.die
	if _, err = u.skip(a, p, d); err != nil {
		return
	}
	n.collect(u, d, off, found, steps)
}

// collect takes over into found what d, at off, and those it refers to say.
func (n *names) collect(u *unit, d *die, off uint64, found *foundName, steps int) {
	if u.language != debuginfo.UnknownLanguage { // units that dwz made do not always tell
		found.Language = u.language
	}
	if s := u.str(d, linkageName); s != "" {
		found.Symbol, found.u = s, nil
		return
	}
	if s := u.str(d, name); s != "" && found.Symbol == "" {
		found.Symbol = s
	}
	data, next, ok := u.reference(d, origin)
	if !ok {
		data, next, ok = u.reference(d, specification)
	}
	if ok {
		n.resolve(u, data, next, found, steps-1)
		return
	}
	if found.Symbol != "" {
		found.u, found.off = u, off
	}
}

// declaration returns the source name of the function or type that d is, and where
// it is declared, if d refers to that.
func (n *names) declaration(u *unit, d *die, k kind) (symbol string, at location) {
	for range maxReferences {
		if symbol == "" {
			symbol = u.str(d, name)
		}
		data, off, ok := u.reference(d, origin)
		if !ok {
			data, off, ok = u.reference(d, specification)
		}
		if !ok && k == kindType {
			data, off, ok = u.typeUnit(d)
		}
		if !ok {
			break
		}
		next, err := n.r.unitOf(u, data, off)
		if err != nil {
			break
		}
		a, p, err := next.abbrev(int(off))
		if err != nil || a == nil || a.kind != k {
			break
		}
		if _, err = next.skip(a, p, &n.die); err != nil {
			break
		}
		u, d, at = next, &n.die, location{next, off}
	}
	return symbol, at
}

// An offsetMap maps offsets of DIEs to small numbers. It is emptied in no time,
// which a built-in map is not.
type offsetMap struct {
	entries []offsetEntry // a power of two of them
	used    int
	epoch   uint32
}

type offsetEntry struct {
	key   uint64
	epoch uint32
	value uint32
}

func (m *offsetMap) reset() {
	m.epoch++
	m.used = 0
	if m.epoch == 0 {
		clear(m.entries)
		m.epoch = 1
	}
}

// slot returns where the value of key is kept; a new key has the value 0. It is
// valid until the next call.
func (m *offsetMap) slot(key uint64) *uint32 {
	if m.used*2 >= len(m.entries) {
		m.grow()
	}
	e := m.probe(key)
	if e.epoch != m.epoch {
		*e = offsetEntry{key: key, epoch: m.epoch}
		m.used++
	}
	return &e.value
}

func (m *offsetMap) probe(key uint64) *offsetEntry {
	mask := uint64(len(m.entries) - 1)
	for i := key * 0x9e3779b97f4a7c15 >> 20; ; i++ {
		e := &m.entries[i&mask]
		if e.epoch != m.epoch || e.key == key {
			return e
		}
	}
}

func (m *offsetMap) grow() {
	old := m.entries
	m.entries = make([]offsetEntry, max(2*len(old), 1<<10))
	for _, e := range old {
		if e.epoch == m.epoch {
			*m.probe(e.key) = e
		}
	}
}
