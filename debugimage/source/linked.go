package source

import (
	"path/filepath"
	"strings"

	"github.com/nativesym/nativesym/objfile"
)

// systemDebug is where Linux distributions install debug files.
const systemDebug = "/usr/lib/debug"

// OpenLinked opens the debug file of a stripped image where the image's own links
// lead to: beside it, and where distributions install debug files. It returns nil
// if there is none of this build.
func OpenLinked(image *objfile.File) *objfile.File {
	links, _ := image.Links() // those that can be read
	for _, path := range linkedPaths(image, links) {
		file, err := objfile.Open(path)
		if err != nil {
			continue
		}
		id := image.DebugID()
		same := !id.IsZero() && file.DebugID() == id || links.DebugName != "" && file.CRC() == links.DebugCRC
		if same && objectFeatures(file).DebugInfo {
			return file
		}
		file.Close()
	}
	return nil
}

// linkedPaths returns where an image's debug file may be. Only the last element
// of what the image says is used: it comes from another machine.
func linkedPaths(image *objfile.File, links objfile.Links) (paths []string) {
	dir := filepath.Dir(image.Name())
	if id := image.CodeID(); image.Format() == objfile.ELF && len(id) > 2 {
		paths = append(paths, filepath.Join(systemDebug, ".build-id", id[:2], id[2:]+".debug"))
	}
	if links.DebugName != "" {
		name := filepath.Base(links.DebugName)
		paths = append(paths, filepath.Join(dir, name), filepath.Join(dir, ".debug", name))
		if dir, err := filepath.Abs(dir); err == nil {
			paths = append(paths, filepath.Join(systemDebug, dir, name))
		}
	}
	if links.PDBPath != "" {
		name := links.PDBPath[strings.LastIndexAny(links.PDBPath, `/\`)+1:]
		paths = append(paths, filepath.Join(dir, name))
	}
	return paths
}
