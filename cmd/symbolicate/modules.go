package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/objfile"
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
