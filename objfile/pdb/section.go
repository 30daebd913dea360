package pdb

import "github.com/nativesym/nativesym/internal/cursor"

// A sectionMap turns the section and offset in which records speak into an
// address relative to the image.
//
// Where a tool rearranged the image after linking (OMAP), records speak of the
// sections as they were: addresses are then in the source image, and
// [omap] leads from there to the image that runs.
type sectionMap struct {
	linked []section // of the image that runs
	source []section // of the image that records speak of
	omap   omap
}

// A section is a piece of the image, from a PE section header.
type section struct {
	rva, size       uint32
	characteristics uint32
}

const (
	sectionHeaderSize = 40
	sectionExecute    = 0x20000000
)

func (f *File) readSections() error {
	var err error
	s := &f.sections
	if s.linked, err = f.sectionHeaders("section headers", debugSections); err != nil {
		return err
	}
	s.source = s.linked
	data, err := f.stream("OMAP", f.dbi.debugStream(debugOmapFromSource))
	if err != nil || len(data) == 0 {
		return err
	}
	original, err := f.sectionHeaders("original section headers", debugOriginalSections)
	if err != nil {
		return err
	}
	if len(original) > 0 {
		s.source = original
	}
	s.omap, err = newOmap(data)
	return err
}

func (f *File) sectionHeaders(what string, kind int) ([]section, error) {
	data, err := f.stream(what, f.dbi.debugStream(kind))
	if err != nil {
		return nil, err
	}
	c := cursor.New(what, le, data)
	var list []section
	for c.Len() >= sectionHeaderSize {
		var s section
		c.Skip(8) // name
		s.size, s.rva = c.U32(), c.U32()
		raw := c.U32()
		if s.size == 0 {
			s.size = raw
		}
		c.Skip(16)
		s.characteristics = c.U32()
		list = append(list, s)
	}
	return list, nil
}

// addr returns the source address of an offset in a section, counted from 1.
// Records of code that the linker dropped name no section.
func (m *sectionMap) addr(sect uint16, off uint32) (uint32, bool) {
	if sect == 0 || int(sect) > len(m.source) {
		return 0, false
	}
	s := m.source[sect-1]
	return s.rva + off, off < s.size && off <= ^s.rva
}

// place returns the section and the offset of an address, as one number that
// ascends with them, and whether a section is there.
func (m *sectionMap) place(addr uint64) (uint64, bool) {
	for i, s := range m.source {
		if uint64(s.rva) <= addr && addr < uint64(s.rva)+uint64(s.size) {
			return place(uint16(i+1), uint32(addr-uint64(s.rva))), true
		}
	}
	return 0, false
}
