package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/nativesym/nativesym/debugimage/source/unpack"
	"github.com/nativesym/nativesym/objfile"
)

const (
	// lookAge is how old what is known of a tree may be. It bounds how long it takes
	// until a new file is seen.
	lookAge = 2 * time.Second

	// lookShare is how many times longer a tree is left alone than it took to look
	// for changes: 20,000 files take 50 ms on a local disk and many seconds on one
	// that is far.
	lookShare = 20

	// maxPeeked is how many bytes of files packed by gzip or zstd are unpacked when a
	// tree is read, in one go, to see whose they are. Of more than that, only those
	// are found whose name or path tells.
	maxPeeked = 16 << 20
)

// A snapshot is what is known of a tree, and for how long that will do.
type snapshot struct {
	tree  *tree
	every time.Duration // how often to look
	due   time.Time
}

// A folder is a directory as it was when it was read. It does not change.
type folder struct {
	stamp   stamp
	settled bool
	files   []*entry
	folders []*folder
	path    string
}

// An entry is a file, or what has a name but is none: it may become one.
type entry struct {
	path     string
	stamp    stamp // zero for what is no regular file
	settled  bool
	wrapping unpack.Wrapping
	builds   []build // which it is of, of a fat file several; none for what is packed or no debug file
	broken   error   // why that is unknown

	inside inside // what it turned out to hold, if it is packed
}

