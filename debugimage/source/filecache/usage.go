package filecache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A usage is how much is in the cache. The file of that name has it for all
// processes, sealed as an answer is; without the file, or with a damaged one, it
// is unknown until somebody counts.
//
//	bytes 00000000000001048576
//	answers 00000000000000000003
//	sum …
//
// It may be too much, never for long too little.
type usage struct {
	bytes   int64 // of blobs
	answers int64
}

func (u usage) plus(d usage) usage  { return usage{u.bytes + d.bytes, u.answers + d.answers} }
func (u usage) minus(d usage) usage { return usage{u.bytes - d.bytes, u.answers - d.answers} }

func (u usage) encode() []byte {
	return seal(fmt.Appendf(nil, "bytes %020d\nanswers %020d\n", u.bytes, u.answers))
}

// readUsage returns the usage, and whether it is known.
func (c *Cache) readUsage() (usage, bool) {
	data, _, err := readSmall(filepath.Join(c.dir, usageFile), 256)
	lines := strings.Split(string(data), "\n")
	if err != nil || len(lines) < 2 {
		return usage{}, false
	}
	var u usage
	u.bytes, _ = strconv.ParseInt(strings.TrimPrefix(lines[0], "bytes "), 10, 64)
	u.answers, _ = strconv.ParseInt(strings.TrimPrefix(lines[1], "answers "), 10, 64)
	return u, bytes.Equal(u.encode(), data)
}

// writeUsage is called in alone. A usage that cannot be written is unknown.
func (c *Cache) writeUsage(u usage) {
	path := filepath.Join(c.dir, usageFile)
	u.bytes, u.answers = max(u.bytes, 0), max(u.answers, 0)
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		os.RemoveAll(path)
	}
	if overwrite(path, u.encode()) != nil {
		os.RemoveAll(path)
	}
}

// overwrite writes a file in place. Truncating it first would have ext4 write it
// to the disk at once, which takes milliseconds (BenchmarkMake).
func overwrite(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Truncate(int64(len(data))), f.Close())
}

// account adds to the usage. It is called in alone.
func (c *Cache) account(d usage) {
	if u, ok := c.readUsage(); ok {
		c.writeUsage(u.plus(d))
	}
}

const (
	// maxAnswers bounds the number of answers, as MaxBytes does not: a flood of
	// ids that nobody has leaves only misses. To count so many takes seconds.
	maxAnswers = 1 << 17

	// Eviction makes room for a while, so that not every new file causes one.
	evictTo = 7.0 / 8

	// Where eviction did not make enough room, or the disk is full, it is not
	// tried again for trimPause.
	trimPause = freshFor / 4
)

// A trimClock says when the next eviction may be tried.
type trimClock struct {
	mu   sync.Mutex
	next time.Time
}

func (t *trimClock) due(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !now.Before(t.next)
}

func (t *trimClock) pause(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next = now.Add(trimPause)
}

// trim evicts down to evictTo if there is too much.
func (c *Cache) trim(ctx context.Context) {
	over := func() bool {
		u, known := c.readUsage()
		return !known || u.bytes > c.maxBytes || u.answers > c.maxAnswers
	}
	if now := c.now(); over() && c.trimmed.due(now) {
		keep := usage{int64(float64(c.maxBytes) * evictTo), int64(float64(c.maxAnswers) * evictTo)}
		c.tryGC(ctx, limits{keep: keep, fresh: freshFor})
		if over() {
			c.trimmed.pause(now)
		}
	}
}

// relieve makes room on a disk that err says is full, for the next request: files
// that were not used for long give way.
func (c *Cache) relieve(ctx context.Context, err error) {
	full := errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
	if now := c.now(); full && c.trimmed.due(now) {
		c.trimmed.pause(now)
		c.tryGC(ctx, limits{keep: usage{c.maxBytes, c.maxAnswers}, shrink: true, fresh: freshFor})
	}
}

// tryGC evicts unless another goroutine or process does. What it cannot do, the
// next will.
func (c *Cache) tryGC(ctx context.Context, lim limits) {
	l, err := tryLockFile(filepath.Join(c.dir, trimLock), false)
	if l == nil || err != nil {
		return
	}
	defer l.release()
	c.collect(ctx, lim)
}
