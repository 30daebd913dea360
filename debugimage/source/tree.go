package source

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/objfile"
)

// A tree is what a directory held when it was read. It does not change.
type tree struct {
	byDebugID map[objfile.DebugID][]string // paths
	byCodeID  map[string][]string
	byName    map[string][]entry // by base name, for saying what was there instead
}

// An entry is a file by its name: of which builds it is, or why that is unknown.
type entry struct {
	path   string
	builds []build // of a fat file several
	broken error
}

// readTree opens every file below root and keeps its ids. Directories that
// cannot be read count as empty, except root itself.
func readTree(ctx context.Context, root string) (*tree, error) {
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, err
	}
	t := &tree{
		byDebugID: make(map[objfile.DebugID][]string),
		byCodeID:  make(map[string][]string),
		byName:    make(map[string][]entry),
	}
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && path == root:
			return err
		case err != nil || e.IsDir():
			return nil
		}
		// Links to files are followed: a .build-id tree is made of them.
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			t.add(path)
		}
		return nil
	})
	return t, err
}

func (t *tree) add(path string) {
	e := entry{path: path}
	c, err := openCandidate(path)
	switch {
	case errors.Is(err, objfile.ErrUnknownFormat):
		return
	case err != nil:
		e.broken = err
	default:
		e.builds = c.builds()
		c.close()
	}
	for _, b := range e.builds {
		if !b.debugID.IsZero() {
			t.byDebugID[b.debugID] = append(t.byDebugID[b.debugID], path)
		}
		if b.codeID != "" {
			t.byCodeID[b.codeID] = append(t.byCodeID[b.codeID], path)
		}
	}
	name := filepath.Base(path)
	t.byName[name] = append(t.byName[name], e)
}

// find adds the image's files to the result, or else what has their names.
func (t *tree) find(folder string, im *debugimage.Image, res *Result) {
	seen := make(map[string]bool)
	for _, l := range res.Lookups {
		seen[l.Location] = true
	}
	try := func(paths []string) {
		for _, path := range paths {
			if !seen[path] {
				seen[path] = true
				res.try(folder, path, path, im)
			}
		}
	}
	if !im.DebugID.IsZero() {
		try(t.byDebugID[im.DebugID])
	}
	if im.CodeID != "" {
		try(t.byCodeID[im.CodeID])
	}
	t.followLinks(folder, res)
	if len(res.Files) > 0 {
		return
	}
	for _, name := range names(im) {
		for _, e := range t.byName[name] {
			switch {
			case seen[e.path]:
			case e.broken != nil:
				res.Lookups = append(res.Lookups, Lookup{e.path, Malformed, e.broken.Error()})
			default:
				res.Lookups = append(res.Lookups, Lookup{e.path, OtherID, describe(e.builds)})
			}
		}
	}
}

// maxLinked is how many files of one name are looked into for the one that an
// executable links to: all of each is read.
const maxLinked = 16

// followLinks adds the debug files that the executables among the files link to
// by name and sum, which is how they are told without a build-id.
func (t *tree) followLinks(folder string, res *Result) {
	if slices.ContainsFunc(res.Files, func(f File) bool { return f.Features.DebugInfo }) {
		return
	}
	for _, f := range slices.Clone(res.Files) {
		if !f.Compiled && !f.Features.Sources {
			t.followLink(folder, f, res)
		}
	}
}

func (t *tree) followLink(folder string, f File, res *Result) {
	image, err := f.Open()
	if err != nil {
		return
	}
	defer image.Close()
	links, _ := image.Links() // those that can be read
	if links.DebugName == "" {
		return
	}
	list := t.byName[filepath.Base(links.DebugName)]
	for _, e := range list[:min(len(list), maxLinked)] {
		if e.path == f.Path || len(e.builds) != 1 || slices.ContainsFunc(res.Lookups, func(l Lookup) bool { return l.Location == e.path }) {
			continue
		}
		file, err := objfile.Open(e.path)
		if err != nil {
			continue
		}
		look := Lookup{Location: e.path, Status: OtherID, Detail: describe(e.builds)}
		if isLinked(file, image, links) {
			look = Lookup{Location: e.path, Status: Found}
			res.Files = append(res.Files, File{Path: e.path, Origin: e.path, Features: objectFeatures(file), slice: e.builds[0], folder: folder})
		}
		file.Close()
		res.Lookups = append(res.Lookups, look)
	}
}
