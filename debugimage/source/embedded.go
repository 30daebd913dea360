package source

import (
	"bytes"

	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/dwarf"
)

// An embedded is the source code that a debug file carries itself. It knows what
// is where and keeps neither texts nor the file open. It is safe for concurrent use.
type embedded struct {
	file  File
	files map[string]dwarf.SourceFile // by path as debug information has it
}

// OpenEmbedded returns the source code that the debug information of a file
// carries, nil if there is none. The file is opened to see what there is, and
// again for the text of each source file.
func OpenEmbedded(f File) (*Code, error) {
	if f.Compiled || f.Features.Sources {
		return nil, nil
	}
	o, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer o.Close()
	list, err := o.Sources()
	if len(list) == 0 {
		return nil, err
	}
	e := &embedded{file: f, files: make(map[string]dwarf.SourceFile, len(list))}
	for _, s := range list {
		e.files[s.Path] = s
	}
	return newCode(MaxBuildCode, e), nil
}

// read returns the text of a source file, nil if the debug file does not have it.
func (e *embedded) read(file string) []byte {
	s, ok := e.files[file]
	if !ok {
		return nil
	}
	o, err := e.file.Open()
	if err != nil {
		return nil
	}
	defer o.Close()
	return textIn(o, s)
}

// textIn returns a copy of the text of a source file in an open file, nil if it
// is not there or too large to be source code.
func textIn(o *objfile.File, s dwarf.SourceFile) (text []byte) {
	err := o.Guard(func() error {
		shared, err := o.SourceText(s)
		if err == nil && len(shared) <= MaxCodeFile {
			text = readCode(bytes.NewReader(shared))
		}
		return err
	})
	if err != nil {
		return nil
	}
	return text
}
