package symbolicate

import (
	"strings"
	"sync"
	"sync/atomic"

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
	lang     string
}

// maxNames bounds a nameTable. A name takes about 500 bytes in C++.
const maxNames = 1 << 14

// A nameTable remembers the names of one table's functions, so that the frames
// of an event do not demangle, shorten and quote them again and again. It is
// safe for concurrent use.
type nameTable struct {
	demangle *demangle.Cache
	byID     sync.Map // uint32 → *funcName
	len      atomic.Int64
}

// of returns the name of a frame's function. The frame's strings may go away
// afterwards.
func (t *nameTable) of(f *symcache.Frame) *funcName {
	if n, ok := t.byID.Load(f.ID); ok {
		return n.(*funcName)
	}
	n := newFuncName(t.demangle, f)
	if t.len.Add(1) <= maxNames {
		t.byID.Store(f.ID, n)
	}
	return n
}

func newFuncName(c *demangle.Cache, f *symcache.Frame) *funcName {
	symbol := strings.Clone(f.Symbol)
	var short, whole string
	lang := f.Language
	if f.Scope != "" {
		whole = f.Scope + separator(lang) + symbol
		short = demangle.Shorten(whole, lang)
	} else {
		name := c.Name(symbol, lang)
		short, whole = name.Short, name.Name
		if lang == debuginfo.UnknownLanguage {
			lang = name.Language
		}
	}
	n := &funcName{
		function: jsonspan.AppendQuoted(nil, short),
		symbol:   jsonspan.AppendQuoted(nil, symbol),
		lang:     lang.String(),
	}
	if whole != short {
		n.raw = jsonspan.AppendQuoted(nil, whole)
	}
	return n
}

// separator is what a language writes between a scope and a name.
func separator(l debuginfo.Language) string {
	switch l {
	case debuginfo.C, debuginfo.CPP, debuginfo.ObjCPP, debuginfo.Rust, debuginfo.UnknownLanguage:
		return "::"
	}
	return "."
}
