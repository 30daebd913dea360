package objfile

import (
	"github.com/nativesym/nativesym/objfile/dwarf"
)

// A Part is another file that a file's debug information goes on in.
type Part struct {
	Name string // what the file calls it
	Path string // where it is; empty if it is nowhere, or is not the right one
}

// Parts says which other files f's debug information goes on in: split files, and
// the one that dwz moved what several share to. It looks for all of them, as
// reading the debug information does, and reads the root of every unit.
func (f *File) Parts() (split []Part, shared *Part, err error) {
	links, err := f.Links()
	if links.SharedPath != "" {
		shared = &Part{Name: links.SharedPath}
		if file, _ := f.sharedFile(); file != nil {
			shared.Path = file.name
		}
	}
	if err != nil {
		return nil, shared, err
	}
	source, err := f.DebugInfo()
	if d, ok := source.(*dwarf.Data); ok {
		for _, s := range d.Skeletons() {
			part := Part{Name: s.Name}
			if f.companions != nil {
				_, part.Path, _ = f.companions.find(s)
			}
			split = append(split, part)
		}
	}
	return split, shared, err
}
