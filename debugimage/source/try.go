package source

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/nativesym/nativesym/debugimage"
)

// Try opens a local file and adds it to r if it is one of an image's, which it
// reports. What became of it is among the lookups either way. Messages call the
// file by its origin: where it came from, which is path itself for one that was
// there.
func (r *Result) Try(origin, path string, im *debugimage.Image) bool {
	_, found := r.try(filepath.Dir(path), origin, path, im)
	return found
}

// try is Try for a file of a folder, which may hold what belongs to it. It returns
// which builds the file is of, too.
func (r *Result) try(folder, origin, path string, im *debugimage.Image) (builds []build, found bool) {
	look := func(s Status, detail string) {
		r.Lookups = append(r.Lookups, Lookup{Location: origin, Status: s, Detail: detail})
	}
	c, err := openCandidate(path)
	if err != nil {
		look(Malformed, strings.ReplaceAll(err.Error(), path, origin))
		return nil, false
	}
	defer c.close()
	builds = c.builds()
	i := slices.IndexFunc(builds, func(b build) bool { return b.matches(im) })
	if i < 0 {
		look(OtherID, describe(builds))
		return builds, false
	}
	r.Files = append(r.Files, File{
		Path: path, Origin: origin, Features: c.features(i), Compiled: c.table != nil, slice: builds[i], folder: folder,
	})
	look(Found, "")
	return builds, true
}
