package objfile

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A debugMap is the debug information of an image that stayed in the object files
// it was linked from: the image's symbol table says which they are, and where the
// linker put each of their functions. A unit is an object file.
type debugMap struct {
	image   *machoFile
	objects []mapObject
}

// A LinkedObject is an object file as the linker recorded it.
type LinkedObject struct {
	Path     string
	Member   string // name in the static library that Path is; empty if it is none
	Modified int64  // in seconds since 1970; 0 if the linker did not say
}

// CheckModified returns an error if an object file of this time is not the one that
// was linked.
func (o LinkedObject) CheckModified(seconds int64) error {
	if o.Modified == 0 || o.Modified == seconds {
		return nil
	}
	text := func(s int64) string { return time.Unix(s, 0).UTC().Format(time.DateTime) }
	return fmt.Errorf("was compiled anew after it was linked: it is of %s, and was of %s", text(seconds), text(o.Modified))
}

// A mapObject is an object file, and what was linked of it.
type mapObject struct {
	recorded  string // its path, as the linker wrote it
	modified  int64
	functions []mapFunction
	code      uint64 // bytes of the functions
}

// A mapFunction is a function's symbol and where it was linked to.
type mapFunction struct {
	name       string
	addr, size uint64
}

// machoObjects are the object files that were opened for an image.
type machoObjects struct {
	open func(LinkedObject) (*File, error)

	mu     sync.Mutex
	opened map[string]*File // by recorded path
}

// AttachObjects gives a Mach-O image a way to open the object files that it was
// linked from, for [File.DebugInfo] to read their debug information where the
// image has no dSYM. It is called with what the linker recorded; see [OpenMember].
// The files are closed with f.
//
// The paths come from the image: whoever does not trust it must not open them.
// Whether an object file was compiled anew since is for open to say.
//
// For any other file AttachObjects does nothing. It is to be called before f is
// used by several goroutines.
func (f *File) AttachObjects(open func(LinkedObject) (*File, error)) {
	if m, ok := f.image.(*machoFile); ok {
		m.objects.open = open
	}
}

// close closes the object files.
func (o *machoObjects) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, file := range o.opened {
		file.Close()
	}
	o.opened = nil
}

// Kinds of debugger entries in the symbol table.
const (
	stabFunction = 0x24 // a function's name and address; then, without a name, its size
	stabSource   = 0x64
	stabObject   = 0x66 // the path of an object file, and its time
)

// debugMap reads the debugger entries of the symbol table. It returns nil if there
// are none.
func (f *machoFile) debugMap() (debuginfo.Source, error) {
	names, err := f.names()
	if err != nil {
		return nil, err
	}
	byPath := map[string]*mapObject{}
	var order []*mapObject
	var object *mapObject // that the entries belong to
	var function mapFunction
	err = f.nlists(func(n nlist) {
		switch n.kind {
		case stabSource:
			object = nil
		case stabObject:
			path := names.at(n.name)
			if object = byPath[path]; object == nil {
				object = &mapObject{recorded: path, modified: int64(n.value)}
				byPath[path] = object
				order = append(order, object)
			}
		case stabFunction:
			name := names.at(n.name)
			if name != "" {
				function = mapFunction{name: name, addr: f.codeAddr(n.value)}
			} else if object != nil && function.name != "" {
				function.size = n.value
				object.functions = append(object.functions, function)
				object.code += n.value
				function = mapFunction{}
			}
		}
	})
	if len(order) == 0 {
		return nil, err
	}
	d := &debugMap{image: f}
	for _, o := range order {
		d.objects = append(d.objects, *o)
	}
	return d, err
}

// linked takes a recorded path apart that may name a member of a static library:
// "libx.a(y.o)".
func (o *mapObject) linked() LinkedObject {
	if path, member, ok := strings.Cut(o.recorded, "("); ok && strings.HasSuffix(member, ")") {
		return LinkedObject{path, strings.TrimSuffix(member, ")"), o.modified}
	}
	return LinkedObject{Path: o.recorded, Modified: o.modified}
}

// NumUnits returns how many object files there are.
func (d *debugMap) NumUnits() int { return len(d.objects) }

