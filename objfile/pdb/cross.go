package pdb

import (
	"cmp"
	"slices"
	"strings"

	"github.com/nativesym/nativesym/internal/cursor"
)

// Under whole-program optimisation one module may inline a function of
// another. It then refers to the function by an import: bit 31 set, below it
// the number of the import list (11 bits) and the place in that list (20 bits).
// The list names the module and holds ids that are that module's own; that
// module's exports turn them into ids of the IPI stream.
const importBit = 1 << 31

// An importList is what a module refers to in one other module.
type importList struct {
	module int // none if there is none of that name
	ids    []byte
}

// An export gives a module's own id a number in the IPI stream.
type export struct{ local, global uint32 }

// readImports reads the lists of a cross-scope import subsection: the module's
// name (an offset in /names), the number of ids, and the ids.
func (f *File) readImports(dst []importList, data []byte) ([]importList, error) {
	c := cursor.New("cross-scope imports", le, data)
	for c.Len() > 0 && c.Err() == nil {
		name := stringAt(f.strings, c.U32())
		ids := c.Bytes(4 * uint64(c.U32()))
		if c.Err() != nil {
			break
		}
		module, ok := f.byName()[strings.ToLower(name)]
		if !ok {
			module = none
		}
		dst = append(dst, importList{module, ids})
	}
	return dst, c.Err()
}

// resolve returns the IPI number of an id of a module that has these imports,
// and whether there is one.
func (f *File) resolve(id uint32, imports []importList) (uint32, bool) {
	if id&importBit == 0 {
		return id, true
	}
	list, place := id&^importBit>>20, id&(1<<20-1)
	if int(list) >= len(imports) || 4*uint64(place) >= uint64(len(imports[list].ids)) || imports[list].module == none {
		return 0, false
	}
	local := le.Uint32(imports[list].ids[4*place:])
	exports := f.exportsOf(imports[list].module)
	i, ok := slices.BinarySearchFunc(exports, local, func(e export, local uint32) int { return cmp.Compare(e.local, local) })
	if !ok {
		return 0, false
	}
	return exports[i].global, true
}

// exportsOf returns the exports of a module, by its own ids. What of them
// cannot be read is missing.
func (f *File) exportsOf(module int) []export {
	f.exportsMu.Lock()
	defer f.exportsMu.Unlock()
	list, ok := f.exports[module]
	if ok {
		return list
	}
	_, c13, _ := f.moduleData(module)
	for s := (subsectionScanner{data: c13}); s.next(); {
		if s.kind != subsectionExports {
			continue
		}
		c := cursor.New("cross-scope exports", le, s.body)
		for c.Len() >= 8 {
			list = append(list, export{local: c.U32(), global: c.U32()})
		}
	}
	slices.SortFunc(list, func(a, b export) int { return cmp.Compare(a.local, b.local) })
	f.exports[module] = list
	return list
}
