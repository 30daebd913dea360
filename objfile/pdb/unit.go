package pdb

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A reader decodes modules. Its slices are scratch that one module leaves to
// the next, so that reading allocates nothing per symbol.
type reader struct {
	file *File
	ids  idTable
	only []uint64 // what ReadFor is asked for; nil: everything

	// Of the module that is being read.
	unit      *debuginfo.Unit
	language  debuginfo.Language
	checksums []byte
	fileSlots []uint32 // index in unit.Files, by checksum offset / 4; 0 not seen yet
	imports   []importList
	inlinees  []inlinee
	lines     lineTable
	symbols   symbolWalk
	inlines   inlineTree
}

func newReader(f *File) *reader { return &reader{file: f} }

// A functionID is the name of a function id of the IPI stream. Each is resolved
// once, since it may be long and any number of modules may inline the function.
type functionID struct {
	scope, name string
	resolved    bool
}

// An idTable holds function ids by number, in pages: those that a module inlines
// are close to one another.
type idTable map[uint32]*idPage

type idPage [1 << idPageBits]functionID

const idPageBits = 6

func (t *idTable) at(id uint32) *functionID {
	if *t == nil {
		*t = idTable{}
	}
	page := (*t)[id>>idPageBits]
	if page == nil {
		page = new(idPage)
		(*t)[id>>idPageBits] = page
	}
	return &page[id%(1<<idPageBits)]
}

// moduleSignature starts a module's stream whose symbols and lines are as this
// package reads them: with zero-terminated names, since Visual C++ 7.
const moduleSignature = 4

// moduleData returns the symbols and the C13 part of a module's stream.
func (f *File) moduleData(i int) (symbols, c13 []byte, err error) {
	m := f.dbi.modules[i]
	data, err := f.msf.stream(m.stream)
	if err != nil || len(data) == 0 {
		return nil, nil, err
	}
	symEnd := uint64(m.symBytes)
	c13Start := symEnd + uint64(m.c11Bytes)
	if c13Start+uint64(m.c13Bytes) > uint64(len(data)) || symEnd < 4 {
		return nil, nil, fmt.Errorf("stream %d of %#x bytes: %#x of symbols, %#x and %#x of lines",
			m.stream, len(data), m.symBytes, m.c11Bytes, m.c13Bytes)
	}
	if sig := le.Uint32(data); sig != moduleSignature {
		return nil, nil, fmt.Errorf("stream %d: symbols of version %d", m.stream, sig)
	}
	return data[4:symEnd], data[c13Start:][:m.c13Bytes], nil
}

// Read decodes module i. A part that is corrupt costs that part: what precedes
// it and the other parts are in u.
func (r *reader) Read(i int, u *debuginfo.Unit) error {
	u.Reset()
	symbols, c13, err := r.file.moduleData(i)
	if err == nil {
		r.reset(u)
		err = errors.Join(r.readC13(c13), r.readSymbols(symbols), r.layInlines())
		if err == nil && len(r.file.sections.omap) > 0 {
			err = r.file.sections.omap.translate(u, r.file.UnitSize(i))
		}
	}
	if err != nil {
		return fmt.Errorf("module %d (%s): %w", i, r.file.dbi.modules[i].name, err)
	}
	return nil
}

func (r *reader) reset(u *debuginfo.Unit) {
	r.unit = u
	r.language = debuginfo.UnknownLanguage
	r.checksums = nil
	r.imports = r.imports[:0]
	r.inlinees = r.inlinees[:0]
	r.lines.reset()
	r.symbols.reset()
	r.inlines.reset()
}

// readC13 reads what C13 says of files, rows, inlinees and imports. Subsections
// refer to the checksums, wherever those are, so they come first.
func (r *reader) readC13(data []byte) error {
	for s := (subsectionScanner{data: data}); s.next(); {
		if s.kind == subsectionChecksums {
			r.checksums = s.body
			break
		}
	}
	n := len(r.checksums)/4 + 1
	r.fileSlots = slices.Grow(r.fileSlots[:0], n)[:n]
	clear(r.fileSlots)

	var failed error
	s := subsectionScanner{data: data}
	for s.next() {
		var err error
		switch s.kind {
		case subsectionLines:
			err = r.readLines(s.body, s.base)
		case subsectionInlinees:
			r.inlinees, err = readInlinees(r.inlinees, s.body, s.base)
		case subsectionImports:
			r.imports, err = r.file.readImports(r.imports, s.body)
		}
		if failed == nil {
			failed = err
		}
	}
	if s.bad && failed == nil {
		failed = fmt.Errorf("C13 part+%#x: subsection cut short", s.off)
	}
	slices.SortStableFunc(r.inlinees, func(a, b inlinee) int { return cmp.Compare(a.id, b.id) })
	return failed
}

// inlinee returns what is known of the function with this id: its name, and
// where it is written.
func (r *reader) inlinee(id uint32) inlinee {
	i, ok := slices.BinarySearchFunc(r.inlinees, id, func(l inlinee, id uint32) int { return cmp.Compare(l.id, id) })
	if !ok {
		return inlinee{id: id, name: r.nameOf(id)}
	}
	l := &r.inlinees[i]
	if !l.named {
		l.name, l.named = r.nameOf(id), true
	}
	return *l
}

// addName adds a name to the unit and returns its index.
func (r *reader) addName(scope, symbol string) uint32 {
	r.unit.Names = append(r.unit.Names, debuginfo.Name{Symbol: symbol, Scope: scope, Language: r.language})
	return uint32(len(r.unit.Names) - 1)
}

// nameOf adds the name of a function id to the unit and returns its index, 0 if
// it cannot be resolved.
func (r *reader) nameOf(id uint32) uint32 {
	id, ok := r.file.resolve(id, r.imports)
	if !ok {
		return 0
	}
	if !r.file.items.has(id) {
		return 0
	}
	f := r.ids.at(id)
	if !f.resolved {
		f.scope, f.name = r.file.functionName(id)
		f.resolved = true
	}
	if f.name == "" {
		return 0
	}
	return r.addName(f.scope, f.name)
}
