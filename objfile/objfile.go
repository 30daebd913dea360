// Package objfile recognises an object file, says which build of which program
// it is, and hands out its symbols and its debug information.
//
// [Open] maps a file, [Parse] takes bytes; both read headers only, whatever the
// file's size. Symbols, sections and debug information are decoded when they are
// asked for.
//
// Every byte of a file is taken to be hostile. Numbers are compared before they
// are used as a length or an index, compressed sections have a ceiling (see
// [Section.Data]), and memory and time stay proportional to the file's size.
// The constants of package debug/elf are used, its parser is not: that one says
// itself that it is not hardened.
package objfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/breakpad"
	"github.com/nativesym/nativesym/objfile/debuginfo"
	"github.com/nativesym/nativesym/objfile/pdb"
)

// ErrUnknownFormat says that the bytes open with no magic this package knows.
var ErrUnknownFormat = errors.New("unknown object file format")

// A Format is a kind of object file.
type Format uint8

// The formats that are recognised.
const (
	ELF Format = iota + 1
	MachO
	PE
	PDB
	Breakpad
)

// String returns the format as events spell it in an image's type ("elf", "pe").
func (f Format) String() string {
	switch f {
	case ELF:
		return "elf"
	case MachO:
		return "macho"
	case PE:
		return "pe"
	case PDB:
		return "pdb"
	case Breakpad:
		return "breakpad"
	}
	return "unknown"
}

// A File is an object file whose headers have been read. It is safe for
// concurrent use. What it hands out may alias the file's bytes: none of it may
// be used after [File.Close].
type File struct {
	name    string
	data    []byte
	mapping *mapping // nil for what Parse was given
	slices  [][]byte // of a fat file
	format  Format
	order   binary.ByteOrder
	arch    Arch
	debugID DebugID
	codeID  string
	base    uint64

	sections   []Section
	code       []debuginfo.Range
	image      image
	shared     *File         // see AttachShared
	companions *companions   // of a file that was opened
	unpacked   atomic.Uint64 // bytes that sections were unpacked to
	budget     *budget       // of them, see LimitMemory; nil without
}

// An image is what each format decodes in its own way, when asked.
type image interface {
	symbols() ([]Symbol, error)
	debugInfo() (debuginfo.Source, error)
}

// formats are asked in order. The first whose magic matches parses the file,
// and its error is the answer: a truncated ELF file is not an unknown format.
var formats = []struct {
	matches func(data []byte) bool
	parse   func(f *File) error
}{
	{isELF, parseELF},
	{isMachO, parseMachO},
	{isFat, parseFat},
	{isPE, parsePE},
	{pdb.Matches, parsePDB},
	{breakpad.Matches, parseBreakpad},
}

// Parse reads the headers of an object file held in memory. The name serves
// error texts only. The File aliases data, which must not change while it is used.
//
// A file that is compressed as a whole, by gzip or zstd, is unpacked into memory.
// It is refused beyond the same bounds as a section, see [Section.Data].
func Parse(name string, data []byte) (*File, error) {
	f := &File{name: name, data: data, order: binary.LittleEndian}
	if isPacked(data) {
		if err := f.unpackWhole(); err != nil {
			return nil, f.wrap(err)
		}
	}
	parse := parserOf(f.data)
	if parse == nil {
		return nil, f.wrap(ErrUnknownFormat)
	}
	if err := parse(f); err != nil {
		return nil, f.wrap(err)
	}
	return f, nil
}

// parserOf returns the parser of a file that starts with data, nil if there is none.
func parserOf(data []byte) func(f *File) error {
	for _, p := range formats {
		if p.matches(data) {
			return p.parse
		}
	}
	return nil
}

// wrap adds the file's name to an error.
func (f *File) wrap(err error) error { return fmt.Errorf("%s: %w", f.name, err) }

// fault returns an error about a place in a file.
func fault(section string, off uint64, format string, args ...any) error {
	return &cursor.Error{Section: section, Offset: off, Reason: fmt.Sprintf(format, args...)}
}

// Name returns the name or path that the File was opened with.
func (f *File) Name() string { return f.name }

// Size returns the size of the file in bytes.
func (f *File) Size() int64 { return int64(len(f.data)) }

// Format returns what kind of object file this is.
func (f *File) Format() Format { return f.format }

// Arch returns the machine that the file's code is for.
func (f *File) Arch() Arch { return f.arch }

// ByteOrder returns the byte order of the file's numbers.
func (f *File) ByteOrder() binary.ByteOrder { return f.order }

// DebugID returns the id that an executable shares with its debug file.
// It is zero where the file has nothing to tell it from.
func (f *File) DebugID() DebugID { return f.debugID }

// CodeID returns the id that the platform gives the executable, in lower-case
// hex: the whole GNU build-id of an ELF file. It is empty where there is none.
func (f *File) CodeID() string { return f.codeID }

// Base returns the preferred base: the linked address of the start of the image.
// A linked address minus Base is an offset from where the image was loaded.
func (f *File) Base() uint64 { return f.base }

// CodeRanges returns the linked addresses that hold code, ascending and
// without overlap: the executable sections, or the executable segments where a file has no
// section headers. The caller must not change them.
func (f *File) CodeRanges() []debuginfo.Range { return f.code }

// Symbols returns the functions and code labels that the file's symbol tables
// name, ascending by address, without duplicates. Of several names for one
// address the preferred one comes first. Where the tables give no size, Size
// reaches up to whatever comes next.
//
// Symbols decodes the tables at each call. After an error it returns what could
// be decoded.
func (f *File) Symbols() ([]Symbol, error) {
	symbols, err := f.image.symbols()
	if err != nil {
		err = f.wrap(err)
	}
	return symbols, err
}

// SymbolsNear returns those of Symbols that start at the last address at or before
// addr where any does. It reports false where it takes all of them to tell.
func (f *File) SymbolsNear(addr uint64) (symbols []Symbol, ok bool) {
	if near, can := f.image.(interface {
		symbolsNear(addr uint64) ([]Symbol, bool)
	}); can {
		return near.symbolsNear(addr)
	}
	return nil, false
}

// DebugInfo returns the file's debug information, or nil when it has none. That it
// is elsewhere is an error, which is [ErrFastlink] by errors.Is for a PDB.
// It is opened at each call and holds on to the file's sections.
func (f *File) DebugInfo() (debuginfo.Source, error) {
	source, err := f.debugInfo()
	if err != nil {
		return nil, f.wrap(err)
	}
	return source, nil
}