// look returns what there is in the tree. Who comes while someone else looks for
// changes gets what was known before, and waits only for what never was.
func (d *Dir) look(ctx context.Context) (*snapshot, error) {
	if s := d.seen.Load(); s.isFresh(d.now()) {
		return s, nil
	}
	if s := d.seen.Load(); s != nil {
		select {
		case d.reading <- struct{}{}:
		default:
			return s, nil
		}
	} else {
		select {
		case d.reading <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	defer func() { <-d.reading }()
	s := d.seen.Load()
	if s.isFresh(d.now()) {
		return s, nil
	}
	s, err := d.lookAgain(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("symbols in %s: %w", d.root, err)
	}
	d.seen.Store(s)
	return s, nil
}

func (s *snapshot) isFresh(now time.Time) bool { return s != nil && now.Before(s.due) }

// lookAgain reads what changed since old was made, all of the tree if it is nil. Who
// comes after one that gave up goes on where that was.
func (d *Dir) lookAgain(ctx context.Context, old *snapshot) (*snapshot, error) {
	w := walk{ctx: ctx, now: d.now(), peek: maxPeeked, changed: d.begun != nil}
	s := &snapshot{every: lookAge}
	before := d.begun
	if before == nil && old != nil {
		before = old.tree.root
	}
	root, err := w.folder(d.root, before)
	if err != nil {
		if ctx.Err() != nil {
			d.begun = root
		}
		return nil, err
	}
	d.begun = nil
	end := d.now()
	if old != nil { // reading for the first time is no measure of looking for changes
		s.every = max(lookAge, lookShare*end.Sub(w.now))
	}
	s.due = end.Add(s.every)
	if old != nil && !w.changed {
		s.tree = old.tree
		return s, nil
	}
	s.tree = newTree(root)
	return s, nil
}

// A walk goes through a tree once.
type walk struct {
	ctx     context.Context
	now     time.Time
	peek    int64 // how many packed bytes may still be looked into
	changed bool
}

// settled reports whether what has a time stamp cannot change without getting another.
// A stamp of a time to come is from a clock that is wrong, which it is as it goes on.
func (w *walk) settled(s stamp) bool {
	return w.now.Sub(time.Unix(0, s.time)).Abs() > settleAge
}

// folder reads a directory, or what changed in it since old was read. With an error it
// returns what it has, for the rest what was there before, or nil.
func (w *walk) folder(path string, old *folder) (*folder, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	f := &folder{path: path, stamp: stampOf(info)}
	switch {
	case !info.IsDir(): // the root may be a file
		err = w.addFile(f, path, old.entry(path))
	case old != nil && old.settled && old.stamp == f.stamp:
		err = w.sameNames(f, old)
	default:
		err = w.newNames(f, old)
	}
	f.settled = err == nil && w.settled(f.stamp) // else it is listed again
	if err != nil {
		f.keep(old)
	}
	if old == nil || len(old.files) != len(f.files) || len(old.folders) != len(f.folders) {
		w.changed = true
	}
	return f, err
}

// entry returns the file at a path, nil if it is not there.
func (f *folder) entry(path string) *entry {
	if f != nil {
		for _, e := range f.files {
			if e.path == path {
				return e
			}
		}
	}
	return nil
}

// keep adds what was in a directory before and was not reached.
func (f *folder) keep(old *folder) {
	if old == nil {
		return
	}
	reached := make(map[string]bool)
	for _, e := range f.files {
		reached[e.path] = true
	}
	for _, sub := range f.folders {
		reached[sub.path] = true
	}
	for _, e := range old.files {
		if !reached[e.path] {
			f.files = append(f.files, e)
		}
	}
	for _, sub := range old.folders {
		if !reached[sub.path] {
			f.folders = append(f.folders, sub)
		}
	}
}

// sameNames looks at everything in a directory that has the names it had.
func (w *walk) sameNames(f, old *folder) error {
	for _, e := range old.files {
		if err := w.addFile(f, e.path, e); err != nil {
			return err
		}
	}
	for _, sub := range old.folders {
		if err := w.addFolder(f, sub.path, sub); err != nil {
			return err
		}
	}
	return nil
}

// newNames lists a directory and looks at everything in it.
func (w *walk) newNames(f, old *folder) error {
	list, err := os.ReadDir(f.path)
	if err != nil {
		return err
	}
	files, folders := make(map[string]*entry), make(map[string]*folder)
	if old != nil {
		for _, e := range old.files {
			files[e.path] = e
		}
		for _, sub := range old.folders {
			folders[sub.path] = sub
		}
	}
	for _, e := range list {
		path := filepath.Join(f.path, e.Name())
		if e.IsDir() {
			err = w.addFolder(f, path, folders[path])
		} else {
			err = w.addFile(f, path, files[path])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addFolder adds a directory to the one that it is in. If it cannot be read, that is
// as it was, or empty. The error is the context's.
func (w *walk) addFolder(to *folder, path string, old *folder) error {
	f, err := w.folder(path, old)
	if f == nil {
		f = &folder{path: path}
		if !errors.Is(err, fs.ErrNotExist) {
			f.keep(old)
		}
	}
	to.folders = append(to.folders, f)
	return w.ctx.Err()
}

// addFile adds a file to the directory that it is in. Links to files are followed: a
// .build-id tree is made of them. Its error is the context's.
func (w *walk) addFile(to *folder, path string, old *entry) error {
	if w.ctx.Err() != nil {
		return w.ctx.Err()
	}
	var now stamp
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		now = stampOf(info)
	}
	if old == nil || !old.settled || old.stamp != now {
		old = w.open(path, now)
		w.changed = true
	}
	to.files = append(to.files, old)
	return nil
}

// open reads whose a file is.
func (w *walk) open(path string, now stamp) *entry {
	e := &entry{path: path, stamp: now}
	if e.settled = now == (stamp{}) || w.settled(now); now.size > 0 {
		w.identify(e)
	}
	return e
}

func (w *walk) identify(e *entry) {
	if e.wrapping, e.broken = wrappingOf(e.path); e.broken == nil && (e.wrapping == unpack.None || w.peeks(e)) {
		e.builds, e.broken = buildsOf(e.path)
	}
	switch {
	case errors.Is(e.broken, objfile.ErrUnknownFormat):
		e.broken = nil
	case isSystem(e.broken):
		e.settled = false // for it to be tried again
	}
}

// buildsOf returns which builds a file is of.
func buildsOf(path string) (builds []build, err error) {
	c, err := openCandidate(path)
	if err != nil {
		return nil, err
	}
	defer c.close()
	err = c.guard(func() error { builds = c.builds(); return nil })
	return builds, err
}

// peeks reports whether a packed file is to be unpacked for its ids.
func (w *walk) peeks(e *entry) bool {
	if !opensPacked(e.wrapping) || e.stamp.size > w.peek {
		return false
	}
	w.peek -= e.stamp.size
	return true
}
