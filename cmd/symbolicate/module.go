package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/demangle"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// modules are the object files that a command looks into, each opened once.
type modules struct {
	ctx     context.Context
	folders []string      // with the debug files of stripped objects
	dirs    []*source.Dir // the same
	arch    string        // to choose of a file with several; empty for the first
	opened  map[string]opened
}

// opened is how opening a file went. A file that could not be read stays so.
type opened struct {
	m   *module
	err error
}

func newModules(ctx context.Context, symbols []string, arch string) *modules {
	ms := &modules{ctx: ctx, folders: symbols, arch: arch, opened: make(map[string]opened)}
	for _, dir := range symbols {
		ms.dirs = append(ms.dirs, source.NewDir(dir))
	}
	return ms
}

func (ms *modules) close() {
	for _, o := range ms.opened {
		if o.m != nil {
			o.m.close()
		}
	}
}

// open returns the module at a path, be it an object file or a compiled table.
func (ms *modules) open(path string) (*module, error) {
	return ms.once(path, func() (*module, error) {
		cache, err := symcache.OpenFile(path)
		switch {
		case err == nil:
			return &module{base: cache.Base(), cache: cache, names: make(map[nameKey]string)}, nil
		case !errors.Is(err, symcache.ErrNotSymcache):
			return nil, err
		}
		file, err := ms.openFile(path)
		if err != nil {
			return nil, err
		}
		if debug := ms.debugFileOf(file); debug != nil {
			return prepare(debug, file)
		}
		return prepare(file, nil)
	})
}

// openBuildID returns the module whose build id is given in hex.
func (ms *modules) openBuildID(id string) (*module, error) {
	return ms.once("BUILDID:"+id, func() (*module, error) {
		image := (&debugimage.Fields{Type: "elf", CodeID: id}).Image()
		file, err := ms.find(&image)
		if err != nil {
			return nil, err
		}
		return prepare(file, nil)
	})
}

func (ms *modules) once(key string, open func() (*module, error)) (*module, error) {
	o, ok := ms.opened[key]
	if !ok {
		o.m, o.err = open()
		ms.opened[key] = o
	}
	return o.m, o.err
}

// openFile opens an object file, of one with several architectures the one that
// was asked for. A file with one has that, whatever was asked for.
func (ms *modules) openFile(path string) (*objfile.File, error) {
	file, err := objfile.Open(path)
	if err != nil || ms.arch == "" {
		return file, err
	}
	parts, err := file.Slices()
	if len(parts) == 1 && err == nil {
		return file, nil
	}
	part, err := file.Slice(objfile.ParseArch(archAlias(ms.arch)))
	if err != nil {
		file.Close()
	}
	return part, err
}

// archAlias turns the names of architectures that only other tools use into ours.
func archAlias(name string) string {
	switch name {
	case "i386":
		return "x86"
	case "aarch64":
		return "arm64"
	}
	return name
}

// debugFileOf returns the separate debug file of a stripped object, or nil.
func (ms *modules) debugFileOf(file *objfile.File) *objfile.File {
	if dsym := source.OpenDSYM(file); dsym != nil {
		return dsym
	}
	source.AttachObjects(file)
	info, err := file.DebugInfo()
	if info != nil || err != nil {
		return nil
	}
	debug, err := ms.find(&debugimage.Image{Type: debugimage.ParseType(file.Format().String()), CodeID: file.CodeID(), DebugID: file.DebugID()})
	if err != nil {
		return source.OpenLinked(file, ms.folders...)
	}
	return debug
}

var errNoFile = errors.New("none of the --symbols folders has a file with this id")

// find returns the best file of an image.
func (ms *modules) find(image *debugimage.Image) (*objfile.File, error) {
	for _, dir := range ms.dirs {
		found, err := dir.Find(ms.ctx, image)
		if err != nil {
			return nil, err
		}
		if len(found.Files) > 0 {
			return found.Files[0].Open()
		}
	}
	return nil, fmt.Errorf("%s: %w", image.Name(), errNoFile)
}

