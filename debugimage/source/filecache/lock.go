package filecache

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
)

// A fileLock is an exclusive lock on a file among processes, and among those who
// take it in one. It ends with the process that holds it.
type fileLock struct {
	file      *flock.Flock
	ephemeral bool // the file is removed with the lock
}

const (
	// A lock that another process holds is tried again after firstWait, then
	// after twice as long each time up to lastWait: the first is about what
	// publishing a file takes, the last what nobody notices after a download.
	firstWait = 100 * time.Microsecond
	lastWait  = 50 * time.Millisecond
)

// lockFile waits until it has the lock of a file.
func lockFile(ctx context.Context, path string, ephemeral bool) (*fileLock, error) {
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if l, err := tryLockFile(path, ephemeral); l != nil || err != nil {
			return l, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// tryLockFile takes the lock of a file unless it is held: then the result is nil.
//
// A lock is on what was opened, and that may have been removed, with the lock of
// its last holder, before it was locked here. Then it protects nothing: the next
// who comes opens another file. So what is locked must still be what has the name.
func tryLockFile(path string, ephemeral bool) (*fileLock, error) {
	f := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR))
	for range maxStale {
		ok, err := f.TryLock()
		if _, named := errors.AsType[*fs.PathError](err); err != nil && !named {
			err = &fs.PathError{Op: "lock", Path: path, Err: err}
		}
		if !ok || err != nil {
			return nil, err
		}
		l := &fileLock{file: f, ephemeral: ephemeral}
		if l.hasItsName() {
			return l, nil
		}
		f.Unlock()
	}
	return nil, &fs.PathError{Op: "lock", Path: path, Err: errNoIdentity}
}

// maxStale is how often in a row a lock file may be removed before it is locked.
// With many processes that all use one key it may happen a few times.
const maxStale = 100

// errNoIdentity is of file systems that number files anew each time.
var errNoIdentity = errors.New("the open file and its name never agree")

// hasItsName reports whether the file that is locked is still what has the name.
func (l *fileLock) hasItsName() bool {
	locked, err := l.file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(l.file.Path())
	return err == nil && os.SameFile(locked, named)
}

// release gives the lock back. A file must be removed while it is locked, or
// somebody may lock it meanwhile; Windows does not remove open files, so there it
// is done after, and fails if somebody has. Where the directory was removed and
// made again, the name may be of another's lock.
func (l *fileLock) release() {
	remove := l.ephemeral && l.hasItsName()
	if remove && runtime.GOOS != "windows" {
		os.Remove(l.file.Path())
	}
	l.file.Unlock()
	if remove && runtime.GOOS == "windows" {
		os.Remove(l.file.Path())
	}
}

// lockKey takes the lock of a key, which whoever makes it holds. While a process
// waits, another may remove the directory; it is made again.
func (c *Cache) lockKey(ctx context.Context, key Key) (*fileLock, error) {
	path := filepath.Join(c.dir, makeDir, key.hash()+lockSuffix)
	l, err := lockFile(ctx, path, true)
	if errors.Is(err, fs.ErrNotExist) {
		if err := c.prepare(ctx); err != nil {
			return nil, err
		}
		l, err = lockFile(ctx, path, true)
	}
	return l, err
}

// alone runs f while no other goroutine and process is in alone. Whatever gives
// files their names in the cache or takes them away is done here, and takes
// little time.
func (c *Cache) alone(ctx context.Context, f func() error) error {
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-c.turn }()
	l, err := lockFile(ctx, filepath.Join(c.dir, dirLock), false)
	if err != nil {
		return err
	}
	defer l.release()
	return f()
}
