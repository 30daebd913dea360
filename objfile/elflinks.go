package objfile

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/nativesym/nativesym/internal/cursor"
)

// Links says which other files hold the rest of a file's debug information.
// Finding them is left to the caller.
type Links struct {
	// DebugName is the base name of the separate debug file, from .gnu_debuglink;
	// empty if there is none. The file is right if its [File.CRC] is DebugCRC.
	DebugName string
	DebugCRC  uint32

	// SharedPath is the path of the file that debug files share strings and types
	// in, as dwz wrote it: absolute, or relative to this file's folder. It is from
	// .gnu_debugaltlink or .debug_sup; empty if there is none. The file is right if
	// its [File.SharedID] is SharedID.
	SharedPath string
	SharedID   []byte

	// PDBPath is where the linker of a PE image wrote its PDB: a path on the
	// machine that built it, or a mere name; empty if there is none. The PDB is
	// right if its [File.DebugID] is that of the image.
	PDBPath string
}

// Links returns the links to other files. After an error those that could be
// read are returned.
func (f *File) Links() (l Links, err error) {
	if p, ok := f.image.(*peFile); ok {
		_, l.PDBPath = p.codeView()
	}
	for _, link := range []struct {
		section string
		read    func(l *Links, c *cursor.Cursor)
	}{
		{".gnu_debuglink", readDebugLink},
		{".debug_sup", readSup},
		{".gnu_debugaltlink", readAltLink},
	} {
		c, e := f.sectionCursor(link.section)
		if c != nil {
			link.read(&l, c)
			e = c.Err()
		}
		if e != nil && err == nil {
			err = f.wrap(e)
		}
	}
	return l, err
}

// sectionCursor returns a cursor over a section, or nil where there is none.
func (f *File) sectionCursor(name string) (*cursor.Cursor, error) {
	s, ok := f.Section(name)
	if !ok {
		return nil, nil
	}
	data, err := s.load()
	if err != nil {
		return nil, err
	}
	return cursor.New(name, f.order, data), nil
}

// readDebugLink reads .gnu_debuglink: a name, zeros up to a multiple of 4, the
// sum.
func readDebugLink(l *Links, c *cursor.Cursor) {
	name := c.CString()
	c.Align(4)
	crc := c.U32()
	if c.Err() == nil {
		l.DebugName, l.DebugCRC = string(name), crc
	}
}

// readAltLink reads .gnu_debugaltlink: a path, then the build-id of the file.
func readAltLink(l *Links, c *cursor.Cursor) {
	path := c.CString()
	id := c.Bytes(uint64(c.Len()))
	if c.Err() == nil {
		l.SharedPath, l.SharedID = string(path), id
	}
}

// readSup reads .debug_sup (DWARF 5, 7.3.6) of a file that refers to another.
func readSup(l *Links, c *cursor.Cursor) {
	if path, id, shared := supplementary(c); !shared && c.Err() == nil {
		l.SharedPath, l.SharedID = string(path), id
	}
}

// supplementary decodes .debug_sup, and whether this is the shared file itself.
func supplementary(c *cursor.Cursor) (path, id []byte, shared bool) {
	c.U16() // version
	shared = c.U8() != 0
	path = c.CString()
	id = c.Bytes(c.Uleb())
	return path, id, shared
}

// SharedID returns the id by which other files link to this one as a shared
// file: that of .debug_sup, else the build-id. It is nil where there is none.
func (f *File) SharedID() []byte {
	if c, _ := f.sectionCursor(".debug_sup"); c != nil {
		if _, id, shared := supplementary(c); shared && c.Err() == nil {
			return id
		}
	}
	if e, ok := f.image.(*elfFile); ok {
		return e.buildID()
	}
	return nil
}

// isShared reports whether a file is the shared one that l leads to.
func (l *Links) isShared(file *File) bool {
	return bytes.Equal(l.SharedID, file.SharedID())
}

// notShared is the error for a file that isShared does not take.
func (l *Links) notShared(file *File) error {
	return fmt.Errorf("%s: shared file has id %x, linked is %x", file.name, file.SharedID(), l.SharedID)
}

// AttachShared gives f the file that its debug information shares strings and
// types in, for [File.DebugInfo] to use. It is refused if it is not the one that
// f is linked to. The shared file must stay open for as long as f is used.
// AttachShared is to be called before f is used by several goroutines.
func (f *File) AttachShared(shared *File) error {
	links, err := f.Links()
	switch {
	case err != nil:
		return err
	case links.SharedPath == "":
		return f.wrap(errors.New("no link to a shared file"))
	case !links.isShared(shared):
		return links.notShared(shared)
	}
	f.shared = shared
	return nil
}

// CRC returns the sum of all of the file's bytes that .gnu_debuglink refers to.
// It reads the whole file.
func (f *File) CRC() uint32 { return crc32.ChecksumIEEE(f.data) }
