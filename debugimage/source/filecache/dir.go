package filecache

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Names in a cache directory. README.md says what each holds.
const (
	versionFile = "VERSION"
	tagFile     = "CACHEDIR.TAG"
	usageFile   = "usage"
	dirLock     = "lock"      // held to change anything, for moments
	trimLock    = "trim.lock" // held by who removes what is too much
	answerDir   = "answers"
	blobDir     = "blobs"
	makeDir     = "make" // what is being written

	// In makeDir, after the hash of the key.
	lockSuffix      = ".lock" // held by who makes it
	newBlobSuffix   = ".blob" // these after a dot and a number, too
	newAnswerSuffix = ".answer"

	newSuffix = ".new" // after versionFile
)

const (
	versionPrefix = "nativesym file cache "

	// Versions:
	//
	//	1  first
	version = 1

	// tag is by https://bford.info/cachedir: backups leave the directory out.
	tag = "Signature: 8a477f597d28d172789f06886806bc55\n# Files that can be got again; see VERSION. Safe to delete.\n"
)

// prepare makes the directory a cache, or checks that it is one.
func (c *Cache) prepare(ctx context.Context) error {
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	if known, err := c.checkVersion(); err != nil {
		return err
	} else if !known {
		if err := c.checkForeign(); err != nil {
			return err
		}
	}
	return c.alone(ctx, func() error {
		known, err := c.checkVersion() // by now another process may have written it
		if err != nil {
			return err
		}
		for _, name := range []string{answerDir, blobDir, makeDir} {
			if err := os.MkdirAll(filepath.Join(c.dir, name), 0o700); err != nil {
				return err
			}
		}
		if known {
			return nil
		}
		if err := os.WriteFile(filepath.Join(c.dir, tagFile), []byte(tag), 0o600); err != nil {
			return err
		}
		return c.writeVersion()
	})
}

// checkVersion reports whether the directory says that it is a cache. The error
// is for one that is not for us. An empty file is what a crash of the machine may
// have left.
func (c *Cache) checkVersion() (known bool, err error) {
	text, _, err := readSmall(filepath.Join(c.dir, versionFile), 64)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(text) == 0:
		return false, nil
	case err != nil:
		return false, fmt.Errorf("%s: %w", versionFile, err)
	case string(text) == fmt.Sprintf("%s%d\n", versionPrefix, version):
		return true, nil
	}
	return false, fmt.Errorf("%s says %q, want \"%s%d\": use another directory, or delete this one", versionFile, strings.TrimSpace(string(text)), versionPrefix, version)
}

// checkForeign refuses a directory without a version that has more in it than a
// cache that was killed while it was made, or a new volume: what is removed here
// may be somebody's.
func (c *Cache) checkForeign() error {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch e.Name() {
		case versionFile, versionFile + newSuffix, tagFile, usageFile, dirLock, trimLock, answerDir, blobDir, makeDir, "lost+found":
		default:
			return fmt.Errorf("holds %q and no %s: not a cache", e.Name(), versionFile)
		}
	}
	return nil
}

// writeVersion writes the version, whole or not at all. It is synced, because
// a wrong one has no checksum to tell; what is cached has.
func (c *Cache) writeVersion() error {
	path := filepath.Join(c.dir, versionFile)
	f, err := os.OpenFile(path+newSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s%d\n", versionPrefix, version)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(path+newSuffix, path)
	}
	if err != nil {
		os.Remove(path + newSuffix)
	}
	return err
}

func (c *Cache) answerPath(key Key) string {
	hash := key.hash()
	return filepath.Join(c.dir, answerDir, hash[:2], hash)
}

func (c *Cache) blobPath(digest [32]byte) string {
	hash := fmt.Sprintf("%x", digest)
	return filepath.Join(c.dir, blobDir, hash[:2], hash)
}
