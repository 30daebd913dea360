package filecache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// maxMissAge bounds how long a miss is believed, whatever it says: what is
// missing today may be there in a month.
const maxMissAge = 30 * 24 * time.Hour

// fill makes the file of a key and publishes it. The caller has the lock of the
// key. What it writes has a name that nobody else uses all the same, because a
// lock is no more when the whole directory was removed.
func (c *Cache) fill(ctx context.Context, key Key, make func(context.Context, *os.File) ([]byte, error)) (Entry, error) {
	w, err := c.createUnfinished(key, newBlobSuffix)
	if err != nil {
		return Entry{}, inCache(ctx, err)
	}
	defer os.Remove(w.Name())
	defer w.Close() // make may panic
	a := &answer{key: key}
	a.meta, err = make(ctx, w)
	if miss := (*Miss)(nil); errors.As(err, &miss) {
		return Entry{}, c.fillMiss(ctx, a, *miss)
	}
	if err == nil {
		err = inCache(ctx, c.store(ctx, a, w))
	}
	if err != nil {
		c.relieve(ctx, err)
		return Entry{}, err
	}
	c.stats.add(key.Kind, Counts{Made: 1, Bytes: a.size})
	c.trim(ctx)
	return Entry{Path: c.blobPath(a.digest), Size: a.size, Digest: a.digest, Meta: a.meta, Stored: a.stored, Used: a.stored}, nil
}

// createUnfinished creates a file that is about to be made for a key.
func (c *Cache) createUnfinished(key Key, suffix string) (*os.File, error) {
	return os.CreateTemp(filepath.Join(c.dir, makeDir), key.hash()+".*"+suffix)
}

// store publishes an unfinished blob. It is not synced: what a crash of the machine
// tears is found by its checksum.
func (c *Cache) store(ctx context.Context, a *answer, w *os.File) error {
	if len(a.meta) > maxMeta {
		return fmt.Errorf("%d bytes of metadata, over the limit of %d", len(a.meta), maxMeta)
	}
	// Network file systems tell here that the disk is full.
	if err := w.Close(); err != nil && !errors.Is(err, os.ErrClosed) { // make may close it
		return err
	}
	unfinished := w.Name()
	digest, info, err := hashFile(ctx, unfinished, -1)
	if err != nil {
		return err
	}
	a.digest, a.size = digest, info.Size()
	// The first that has these bytes stays: others may have mapped it.
	digest, there, err := hashFile(ctx, c.blobPath(a.digest), a.size)
	if err != nil || digest != a.digest {
		there = nil
	}
	return c.publish(ctx, a, func(path string) error {
		if there != nil && same(path, there) {
			return os.Chtimes(path, a.stored, a.stored) // eviction sees that it is new
		}
		return c.place(unfinished, path, a.stored, usage{bytes: a.size})
	})
}

// fillMiss remembers a miss and returns it. It is true even if the disk cannot
// take it.
func (c *Cache) fillMiss(ctx context.Context, a *answer, m Miss) *Miss {
	m.Reason, m.Age = m.Reason[:min(len(m.Reason), maxReason)], 0
	if m.For <= 0 {
		m.For = c.missAge
	}
	m.For = min(m.For, maxMissAge)
	a.meta, a.miss = nil, &m
	c.relieve(ctx, c.publish(ctx, a, func(string) error { return nil }))
	c.stats.add(a.key.Kind, Counts{Made: 1})
	c.trim(ctx)
	return &m
}

// publish gives a blob its name, by placeBlob, and then the key its answer, both
// in one stretch of alone, which eviction relies on.
func (c *Cache) publish(ctx context.Context, a *answer, placeBlob func(path string) error) error {
	a.stored = c.now().UTC().Round(0)
	f, err := c.createUnfinished(a.key, newAnswerSuffix)
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(a.encode())
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return c.alone(ctx, func() error {
		path := c.answerPath(a.key)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil { // so that little can go wrong once there is a blob
			return err
		}
		if err := placeBlob(c.blobPath(a.digest)); err != nil {
			return err
		}
		return c.place(f.Name(), path, a.stored, usage{answers: 1})
	})
}

// place gives a finished file its name and the time of its first use. A file that
// has the name gives way, for it may be damaged; those who have it mapped keep it.
// The usage is counted first: if the process is killed in between, too much is
// counted, which is found when it becomes too much.
func (c *Cache) place(from, to string, now time.Time, size usage) error {
	if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.Chtimes(from, now, now)); err != nil {
		return err
	}
	switch old, err := os.Lstat(to); {
	case err != nil:
	case old.Mode().IsRegular():
		size = usage{} // counted: what is named by the same hash is as large
	default:
		os.RemoveAll(to)
	}
	c.account(size)
	err := os.Rename(from, to)
	if err != nil {
		c.account(usage{}.minus(size))
	}
	return err
}
