package objfile

import (
	"encoding/binary"
	"strings"

	"github.com/nativesym/nativesym/objfile/breakpad"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A breakpadFile is a Breakpad file's own side of a File. Its addresses count from
// the start of the image, so its preferred base is 0. It does not say where code is.
type breakpadFile struct {
	*File
	text *breakpad.File
}

func parseBreakpad(file *File) error {
	text, err := breakpad.Parse(file.data)
	if err != nil {
		return err
	}
	text.DropPages = file.DropPages
	f := &breakpadFile{File: file, text: text}
	file.format, file.image = Breakpad, f
	file.order = binary.LittleEndian
	file.arch = ParseArch(text.Arch)
	file.codeID = strings.Clone(text.CodeID) // it may be a part of the file, and outlives it
	file.debugID, err = ParseDebugID(text.ID)
	return err
}

// maxPublic is how far a symbol without a size may reach: more than any function
// that has no debug information does.
const maxPublic = 16 << 20

// symbols returns the public symbols. They have no sizes: each reaches to the next
// symbol or function. After the last of both, code is taken to end with its page.
func (f *breakpadFile) symbols() ([]Symbol, error) {
	public := f.text.Symbols()
	if len(public) == 0 {
		return nil, nil
	}
	var end uint64
	symbols := make([]Symbol, 0, len(public))
	for _, s := range public {
		if s.Addr >= 1<<63 {
			continue
		}
		symbols = append(symbols, Symbol{Name: s.Name, Addr: s.Addr, Kind: Public})
		end = max(end, s.Addr+1)
	}
	var functions []debuginfo.Range
	f.text.Functions(func(r debuginfo.Range) {
		functions = append(functions, r)
		end = max(end, min(r.End, 1<<63))
	})
	code := []debuginfo.Range{{Start: 0, End: (end + pageSize - 1) &^ (pageSize - 1)}}
	symbols = tidySymbols(symbols, code, func() []debuginfo.Range { return mergeRanges(functions) })
	for i := range symbols {
		symbols[i].Size = min(symbols[i].Size, maxPublic)
	}
	return symbols, nil
}

// debugInfo returns the functions, if there are any.
func (f *breakpadFile) debugInfo() (debuginfo.Source, error) {
	if f.text.NumUnits() == 0 {
		return nil, nil
	}
	return f.text, nil
}
