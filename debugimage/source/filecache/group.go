package filecache

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// A group is what goes or stays as one: a blob with the answers that refer to it,
// or an answer without a blob.
type group struct {
	path    string      // where the blob is or should be; empty if the answer has none
	blob    fs.FileInfo // nil if there is none
	answers []found
	used    time.Time // by any of them
}

type found struct {
	path   string
	info   fs.FileInfo
	answer *answer // nil if it is damaged
}

func (g *group) size() usage {
	u := usage{answers: int64(len(g.answers))}
	if g.blob != nil {
		u.bytes = g.blob.Size()
	}
	return u
}

// isMiss reports whether the group is an answer that there is no file.
func (g *group) isMiss() bool { return g.path == "" && g.answers[0].answer != nil }

// useless reports whether the group serves nobody, however much room there is.
func (g *group) useless(now time.Time) bool {
	if g.blob != nil {
		return len(g.answers) == 0 || g.blob.Size() != g.answers[0].answer.size
	}
	a := g.answers[0].answer
	return a == nil || a.miss == nil || a.left(now) <= 0
}

// groups returns all there is, least recently used first.
//
// Files come and go meanwhile. Blobs are read first, then nothing is done until
// all who were publishing have finished, then answers are read: so whoever
// published a blob that was seen has an answer that will be seen, or did it
// later, and then evict sees that the blob changed.
func (c *Cache) groups(ctx context.Context) ([]*group, error) {
	var all []*group
	blobs := make(map[string]*group)
	if err := c.eachFile(ctx, blobDir, func(path, _ string) {
		if info, err := os.Lstat(path); err == nil {
			blobs[path] = &group{path: path, blob: info, used: info.ModTime()}
			all = append(all, blobs[path])
		}
	}); err != nil {
		return nil, err
	}
	if err := c.alone(ctx, func() error { return nil }); err != nil {
		return nil, err
	}
	if err := c.eachFile(ctx, answerDir, func(path, hash string) {
		a, info, err := readAnswer(path)
		if err != nil && !errors.Is(err, errDamaged) {
			return // gone by now, or not ours to read
		}
		if a != nil && a.key.hash() != hash {
			a = nil
		}
		g := &group{}
		if a != nil && a.miss == nil {
			g.path = c.blobPath(a.digest)
		}
		if b := blobs[g.path]; b != nil {
			g = b
		} else {
			all = append(all, g)
		}
		g.add(found{path, info, a})
	}); err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b *group) int {
		return cmp.Or(a.used.Compare(b.used), strings.Compare(a.path, b.path))
	})
	return all, nil
}

// add adds an answer. The group was used when any of its answers was.
func (g *group) add(a found) {
	if used := a.info.ModTime(); len(g.answers) == 0 || used.After(g.used) {
		g.used = used
	}
	g.answers = append(g.answers, a)
}

// evict removes a group unless it was used or published since groups saw it. The
// blob goes first: where it cannot, on Windows while somebody has it open, its
// answers stay.
func (c *Cache) evict(ctx context.Context, g *group) (gone bool, err error) {
	err = c.alone(ctx, func() error {
		if !g.unchanged() {
			return nil
		}
		if g.blob != nil {
			if err := os.RemoveAll(g.path); err != nil {
				return err
			}
		}
		gone = true
		for _, a := range g.answers {
			if err := os.RemoveAll(a.path); err != nil {
				return err
			}
		}
		return nil
	})
	return gone, err
}

// unchanged reports whether the files of the group are still those that were seen.
func (g *group) unchanged() bool {
	if g.blob != nil && !same(g.path, g.blob) {
		return false
	}
	if g.blob == nil && g.path != "" {
		if _, err := os.Lstat(g.path); !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return !slices.ContainsFunc(g.answers, func(a found) bool { return !same(a.path, a.info) })
}