// A module is an object file that is ready to answer.
type module struct {
	base    uint64            // linked address of the start of the image, in the file that was asked for
	files   []*objfile.File   // the one with debug information first; none if the module is a compiled table
	cache   *symcache.Cache   // nil if there are files
	lazy    *symcache.Lazy    // of the files
	symbols map[string]uint64 // linked addresses, once a symbol was asked for
	names   map[nameKey]string
	scratch []symcache.Frame
	told    bool // that the debug information is damaged
}

// nameOptions say how functions are named.
type nameOptions struct {
	mangled bool // by the linker's name
	short   bool // without parameters
}

type nameKey struct {
	symbol, scope string
	language      debuginfo.Language
	nameOptions
}

// prepare takes over a file, and the stripped image that it describes, if it is
// not the image itself.
func prepare(file, image *objfile.File) (*module, error) {
	m := &module{base: file.Base(), files: []*objfile.File{file}, names: make(map[nameKey]string)}
	if image != nil {
		m.base, m.files = image.Base(), append(m.files, image)
	}
	spendMemory(file, 0)
	var err error
	m.lazy, err = symcache.NewLazy(file, symcache.Options{Workers: runtime.GOMAXPROCS(0), Columns: true, Image: image})
	if err != nil {
		m.close()
		return nil, err
	}
	return m, nil
}

func (m *module) close() {
	if m.cache != nil {
		m.cache.Close()
	}
	for _, file := range m.files {
		file.Close()
	}
}

// symbol returns the linked address of a symbol, by its linker name.
func (m *module) symbol(name string) (uint64, bool) {
	if m.symbols == nil {
		m.symbols = make(map[string]uint64)
		for _, file := range m.files {
			list, _ := file.Symbols() // what could be read is what there is
			for _, s := range list {
				if _, ok := m.symbols[s.Name]; !ok {
					m.symbols[s.Name] = s.Addr - file.Base() + m.base
				}
			}
		}
	}
	addr, ok := m.symbols[name]
	return addr, ok
}

// expect says which linked addresses the next calls of frames are for.
func (m *module) expect(addrs []uint64) {
	if m.lazy == nil {
		return
	}
	rels := make([]uint64, 0, len(addrs))
	for _, addr := range addrs {
		rels = append(rels, addr-m.base)
	}
	m.lazy.Expect(rels) // an error comes again when the address is asked for
}

// frames appends the frames at a linked address, innermost first.
func (m *module) frames(dst []frame, addr uint64, o nameOptions) ([]frame, error) {
	if addr < m.base {
		return dst, nil
	}
	if err := m.lookUp(addr - m.base); err != nil {
		return dst, err
	}
	for _, f := range m.scratch {
		g := frame{function: m.name(f, o), file: f.File, line: f.Line, column: f.Column}
		if !f.Inlined {
			g.start = m.base + f.Entry
		}
		dst = append(dst, g)
	}
	return dst, nil
}

// lookUp leaves in m.scratch the frames at an offset in the image.
func (m *module) lookUp(rel uint64) (err error) {
	if m.cache != nil {
		return m.cache.Guard(func() error {
			m.scratch = m.cache.Lookup(m.scratch[:0], rel)
			return nil
		})
	}
	m.scratch, err = m.lazy.Lookup(m.scratch[:0], rel)
	return err
}

// fault returns what was found to be damaged since it was asked last, or nil.
func (m *module) fault() error {
	if m.lazy == nil || m.told {
		return nil
	}
	err := m.lazy.Fault()
	m.told = err != nil
	return err
}

// name returns what to call a function, which is worked out once.
func (m *module) name(f symcache.Frame, o nameOptions) string {
	if o.mangled {
		return f.Symbol
	}
	key := nameKey{f.Symbol, f.Scope, f.Language, o}
	name, ok := m.names[key]
	if !ok {
		name = functionName(f, o.short)
		m.names[key] = name
	}
	return name
}

// functionName names a function as llvm-symbolizer does: with the return types
// that templates have in their names.
func functionName(f symcache.Frame, short bool) string {
	name := demangle.Result{Name: f.Plain()}
	if f.Scope == "" {
		name, _ = demangle.Name(f.Symbol, demangle.Options{Language: f.Language, ReturnType: true})
	}
	if short {
		return demangle.Shorten(name.Name, f.Language)
	}
	return name.Name
}
