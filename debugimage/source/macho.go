package source

import (
	"errors"
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
func AttachObjects(image *objfile.File) {
	beside := filepath.Dir(image.Name())
	image.AttachObjects(func(path, member string) (*objfile.File, error) {
		if !filepath.IsAbs(path) {
			path = filepath.Join(beside, path)
		}
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			path = filepath.Join(beside, filepath.Base(path))
			info, err = os.Stat(path)
		}
		switch {
		case err != nil:
			return nil, err
		case !info.Mode().IsRegular():
			return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
		}
		return objfile.OpenMember(path, member)
	})
}
