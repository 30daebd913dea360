// Package filecache keeps files that were costly to get, downloads and compiled
// tables, in a directory that several processes share, and remembers what could
// not be got.
//
// It has two levels. An answer, a small file named by the hash of a key, says
// which blob is the key's, or that there is none, why, and for how long. A blob
// is a file named by the SHA-256 of its bytes. README.md has every byte of both.
//
// What it promises: a file that is returned has the bytes that were stored,
// whatever happened to the directory since; a key is made once at a time, however
// many goroutines and processes ask; a process may be killed at any moment. What
// it does not: that a file is still there later. Whoever finds the path of an
// [Entry] gone asks again.
//
// Threat model: whoever can write to the directory is trusted not to aim at us,
// disks and other programs are not. Damaged, truncated and foreign files are
// found by checksums, never served and never a panic; reads are bounded. Keys,
// reasons and metadata are stored as text: no secrets belong there. Directories
// and files are made for their owner alone.
//
// Limits: [Options] for bytes, constants for the rest.
package filecache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nativesym/nativesym/internal/flight"
)

// Options of a cache. The zero value is sensible.
type Options struct {
	// MaxBytes bounds what all files take together; those least recently used
	// make room. What is being written comes on top: downloads in flight, each of
	// them up to the size that its source allows, and tables. So does what was used
	// in the last minute, and the answers, a few hundred bytes each, of which there
	// are at most 131,072: misses make room for more before files do. Zero means 10 GiB. Processes that share a directory
	// should agree: each evicts by its own bound.
	MaxBytes int64

	// MissAge is how long a [Miss] is believed that does not say so itself.
	// Zero means one hour.
	MissAge time.Duration
}

const (
	defaultMaxBytes = 10 << 30
	defaultMissAge  = time.Hour
)

// A Cache is a cache directory. It may be used by several goroutines at once, and
// the directory by several Caches and processes. There is nothing to close.
type Cache struct {
	dir      string // absolute
	maxBytes int64
	missAge  time.Duration
	now      func() time.Time

	flights flight.Group[Key, Entry]
	turn    chan struct{} // holds a token while a goroutine wants or has the lock of the directory
	stats   counters
	trimmed trimClock

	maxAnswers int64 // the constant, but for tests
}

// Open opens a cache directory, which it makes if there is none, and removes what
// processes that died were writing. A directory that holds something else, or a
// cache of another version, is refused; so is a file system without locks.
func Open(dir string, opts Options) (*Cache, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("cache %s: %w", dir, err)
	}
	c := &Cache{dir: abs, maxBytes: opts.MaxBytes, missAge: opts.MissAge, now: time.Now, turn: make(chan struct{}, 1), maxAnswers: maxAnswers}
	if c.maxBytes == 0 {
		c.maxBytes = defaultMaxBytes
	}
	if c.missAge == 0 {
		c.missAge = defaultMissAge
	}
	if err := c.prepare(context.Background()); err != nil {
		return nil, fmt.Errorf("cache %s: %w", dir, err)
	}
	c.sweep(false)
	return c, nil
}

// A Key names something to keep.
type Key struct {
	Kind string // what it is, by which it is listed and counted: up to 32 of a–z, 0–9 and "-"
	Name string // which one: any bytes, up to 16 KiB
}

const (
	maxKind = 32
	maxName = 16 << 10 // longer than any URL that a server accepts
	maxMeta = 16 << 10 // notes about a file, not a second file
)

func (k Key) check() error {
	ok := k.Kind != "" && len(k.Kind) <= maxKind
	for _, c := range []byte(k.Kind) {
		ok = ok && ('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-')
	}
	switch {
	case !ok:
		return fmt.Errorf("kind of key %.40q: want up to %d of a-z, 0-9 and -", k.Kind, maxKind)
	case len(k.Name) > maxName:
		return fmt.Errorf("name of key %.40q… has %d bytes, over the limit of %d", k.Name, len(k.Name), maxName)
	}
	return nil
}

// hash is what names the answer of the key and its lock. A kind has no line
// break, so no two keys are hashed from the same bytes.
func (k Key) hash() string {
	sum := sha256.Sum256([]byte(k.Kind + "\n" + k.Name))
	return hex.EncodeToString(sum[:])
}

// An Entry is a file in the cache.
type Entry struct {
	Path   string // absolute; not to be written to, nor to be relied on for more than half a minute: open it soon
	Size   int64
	Digest [32]byte // SHA-256 of its bytes
	Meta   []byte   // what make returned; not to be modified
	Stored time.Time
	Used   time.Time // last use but this one, to half a minute
}

// ErrAbsent is the error of [Cache.Peek] for a key that was never made, or is no
// longer there.
var ErrAbsent = errors.New("not in the cache")

// A Miss says that there is no file for a key: the error by which make tells, and
// by which Get answers it later without calling make.
type Miss struct {
	Reason string // shown and stored; cut at 1 KiB

	// For is how long to believe it, 0 for Options.MissAge. As an answer: how
	// much longer.
	For time.Duration

	// Age is how old the answer is, 0 if it was just made.
	Age time.Duration
}

func (m *Miss) Error() string { return m.Reason }

// A File is one that is being made. The name is for packages that do without package
// os otherwise.
type File = os.File

// Get returns the file of a key. If there is none, make writes it to w, from the
// start, and returns what to keep with it, at most 16 KiB; w is open for reading,
// too. If make returns a [*Miss], Get does, now and for as long as it is
// believed. Any other error is not remembered. A make that panics is a
// *flight.PanicError.
//
// One make runs for a key at a time, among all processes; the context that it
// gets ends when nobody waits for it any more. It may call Get for other keys.
//
// The bytes of a file that was there are compared with their digest first. That
// takes about 0.7 ms for each megabyte on a processor with SHA instructions
// (BenchmarkHit).
//
// On a full disk the error is syscall.ENOSPC or EDQUOT by errors.Is, if make
// wraps its own; nothing is left behind, and other files give way for the next.
func (c *Cache) Get(ctx context.Context, key Key, make func(ctx context.Context, w *File) (meta []byte, err error)) (Entry, error) {
	if err := key.check(); err != nil {
		return Entry{}, err
	}
	return c.flights.Do(ctx, key, func(ctx context.Context) (Entry, error) {
		if e, err := c.look(ctx, key); !errors.Is(err, ErrAbsent) {
			return e, err
		}
		lock, err := c.lockKey(ctx, key)
		if err != nil {
			return Entry{}, inCache(ctx, err)
		}
		defer lock.release()
		// Another process may have made it while this one waited.
		if e, err := c.look(ctx, key); !errors.Is(err, ErrAbsent) {
			return e, err
		}
		return c.fill(ctx, key, make)
	})
}

// Peek returns the file of a key if it is there, verified as by [Cache.Get]. The
// error is ErrAbsent if it is not, and a [*Miss] if that is known.
func (c *Cache) Peek(key Key) (Entry, error) {
	if err := key.check(); err != nil {
		return Entry{}, err
	}
	return c.look(context.Background(), key)
}

// Forget drops the answer of a key. Its file stays until nothing refers to it and
// [Cache.GC] finds that.
func (c *Cache) Forget(key Key) error {
	if err := key.check(); err != nil {
		return err
	}
	path := c.answerPath(key)
	ctx := context.Background()
	return inCache(ctx, c.alone(ctx, func() error { return c.remove(path, usage{answers: 1}) }))
}

// inCache says of an error that it is of the cache, not of what was asked of it
// or of who asked and went away.
func inCache(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("cache: %w", err)
}
