package objfile

import (
	"bytes"

	"github.com/nativesym/nativesym/objfile/dwarf"
)

// Sources lists the source files whose text the file's debug information carries,
// as clang's -gembed-source has it: each path once, none in most files. After an
// error it returns what could be read.
func (f *File) Sources() ([]dwarf.SourceFile, error) {
	var files []dwarf.SourceFile
	err := guardBytes(f.data, func() (err error) {
		files, err = dwarf.SourceFiles(f.order, f.joined)
		return err
	})
	if err != nil {
		err = f.wrap(err)
	}
	return files, err
}

// SourceText returns the text of a source file that Sources listed, or of the
// same one when the file was opened before. It aliases the file's bytes.
func (f *File) SourceText(s dwarf.SourceFile) (text []byte, err error) {
	err = guardBytes(f.data, func() error {
		section, err := f.joined(s.Section)
		if err != nil {
			return err
		}
		if s.Offset >= uint64(len(section)) {
			return fault(s.Section, s.Offset, "the text of %s starts outside the section", s.Path)
		}
		n := bytes.IndexByte(section[s.Offset:], 0)
		if n < 0 {
			return fault(s.Section, s.Offset, "the text of %s does not end", s.Path)
		}
		text = section[s.Offset:][:n:n]
		return nil
	})
	if err != nil {
		return nil, f.wrap(err)
	}
	return text, nil
}
