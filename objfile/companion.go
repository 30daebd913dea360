package objfile

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/nativesym/nativesym/objfile/dwarf"
)

// companions are the files that the debug information of an opened file goes on
// in: split files (.dwo), the package of them (.dwp), and the file that dwz moved
// to what several share. They are opened when they are needed, taken only if their
// ids are right, and closed with the file.
type companions struct {
	path    string   // of the file itself
	folders []string // where to look besides
	only    bool     // and nowhere else
	offered []string // files that may be the shared one, wherever they are
	budget  *budget  // that they share with the file

	mu     sync.Mutex
	opened map[string]*companion // by path; those that could not be opened, too
	wanted []string              // paths, up to maxWanted, of which one would have helped
}

// maxWanted bounds how many paths are remembered that have no file: where one of
// hundreds of split files appears, the others do, too.
const maxWanted = 64

// A companion is an attempt to open one.
type companion struct {
	file *File
	err  error

	splitOnce sync.Once
	split     *dwarf.Data // of a .dwo file
	splitErr  error

	packageOnce sync.Once
	pack        *dwarf.Package // of a .dwp file
	packageErr  error
}

// SearchIn adds folders to the places where f's debug information is looked for
// when it goes on in other files: split files (.dwo, .dwp) and the one that dwz
// makes. Without it they are found beside f, and where f says that they are. It
// is to be called before f is used by several goroutines, and does nothing for a
// File made by [Parse], which opens no other.
func (f *File) SearchIn(folders ...string) {
	if f.companions != nil {
		f.companions.folders = append(f.companions.folders, folders...)
	}
}

// SearchOnlyIn is [File.SearchIn] for a file of a stranger: its debug information is
// looked for in these folders and below, and nowhere else, whatever paths the file
// has. It is beside f that is looked first, if that is in one of them. Links in the
// folders are followed.
func (f *File) SearchOnlyIn(folders ...string) {
	if f.companions != nil {
		f.companions.folders, f.companions.only = slices.Clone(folders), true
	}
}

// OfferShared names files that may be the one dwz moved shared debug information
// to, to be tried before any other place. It has the conditions of
// [File.SearchIn].
func (f *File) OfferShared(paths ...string) {
	if f.companions != nil {
		f.companions.offered = append(f.companions.offered, paths...)
	}
}

// Companions returns the files besides f that its debug information was read from,
// or that were tried, as far as it has been read: split files, their package, the
// shared file, object files. Wanted are paths where there was none and which would
// have helped, 64 at most. Both are sorted.
func (f *File) Companions() (read, wanted []string) {
	if c := f.companions; c != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		for path, o := range c.opened {
			if !errors.Is(o.err, fs.ErrNotExist) {
				read = append(read, path)
			}
		}
		wanted = slices.Clone(c.wanted)
	}
	if m, ok := f.image.(*machoFile); ok {
		m.objects.mu.Lock()
		defer m.objects.mu.Unlock()
		for _, o := range m.objects.opened {
			read = append(read, o.name)
		}
	}
	slices.Sort(read)
	slices.Sort(wanted)
	return read, wanted
}

// want remembers that none of paths had what was looked for.
func (c *companions) want(paths []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, path := range paths {
		if o := c.opened[path]; len(c.wanted) < maxWanted && errors.Is(o.err, fs.ErrNotExist) && !slices.Contains(c.wanted, path) {
			c.wanted = append(c.wanted, path)
		}
	}
}

// open returns the file at path, or an error that satisfies fs.ErrNotExist.
func (c *companions) open(path string) *companion {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o := c.opened[path]; o != nil {
		return o
	}
	o := &companion{}
	switch info, err := os.Stat(path); {
	case err != nil:
		o.err = err
	case !info.Mode().IsRegular(): // opening a pipe would wait for somebody to write
		o.err = &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	default:
		o.file, o.err = Open(path)
		o.file.join(c.budget)
	}
	if c.opened == nil {
		c.opened = map[string]*companion{}
	}
	c.opened[path] = o
	return o
}

// dirs returns the folders to look in, the nearest first.
func (c *companions) dirs() []string {
	dir := filepath.Dir(c.path)
	if !c.allows(dir) {
		return c.folders
	}
	return append([]string{dir}, c.folders...)
}

// allows reports whether a path may be looked at.
func (c *companions) allows(path string) bool {
	return !c.only || slices.ContainsFunc(c.folders, func(folder string) bool {
		below, err := filepath.Rel(folder, path)
		return err == nil && filepath.IsLocal(below)
	})
}

// places returns the paths under which a file may be that was called name when
// the program was built, in dir if name is relative.
func (c *companions) places(name, dir string) []string {
	var paths []string
	add := func(elements ...string) {
		if p := filepath.Join(elements...); !slices.Contains(paths, p) && c.allows(p) {
			paths = append(paths, p)
		}
	}
	if filepath.IsAbs(name) {
		add(name)
	} else if filepath.IsAbs(dir) {
		add(dir, name)
	}
	for _, folder := range c.dirs() {
		if !filepath.IsAbs(name) {
			add(folder, name)
		}
		add(folder, filepath.Base(name))
	}
	return paths
}

