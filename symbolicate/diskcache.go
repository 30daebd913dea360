package symbolicate

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// Kinds of keys in the cache on disk.
const (
	tableKind  = "table"  // a table, by what it is made of
	digestKind = "digest" // the digest of a local file, by its stamp
)

// A fileError is about the files that a table is made of, and not about the cache.
type fileError struct {
	text string // calls them by placeholders
	err  error
}

func (e fileError) Error() string { return e.text }
func (e fileError) Unwrap() error { return e.err }

// errUnfit says that a table is not for the cache.
var errUnfit = errors.New("not to be kept")

// maxNotes bounds the notes that are kept with a table. What has more companions
// than there is room for, some hundred, is compiled by every process.
const maxNotes = 16 << 10

// openCached opens the table of parts that is in the cache, or puts it there. If
// the cache does not work, the table is in memory.
func (t *tables) openCached(ctx context.Context, p parts) (*opened, error) {
	key, err := t.key(ctx, p, t.digest)
	var c *compiled
	for range 2 { // what is out of date is made again
		if err != nil {
			break
		}
		var e filecache.Entry
		e, err = t.cache.Get(ctx, key, func(ctx context.Context, w *filecache.File) (meta []byte, err error) {
			if c, err = t.compileForCache(ctx, p); err != nil {
				return nil, err
			}
			// Who may write to a folder can change a file after it was hashed. Its table
			// would be that of the file it was, for all who have that one.
			if now, err := t.key(ctx, p, t.computeDigest); err != nil || now != key {
				return nil, cmp.Or(err, errUnfit)
			}
			if meta, err = json.Marshal(c.notes); err != nil || len(meta) > maxNotes || c.notes.lacking {
				return nil, errUnfit
			}
			_, err = w.Write(c.table)
			return meta, err
		})
		if err != nil {
			break
		}
		if o := t.openEntry(ctx, e, p); o != nil {
			if o.kept = key.Name; c == nil {
				t.counts.tableHits.Add(1)
			}
			return o, nil
		}
		if err = ctx.Err(); err == nil {
			err = t.cache.Forget(key)
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var own fileError
	if errors.As(err, &own) {
		return nil, fileError{p.named(own.text), own.err}
	}
	fault := err
	if errors.Is(fault, errUnfit) {
		fault = nil
	} else {
		t.counts.cacheFaults.Add(1)
	}
	if c == nil {
		if c, err = t.compile(ctx, p); err != nil {
			return nil, err
		}
	}
	o, err := c.open(p)
	if err == nil {
		o.fault = fault
	}
	return o, err
}

// compileForCache compiles parts and tells their faults from those of the cache.
func (t *tables) compileForCache(ctx context.Context, p parts) (c *compiled, err error) {
	err = safely(func() (err error) {
		if c, err = t.compile(ctx, p); err != nil {
			return err
		}
		for i := range c.notes.Companions {
			o := &c.notes.Companions[i]
			digest, err := t.digest(ctx, o.Path)
			if err != nil {
				return err
			}
			o.Digest = hex.EncodeToString(digest[:])
		}
		return nil
	})
	if err != nil {
		return nil, fileError{p.anonymous(err.Error()), err}
	}
	return c, nil
}

// openEntry opens a table of the cache. It returns nil if the table is out of date,
// or gone.
func (t *tables) openEntry(ctx context.Context, e filecache.Entry, p parts) *opened {
	var n notes
	if json.Unmarshal(e.Meta, &n) != nil || !t.current(ctx, &n, p) {
		return nil
	}
	table, err := symcache.OpenFile(e.Path)
	if err != nil {
		return nil
	}
	return p.opened(table, &n)
}

// current reports whether the companions of a table are what they were.
func (t *tables) current(ctx context.Context, n *notes, p parts) bool {
	if len(n.Companions)+len(n.Wanted) > 0 && (n.Scope != p.scope || n.Path != p.debug.Path) {
		return false
	}
	for _, c := range n.Companions {
		if digest, err := t.digest(ctx, c.Path); err != nil || hex.EncodeToString(digest[:]) != c.Digest {
			return false
		}
	}
	return !anyThere(n.Wanted)
}

// anyThere reports whether one of paths has a file.
func anyThere(paths []string) bool {
	for _, path := range paths {
		if _, err := source.Stamp(path); err == nil {
			return true
		}
	}
	return false
}

// key returns what the table of parts has in the cache: everything that decides
// what is in it, except companions, which only compiling tells. Files that nobody has
// hashed yet are hashed by digest.
func (t *tables) key(ctx context.Context, p parts, digest func(context.Context, string) ([32]byte, error)) (filecache.Key, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "symcache %d, %s", symcache.Version, program())
	add := func(what, path, build string, sum [32]byte) (err error) {
		if sum == [32]byte{} {
			sum, err = digest(ctx, path)
		}
		fmt.Fprintf(&b, ", %s %x %s", what, sum, build)
		return err
	}
	err := add("debug", p.debug.Path, p.debug.Build(), p.debug.Digest)
	for _, path := range p.debug.Shared {
		err = errors.Join(err, add("shared", path, "", [32]byte{}))
	}
	if path := p.debug.SymbolMap(); path != "" {
		err = errors.Join(err, add("names", path, "", [32]byte{}))
	}
	if p.image != nil && !p.image.Compiled {
		err = errors.Join(err, add("image", p.image.Path, p.image.Build(), p.image.Digest))
	}
	return filecache.Key{Kind: tableKind, Name: b.String()}, err
}

// program says which version of this program makes tables: another may make better
// ones of the same format.
var program = sync.OnceValue(func() string {
	const path = "github.com/nativesym/nativesym"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, dep := range info.Deps {
		if dep.Path == path {
			return dep.Version + " " + dep.Sum
		}
	}
	text := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
			text += " " + s.Value
		}
	}
	return text
})

// digest returns the digest of the file at path, which is computed once for each
// stamp of the file.
func (t *tables) digest(ctx context.Context, path string) (digest [32]byte, err error) {
	stamp, err := source.Stamp(path)
	switch {
	case err != nil:
		return digest, fileError{err.Error(), err}
	case stamp == "":
		return t.computeDigest(ctx, path)
	}
	e, err := t.cache.Get(ctx, filecache.Key{Kind: digestKind, Name: stamp}, func(ctx context.Context, w *filecache.File) ([]byte, error) {
		digest, err := t.computeDigest(ctx, path)
		if err != nil {
			return nil, err
		}
		_, err = w.Write(digest[:])
		return digest[:], err
	})
	copy(digest[:], e.Meta)
	return digest, err
}

func (t *tables) computeDigest(ctx context.Context, path string) (digest [32]byte, err error) {
	if err := t.gate.enter(ctx); err != nil {
		return digest, err
	}
	defer t.gate.leave()
	if digest, err = source.Digest(ctx, path); err != nil {
		err = fileError{err.Error(), err}
	}
	return digest, err
}
