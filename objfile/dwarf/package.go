package dwarf

import (
	"encoding/binary"
	"sync"

	"github.com/nativesym/nativesym/internal/cursor"
)

// A Package is a .dwp file: the split files of one program in one. It is safe for
// concurrent use.
//
// Its sections are those of the .dwo files one after the other, except for the
// strings, which are merged. Two indexes, of compilation units and of type units,
// say which part of each section belongs to which unit.
type Package struct {
	order       binary.ByteOrder
	sections    Sections
	units       packageIndex // by id
	types       packageIndex // by signature
	typesOpened sync.Map     // signature → *Data
}

// NewPackage returns the package in the given sections, named .dwo in the file,
// its .debug_cu_index, and its .debug_tu_index, which is nil where no types stand
// in units of their own.
func NewPackage(order binary.ByteOrder, units, types []byte, s Sections) (p *Package, err error) {
	p = &Package{order: order, sections: s}
	if p.units, err = readPackageIndex(order, ".debug_cu_index", units); err == nil && len(types) > 0 {
		p.types, err = readPackageIndex(order, ".debug_tu_index", types)
	}
	return p, err
}

// Unit returns the part of the package that holds the unit with an id, or nil if
// it has none.
func (p *Package) Unit(id uint64) (*Data, error) { return p.part(&p.units, id) }

// typeUnit is Unit for the signature of a type.
func (p *Package) typeUnit(signature uint64) (*Data, error) {
	if d, ok := p.typesOpened.Load(signature); ok {
		return d.(*Data), nil
	}
	d, err := p.part(&p.types, signature)
	if err == nil && d != nil {
		p.typesOpened.Store(signature, d)
	}
	return d, err
}

// part returns the part of the package that an index has for an id.
func (p *Package) part(x *packageIndex, id uint64) (*Data, error) {
	row, ok := x.row(id)
	if !ok {
		return nil, nil
	}
	if row > x.units {
		return nil, &cursor.Error{Section: x.section, Reason: "a slot leads to a unit that is not there"}
	}
	s := Sections{Str: p.sections.Str}
	for i := range x.columns {
		var part, all *[]byte
		var name string
		switch number := x.number(x.names, i); {
		case number == columnInfo:
			name, part, all = ".debug_info.dwo", &s.Info, &p.sections.Info
		case number == columnTypes && x.version == 2:
			name, part, all = ".debug_types.dwo", &s.Types, &p.sections.Types
		case number == columnAbbrev:
			name, part, all = ".debug_abbrev.dwo", &s.Abbrev, &p.sections.Abbrev
		case number == columnStrOffsets:
			name, part, all = ".debug_str_offsets.dwo", &s.StrOffsets, &p.sections.StrOffsets
		case number == columnRngLists && x.version == 5:
			name, part, all = ".debug_rnglists.dwo", &s.RngLists, &p.sections.RngLists
		default:
			continue
		}
		cell := (row-1)*x.columns + i
		off, size := x.number(x.offsets, cell), x.number(x.sizes, cell)
		if have := uint64(len(*all)); off > have || size > have-off {
			return nil, &cursor.Error{Section: name, Offset: off, Reason: "a unit's part reaches beyond the section"}
		}
		*part = (*all)[off:][:size:size]
	}
	d, err := New(p.order, s, Options{})
	if err == nil {
		d.types.pack = p
	}
	return d, err
}
