package objfile

import (
	"fmt"
	"strings"
	"sync"
)

// A Section is a named part of a file.
type Section struct {
	// Name is the name an ELF file would give it: ".debug_info" also for what is
	// stored as .zdebug_info, or as __debug_info in a Mach-O file.
	Name string

	// Addr is the linked address, or 0 for what is not loaded.
	Addr uint64

	// Size is the number of bytes in memory. For a compressed section it is what
	// its stored form takes.
	Size uint64

	// Code says that the section is loaded and executable.
	Code bool

	file   *File
	offset uint64                              // of the stored bytes
	stored uint64                              // bytes in the file: 0 if there are none
	origin uint64                              // what relocations that refer to the section add
	unpack func(stored []byte) ([]byte, error) // nil where the section is stored plain

	mu   sync.Mutex
	data []byte // unpacked
}

// Section returns the first section of a name, and whether there is one.
// Sections of split debug information have names of their own (".debug_info.dwo").
func (f *File) Section(name string) (*Section, bool) {
	for i := range f.sections {
		if f.sections[i].Name == name {
			return &f.sections[i], true
		}
	}
	return nil, false
}

// UnwindSections returns the names of the sections that say how to unwind the stack,
// as far as the file has bytes of them.
func (f *File) UnwindSections() (names []string) {
	for _, name := range [...]string{".eh_frame", ".debug_frame", ".ARM.exidx", ".unwind_info", ".pdata"} {
		if s, ok := f.Section(name); ok && !s.Empty() {
			names = append(names, name)
		}
	}
	return names
}

// Empty reports whether the file has none of the section's bytes: a debug file
// keeps only the headers of code and of unwind tables.
func (s *Section) Empty() bool { return s.stored == 0 }

// Data returns the section's bytes as they are in memory: those of the file
// where it stores them plain, else unpacked and relocated. That is done once and
// kept, until [File.Release]. What takes up no room in the file is empty.
// The caller must not change the bytes.
//
// A section is refused that would unpack to more than 4 GiB, or bring what was
// unpacked of the file to more than 32 times the file's size and 16 MiB, or to more
// than [File.LimitMemory] says.
func (s *Section) Data() ([]byte, error) {
	data, err := s.load()
	if err != nil {
		return nil, s.file.wrap(err)
	}
	return data, nil
}

// load is Data with errors that do not yet name the file.
func (s *Section) load() ([]byte, error) {
	stored, err := s.storedBytes()
	if err != nil || s.unpack == nil {
		return stored, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.data == nil {
		if s.data, err = s.unpack(stored); err != nil {
			s.data = nil
			return nil, fmt.Errorf("%s at %#x: %w", s.Name, s.offset, err)
		}
	}
	return s.data, nil
}

// storedBytes returns the section's bytes as they are in the file.
func (s *Section) storedBytes() ([]byte, error) {
	if have := uint64(len(s.file.data)); s.offset > have || s.stored > have-s.offset {
		return nil, fmt.Errorf("%s: offset %#x, size %#x: file has %#x bytes", s.Name, s.offset, s.stored, have)
	}
	return s.file.data[s.offset:][:s.stored:s.stored], nil
}

// Release forgets what [Section.Data] unpacked, so that the memory is freed once
// nobody uses it any more. A later call of Data unpacks again.
func (f *File) Release() {
	for i := range f.sections {
		s := &f.sections[i]
		s.mu.Lock()
		s.data = nil
		s.mu.Unlock()
	}
	f.budget.give(f.unpacked.Swap(0))
}

// canonicalName returns the name under which a section is found.
func canonicalName(stored string) string {
	if strings.HasPrefix(stored, ".zdebug_") {
		return ".debug_" + stored[len(".zdebug_"):]
	}
	return stored
}
