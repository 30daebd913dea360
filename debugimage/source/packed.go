package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/debugimage/source/unpack"
)

const (
	// maxUnpacked is how many bytes a packed file may unpack to. The largest PDBs
	// and debug files are a few GiB.
	maxUnpacked = 16 << 30

	// maxGuesses is how many packed files are unpacked for one question because
	// their name is right, without an id in their path.
	maxGuesses = 4
)

// An inside is what a packed file turned out to hold, once that is known.
type inside struct{ known atomic.Pointer[contents] }

// contents are whose builds a file is of, or why that is unknown.
type contents struct {
	builds []build
	broken *Lookup // nil, or what to say of it
}

// wrappingOf returns how the file at path is wrapped.
func wrappingOf(path string) (unpack.Wrapping, error) {
	f, err := os.Open(path)
	if err != nil {
		return unpack.None, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return unpack.None, err
	}
	return unpack.Detect(f, info.Size())
}

// opensPacked reports whether package objfile opens files wrapped like this itself,
// in memory.
func opensPacked(w unpack.Wrapping) bool { return w == unpack.Gzip || w == unpack.Zstd }

// guess tries packed files that have one of the image's names.
func (s *search) guess(t *tree) {
	left := maxGuesses
	for _, name := range names(s.im) {
		for _, e := range slices.Concat(t.packedByName[packedName(name)], t.packedByName[underscored(packedName(name))]) {
			if s.asked(e.path) {
				continue
			}
			if e.inside.known.Load() == nil {
				if left == 0 {
					continue
				}
				left--
			}
			s.try(e)
		}
	}
}

// tryPacked unpacks a file and adds it to the result if it is one of the image's. What
// it holds is remembered: it is not unpacked again for another image.
func (s *search) tryPacked(e *entry) {
	if c := e.inside.known.Load(); c != nil && !slices.ContainsFunc(c.builds, func(b build) bool { return b.matches(s.im) }) {
		s.res.Lookups = append(s.res.Lookups, c.lookup(e.path))
		return
	}
	path, digest := e.path, [32]byte{}
	if s.dir.cache != nil {
		unpacked, err := s.dir.unpack(s.ctx, e)
		if err != nil {
			s.res.Lookups = append(s.res.Lookups, s.unpackFailed(e, err))
			return
		}
		path, digest = unpacked.Path, unpacked.Digest
	} else if !opensPacked(e.wrapping) {
		s.res.Lookups = append(s.res.Lookups, Lookup{e.path, Failed, fmt.Sprintf("%s: packed as %s: give a cache to unpack it into", e.path, e.wrapping)})
		return
	}
	files := len(s.res.Files)
	builds, err := s.res.try(s.dir.folders(), e.path, path, s.im)
	if len(s.res.Files) > files {
		f := &s.res.Files[files]
		f.Digest = digest
		f.folders = append(f.folders, filepath.Dir(e.path)) // the file in the cache has nothing beside it
	}
	c := &contents{builds: builds}
	if err != nil {
		broken := s.res.Lookups[len(s.res.Lookups)-1]
		c.broken = &broken
	}
	if !isSystem(err) {
		e.inside.known.Store(c)
	}
}

func (c *contents) lookup(path string) Lookup {
	if c.broken != nil {
		return *c.broken
	}
	return Lookup{path, OtherID, describe(c.builds)}
}

// unpackFailed says why a file was not unpacked, and remembers that if it is for a
// reason that lies in the file.
func (s *search) unpackFailed(e *entry, err error) Lookup {
	look := Lookup{e.path, Malformed, e.path + ": " + err.Error()}
	var ofFile *packedError
	switch {
	case errors.Is(err, unpack.ErrTooLarge):
		look.Status = TooLarge
	case !errors.As(err, &ofFile):
		look.Status = Failed
		return look
	}
	e.inside.known.Store(&contents{broken: &look})
	return look
}

// A packedError is an error that lies in a packed file.
type packedError struct{ error }

func (e *packedError) Unwrap() error { return e.error }

// unpack unpacks a file into the cache, if it is not there.
func (d *Dir) unpack(ctx context.Context, e *entry) (filecache.Entry, error) {
	path, err := filepath.Abs(e.path)
	if err != nil {
		return filecache.Entry{}, err
	}
	key := filecache.Key{Kind: "unpacked", Name: fmt.Sprintf("%s %d %d", path, e.stamp.size, e.stamp.time)}
	return d.cache.Get(ctx, key, func(ctx context.Context, w *os.File) ([]byte, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return nil, err
		}
		if stampOf(info) != e.stamp {
			return nil, errors.New("has changed")
		}
		_, err = unpack.Unpack(ctx, w, f, info.Size(), unpack.Options{Limit: maxUnpacked, Name: innerName(path)})
		if err != nil && ctx.Err() == nil && !isSystem(err) {
			err = &packedError{err}
		}
		return nil, err
	})
}

// innerName returns what the file in a cabinet is called if it is not alone there.
// The last letter of a packed one's name is lost, but it is that of the store's folder:
// "foo.pdb/…/foo.pd_".
func innerName(path string) string {
	name := filepath.Base(path)
	if above := filepath.Base(filepath.Dir(filepath.Dir(path))); strings.HasSuffix(name, "_") && len(above) == len(name) {
		return above
	}
	return name
}

// packedName returns the name of a packed file without what tells how, in small
// letters; where the last letter is lost, it has its underscore.
func packedName(name string) string {
	name = strings.ToLower(name)
	switch ext := filepath.Ext(name); ext {
	case ".gz", ".zst", ".zz", ".zip", ".cab":
		name = strings.TrimSuffix(name, ext)
	}
	return name
}

// underscored returns a name with an underscore for its last letter.
func underscored(name string) string { return name[:max(0, len(name)-1)] + "_" }

// pathIDs returns how the paths of stores spell an image's ids, see idsInPath.
func pathIDs(im *debugimage.Image) (ids []string) {
	if im.CodeID != "" {
		ids = append(ids, strings.ToLower(im.CodeID))
	}
	if !im.DebugID.IsZero() {
		ids = append(ids, strings.ToLower(im.DebugID.Breakpad()), fmt.Sprintf("%x", im.DebugID.UUID))
	}
	return ids
}