// UnitSize returns how much code was linked of an object file: without opening
// it, that is all there is to tell how much debug information it has.
func (d *debugMap) UnitSize(i int) int {
	return int(min(d.objects[i].code, uint64(len(d.image.data))))
}

// NewReader returns a reader of object files.
func (d *debugMap) NewReader() debuginfo.Reader { return &mapReader{debugMap: d} }

// open opens an object file, unless it is open.
func (d *debugMap) open(o *mapObject) (*machoFile, error) {
	all := &d.image.objects
	all.mu.Lock()
	defer all.mu.Unlock()
	file := all.opened[o.recorded]
	if file == nil {
		opened, err := all.open(o.linked())
		if err != nil {
			return nil, err
		}
		if file, err = opened.Slice(d.image.arch); err != nil {
			opened.Close()
			return nil, err
		}
		file.join(d.image.budget)
		if all.opened == nil {
			all.opened = map[string]*File{}
		}
		all.opened[o.recorded] = file
	}
	if m, ok := file.image.(*machoFile); ok {
		return m, nil
	}
	return nil, file.wrap(errors.New("not a Mach-O file"))
}

// A mapReader reads object files one by one.
type mapReader struct {
	*debugMap
	unit debuginfo.Unit // of an object file with several
}

// Read reads all units of object file i, and moves what they say to where the
// functions were linked to.
func (r *mapReader) Read(i int, u *debuginfo.Unit) error {
	u.Reset()
	o := &r.objects[i]
	file, err := r.open(o)
	if err != nil {
		return err
	}
	return file.Guard(func() error {
		moves, err := file.moves(o.functions)
		if err == nil {
			err = r.readObject(file, u)
		}
		moves.apply(u)
		if err != nil {
			return file.wrap(err)
		}
		return nil
	})
}

// readObject reads an object file's units into one.
func (r *mapReader) readObject(file *machoFile, u *debuginfo.Unit) error {
	source, err := file.debugInfo()
	if err != nil || source == nil {
		return cmp.Or(err, errors.New("no debug information"))
	}
	reader := source.NewReader()
	for i := range source.NumUnits() {
		if i == 0 {
			err = reader.Read(i, u)
			continue
		}
		err = errors.Join(err, reader.Read(i, &r.unit))
		appendUnit(u, &r.unit)
	}
	return err
}

// appendUnit appends what src holds to dst.
func appendUnit(dst, src *debuginfo.Unit) {
	names, files := uint32(len(dst.Names)), uint32(len(dst.Files))
	ranges, inlines := uint32(len(dst.Ranges)), uint32(len(dst.Inlines))
	for _, f := range src.Functions {
		f.Name += names
		f.Ranges = debuginfo.Span{First: f.Ranges.First + ranges, End: f.Ranges.End + ranges}
		f.Inlines = debuginfo.Span{First: f.Inlines.First + inlines, End: f.Inlines.End + inlines}
		dst.Functions = append(dst.Functions, f)
	}
	for _, in := range src.Inlines {
		in.Name += names
		in.CallFile += files
		in.Ranges = debuginfo.Span{First: in.Ranges.First + ranges, End: in.Ranges.End + ranges}
		dst.Inlines = append(dst.Inlines, in)
	}
	for _, row := range src.Rows {
		row.File += files
		dst.Rows = append(dst.Rows, row)
	}
	dst.Ranges = append(dst.Ranges, src.Ranges...)
	dst.Names = append(dst.Names, src.Names...)
	dst.Files = append(dst.Files, src.Files...)
}

// moves says where functions of an object file were linked to.
func (f *machoFile) moves(functions []mapFunction) (moves, error) {
	names, err := f.names()
	if err != nil {
		return nil, err
	}
	addrs := map[string]uint64{}
	err = f.nlists(func(n nlist) {
		if n.kind&nlistStab == 0 && n.kind&nlistKind == nlistInSection {
			if name := names.at(n.name); name != "" {
				addrs[name] = f.codeAddr(n.value)
			}
		}
	})
	var list moves
	for _, fn := range functions {
		if addr, ok := addrs[fn.name]; ok && fn.size > 0 && addr+fn.size > addr && fn.addr+fn.size > fn.addr {
			list = append(list, move{debuginfo.Range{Start: addr, End: addr + fn.size}, fn.addr})
		}
	}
	return newMoves(list), err
}
