package objfile

import (
	"errors"
	"sort"

	"github.com/nativesym/nativesym/objfile/debuginfo"
	"github.com/nativesym/nativesym/objfile/pdb"
)

// A pdbFile is a PDB's own side of a File. Its addresses count from the start of
// the image, so its preferred base is 0.
type pdbFile struct {
	*File
	pdb *pdb.File
}

func parsePDB(file *File) error {
	p, err := pdb.Parse(file.data)
	if err != nil {
		return err
	}
	f := &pdbFile{File: file, pdb: p}
	p.DropPages = file.DropPages
	file.format, file.image = PDB, f
	file.arch = peArch(p.Machine())
	file.debugID = DebugID{UUID: p.GUID(), Age: p.Age()}
	file.code = mergeRanges(p.CodeRanges())
	return nil
}

// symbols returns the public symbols and the labels of assembler code. They have
// no sizes, but what the linker took from object files is mostly a function at a
// time.
func (f *pdbFile) symbols() ([]Symbol, error) {
	public, err := f.pdb.Symbols()
	bounds := func() []debuginfo.Range { return mergeRanges(f.pdb.Contributions()) }
	return tidySymbols(f.symbolsOf(public), f.code, bounds), err
}

func (f *pdbFile) symbolsOf(public []pdb.Symbol) []Symbol {
	symbols := make([]Symbol, 0, len(public))
	for _, s := range public {
		kind := Public
		if s.Label {
			kind = Label
		}
		symbols = append(symbols, Symbol{Name: undecorate(s.Name, f.arch == X86), Addr: s.Addr, Kind: kind})
	}
	return symbols
}

// symbolsNear returns the symbols at the last address with any that is not behind
// addr.
func (f *pdbFile) symbolsNear(addr uint64) ([]Symbol, bool) {
	if _, code := findRange(f.code, addr); !code {
		return nil, true // symbols end with their code
	}
	public, ok := f.pdb.SymbolsNear(addr, func(s pdb.Symbol) bool {
		_, code := findRange(f.code, s.Addr)
		return code && s.Name != ""
	})
	if !ok || len(public) == 0 {
		return nil, ok
	}
	span := debuginfo.Range{Start: addr, End: addr + 1}
	for _, s := range public {
		span = debuginfo.Range{Start: min(span.Start, s.Addr), End: max(span.End, s.Addr+1)}
	}
	bounds := func() []debuginfo.Range { return mergeRanges(f.pdb.ContributionsNear(span)) }
	symbols := tidySymbols(f.symbolsOf(public), f.code, bounds)
	end := sort.Search(len(symbols), func(i int) bool { return symbols[i].Addr > addr })
	if end == 0 {
		return nil, true
	}
	first := sort.Search(end, func(i int) bool { return symbols[i].Addr == symbols[end-1].Addr })
	return symbols[first:end], true
}

// ErrFastlink says of a PDB that the linker left the debug information in the object
// files. It has public symbols, but no functions and no lines.
var ErrFastlink = errors.New("PDB of /DEBUG:FASTLINK: functions and lines are in the object files, only public symbols in here; link with /DEBUG:FULL, or run mspdbcmf.exe")

// debugInfo returns the PDB's modules. Where they are empty, because it was stripped,
// there is none.
func (f *pdbFile) debugInfo() (debuginfo.Source, error) {
	if f.pdb.Fastlink() {
		return nil, ErrFastlink
	}
	for i := range f.pdb.NumUnits() {
		if f.pdb.UnitSize(i) > 0 {
			if !f.pdb.CanLocate() {
				return struct{ debuginfo.Source }{f.pdb}, nil // hides that it is a Locator
			}
			return f.pdb, nil
		}
	}
	return nil, nil
}
