package main

import (
	"fmt"
	"io"

	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// decode reads all debug information of the object at path, on one thread, and
// prints how many functions, inlined calls and rows it has.
func decode(w io.Writer, path string) error {
	f, err := objfile.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.DebugInfo()
	if err != nil {
		return err
	}
	if info == nil {
		return fmt.Errorf("%s has no debug information", path)
	}
	var unit debuginfo.Unit
	var functions, inlines, rows int
	reader := info.NewReader()
	for i := range info.NumUnits() {
		if err := reader.Read(i, &unit); err != nil {
			return err
		}
		functions += len(unit.Functions)
		inlines += len(unit.Inlines)
		rows += len(unit.Rows)
	}
	_, err = fmt.Fprintln(w, functions, inlines, rows)
	return err
}
