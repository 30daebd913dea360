package objfile

import (
	"debug/elf"
	"sync"

	"github.com/nativesym/nativesym/objfile/debuginfo"
	"github.com/nativesym/nativesym/objfile/gopclntab"
)

// goTables are the sections that may hold the line table of a Go program: the
// second in position-independent programs. A PE file has it in the middle of one.
var goTables = []string{".gopclntab", ".data.rel.ro.gopclntab"}

// goData are the sections where Go's runtime may have its description of the
// program, and what that refers to.
var goData = []string{".go.module", ".go_module", ".noptrdata", ".data", ".data.rel.ro", ".rodata", ".rdata"}

// goTable opens the line table of a Go program. It is nil in a program of another
// language, and where the table cannot be read: there are other sources. It also
// says whether the program has no code but Go's.
func (f *File) goTable() (table *gopclntab.Table, allGo bool) {
	im := f.goImage()
	if im.Table.Bytes == nil {
		return nil, false
	}
	table, err := gopclntab.New(im)
	if err != nil {
		return nil, false
	}
	return table, table.IsAll(im.Text)
}

// goImage returns what a Go program's line table is read from.
func (f *File) goImage() gopclntab.Image {
	if e, ok := f.image.(*elfFile); ok && len(f.sections) == 0 {
		return e.goSegments()
	}
	im := gopclntab.Image{Table: f.goTableBytes()}
	if im.Table.Bytes == nil {
		return im
	}
	for i := range f.sections {
		if s := &f.sections[i]; s.Code && !s.Empty() && len(s.plain()) > 0 {
			im.Code = append(im.Code, debuginfo.Range{Start: s.Addr, End: s.Addr + uint64(len(s.plain()))})
		}
	}
	im.Code = mergeRanges(im.Code)
	if text, ok := f.Section(".text"); ok {
		im.Text = debuginfo.Range{Start: text.Addr, End: text.Addr + text.Size}
	}
	for _, name := range goData {
		for i := range f.sections { // there may be several of a name
			if s := &f.sections[i]; s.Name == name && s.Addr != 0 {
				im.Data = append(im.Data, gopclntab.Section{Addr: s.Addr, Bytes: s.plain()})
			}
		}
	}
	return im
}

// goSegments is goImage for a file without section headers.
func (f *elfFile) goSegments() (im gopclntab.Image) {
	share := f.share()
	for _, s := range f.loads {
		part := gopclntab.Section{Addr: s.vaddr, Bytes: f.fileBytes(s.offset, s.filesz)}
		if !share.take(len(part.Bytes)) {
			break
		}
		im.Data = append(im.Data, part)
		if s.flags&elf.PF_X != 0 {
			im.Code = append(im.Code, debuginfo.Range{Start: s.vaddr, End: s.vaddr + uint64(len(part.Bytes))})
		}
		if im.Table.Bytes == nil {
			if at := gopclntab.Find(part.Bytes); at >= 0 {
				im.Table = gopclntab.Section{Addr: part.Addr + uint64(at), Bytes: part.Bytes[at:]}
			}
		}
	}
	im.Code = mergeRanges(im.Code)
	if len(im.Code) > 0 {
		im.Text = im.Code[0]
	}
	return im
}

// goTableBytes returns the section with the table, from the table on.
func (f *File) goTableBytes() (t gopclntab.Section) {
	for _, name := range goTables {
		if s, ok := f.Section(name); ok {
			return gopclntab.Section{Addr: s.Addr, Bytes: s.plain()}
		}
	}
	if f.format != PE || !f.debugID.IsZero() {
		return t // Go's linker writes no debug id into a PE file
	}
	for _, name := range []string{".rdata", ".text"} {
		if s, ok := f.Section(name); ok {
			if at := gopclntab.Find(s.plain()); at >= 0 {
				return gopclntab.Section{Addr: s.Addr + uint64(at), Bytes: s.plain()[at:]}
			}
		}
	}
	return t
}

// plain returns the bytes of a section that is stored plain, else nil.
func (s *Section) plain() []byte {
	data, err := s.storedBytes()
	if err != nil || s.unpack != nil {
		return nil
	}
	return data[:min(uint64(len(data)), s.Size)]
}

// debugInfo opens the file's debug information. A program that is all Go needs no
// more than its line table, which is stored plain and tells what its DWARF tells,
// but for columns, of which that has none.
func (f *File) debugInfo() (debuginfo.Source, error) {
	table, allGo := f.goTable()
	if table == nil {
		return f.image.debugInfo()
	}
	s, ok := f.Section(".debug_info")
	switch {
	case !ok || s.Empty():
		return table, nil
	case table.Abbreviates():
		return f.image.debugInfo()
	case allGo:
		return table, nil
	}
	return &goSource{table: table, all: sync.OnceValues(f.image.debugInfo)}, nil
}

// A goSource is the debug information of a program that is partly written in Go.
// Single addresses are looked for in the Go line table first, which is at hand at
// once; the rest is opened when it is needed.
type goSource struct {
	table *gopclntab.Table
	all   func() (debuginfo.Source, error) // of all languages
}

// source returns the debug information of all languages, or else of Go.
func (s *goSource) source() debuginfo.Source {
	if all, err := s.all(); err == nil && all != nil {
		return all
	}
	return s.table
}

func (s *goSource) NumUnits() int      { return s.source().NumUnits() }
func (s *goSource) UnitSize(i int) int { return s.source().UnitSize(i) }

// Locate returns handles of the line table as they are, others inverted.
func (s *goSource) Locate(addr uint64) []int {
	if handles := s.table.Locate(addr); len(handles) > 0 {
		return handles
	}
	l, ok := s.source().(debuginfo.Locator)
	if !ok || l == debuginfo.Locator(s.table) {
		return nil
	}
	handles := l.Locate(addr)
	for i := range handles {
		handles[i] = ^handles[i]
	}
	return handles
}

func (s *goSource) Extent(handle int) (unit, all int) {
	if handle >= 0 {
		return s.table.Extent(handle)
	}
	return s.source().(debuginfo.Locator).Extent(^handle)
}

func (s *goSource) NewReader() debuginfo.Reader { return &goReader{s: s} }

// A goReader reads units of a goSource.
type goReader struct {
	s     *goSource
	table debuginfo.Seeker // nil until it is needed, as is all
	all   debuginfo.Reader
}

func (r *goReader) Read(i int, u *debuginfo.Unit) error { return r.source().Read(i, u) }

func (r *goReader) source() debuginfo.Reader {
	if r.all == nil {
		r.all = r.s.source().NewReader()
	}
	return r.all
}

func (r *goReader) ReadFor(handle int, addrs []uint64, u *debuginfo.Unit) error {
	if handle < 0 {
		return r.source().(debuginfo.Seeker).ReadFor(^handle, addrs, u)
	}
	if r.table == nil {
		r.table = r.s.table.NewReader().(debuginfo.Seeker)
	}
	return r.table.ReadFor(handle, addrs, u)
}
