package source

import (
	"errors"
	"path/filepath"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/objfile"
)

// systemDebug is where Linux distributions install debug files.
const systemDebug = "/usr/lib/debug"

// OpenLinked opens the debug file of a stripped image where the image's own links
// lead to: beside it, and below folders laid out as /usr/lib/debug is, which is the
// last of them. It returns nil if there is none of this build.
func OpenLinked(image *objfile.File, folders ...string) *objfile.File {
	folders = append(folders, systemDebug)
	links, _ := image.Links() // those that can be read
	for _, path := range linkedPaths(image, links, folders) {
		file, err := objfile.Open(path)
		if err != nil {
			continue
		}
		if isLinked(file, image, links) && objectFeatures(file).DebugInfo {
			file.SearchIn(folders...)
			return file
		}
		file.Close()
	}
	return nil
}

// isLinked reports whether a file is the one that an image's links mean: one with
// the same id, or else the sum that is beside its name.
func isLinked(file, image *objfile.File, links objfile.Links) bool {
	if id := image.DebugID(); !id.IsZero() && file.DebugID() == id {
		return true
	}
	return links.DebugName != "" && file.Guard(func() error {
		if file.CRC() != links.DebugCRC {
			return errOtherSum
		}
		return nil
	}) == nil
}

var errOtherSum = errors.New("the file has another sum")

// linkedPaths returns where an image's debug file may be. Only the last element
// of what the image says is used: it comes from another machine.
func linkedPaths(image *objfile.File, links objfile.Links, folders []string) (paths []string) {
	dir := filepath.Dir(image.Name())
	if id := image.CodeID(); image.Format() == objfile.ELF && len(id) > 2 {
		for _, folder := range folders {
			paths = append(paths, filepath.Join(folder, ".build-id", id[:2], id[2:]+".debug"))
		}
	}
	if links.DebugName != "" {
		name := filepath.Base(links.DebugName)
		paths = append(paths, filepath.Join(dir, name), filepath.Join(dir, ".debug", name))
		where, err := filepath.Abs(dir)
		for _, folder := range folders {
			if err == nil {
				paths = append(paths, filepath.Join(folder, where, name))
			}
			paths = append(paths, filepath.Join(folder, name))
		}
	}
	if links.PDBPath != "" {
		name := debugimage.BaseName(links.PDBPath)
		paths = append(paths, filepath.Join(dir, name))
	}
	return paths
}
