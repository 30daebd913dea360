package dwarf

import "sync"

// The sections that units are in.
const (
	infoSection  = ".debug_info"
	typesSection = ".debug_types"
)

// typeUnits finds types that stand in units of their own, of which a linker keeps
// one where many object files describe the same type. What the other units have
// is a declaration with the type's signature, and GCC leaves even the namespace
// away that it is in.
type typeUnits struct {
	main *Data    // whose units refer to them: for .debug_types that of .debug_info
	pack *Package // that main is a part of, or nil

	once sync.Once
	dies map[uint64]typeDIE // by signature
}

// A typeDIE is where a type is described.
type typeDIE struct {
	data *Data
	off  uint64
}

// typeUnit returns the DIE that describes the type which d declares.
func (u *unit) typeUnit(d *die) (*Data, uint64, bool) {
	if !d.has.has(signature) || d.form[signature] != formRefSig8 {
		return nil, 0, false
	}
	return u.data.types.main.typeUnit(d.val[signature])
}

// typeUnit looks in d, and then in the rest of the package that d is a part of.
func (d *Data) typeUnit(signature uint64) (*Data, uint64, bool) {
	data, off, ok := d.ownTypeUnit(signature)
	if ok || d.types.pack == nil {
		return data, off, ok
	}
	part, err := d.types.pack.typeUnit(signature)
	if err != nil || part == nil {
		return nil, 0, false
	}
	return part.ownTypeUnit(signature) // which a broken index may not lead to
}

func (d *Data) ownTypeUnit(signature uint64) (*Data, uint64, bool) {
	t := &d.types
	t.once.Do(func() {
		t.dies = map[uint64]typeDIE{}
		t.add(d)
		if len(d.s.Types) > 0 {
			t.add(d.ofTypes())
		}
	})
	at, ok := t.dies[signature]
	return at.data, at.off, ok
}

// ofTypes returns what reads the units of .debug_types.
func (d *Data) ofTypes() *Data {
	types := &Data{order: d.order, big: d.big, section: typesSection, s: d.s, opts: d.opts}
	types.s.Info, types.types.main = d.s.Types, d
	return types
}

// add lists the type units of d. Of two with one signature, which are alike, the
// first counts.
func (t *typeUnits) add(d *Data) {
	d.index()
	for i := range d.units {
		h := &d.units[i]
		if h.kind != unitType && h.kind != unitSplitType || h.bad {
			continue
		}
		if _, dup := t.dies[h.id]; !dup {
			t.dies[h.id] = typeDIE{d, uint64(h.off) + h.typeOff}
		}
	}
}
