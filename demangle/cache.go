package demangle

import (
	"hash/maphash"
	"strings"
	"sync/atomic"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

const (
	// DefaultCacheSize is how many names a Cache holds unless told otherwise:
	// those of some thirty events that have none in common.
	DefaultCacheSize = 16 << 10

	// maxCached is the largest answer that is kept, in bytes of symbol and
	// names. It bounds a Cache of the default size to 64 MiB; typical answers
	// take a seventh of it.
	maxCached = 4 << 10

	// ways is how many places an answer can be kept in.
	ways = 4
)

// A Cache remembers what symbols mean, and forgets what was not asked for when
// it is full. It may be used by several goroutines at once; they never wait for
// one another.
type Cache struct {
	options Options
	seed    maphash.Seed
	sets    []set
}

// A set holds the answers whose symbols' hashes share their low bits. Answers
// never change once they are in it.
type set [ways]atomic.Pointer[answer]

// An answer is what a symbol means, given a language.
type answer struct {
	symbol   string
	language debuginfo.Language
	result   Result
	asked    atomic.Bool // for since the set was last full of such
}

// NewCache returns a Cache of about size names, which are written as o asks. The
// Language of o is not used. A size of zero or less means [DefaultCacheSize].
func NewCache(size int, o Options) *Cache {
	if size <= 0 {
		size = DefaultCacheSize
	}
	return &Cache{options: o, seed: maphash.MakeSeed(), sets: make([]set, (size+ways-1)/ways)}
}

// Name answers as the function [Name] does, with language as what is known of
// the symbol's; the result's Scheme is None for what that reports false for. The
// answer does not share memory with symbol unless it is too large to be kept.
func (c *Cache) Name(symbol string, language debuginfo.Language) Result {
	s := &c.sets[maphash.String(c.seed, symbol)%uint64(len(c.sets))]
	for i := range s {
		a := s[i].Load()
		if a != nil && a.symbol == symbol && a.language == language {
			if !a.asked.Load() { // most often it is set: do not write to memory that others read
				a.asked.Store(true)
			}
			return a.result
		}
	}
	return c.add(s, symbol, language)
}

// add demangles symbol and keeps the answer in s.
func (c *Cache) add(s *set, symbol string, language debuginfo.Language) Result {
	o := c.options
	o.Language = language
	if len(symbol) > maxCached {
		r, _ := Name(symbol, o)
		return r
	}
	symbol = strings.Clone(symbol) // which may lie in a file that is closed one day
	r, _ := Name(symbol, o)
	if len(symbol)+len(r.Name)+len(r.Short) <= maxCached {
		s.keep(&answer{symbol: symbol, language: language, result: r})
	}
	return r
}

// keep puts a in a free place, or in place of an answer that was not asked for
// of late.
func (s *set) keep(a *answer) {
	for i := range s {
		if old := s[i].Load(); old == nil || !old.asked.Load() {
			if s[i].CompareAndSwap(old, a) {
				return
			}
		}
	}
	for i := range s {
		if old := s[i].Load(); old != nil {
			old.asked.Store(false)
		}
	}
	s[len(a.symbol)%ways].Store(a)
}
