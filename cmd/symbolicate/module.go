package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

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
	warn    func(error)   // told what hides a debug file, but not the module
	opened  map[string]opened
}

// opened is how opening a file went. A file that could not be read stays so.
type opened struct {
	m   *module
	err error
}

func newModules(ctx context.Context, symbols []string, arch string, warn func(error)) *modules {
	ms := &modules{ctx: ctx, folders: symbols, arch: arch, warn: warn, opened: make(map[string]opened)}
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
		m, err := openTable(path, nil)
		if !errors.Is(err, symcache.ErrNotSymcache) {
			return m, err
		}
		file, err := ms.openFile(path)
		if err != nil {
			return nil, err
		}
		m, err = ms.openDebugFileOf(file)
		if m != nil {
			return m, nil
		}
		if err != nil {
			ms.warn(fmt.Errorf("debug file of %s: %w", path, err))
		}
		return prepare(file, nil)
	})
}

// openBuildID returns the module whose build id is given in hex.
func (ms *modules) openBuildID(id string) (*module, error) {
	return ms.once("BUILDID:"+id, func() (*module, error) {
		image := (&debugimage.Fields{Type: "elf", CodeID: id}).Image()
		found, err := ms.find(&image)
		if err != nil {
			return nil, err
		}
		return openFound(found, nil)
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

func (ms *modules) openFile(path string) (*objfile.File, error) { return openArch(path, ms.arch) }

// openArch opens an object file, of one with several architectures the one that
// was asked for, or else the first. A file with one has that, whatever was asked for.
func openArch(path, arch string) (*objfile.File, error) {
	file, err := objfile.Open(path)
	if err != nil || arch == "" {
		return file, err
	}
	parts, err := file.Slices()
	if len(parts) == 1 && err == nil {
		return file, nil
	}
	part, err := file.Slice(objfile.ParseArch(archAlias(arch)))
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

// openDebugFileOf opens a stripped object together with its debug file. It returns
// nil if the object needs none or has none, and an error if one could not be read.
func (ms *modules) openDebugFileOf(file *objfile.File) (*module, error) {
	if dsym := source.OpenDSYM(file); dsym != nil {
		return prepare(dsym, file)
	}
	source.AttachObjects(file)
	if info, err := file.DebugInfo(); info != nil || err != nil {
		return nil, nil // an error comes again when the file is used
	}
	found, err := ms.find(&debugimage.Image{Type: debugimage.ParseType(file.Format().String()), CodeID: file.CodeID(), DebugID: file.DebugID()})
	if err == nil && found.Features.DebugInfo {
		var m *module
		if m, err = openFound(found, file); err == nil {
			return m, nil
		}
	}
	if linked := source.OpenLinked(file, ms.folders...); linked != nil {
		return prepare(linked, file)
	}
	if errors.Is(err, errNoFile) {
		err = nil
	}
	return nil, err
}

var errNoFile = errors.New("none of the --symbols folders has a file with this id")

// find returns the best file of an image.
func (ms *modules) find(image *debugimage.Image) (source.File, error) {
	for _, dir := range ms.dirs {
		found, err := dir.Find(ms.ctx, image)
		if err != nil {
			return source.File{}, err
		}
		for _, file := range found.Files {
			if !file.Features.Sources {
				return file, nil
			}
		}
	}
	return source.File{}, fmt.Errorf("%s: %w", image.Name(), errNoFile)
}

// openFound opens what was found, with the stripped image that it describes, if
// that is there. The image stays the caller's when there is an error.
func openFound(found source.File, image *objfile.File) (*module, error) {
	if found.Compiled {
		return openTable(found.Path, image)
	}
	file, err := found.Open()
	if err != nil {
		return nil, err
	}
	return prepare(file, image)
}

// A module is an object file that is ready to answer.
type module struct {
	base    uint64            // linked address of the start of the image, in the file that was asked for
	files   []*objfile.File   // with symbols, the one with debug information first
	cache   *symcache.Cache   // nil if nothing is compiled
	lazy    *symcache.Lazy    // of the files, where there is no cache
	symbols map[string]uint64 // linked addresses, once a symbol was asked for
	names   map[nameKey]string
	scratch []symcache.Frame
	told    bool // that the debug information is damaged
}

// nameOptions say how functions are named.
type nameOptions struct {
	mangled bool // by the linker's name
	short   bool // as the source declares them, without scopes and parameters
}

type nameKey struct {
	symbol, scope string
	language      debuginfo.Language
	nameOptions
}

// openTable opens a compiled table, and takes over the image it was made for, if
// that is there.
func openTable(path string, image *objfile.File) (*module, error) {
	cache, err := symcache.OpenFile(path)
	if err != nil {
		return nil, err
	}
	m := &module{base: cache.Base(), cache: cache, names: make(map[nameKey]string)}
	if image != nil {
		m.base, m.files = image.Base(), []*objfile.File{image}
	}
	return m, nil
}

// prepare takes over a file, and the stripped image that it describes, if it is
// not the image itself. When there is an error, only the file is closed.
func prepare(file, image *objfile.File) (*module, error) {
	m := &module{base: file.Base(), files: []*objfile.File{file}, names: make(map[nameKey]string)}
	if image != nil {
		m.base, m.files = image.Base(), append(m.files, image)
	}
	spendMemory(file, 0)
	var err error
	m.lazy, err = symcache.NewLazy(file, symcache.Options{Workers: runtime.GOMAXPROCS(0), Columns: true, Image: image})
	if err != nil {
		file.Close()
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

// addressSize returns how many bytes an address of the module has.
func (m *module) addressSize() int {
	var arch objfile.Arch
	if len(m.files) > 0 {
		arch = m.files[0].Arch()
	} else {
		arch = objfile.ParseArch(m.cache.Arch())
	}
	if arch == objfile.S390X || arch != objfile.ARM64_32 && strings.Contains(arch.String(), "64") {
		return 8
	}
	return 4
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
	if o.mangled && !o.short {
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
	switch {
	case short:
		return shortName(f)
	case f.Scope != "":
		return f.Plain()
	}
	name, _ := demangle.Name(f.Symbol, demangle.Options{Language: f.Language, ReturnType: true})
	return name.Name
}
