package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/debugimage/source/fetch"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/debugimage/source/unpack"
)

// get returns the file of an image at a path of the store, downloaded unless the
// cache has it. The error is a [*filecache.Miss] for what is remembered.
//
// A path may be made of one id, and the file be told by another: somebody who asked
// with a wrong one has it remembered as another build's. Whose it is stands there.
func (s *Source) get(ctx context.Context, path string, im *debugimage.Image) (filecache.Entry, error) {
	e, err := s.getOnce(ctx, path, im)
	if miss, ok := errors.AsType[*filecache.Miss](err); ok && isRefused(miss, im) {
		if err := s.options.Cache.Forget(s.key(path)); err != nil {
			return e, err
		}
		return s.getOnce(ctx, path, im)
	}
	return e, err
}

func (s *Source) getOnce(ctx context.Context, path string, im *debugimage.Image) (filecache.Entry, error) {
	return s.options.Cache.Get(ctx, s.key(path), func(ctx context.Context, w *os.File) ([]byte, error) {
		if err := s.download(ctx, path, w); err != nil {
			return nil, err
		}
		return nil, s.verify(path, w, im)
	})
}

// isRefused reports whether a miss says of a file of the image that it is another's.
func isRefused(m *filecache.Miss, im *debugimage.Image) bool {
	ids, ok := strings.CutPrefix(m.Reason, source.OtherID.String()+": ")
	if !ok {
		return false
	}
	for build := range strings.SplitSeq(ids, " and ") {
		for id := range strings.SplitSeq(build, ", ") {
			if !im.DebugID.IsZero() && id == "debug id "+im.DebugID.String() || im.CodeID != "" && id == "code id "+im.CodeID {
				return true
			}
		}
	}
	return false
}

// key names the file at a path: whose question it is, which store, which file.
func (s *Source) key(path string) filecache.Key {
	return filecache.Key{Kind: "download", Name: fmt.Sprintf("%q %q %s", s.options.Scope, s.identity(), path)}
}

// download writes the file at a path to w, unpacked.
func (s *Source) download(ctx context.Context, path string, w *os.File) error {
	in := &bounded{w: w, left: s.options.MaxSize}
	if err := s.getter.Get(ctx, path, in); err != nil {
		return s.missOf(ctx, err)
	}
	// What is unpacked goes behind what is packed, then to its place: there is no
	// second file to be left behind.
	packed := s.options.MaxSize - in.left
	out := &bounded{w: io.NewOffsetWriter(w, packed), left: s.options.MaxSize}
	wrapping, err := unpack.Unpack(ctx, out, w, packed, unpack.Options{Name: insideName(path)})
	switch {
	case out.err != nil || ctx.Err() != nil:
		return s.missOf(ctx, errors.Join(out.err, ctx.Err()))
	case errors.Is(err, unpack.ErrTooLarge):
		return miss(source.TooLarge, err.Error(), lieAge)
	case err != nil:
		return miss(source.Malformed, err.Error(), lieAge)
	case wrapping == unpack.None:
		return nil
	}
	size := s.options.MaxSize - out.left
	if again, _ := unpack.Detect(io.NewSectionReader(w, packed, size), size); again != unpack.None {
		return miss(source.Malformed, fmt.Sprintf("%s: packed again, as %s", wrapping, again), lieAge)
	}
	return moveToStart(w, packed, size)
}

// insideName returns what a file is called in a cabinet, from its path in a store:
// "app.pdb" of "app.pdb/ID/app.pd_".
func insideName(file string) string {
	return path.Base(path.Dir(path.Dir(file)))
}

// moveToStart makes the size bytes from an offset all of a file.
func moveToStart(w *os.File, from, size int64) error {
	if _, err := io.Copy(io.NewOffsetWriter(w, 0), io.NewSectionReader(w, from, size)); err != nil {
		return err
	}
	return w.Truncate(size)
}

// A bounded writer takes no more than a number of bytes, and keeps the first error.
type bounded struct {
	w    io.Writer
	left int64
	err  error
}

var errTooLarge = errors.New("larger than it may be")

func (b *bounded) Write(p []byte) (n int, err error) {
	if int64(len(p)) > b.left {
		b.err = errTooLarge
		return 0, b.err
	}
	n, err = b.w.Write(p)
	b.left -= int64(n)
	if b.err == nil {
		b.err = err
	}
	return n, err
}

// verify returns a miss unless a file is one of the image's, as far as its ids tell,
// and all of it is there, as far as its headers tell.
func (s *Source) verify(path string, w *os.File, im *debugimage.Image) error {
	var r source.Result
	name := s.origin(path)
	if !r.Try(name, w.Name(), im) {
		look := r.Lookups[len(r.Lookups)-1]
		return miss(look.Status, strings.TrimPrefix(look.Detail, name+": "), lieAge)
	}
	if err := checkWhole(w); err != nil {
		return miss(source.Malformed, strings.TrimPrefix(err.Error(), w.Name()+": "), lieAge)
	}
	return nil
}

// missOf returns the miss that an error of the store stands for, or the error where
// it is to be asked again.
func (s *Source) missOf(ctx context.Context, err error) error {
	failure, isFetch := errors.AsType[*fetch.Error](err)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, fs.ErrNotExist):
		return miss(source.NotFound, "", s.options.MissAge)
	case errors.Is(err, errTooLarge):
		return miss(source.TooLarge, fmt.Sprintf("more than %d bytes", s.options.MaxSize), lieAge)
	case isFetch && failure.Kind == fetch.TooLarge:
		return miss(source.TooLarge, reason(err), lieAge)
	case isFetch && failure.Kind == fetch.Forbidden:
		return miss(source.Failed, reason(err), lieAge)
	}
	return err
}

// statuses are those that a miss may have.
var statuses = []source.Status{source.NotFound, source.OtherID, source.Malformed, source.Failed, source.TooLarge}

// miss returns an answer to remember: a status in a word, then why.
func miss(status source.Status, detail string, age time.Duration) *filecache.Miss {
	return &filecache.Miss{Reason: status.String() + ": " + detail, For: age}
}

// parseMiss returns what a miss says, and how old it is.
func parseMiss(m *filecache.Miss) source.Lookup {
	word, detail, _ := strings.Cut(m.Reason, ": ")
	look := source.Lookup{Status: source.Failed, Detail: detail}
	for _, s := range statuses {
		if s.String() == word {
			look.Status = s
		}
	}
	if m.Age >= time.Minute { // younger is now
		look.Detail = strings.TrimPrefix(fmt.Sprintf("%s, %s ago", look.Detail, m.Age.Truncate(time.Second)), ", ")
	}
	return look
}
