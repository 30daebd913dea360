package objfile

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/nativesym/nativesym/objfile/debuginfo"
	"github.com/nativesym/nativesym/objfile/dwarf"
)

// debugInfo opens the file's DWARF.
func (f *elfFile) debugInfo() (debuginfo.Source, error) {
	if s, ok := f.Section(".debug_info"); !ok || s.Empty() {
		return nil, nil
	}
	return f.dwarf(dwarf.Options{Code: f.code})
}

// dwarf opens the file's DWARF and finds the files that it goes on in.
func (f *File) dwarf(opts dwarf.Options) (*dwarf.Data, error) {
	if f.companions != nil {
		opts.Split = f.companions.split
	}
	var shared *File
	if shared, opts.NoSupplementary = f.sharedFile(); shared != nil {
		var err error
		if opts.Supplementary, err = shared.dwarfAlone("", dwarf.Options{}); err != nil {
			return nil, shared.wrap(err)
		}
	}
	return f.dwarfAlone("", opts)
}

// dwarfAlone opens the DWARF in the sections whose names end in suffix.
func (f *File) dwarfAlone(suffix string, opts dwarf.Options) (*dwarf.Data, error) {
	sections, err := f.dwarfSections(suffix)
	if err != nil {
		return nil, err
	}
	return dwarf.New(f.order, sections, opts)
}

// dwarfSections returns the contents of the file's DWARF sections: those whose
// names end in suffix, which is ".dwo" for split debug information. They are
// unpacked side by side, which is most of the work of opening a compressed file.
func (f *File) dwarfSections(suffix string) (s dwarf.Sections, err error) {
	parts := []struct {
		name string
		data *[]byte
	}{
		{".debug_info", &s.Info},
		{".debug_types", &s.Types},
		{".debug_abbrev", &s.Abbrev},
		{".debug_line", &s.Line},
		{".debug_line_str", &s.LineStr},
		{".debug_str", &s.Str},
		{".debug_str_offsets", &s.StrOffsets},
		{".debug_addr", &s.Addr},
		{".debug_ranges", &s.Ranges},
		{".debug_rnglists", &s.RngLists},
		{".debug_aranges", &s.Aranges},
	}
	errs := make([]error, len(parts))
	var all sync.WaitGroup
	for i, part := range parts {
		all.Go(func() {
			errs[i] = guardBytes(f.data, func() (err error) {
				*part.data, err = f.joined(part.name + suffix)
				return err
			})
		})
	}
	all.Wait()
	return s, cmp.Or(errs...)
}

// joined returns the contents of all sections of a name, one after the other.
// Only relocatable files have more than one.
func (f *File) joined(name string) ([]byte, error) {
	var parts [][]byte
	for i := range f.sections {
		s := &f.sections[i]
		if s.Name != name {
			continue
		}
		part, err := s.load()
		if err != nil {
			return nil, err
		}
		if len(parts) > 0 { // so the sum cannot exceed what a file may unpack to
			if err := f.reserve(uint64(len(part))); err != nil {
				return nil, fmt.Errorf("%s at %#x: %w", name, s.offset, err)
			}
		}
		parts = append(parts, part)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return slices.Concat(parts...), nil
}
