package source

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/debugimage/source/layout"
	"github.com/nativesym/nativesym/debugimage/source/unpack"
)

// A Dir finds debug files in a directory and everything below it, under
// whatever names they have.
//
// Where the tree is laid out as one of the schemes of package layout (".build-id",
// symstore, the cache of a debuginfod client), a file is found at its place. For
// anything else the tree is read at the first question: of each file only the
// headers. From then on a question that finds nothing new touches no file.
//
// Later questions see what changed meanwhile: files that are new, gone, or have
// another size or time. The tree is looked through for that at most every two
// seconds, and so seldom that it takes a twentieth of the time at most; nothing runs
// between questions. That works on file systems of other machines, too, which do not
// tell of changes.
//
// Files packed as a whole are unpacked into a cache, see [DirOptions], when their
// path has an id of the image or their name is one that the image's files may have.
// Without a cache, only what is packed by gzip or zstd is read.
//
// A Dir is safe for concurrent use.
type Dir struct {
	root    string
	cache   *filecache.Cache
	now     func() time.Time
	reading chan struct{} // holds a token while someone reads the tree
	begun   *folder       // what who gave up has read, for who has the token
	seen    atomic.Pointer[snapshot]
	placed  sync.Map // *entry by path: packed files that are where a layout has them
}

// DirOptions say how a Dir reads its tree.
type DirOptions struct {
	// Cache is where packed files are unpacked: those of symbol servers, whose names
	// end in an underscore, and others, see package unpack. Its keys have the kind
	// "unpacked", and the path, size and time of what is packed for a name.
	Cache *filecache.Cache
}

// NewDir returns a Dir for the tree at root. It touches no file yet.
func NewDir(root string) *Dir { return NewDirWith(root, DirOptions{}) }

// NewDirWith is NewDir with options.
func NewDirWith(root string, o DirOptions) *Dir {
	return &Dir{root: filepath.Clean(root), cache: o.Cache, now: time.Now, reading: make(chan struct{}, 1)}
}

// Find returns the files of the tree that belong to an image: those with its
// debug id or its code id. Having none is not an error, not being able to read
// the directory is.
func (d *Dir) Find(ctx context.Context, im *debugimage.Image) (Result, error) {
	s := search{dir: d, ctx: ctx, im: im}
	if d.needsPlaces() {
		if s.places(); s.hasDebugInfo() {
			return s.done()
		}
	}
	seen, err := d.look(ctx)
	if err != nil {
		return s.res, err
	}
	s.res.Recheck = seen.every
	s.tree(seen.tree)
	if len(s.res.Lookups) == 0 {
		s.res.Lookups = append(s.res.Lookups, Lookup{Location: d.root})
	}
	return s.done()
}

// needsPlaces reports whether a file at its place may be unknown for long: as long as
// the tree was not read, or is looked through seldom.
func (d *Dir) needsPlaces() bool {
	known := d.seen.Load()
	return known == nil || known.every > lookAge
}

// A search is one question.
type search struct {
	dir *Dir
	ctx context.Context
	im  *debugimage.Image
	res Result
}

func (s *search) done() (Result, error) {
	Rank(s.res.Files)
	return s.res, s.ctx.Err()
}

func (s *search) hasDebugInfo() bool { return HasDebugInfo(s.res.Files) }

// asked reports whether a file was looked at for this question.
func (s *search) asked(path string) bool {
	return slices.ContainsFunc(s.res.Lookups, func(l Lookup) bool { return l.Location == path })
}

// schemes are the layouts whose places are looked at.
var schemes = []layout.Scheme{
	layout.Native, layout.Symstore, layout.SymstoreIndex2, layout.SSQP, layout.Debuginfod, layout.Unified,
	layout.SlashSymbols, layout.Breakpad,
}

// places tries what is where a layout has the image's files.
func (s *search) places() {
	for _, scheme := range schemes {
		if s.ctx.Err() != nil {
			return
		}
		for _, p := range (layout.Layout{Scheme: scheme}).Paths(s.im) {
			s.place(p.Name)
			if scheme == layout.Native && (p.Kind == layout.ELFDebug || p.Kind == layout.ELFCode || p.Kind == layout.SourceBundle) {
				s.place(".build-id/" + p.Name)
			}
		}
	}
}

// place tries the file at a path below the root, if there is one. An empty one is what
// the client of debuginfod keeps of a file that no server has.
func (s *search) place(name string) {
	path := filepath.Join(s.dir.root, filepath.FromSlash(name))
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 || s.asked(path) {
		return
	}
	s.try(s.dir.at(path, stampOf(info)))
}

// at returns the entry of a file that is where a layout has it.
func (d *Dir) at(path string, now stamp) *entry {
	if e, ok := d.placed.Load(path); ok && e.(*entry).stamp == now {
		return e.(*entry)
	}
	e := &entry{path: path, stamp: now}
	if e.wrapping, _ = wrappingOf(path); e.wrapping != unpack.None {
		d.placed.Store(path, e)
	}
	return e
}

// try adds a file to the result if it is one of the image's. One that would have to be
// unpacked is not needed where there is debug information.
func (s *search) try(e *entry) {
	switch {
	case s.ctx.Err() != nil:
		return
	case e.wrapping != unpack.None:
		if !s.hasDebugInfo() {
			s.tryPacked(e)
		}
		return
	}
	_, _ = s.res.try(s.dir.folders(), e.path, e.path, s.im) // what became of it is in the result
}

// folders returns where what belongs to a file may be: all of the tree. The root may
// be a file, and then it is beside it.
func (d *Dir) folders() []string {
	if info, err := os.Stat(d.root); err == nil && !info.IsDir() {
		return []string{filepath.Dir(d.root)}
	}
	return []string{d.root}
}

// names returns the file names under which one would expect an image's files.
func names(im *debugimage.Image) []string {
	var list []string
	for _, path := range []string{im.CodeFile, im.DebugFile} {
		if name := debugimage.BaseName(path); name != "" {
			list = append(list, name, name+".debug", name+".dbg", name+".sym")
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
