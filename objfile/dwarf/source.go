package dwarf

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/nativesym/nativesym/internal/cursor"
)

// lnctSource is the content type under which version 5 line tables hold the text
// of a source file: clang's -gembed-source.
const lnctSource = 0x2001

const (
	// maxSourceFiles limits the memory of a list of source files, in bytes of
	// paths and entries: a quarter of a million files as browsers have them.
	maxSourceFiles = 32 << 20

	// maxSourcePaths limits the bytes of paths that are joined for a list. The
	// units of a program list the same headers again and again, those of a
	// browser in about a quarter of that.
	maxSourcePaths = 1 << 30

	sourceFileSize = 64 // bytes that an entry takes besides its path, about
)

// A SourceFile is a source file whose text line tables hold.
type SourceFile struct {
	Path    string // as debuginfo.Unit.Files has it; no memory of the file's
	Section string // where the text is, up to a zero byte
	Offset  uint64
}

// SourceFiles lists the source files whose text the line tables of a file hold,
// each path once, in the tables' order. It reads headers only, and asks for the
// contents of a section when something refers to it, so of a file without such
// texts for .debug_line alone. After an error the list has what could be read.
func SourceFiles(order binary.ByteOrder, section func(name string) ([]byte, error)) ([]SourceFile, error) {
	data, err := section(".debug_line")
	if err != nil {
		return nil, err
	}
	l := &sourceList{order: order, section: section, strings: map[string][]byte{}, listed: map[string]bool{}}
	c := cursor.New(".debug_line", order, data)
	for c.Len() > 0 && !l.full {
		at := c.Offset()
		offSize, length := unitLength(c)
		if length > uint64(c.Len()) {
			c.Fail("line table of %d bytes at %#x, section has %d left", length, at, c.Len())
		}
		start := c.Offset()
		body := cursor.At(".debug_line", order, c.Bytes(length), start)
		if c.Err() != nil {
			return l.files, cmp.Or(l.err, c.Err())
		}
		l.table(body, uint8(offSize))
		l.fault(body.Err())
	}
	return l.files, l.err
}

// A sourceList is a list of source files in the making.
type sourceList struct {
	order   binary.ByteOrder
	section func(name string) ([]byte, error)
	strings map[string][]byte // the sections that were asked for
	paths   paths
	dirs    []die16 // of the table that is being read

	files  []SourceFile
	listed map[string]bool // their paths
	size   int             // bytes that files and listed take
	joined int             // bytes of paths that were looked at
	full   bool            // a limit is reached
	err    error           // the first fault
}

func (l *sourceList) fault(err error) { l.err = cmp.Or(l.err, err) }

// A sourceEntry is an entry of a table of directories or files.
type sourceEntry struct {
	name, text die16
	dir        uint64
}

// table adds the files of the line table in c. Versions before 5 have no texts.
func (l *sourceList) table(c *cursor.Cursor, offSize uint8) {
	if c.Len() == 0 || c.U16() != 5 {
		return
	}
	s := shape{addrSize: c.U8(), offSize: offSize, refAddr: offSize}
	c.U8() // segment selector size
	c.Uint(int(offSize))
	c.Skip(5) // from minimum_instruction_length to line_range
	c.Skip(uint64(max(c.U8(), 1)) - 1)
	l.dirs = l.dirs[:0]
	l.entries(c, s, readFormats(c), func(e sourceEntry) { l.dirs = append(l.dirs, e.name) })
	formats := readFormats(c)
	if slices.ContainsFunc(formats, func(f entryFormat) bool { return f.content == lnctSource }) {
		l.entries(c, s, formats, l.add)
	}
}

func readFormats(c *cursor.Cursor) (formats []entryFormat) {
	for range c.U8() {
		formats = append(formats, entryFormat{c.Uleb(), form(min(c.Uleb(), math.MaxUint16))})
	}
	return formats
}

// entries reads the entries of a table whose formats were read.
func (l *sourceList) entries(c *cursor.Cursor, s shape, formats []entryFormat, add func(sourceEntry)) {
	for n := c.Uleb(); n > 0 && c.Err() == nil && !l.full; n-- {
		var e sourceEntry
		at := c.Offset()
		for _, f := range formats {
			v := readForm(c, s, f.form)
			switch f.content {
			case lnctPath:
				e.name = die16{f.form, v}
			case lnctDirectoryIndex:
				e.dir = v
			case lnctSource:
				e.text = die16{f.form, v}
			}
		}
		switch {
		case c.Err() != nil:
		case c.Offset() == at:
			c.Fail("entries of a file table take no bytes")
		default:
			add(e)
		}
	}
}

// add adds a file, if there is a text of it: where only some files have one, the
// others have an empty one.
func (l *sourceList) add(e sourceEntry) {
	section := stringSection(e.text.form)
	if text := l.bytes(section); e.text.val >= uint64(len(text)) || text[e.text.val] == 0 {
		return
	}
	path := l.path(e)
	if path == "" || l.listed[path] {
		return
	}
	if l.size += len(path) + sourceFileSize; l.size > maxSourceFiles {
		l.full = true
		return
	}
	l.listed[path] = true
	l.files = append(l.files, SourceFile{Path: path, Section: section, Offset: e.text.val})
}

// path returns a file's full path, as lineTable.path does: directory 0 is what
// the unit has for its compilation directory.
func (l *sourceList) path(e sourceEntry) string {
	var base, dir string
	if len(l.dirs) > 0 {
		base = l.text(l.dirs[0])
	}
	if e.dir > 0 && e.dir < uint64(len(l.dirs)) {
		dir = l.text(l.dirs[e.dir])
	}
	file := l.text(e.name)
	if l.joined += len(base) + len(dir) + len(file); file == "" || l.joined > maxSourcePaths {
		l.full = l.joined > maxSourcePaths
		return ""
	}
	return l.paths.join(base, dir, file)
}

// text returns a string of the tables.
func (l *sourceList) text(s die16) string { return stringAt(l.bytes(stringSection(s.form)), s.val) }

// bytes returns the contents of a section. One that cannot be had is empty.
func (l *sourceList) bytes(section string) []byte {
	data, ok := l.strings[section]
	if !ok && section != "" {
		var err error
		data, err = l.section(section)
		l.fault(err)
		l.strings[section] = data
	}
	return data
}

// stringSection returns which section the strings of a form are in. Forms that a
// unit has to be known for are not written into line tables.
func stringSection(f form) string {
	switch f {
	case formString:
		return ".debug_line"
	case formLineStrp:
		return ".debug_line_str"
	case formStrp:
		return ".debug_str"
	}
	return ""
}
