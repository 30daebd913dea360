package source

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"github.com/nativesym/nativesym/debugimage"
)

// Try opens a local file and adds it to r if it is one of an image's, which it
// reports. What became of it is among the lookups either way. Messages call the
// file by its origin: where it came from, which is path itself for one that was
// there. Beside it nothing is looked for that belongs to it: what lies there has
// nothing to do with it.
func (r *Result) Try(origin, path string, im *debugimage.Image) bool {
	before := len(r.Files)
	_, _ = r.try(nil, origin, path, im)
	return len(r.Files) > before
}

// try is Try for a file of folders, which may hold what belongs to it. It returns
// which builds the file is of, or why that is unknown.
func (r *Result) try(folders []string, origin, path string, im *debugimage.Image) (builds []build, err error) {
	f := File{Path: path, Origin: origin, folders: folders}
	i := -1
	c, err := openCandidate(path)
	if err == nil {
		defer c.close()
		err = c.guard(func() error {
			builds = c.builds()
			if i = slices.IndexFunc(builds, func(b build) bool { return b.matches(im) }); i >= 0 {
				f.slice, f.Features, f.Compiled = builds[i], c.features(i), c.table != nil
			}
			return nil
		})
	}
	switch {
	case err != nil:
		r.Lookups = append(r.Lookups, Lookup{origin, statusOf(err), strings.ReplaceAll(err.Error(), path, origin)})
		return nil, err
	case i < 0:
		r.Lookups = append(r.Lookups, Lookup{origin, OtherID, describe(builds)})
		return builds, nil
	}
	r.Files = append(r.Files, f)
	r.Lookups = append(r.Lookups, Lookup{Location: origin, Status: Found})
	return builds, nil
}

// statusOf returns what an error says of the file that could not be opened.
func statusOf(err error) Status {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return NotFound
	case isSystem(err):
		return Failed
	}
	return Malformed
}

// isSystem reports whether an error is the system's: a file that may not be read or
// lies on a disk that fails says nothing of what is in it.
func isSystem(err error) bool {
	_, ok := errors.AsType[syscall.Errno](err)
	return ok
}
