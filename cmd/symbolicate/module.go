package main

import (
	"runtime"
	"strings"

	"github.com/nativesym/nativesym/demangle"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

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
