// Package remote finds debug files in stores on the net: debuginfod, symbol servers,
// and any tree of files that has a layout.
//
// Servers are not trusted, nor is what an event says of an image. Paths are made by
// package layout and escaped. Whatever a server sends as a file is looked into, and is
// remembered as that file only if it has the image's ids; anything else, a page in
// HTML, the file of another build, one that is cut short or does not unpack, is
// remembered briefly, so that a server is not asked for it with every event, and has
// its next chance soon. Failures of a server are not remembered at all. Source code
// and sections have no ids to check. Each question is kept with the scope it was asked
// for: nobody gets an answer that was somebody else's.
//
// What is written is bounded by [Options]; the cache bounds what is kept, and package
// fetch how long a server may take.
package remote

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/debugimage/source/fetch"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/debugimage/source/layout"
	"github.com/nativesym/nativesym/objfile"
)

// A Getter has files by path.
type Getter interface {
	// Get writes the file at a path with slashes to w. The error is fs.ErrNotExist,
	// by errors.Is, if there is none. It ends early, with an error, when ctx does.
	Get(ctx context.Context, path string, w io.Writer) error

	// String returns what to call the store in messages, without secrets. Paths are
	// appended to it after a slash.
	String() string
}

// Options say how a [Source] keeps what it gets.
type Options struct {
	// Cache keeps files and what is known to be missing. It must be given.
	Cache *filecache.Cache

	// Scope says whose questions these are. Nothing that was kept for one scope is
	// an answer for another.
	Scope string

	// Header is sent with every request over HTTP, to the host of the URL that is
	// configured and to no other.
	Header http.Header

	// MissAge is how long to believe that a store does not have a file. 0: as long
	// as the cache does.
	MissAge time.Duration

	// MaxSize is the most bytes that a file may have, also when it is unpacked.
	// 0: fetch.DefaultMaxSize.
	MaxSize int64
}

// lieAge is how long an answer is remembered that may be wrong tomorrow: a file
// that is not what was asked for, or that is kept from us.
const lieAge = 5 * time.Minute

// A Source finds debug files in a store. It is safe for concurrent use.
type Source struct {
	getter  Getter
	layouts []layout.Layout // all are asked
	bundles bool            // the store may have source bundles
	options Options
}

// New returns a source of the files that g has, under paths as l has them.
func New(g Getter, l layout.Layout, o Options) *Source {
	return newSource(g, o, true, l)
}

func newSource(g Getter, o Options, bundles bool, layouts ...layout.Layout) *Source {
	o.MaxSize = cmp.Or(o.MaxSize, fetch.DefaultMaxSize)
	return &Source{getter: g, layouts: layouts, bundles: bundles, options: o}
}

// String returns what tells the source from others of its scope: which store, and
// the layouts of what it asks for.
func (s *Source) String() string { return fmt.Sprintf("%s %v", s.identity(), s.layouts) }

// identity returns what tells the store from others, without secrets.
func (s *Source) identity() string {
	if g, ok := s.getter.(interface{ identity() string }); ok {
		return g.identity()
	}
	return s.getter.String()
}

// Find returns the files that the store has of an image. It asks for debug
// information, for the image itself only if there is none, and for source code if
// there is either. That a store cannot be asked is in the lookups, and the rest of
// the question is left out then. The only error is that of the context.
func (s *Source) Find(ctx context.Context, im *debugimage.Image) (source.Result, error) {
	image := *im // a download may outlive this question, for another one
	q := question{source: s, image: &image}
	debug, code, bundles := s.kinds(im.Type)
	if q.ask(ctx, debug); !source.HasDebugInfo(q.result.Files) {
		q.ask(ctx, code)
	}
	if len(q.result.Files) > 0 {
		q.ask(ctx, bundles)
	}
	source.Rank(q.result.Files)
	return q.result, ctx.Err()
}

// kinds returns the kinds of file that an image of a type may have.
func (s *Source) kinds(t debugimage.Type) (debug, code, bundles []layout.Kind) {
	for _, k := range layout.Kinds(t) {
		switch {
		case k == layout.SourceBundle && s.bundles:
			bundles = append(bundles, k)
		case k == layout.SourceBundle:
		case k.IsDebug():
			debug = append(debug, k)
		default:
			code = append(code, k)
		}
	}
	return debug, code, bundles
}

// paths returns where files of some kinds may be.
func (s *Source) paths(im *debugimage.Image, kinds []layout.Kind) (paths []string) {
	if len(kinds) == 0 {
		return nil
	}
	for _, l := range s.layouts {
		for _, p := range l.Paths(im, kinds...) {
			if !slices.Contains(paths, p.Name) {
				paths = append(paths, p.Name)
			}
		}
	}
	return paths
}

// origin returns what to call the file at a path.
func (s *Source) origin(path string) string { return s.getter.String() + "/" + path }

// A question is one image's, and what became of it so far.
type question struct {
	source *Source
	image  *debugimage.Image
	result source.Result
	down   bool // the store cannot be asked
}

// ask asks for files of some kinds, up to the first that there is.
func (q *question) ask(ctx context.Context, kinds []layout.Kind) {
	for _, path := range q.source.paths(q.image, kinds) {
		if q.down || ctx.Err() != nil || q.try(ctx, path) {
			return
		}
	}
}

// try asks for the file at a path and reports whether it is one of the image's.
func (q *question) try(ctx context.Context, path string) bool {
	origin := q.source.origin(path)
	e, err := q.source.get(ctx, path, q.image)
	if err != nil {
		q.failed(ctx, origin, err)
		return false
	}
	if !q.result.Try(origin, e.Path, q.image) {
		return false
	}
	f := &q.result.Files[len(q.result.Files)-1]
	f.Digest, f.Shared = e.Digest, q.shared(ctx, e.Path)
	return true
}

// failed notes why there is no file.
func (q *question) failed(ctx context.Context, origin string, err error) {
	var miss *filecache.Miss
	switch {
	case ctx.Err() != nil:
	case errors.As(err, &miss):
		look := parseMiss(miss)
		look.Location = origin
		q.result.Lookups = append(q.result.Lookups, look)
		q.result.Recheck = min(cmp.Or(q.result.Recheck, miss.For), miss.For)
	default:
		q.down = true
		q.result.Lookups = append(q.result.Lookups, source.Lookup{Location: origin, Status: source.Failed, Detail: reason(err)})
	}
}

// shared returns the paths of files that dwz moved parts of a debug file to: one at
// most, and none if it has no such link, or the store no such file.
func (q *question) shared(ctx context.Context, path string) []string {
	id := sharedID(path)
	if id == "" {
		return nil
	}
	im := &debugimage.Image{Type: debugimage.ELF, CodeID: id}
	for _, path := range q.source.paths(im, []layout.Kind{layout.ELFDebug}) {
		origin := q.source.origin(path)
		e, err := q.source.get(ctx, path, im)
		if err == nil {
			q.result.Lookups = append(q.result.Lookups, source.Lookup{Location: origin, Status: source.Found})
			return []string{e.Path}
		}
		q.failed(ctx, origin, err)
	}
	return nil
}

// sharedID returns the build-id of the shared file that a debug file links to.
func sharedID(path string) (id string) {
	f, err := objfile.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	_ = f.Guard(func() error {
		links, err := f.Links()
		id = hex.EncodeToString(links.SharedID)
		return err
	})
	return id
}

// reason returns the text of an error of a getter without the file's name, which a
// lookup has already.
func reason(err error) string {
	if failure, ok := errors.AsType[*fetch.Error](err); ok {
		return failure.Err.Error()
	}
	return err.Error()
}
