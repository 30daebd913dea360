package filecache

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// GCOptions say what GC removes besides what is of no use: files that no answer
// refers to, answers without their file, misses that are too old, damaged
// answers, and what processes that died were writing.
type GCOptions struct {
	MaxBytes int64         // what may stay, of the most recently used; 0: Options.MaxBytes, negative: nothing
	MaxAge   time.Duration // what was not used for so long is removed; 0: whatever its age
	DryRun   bool          // only say what would be removed
}

// A Report says what GC did.
type Report struct {
	Removed    []Item // answers: those of no use, then the least recently used
	Freed      int64  // bytes of files, also of those below
	Orphans    int    // files that no answer referred to
	Damaged    int    // answers
	Unfinished int    // files of processes that died
	Kept       int    // answers
	KeptBytes  int64  // of their files
}

// GC removes what is of no use, too old or too much, least recently used first,
// while other processes use the cache. Unless nothing may stay, it spares what
// was used in the last minute. Where answers are too many, misses go first, however
// lately they were used: to find out again costs a request, and a flood of ids that
// nobody has must not cost others their files.
func (c *Cache) GC(ctx context.Context, o GCOptions) (Report, error) {
	l, err := lockFile(ctx, filepath.Join(c.dir, trimLock), false)
	if err != nil {
		return Report{}, inCache(ctx, err)
	}
	defer l.release()
	lim := limits{keep: usage{o.MaxBytes, c.maxAnswers}, maxAge: o.MaxAge, fresh: freshFor, dryRun: o.DryRun}
	switch {
	case o.MaxBytes == 0:
		lim.keep.bytes = c.maxBytes
	case o.MaxBytes < 0:
		lim.keep, lim.fresh = usage{}, 0
	}
	r, err := c.collect(ctx, lim)
	return r, inCache(ctx, err)
}

// limits of what collect keeps.
type limits struct {
	keep   usage
	shrink bool          // keep no more than evictTo of the bytes there are
	maxAge time.Duration // 0: none
	fresh  time.Duration // what was used so lately is kept
	dryRun bool
}

// over reports whether what was used so long ago has to go, from a total.
func (l limits) over(total, size usage, age time.Duration) bool {
	switch {
	case 0 <= age && age < l.fresh:
		return false
	case l.maxAge > 0 && age >= l.maxAge:
		return true
	}
	return size.bytes > 0 && total.bytes > l.keep.bytes || total.answers > l.keep.answers
}

// collect removes what is of no use, and then what is over the limits. The caller
// has the trim lock.
func (c *Cache) collect(ctx context.Context, lim limits) (Report, error) {
	var r Report
	r.Unfinished, r.Freed = c.sweep(lim.dryRun)
	before, known := c.readUsage()
	groups, err := c.groups(ctx)
	if err != nil {
		return r, err
	}
	remove := func(g *group) bool {
		if !lim.dryRun {
			gone, failed := c.evict(ctx, g)
			if err = cmp.Or(err, failed); !gone {
				return false
			}
		}
		c.report(&r, g, lim.dryRun)
		return true
	}
	var total usage
	now := c.now()
	groups = slices.DeleteFunc(groups, func(g *group) bool {
		if g.useless(now) && remove(g) {
			return true
		}
		total = total.plus(g.size())
		return false
	})
	groups = slices.DeleteFunc(groups, func(g *group) bool {
		if !g.isMiss() || total.answers <= lim.keep.answers || !remove(g) {
			return false
		}
		total = total.minus(g.size())
		return true
	})
	if lim.shrink {
		lim.keep.bytes = int64(float64(total.bytes) * evictTo)
	}
	for _, g := range groups {
		if lim.over(total, g.size(), now.Sub(g.used)) && remove(g) {
			total = total.minus(g.size())
		}
	}
	r.Kept, r.KeptBytes = int(total.answers), total.bytes
	if !lim.dryRun {
		err = cmp.Or(err, c.alone(ctx, func() error {
			if after, stillKnown := c.readUsage(); known && stillKnown {
				total = total.plus(after).minus(before) // others went on while we counted
			}
			c.writeUsage(total)
			return nil
		}))
	}
	return r, err
}

// report adds a group that was removed.
func (c *Cache) report(r *Report, g *group, dryRun bool) {
	r.Freed += g.size().bytes
	if len(g.answers) == 0 {
		r.Orphans++
	}
	for _, a := range g.answers {
		if a.answer == nil {
			r.Damaged++
			continue
		}
		r.Removed = append(r.Removed, c.item(a.answer, a.info))
		if !dryRun {
			c.stats.add(a.answer.key.Kind, Counts{Evicted: 1})
		}
	}
}

// sweep removes what processes that died were writing: what is in makeDir and
// whose key nobody has locked. A lock that was left goes with its release.
func (c *Cache) sweep(dryRun bool) (files int, size int64) {
	dir := filepath.Join(c.dir, makeDir)
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		hash, _, _ := strings.Cut(e.Name(), ".")
		if !isHex(hash, 64) {
			continue // not ours
		}
		l, err := tryLockFile(filepath.Join(dir, hash+lockSuffix), true)
		if l == nil || err != nil {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if info, err := os.Lstat(path); err == nil && !strings.HasSuffix(path, lockSuffix) && (dryRun || os.RemoveAll(path) == nil) {
			files, size = files+1, size+info.Size()
		}
		l.release()
	}
	return files, size
}
