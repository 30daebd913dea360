// Package pdb reads Microsoft program databases, the debug information of
// Windows builds made by MSVC, clang and Rust.
//
// A PDB is a small file system (MSF) of numbered streams. The DBI stream lists
// the modules (object files) of the build; each has a stream with its symbols
// and its lines in CodeView, and a module is one unit of [debuginfo]. Addresses
// are relative to the image, so the preferred base is 0. Names are as the
// compiler wrote them: qualified, without parameters. The linker's decorated
// names are in [File.Symbols].
//
// [File.Locate] finds the module of an address by the heads of all functions, so
// that a few addresses need a few functions decoded.
//
// Input is hostile: offsets, counts and lengths are checked before use, a
// stream's blocks are counted against the file's, nesting and the splitting of
// inlined calls have limits (maxNesting, maxSplit), and reading a module costs
// time and memory in proportion to its size.
//
// Not read: PDB 2.00 and portable (.NET) databases, which Parse refuses by
// name; types, beyond the names of classes; local variables; the jumps that
// incremental linking puts before functions (S_TRAMPOLINE), which have no names.
//
// Code that was separated from its function, modules moved by OMAP, inlined calls
// with counts (S_INLINESITE2) and /DEBUG:FASTLINK are read as other readers of the
// format do, but no compiler or tool that makes them could be had: they are tested
// on files made for it, OMAP on PDBs of clang whose code a test rearranges.
package pdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// Database kinds that Parse recognises and does not read.
var (
	ErrPortable = errors.New("portable PDB: it describes .NET code, not native code")
	ErrPDB2     = errors.New("PDB 2.00: only version 7.00 is read")
)

var (
	magicMSF7     = []byte("Microsoft C/C++ MSF 7.00\r\n\x1aDS\x00\x00\x00")
	magicPDB2     = []byte("Microsoft C/C++ program database 2.00\r\n\x1aJG")
	magicPortable = []byte("BSJB")
)

var le = binary.LittleEndian

// Matches reports whether data starts like a PDB of any kind, also of those
// that Parse refuses.
func Matches(data []byte) bool {
	return bytes.HasPrefix(data, magicMSF7) || bytes.HasPrefix(data, magicPDB2) || bytes.HasPrefix(data, magicPortable)
}

// A File is an open PDB. It is safe for concurrent use; it implements
// [debuginfo.Locator], a unit being a module. Strings it hands out alias the
// bytes it was parsed from.
type File struct {
	// DropPages, if not nil, is called now and then while all modules are gone
	// over: who mapped the file can let go of its memory.
	DropPages func()

	msf      *msf
	info     info
	dbi      dbi
	sections sectionMap
	strings  []byte // the text of /names

	types, items *typeStream // TPI and IPI

	exportsMu sync.Mutex
	exports   map[int][]export // by module, read when first asked for
	byName    func() map[string]int

	outline       func() *outline
	contributions func() *contributions
	publicTable   func() publicTable // empty if it cannot be read
}

var _ debuginfo.Locator = (*File)(nil)

// Parse reads the directory and the module list of a PDB. Modules are decoded
// by a [File.NewReader], symbols by [File.Symbols].
func Parse(data []byte) (*File, error) {
	switch {
	case bytes.HasPrefix(data, magicPortable):
		return nil, ErrPortable
	case bytes.HasPrefix(data, magicPDB2):
		return nil, ErrPDB2
	}
	m, err := openMSF(data)
	if err != nil {
		return nil, err
	}
	f := &File{msf: m, exports: map[int][]export{}}
	f.byName = sync.OnceValue(f.dbi.modulesByName)
	f.outline = sync.OnceValue(f.readOutline)
	f.contributions = sync.OnceValue(f.readContributions)
	f.publicTable = sync.OnceValue(func() publicTable {
		t, _ := f.readPublics()
		return t
	})
	if err := f.readInfo(); err != nil {
		return nil, err
	}
	if err := f.readDBI(); err != nil {
		return nil, err
	}
	if err := f.readSections(); err != nil {
		return nil, err
	}
	if err := f.readStrings(); err != nil {
		return nil, err
	}
	f.types = &typeStream{file: f, stream: streamTPI}
	f.items = &typeStream{file: f, stream: streamIPI, absent: !f.info.hasItems}
	return f, nil
}

// GUID returns the build's identifier, in the byte order in which it is written
// as text.
func (f *File) GUID() [16]byte { return f.info.guid }

// Age returns how often the build's PDB was rewritten: the DBI stream's count,
// which is what the image carries, else the info stream's.
func (f *File) Age() uint32 {
	if f.dbi.present {
		return f.dbi.age
	}
	return f.info.age
}

// Machine returns the PE machine code of the build, 0 if unknown.
func (f *File) Machine() uint16 { return f.dbi.machine }

// Fastlink reports whether the linker left the debug information in the object
// files (/DEBUG:FASTLINK). Such a PDB holds public symbols, but no functions
// and lines.
func (f *File) Fastlink() bool { return f.info.minimal }

// CodeRanges returns the relative addresses of the sections that hold code.
func (f *File) CodeRanges() []debuginfo.Range {
	var code []debuginfo.Range
	for _, s := range f.sections.linked {
		if s.characteristics&sectionExecute != 0 && s.size > 0 {
			start := uint64(s.rva)
			code = append(code, debuginfo.Range{Start: start, End: start + uint64(s.size)})
		}
	}
	return code
}

// NumUnits returns the number of modules.
func (f *File) NumUnits() int { return len(f.dbi.modules) }

// UnitSize returns the size of a module's stream.
func (f *File) UnitSize(i int) int { return f.msf.size(f.dbi.modules[i].stream) }

// NewReader returns a reader of modules.
func (f *File) NewReader() debuginfo.Reader { return newReader(f) }

// stream returns the bytes of a stream that the format requires.
func (f *File) stream(what string, n uint16) ([]byte, error) {
	data, err := f.msf.stream(n)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return data, nil
}
