package source

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// A stamp is what changes when a file does.
type stamp struct {
	size, time int64 // bytes, nanoseconds since 1970
}

func stampOf(info fs.FileInfo) stamp { return stamp{info.Size(), info.ModTime().UnixNano()} }

// settleAge is how old a change must be for a time stamp to tell it from the next
// one: file systems exist that count in whole seconds, and FAT in twos of them.
const settleAge = 3 * time.Second

// Stamp returns what tells the file at path from any other that has, had or will
// have the name: where it is, its size, when it was written and, where file systems
// say so, when it was changed in any way, which nobody can set. It is empty for a file
// that was written just now, and may be again without the difference being seen.
func Stamp(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil || time.Since(info.ModTime()) < settleAge {
		return "", err
	}
	return fmt.Sprintf("%s size %d time %d%s", path, info.Size(), info.ModTime().UnixNano(), inode(info)), nil
}

// Digest returns the SHA-256 of the file at path.
func Digest(ctx context.Context, path string) (digest [sha256.Size]byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return digest, err
	}
	defer f.Close()
	h := sha256.New()
	buf := make([]byte, 128<<10) // stays in the processor's cache
	for ctx.Err() == nil {
		n, err := f.Read(buf)
		h.Write(buf[:n])
		switch {
		case err == io.EOF:
			return [sha256.Size]byte(h.Sum(nil)), nil
		case err != nil:
			return digest, err
		}
	}
	return digest, context.Cause(ctx)
}
