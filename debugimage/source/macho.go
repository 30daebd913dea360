package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nativesym/nativesym/objfile"
)

// OpenDSYM opens the debug file of a Mach-O image where dsymutil puts it: in the
// bundle beside the image that is called like it, ".dSYM" added. It returns nil if
// there is none of this build.
func OpenDSYM(image *objfile.File) *objfile.File {
	if image.Format() != objfile.MachO {
		return nil
	}
	dir := image.Name() + ".dSYM/Contents/Resources/DWARF"
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		file, err := objfile.Open(path)
		if err != nil {
			continue
		}
		if part, err := file.Slice(image.Arch()); err == nil && part.DebugID() == image.DebugID() {
			attachSymbolMap(part)
			return part
		}
		file.Close()
	}
	return nil
}

// AttachObjects lets a Mach-O image that has no debug information read that of the
// object files it was linked from: where the linker found them, or beside the
// image if they are there no more. It is for images whose paths are trusted.
//
// An object file that was compiled anew since is refused. One that is beside the
// image is a copy, which rarely keeps its time, so it is believed, unless it is in a
// static library, which keeps the times of its members.
func AttachObjects(image *objfile.File) {
	beside := filepath.Dir(image.Name())
	image.AttachObjects(func(o objfile.LinkedObject) (*objfile.File, error) {
		path := o.Path
		if !filepath.IsAbs(path) {
			path = filepath.Join(beside, path)
		}
		info, err := os.Stat(path)
		moved := errors.Is(err, fs.ErrNotExist)
		if moved {
			path = filepath.Join(beside, filepath.Base(path))
			info, err = os.Stat(path)
		}
		switch {
		case err != nil:
			return nil, err
		case !info.Mode().IsRegular():
			return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
		}
		if !moved && o.Member == "" {
			if err := o.CheckModified(info.ModTime().Unix()); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
		return o.Open(path)
	})
}
