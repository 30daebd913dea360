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
	function string
	raw      string // the whole name; "" where function is the whole
	symbol   string
	lang     string // "" unknown
}

// A pathName is what events call a source file, quoted for JSON.
type pathName struct {
	path, base string
	dependency bool // by the place it is in, see isDependency
}

// maxNames bounds each map of a nameTable. An entry takes about 500 bytes in C++:
// nameCost and the names themselves.
const (
	maxNames = 1 << 14
	nameCost = 128
)

// A nameTable remembers the names that a debug file uses, so that the frames of
// an event do not demangle, shorten and quote them again and again. It is safe
// for concurrent use.
type nameTable struct {
	demangle *demangle.Cache

	mu    sync.RWMutex
	funcs map[uint32]*funcName
	paths map[string]*pathName
	size  int64       // bytes that they take
	grown func(int64) // told of every growth; nil: nobody is
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
	if len(t.funcs) < maxNames && t.funcs[f.ID] == nil {
		t.funcs[f.ID] = n
		t.grow(len(n.function) + len(n.raw) + len(n.symbol))
	}
	return n
}

// path returns the name of a source file, nil if path is empty.
func (t *nameTable) path(path string) *pathName {
	if path == "" {
		return nil
	}
	if n := t.known(path); n != nil {
		return n
	}
	path = strings.Clone(path)
	n := &pathName{path: string(quoted(path)), base: string(quoted(baseName(path))), dependency: isDependency(path)}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.paths) < maxNames && t.paths[path] == nil {
		t.paths[path] = n
		t.grow(len(path) + len(n.path) + len(n.base))
	}
	return n
}

// known returns what is remembered of a path. Reading the path may be a fault of its
// table's, which must not leave the lock behind.
func (t *nameTable) known(path string) *pathName {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.paths[path]
}

// onGrowth has fn called whenever the table grows, and for what it has by now.
func (t *nameTable) onGrowth(fn func(bytes int64)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.grown = fn
	fn(t.size)
}

// grow counts a new name. The caller holds the lock.
func (t *nameTable) grow(text int) { t.count(nameCost + int64(text)) }

// count counts more bytes. The caller holds the lock.
func (t *nameTable) count(n int64) {
	t.size += n
	if t.grown != nil {
		t.grown(n)
	}
}

// charge counts bytes of something else that the events' frames made necessary.
func (t *nameTable) charge(n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count(n)
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
	n := &funcName{function: string(quoted(short)), symbol: string(quoted(symbol))}
	if whole != short {
		n.raw = string(quoted(whole))
	}
	if lang != debuginfo.UnknownLanguage {
		n.lang = string(quoted(lang.String()))
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

// unquoted returns what quoted was made of, without a copy if it can.
func unquoted(text string) string {
	switch {
	case text == "":
		return ""
	case strings.IndexByte(text, '\\') < 0:
		return text[1 : len(text)-1]
	}
	return string(jsonspan.AppendUnquoted(nil, []byte(text)))
}
