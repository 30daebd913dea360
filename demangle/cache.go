package demangle

import (
	"sync"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A Cache remembers what symbols mean. It may be used by several goroutines.
type Cache struct {
	opts Options
	mu   sync.Mutex
	m    map[cacheKey]Result
}

type cacheKey struct {
	symbol string
	lang   debuginfo.Language
}

// NewCache returns a Cache of about size names, written as o asks.
// Its Language is ignored. A size of zero means [DefaultCacheSize].
func NewCache(size int, o Options) *Cache {
	return &Cache{opts: o, m: map[cacheKey]Result{}}
}

// DefaultCacheSize is how many names a Cache holds unless told otherwise.
const DefaultCacheSize = 1 << 16

// Name answers as the function [Name] does, with lang as the hint.
func (c *Cache) Name(symbol string, lang debuginfo.Language) Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := cacheKey{symbol, lang}
	r, ok := c.m[k]
	if !ok {
		o := c.opts
		o.Language = lang
		r, _ = Name(symbol, o)
		c.m[k] = r
	}
	return r
}
