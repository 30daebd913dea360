package source

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/nativesym/nativesym/debugimage"
)

// A Dir finds debug files in a directory and everything below it, under
// whatever names they have.
//
// Where the tree is laid out by build-id (".build-id/ab/cdef.debug", as below
// /usr/lib/debug), a file is found at its place. For anything else the tree is
// read once, at the first question: of each file only the headers. Files that
// appear later are not seen; make a new Dir for them.
//
// A Dir is safe for concurrent use.
type Dir struct {
	root    string
	reading chan struct{} // holds a token while someone reads the tree
	tree    atomic.Pointer[tree]
}

// NewDir returns a Dir for the tree at root. It touches no file yet.
func NewDir(root string) *Dir {
	return &Dir{root: root, reading: make(chan struct{}, 1)}
}

// Find returns the files of the tree that belong to an image: those with its
// debug id or its code id. Having none is not an error, not being able to read
// the directory is.
func (d *Dir) Find(ctx context.Context, im *debugimage.Image) (Result, error) {
	var res Result
	d.findByBuildID(im, &res)
	if len(res.Files) > 0 && res.Files[0].Features.DebugInfo {
		return res, nil
	}
	t, err := d.read(ctx)
	if err != nil {
		return res, err
	}
	t.find(d.root, im, &res)
	if len(res.Lookups) == 0 {
		res.Lookups = append(res.Lookups, Lookup{Location: d.root})
	}
	Rank(res.Files)
	return res, nil
}

// findByBuildID looks where the layout by build-id has its files: the debug file,
// beside it the executable itself and the sources.
func (d *Dir) findByBuildID(im *debugimage.Image, res *Result) {
	if len(im.CodeID) < 4 || im.Type != debugimage.ELF && im.Type != debugimage.Symbolic {
		return
	}
	name := filepath.Join(im.CodeID[:2], im.CodeID[2:])
	for _, suffix := range []string{".debug", "", ".src.zip"} {
		for _, root := range []string{filepath.Join(d.root, ".build-id"), d.root} {
			path := filepath.Join(root, name) + suffix
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				res.try(d.root, path, path, im)
			}
		}
	}
	Rank(res.Files)
}

// read returns the tree, reading it if nobody has. Those who come meanwhile wait.
func (d *Dir) read(ctx context.Context) (*tree, error) {
	if t := d.tree.Load(); t != nil {
		return t, nil
	}
	select {
	case d.reading <- struct{}{}:
		defer func() { <-d.reading }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if t := d.tree.Load(); t != nil {
		return t, nil
	}
	t, err := readTree(ctx, d.root)
	if err != nil {
		return nil, fmt.Errorf("symbols in %s: %w", d.root, err)
	}
	d.tree.Store(t)
	return t, nil
}

// baseName returns the last element of a path of Windows or POSIX.
func baseName(path string) string {
	return path[strings.LastIndexAny(path, `/\`)+1:]
}

// names returns the file names under which one would expect an image's files.
func names(im *debugimage.Image) []string {
	var list []string
	for _, path := range []string{im.CodeFile, im.DebugFile} {
		if name := baseName(path); name != "" {
			list = append(list, name, name+".debug", name+".dbg", name+".sym")
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
