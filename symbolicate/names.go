package symbolicate

import (
	"strings"
	"sync"

	"github.com/nativesym/nativesym/demangle"
	"github.com/nativesym/nativesym/objfile/debuginfo"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// A funcName is what events call a function, quoted for JSON.
type funcName struct {
	function []byte
	raw      []byte // the whole name; nil where function is the whole
	symbol   []byte
	lang     []byte // nil unknown
}

// A pathName is what events call a source file, quoted for JSON.
type pathName struct {
	path, base []byte
	dependency bool // by the place it is in, see isDependency
}

// maxNames bounds each map of a nameTable. An entry takes about 500 bytes in C++.
const maxNames = 1 << 14

// A nameTable remembers the names that a debug file uses, so that the frames of
// an event do not demangle, shorten and quote them again and again. It is safe
// for concurrent use.
type nameTable struct {
	demangle *demangle.Cache

	mu    sync.RWMutex
	funcs map[uint32]*funcName
	paths map[string]*pathName
}

func newNameTable(c *demangle.Cache) *nameTable {
	return &nameTable{demangle: c, funcs: make(map[uint32]*funcName), paths: make(map[string]*pathName)}
}

// function returns the name of a frame's function. It stays when the frame's
// strings go.
func (t *nameTable) function(f *symcache.Frame) *funcName {
	t.mu.RLock()
	n := t.funcs[f.ID]
	t.mu.RUnlock()
	if n != nil {
		return n
	}
	n = newFuncName(t.demangle, f)
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.funcs) < maxNames {
		t.funcs[f.ID] = n
	}
	return n
}

// path returns the name of a source file, nil if path is empty.
func (t *nameTable) path(path string) *pathName {
	if path == "" {
		return nil
	}
	t.mu.RLock()
	n := t.paths[path]
	t.mu.RUnlock()
	if n != nil {
		return n
	}
	path = strings.Clone(path)
	n = &pathName{path: quoted(path), base: quoted(baseName(path)), dependency: isDependency(path)}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.paths) < maxNames {
		t.paths[path] = n
	}
	return n
}

func newFuncName(c *demangle.Cache, f *symcache.Frame) *funcName {
	symbol := strings.Clone(f.Symbol)
	var short, whole string
	lang := f.Language
	if f.Scope != "" {
		whole = f.Plain()
		short = demangle.Shorten(whole, lang)
	} else {
		name := c.Name(symbol, lang)
		short, whole = name.Short, name.Name
		if lang == debuginfo.UnknownLanguage {
			lang = name.Language
		}
	}
	n := &funcName{function: quoted(short), symbol: quoted(symbol)}
	if whole != short {
		n.raw = quoted(whole)
	}
	if lang != debuginfo.UnknownLanguage {
		n.lang = quoted(lang.String())
	}
	return n
}

// baseName returns the last element of a path, which is one of Windows if it has
// a drive or no slash.
func baseName(path string) string {
	if len(path) > 2 && path[1] == ':' || strings.IndexByte(path, '/') < 0 {
		return path[strings.LastIndexAny(path, `/\`)+1:]
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}

func quoted(text string) []byte { return jsonspan.AppendQuoted(nil, text) }
