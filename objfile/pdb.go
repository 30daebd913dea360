package objfile

import (
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
	symbols := make([]Symbol, 0, len(public))
	for _, s := range public {
		kind := Public
		if s.Label {
			kind = Label
		}
		symbols = append(symbols, Symbol{Name: undecorate(s.Name, f.arch == X86), Addr: s.Addr, Kind: kind})
	}
	bounds := func() []debuginfo.Range { return mergeRanges(f.pdb.Contributions()) }
	return tidySymbols(symbols, f.code, bounds), err
}

// debugInfo returns the PDB's modules. Where they are empty, because the linker
// left debug information in the object files or it was stripped, there is none.
func (f *pdbFile) debugInfo() (debuginfo.Source, error) {
	for i := range f.pdb.NumUnits() {
		if f.pdb.UnitSize(i) > 0 && !f.pdb.Fastlink() {
			return f.pdb, nil
		}
	}
	return nil, nil
}