// split returns the unit that completes a skeleton, or nil if it is nowhere.
func (c *companions) split(s dwarf.Skeleton) (*dwarf.Data, error) {
	d, _, err := c.find(s)
	return d, err
}

// find returns the unit that completes a skeleton and which file it is in: a
// package, or a .dwo file or an object file with the sections of one.
func (c *companions) find(s dwarf.Skeleton) (d *dwarf.Data, path string, err error) {
	var first error
	note := func(err error) {
		if first == nil && err != nil && !errors.Is(err, fs.ErrNotExist) {
			first = err
		}
	}
	var tried []string
	for _, name := range c.packages() {
		for _, path := range c.places(name, "") {
			tried = append(tried, path)
			p, err := c.open(path).openPackage()
			if note(err); p == nil {
				continue
			}
			d, err := p.Unit(s.ID)
			if note(err); d != nil {
				return d, path, nil
			}
		}
	}
	for _, path := range c.places(s.Name, s.CompDir) {
		tried = append(tried, path)
		o := c.open(path)
		d, err := o.openSplit()
		switch note(err); {
		case d == nil:
		case d.HasSplit(s.ID):
			return d, path, nil
		default:
			note(o.file.wrap(fmt.Errorf("no unit has id %#016x", s.ID)))
		}
	}
	c.want(tried)
	return nil, "", first
}

// packages returns the names that the package of the file may have.
func (c *companions) packages() []string {
	base := filepath.Base(c.path)
	names := []string{base + ".dwp"}
	if short, ok := strings.CutSuffix(base, ".debug"); ok {
		names = append(names, short+".dwp")
	}
	return names
}

func (o *companion) openPackage() (*dwarf.Package, error) {
	o.packageOnce.Do(func() {
		if o.packageErr = o.err; o.err != nil {
			return
		}
		o.packageErr = o.file.Guard(func() (err error) {
			if o.pack, err = o.file.dwarfPackage(); err != nil {
				o.pack, err = nil, o.file.wrap(err)
			}
			return err
		})
	})
	return o.pack, o.packageErr
}

// dwarfPackage opens a .dwp file's DWARF.
func (f *File) dwarfPackage() (*dwarf.Package, error) {
	if _, ok := f.Section(".debug_cu_index"); !ok {
		return nil, errors.New("no .debug_cu_index")
	}
	units, err := f.joined(".debug_cu_index")
	if err != nil {
		return nil, err
	}
	types, err := f.joined(".debug_tu_index")
	if err != nil {
		return nil, err
	}
	sections, err := f.dwarfSections(".dwo")
	if err != nil {
		return nil, err
	}
	return dwarf.NewPackage(f.order, units, types, sections)
}

func (o *companion) openSplit() (*dwarf.Data, error) {
	o.splitOnce.Do(func() {
		if o.splitErr = o.err; o.err != nil {
			return
		}
		o.splitErr = o.file.Guard(func() (err error) {
			if o.split, err = o.file.dwarfAlone(".dwo", dwarf.Options{}); err != nil {
				o.split, err = nil, o.file.wrap(err)
			}
			return err
		})
	})
	return o.split, o.splitErr
}

// sharedFile returns the file that dwz moved shared debug information to: nil if
// there is no link to one, and an error where it is nowhere.
func (f *File) sharedFile() (*File, error) {
	if f.shared != nil {
		return f.shared, nil
	}
	links, err := f.Links()
	if err != nil || links.SharedPath == "" {
		return nil, err
	}
	err = fmt.Errorf("%s: no such shared file", links.SharedPath)
	c := f.companions
	if c == nil {
		return nil, err
	}
	places := slices.Concat(c.offered, c.places(links.SharedPath, ""), c.sharedPlaces(links))
	for _, path := range places {
		switch o := c.open(path); {
		case errors.Is(o.err, fs.ErrNotExist):
		case o.err != nil:
			err = o.err
		case !links.isShared(o.file):
			err = links.notShared(o.file)
		default:
			return o.file, nil
		}
	}
	c.want(places)
	return nil, err
}

// sharedPlaces returns where distributions keep shared files: in a folder .dwz
// beside or below the debug files, whose absolute path a link may tell while they
// are elsewhere now, and by build-id.
func (c *companions) sharedPlaces(links Links) (paths []string) {
	const dwz = ".dwz"
	below := filepath.Base(links.SharedPath)
	if i := strings.Index(links.SharedPath, "/"+dwz+"/"); i >= 0 {
		below = filepath.Join("/", links.SharedPath[i+len("/"+dwz):]) // never above
	}
	id := hex.EncodeToString(links.SharedID)
	for _, folder := range c.dirs() {
		paths = append(paths, filepath.Join(folder, dwz, below))
		if len(id) > 2 {
			paths = append(paths, filepath.Join(folder, ".build-id", id[:2], id[2:]+".debug"))
		}
	}
	return paths
}

// each calls fn for every file that is open.
func (c *companions) each(fn func(*File)) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range c.opened {
		if o.file != nil {
			fn(o.file)
		}
	}
}
