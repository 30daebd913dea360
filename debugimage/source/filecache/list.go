package filecache

import (
	"cmp"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// An Item is one answer in the cache.
type Item struct {
	Key    Key
	Path   string // of the file; empty for a miss
	Size   int64
	Digest [32]byte // of the file
	Stored time.Time
	Used   time.Time     // last, to half a minute
	Miss   string        // why there is no file
	Left   time.Duration // how much longer the miss is believed, not below 0
}

// item describes an answer whose file has info.
func (c *Cache) item(a *answer, info fs.FileInfo) Item {
	it := Item{Key: a.key, Stored: a.stored, Used: info.ModTime()}
	if a.miss != nil {
		it.Miss, it.Left = a.miss.Reason, max(a.left(c.now()), 0)
		return it
	}
	it.Path, it.Size, it.Digest = c.blobPath(a.digest), a.size, a.digest
	return it
}

// List returns what is in the cache, by kind and name, without verifying files
// and without what is damaged. It is no use of them.
func (c *Cache) List() ([]Item, error) {
	var items []Item
	err := c.eachFile(context.Background(), answerDir, func(path, _ string) {
		if a, info, err := readAnswer(path); err == nil {
			items = append(items, c.item(a, info))
		}
	})
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(strings.Compare(a.Key.Kind, b.Key.Kind), strings.Compare(a.Key.Name, b.Key.Name))
	})
	return items, inCache(context.Background(), err)
}

// eachFile calls f for whatever has a name of ours in answerDir or blobDir: that
// is a hash, in a directory named by its first two digits.
func (c *Cache) eachFile(ctx context.Context, dir string, f func(path, hash string)) error {
	dir = filepath.Join(c.dir, dir)
	fans, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, fan := range fans {
		if !fan.IsDir() || !isHex(fan.Name(), 2) {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		files, err := os.ReadDir(filepath.Join(dir, fan.Name()))
		if err != nil {
			return err
		}
		for _, file := range files {
			if name := file.Name(); isHex(name, 64) && strings.HasPrefix(name, fan.Name()) {
				f(filepath.Join(dir, fan.Name(), name), name)
			}
		}
	}
	return nil
}

// isHex reports whether s is n digits as the cache writes them.
func isHex(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789abcdef") == ""
}
