package filecache

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"
)

const (
	// freshFor is how long after a use a file is not evicted: whoever was given
	// its path should have opened it by then.
	freshFor = time.Minute

	// touchEvery is how old the recorded use may get before the next is recorded,
	// so that a busy file costs two writes a minute.
	touchEvery = freshFor / 2
)

// look returns what there is for a key: a file, a *Miss, or ErrAbsent. It drops
// what is damaged.
func (c *Cache) look(ctx context.Context, key Key) (Entry, error) {
	path := c.answerPath(key)
	a, info, err := readAnswer(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Entry{}, ErrAbsent
	case errors.Is(err, errDamaged), err == nil && a.key != key:
		c.stats.add(key.Kind, Counts{Damaged: 1})
		c.drop(ctx, path, info, usage{answers: 1})
		return Entry{}, ErrAbsent
	case err != nil:
		return Entry{}, inCache(ctx, err)
	}
	now := c.now()
	if a.miss != nil && a.left(now) <= 0 {
		return Entry{}, ErrAbsent
	}
	c.touch(ctx, path, info, now)
	if a.miss != nil {
		c.stats.add(key.Kind, Counts{Negative: 1})
		return Entry{}, &Miss{Reason: a.miss.Reason, For: a.left(now), Age: now.Sub(a.stored)}
	}
	e := Entry{Path: c.blobPath(a.digest), Size: a.size, Digest: a.digest, Meta: a.meta, Stored: a.stored, Used: info.ModTime()}
	if err := c.verify(ctx, key, e); err != nil {
		return Entry{}, err
	}
	c.stats.add(key.Kind, Counts{Hits: 1})
	return e, nil
}

// touch records that an answer is used, unless that was done lately. Once it has,
// the blob is not evicted for a while, or was before, and whoever opens it sees
// that. A directory that cannot be written to is not evicted from.
func (c *Cache) touch(ctx context.Context, path string, info fs.FileInfo, now time.Time) {
	if age := now.Sub(info.ModTime()); age < 0 || age >= touchEvery {
		c.alone(ctx, func() error { return os.Chtimes(path, now, now) })
	}
}

// verify compares a blob with its digest, and drops it if it differs.
func (c *Cache) verify(ctx context.Context, key Key, e Entry) error {
	digest, info, err := hashFile(ctx, e.Path, e.Size)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ErrAbsent
	case errors.Is(err, errDamaged), err == nil && digest != e.Digest:
		c.stats.add(key.Kind, Counts{Damaged: 1})
		c.drop(ctx, e.Path, info, usage{bytes: e.Size})
		return ErrAbsent
	}
	return inCache(ctx, err)
}

// drop removes a damaged file, which info describes, unless another process has
// put a better one in its place. If it cannot, whoever makes the file again will
// say why.
func (c *Cache) drop(ctx context.Context, path string, info fs.FileInfo, size usage) {
	c.alone(ctx, func() error {
		if !same(path, info) {
			return nil
		}
		return c.remove(path, size)
	})
}

// same reports whether the name still has the file that info describes, and that
// the file was neither written nor touched.
func same(path string, info fs.FileInfo) bool {
	now, err := os.Lstat(path)
	return err == nil && os.SameFile(now, info) && now.Size() == info.Size() && now.ModTime().Equal(info.ModTime())
}

// remove takes a file away, if it is there, and what it took from the usage. It is
// called in alone.
func (c *Cache) remove(path string, size usage) error {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = os.RemoveAll(path)
	}
	if err == nil {
		c.account(usage{}.minus(size))
	}
	return err
}

// hashBuffers are for hashFile: of a size that stays in the processor's cache.
var hashBuffers = sync.Pool{New: func() any { return new([128 << 10]byte) }}

// hashFile returns the SHA-256 of a file of size bytes, of any size if that is
// negative. The error is errDamaged as for readSmall, and if the size differs.
func hashFile(ctx context.Context, path string, size int64) (digest [32]byte, info fs.FileInfo, err error) {
	info, err = os.Lstat(path)
	switch {
	case err != nil:
		return digest, nil, err
	case !info.Mode().IsRegular(), size >= 0 && info.Size() != size:
		return digest, info, errDamaged
	}
	f, err := os.Open(path)
	if err != nil {
		return digest, info, err
	}
	defer f.Close()
	buf := hashBuffers.Get().(*[128 << 10]byte)
	defer hashBuffers.Put(buf)
	h := sha256.New()
	for {
		n, err := f.Read(buf[:])
		h.Write(buf[:n])
		switch {
		case err == io.EOF:
			return [32]byte(h.Sum(nil)), info, nil
		case err != nil:
			return digest, info, errDamaged // a bad sector, likely
		case ctx.Err() != nil:
			return digest, info, context.Cause(ctx)
		}
	}
}
