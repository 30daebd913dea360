package symbolicate

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
)

// A Source finds the debug files of an image.
type Source interface {
	// Find returns what there is. Nothing found is an answer; an error is a source
	// that cannot be asked.
	Find(context.Context, *debugimage.Image) (source.Result, error)
}

// recheckLocal is how soon sources at hand are asked again for what they did not
// have, unless they say when: somebody who adds a file looks at the next event.
const recheckLocal = 5 * time.Second

// A search is what there is of an image: at hand, and where that has no debug
// information, elsewhere.
type search struct{ local, remote answers }

// maxLookups bounds what is remembered of one half of a search: an archive of symbols
// may have a thousand builds of one library.
const maxLookups = 64

// Answers are what some sources have for an image.
type answers struct {
	files   []source.File
	lookups []source.Lookup
	again   time.Time // when asking again may give more; zero if they were not asked
}

// files returns the files, best first.
func (s *search) files() []source.File {
	files := slices.Concat(s.local.files, s.remote.files)
	source.Rank(files)
	return files
}

// lookups returns what was asked for, in order.
func (s *search) lookups() []source.Lookup {
	return slices.Concat(s.local.lookups, s.remote.lookups)
}

// again returns when asking again may give more, zero if there is nobody to ask.
func (s *search) again() time.Time { return earliest(s.local.again, s.remote.again) }

// earliest returns the earlier time; a zero one does not count.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// askLocal asks the sources at hand for an image's files, unless they were asked
// and have nothing new to say.
func (l *loader) askLocal(ctx context.Context, im *debugimage.Image, s *search) (err error) {
	if time.Now().Before(s.local.again) {
		return nil
	}
	s.local, err = l.ask(ctx, im, l.local, false, recheckLocal)
	return err
}

// maxSearches is for how many images of one event remote sources are asked. What they
// do not have costs several requests each, and as many answers that are kept on disk.
// Real events have up to 2,000 images, fewer than 200 of which their frames need; and
// what an event before has asked for does not count.
const maxSearches = 256

// searches are how many images remote sources may still be asked for. They are safe
// for concurrent use.
type searches struct{ left atomic.Int32 }

func newSearches() *searches {
	s := &searches{}
	s.left.Store(maxSearches)
	return s
}

// any reports whether there are any left.
func (s *searches) any() bool { return s.left.Load() > 0 }

// take takes one, if there are any left.
func (s *searches) take() bool { return s.any() && s.left.Add(-1) >= 0 }

// missSearch completes f, for which remote sources were not asked.
func (f *debugFile) missSearch() {
	const why = "remote sources were not asked: the event needs too many images that are not known yet"
	if f.unsought = true; f.status != ImageFound {
		f.status = max(f.status, ImageFetchingFailed)
	}
	if f.reason != "" {
		f.reason += "; "
	}
	f.reason += why
}

// askRemote asks the others, if there is need to and one of left. It reports whether
// there was none.
func (l *loader) askRemote(ctx context.Context, im *debugimage.Image, s *search, left *searches) (unsought bool, err error) {
	switch {
	case source.HasDebugInfo(s.local.files):
		s.remote = answers{}
	case len(l.remote) == 0 || time.Now().Before(s.remote.again):
	case !left.take():
		s.remote, unsought = answers{}, true
	default:
		s.remote, err = l.ask(ctx, im, l.remote, true, l.retry)
	}
	return unsought, err
}

// ask asks all sources, or up to the first that has debug information. They are
// to be asked again after a while, or when one of them says. The error is that of
// the context; sources that cannot be asked are among the lookups.
func (l *loader) ask(ctx context.Context, im *debugimage.Image, sources []Source, upToFirst bool, while time.Duration) (a answers, err error) {
	if err := l.finds.enter(ctx); err != nil {
		return a, err
	}
	defer l.finds.leave()
	for _, s := range sources {
		res, err := s.Find(ctx, im)
		if ctx.Err() != nil {
			return a, ctx.Err()
		}
		if err != nil {
			res.Lookups = append(res.Lookups, source.Lookup{Status: source.Failed, Detail: err.Error()})
		}
		soon := cmp.Or(res.Recheck, while)
		if failed(res.Lookups) {
			soon = min(soon, retryFailed)
		}
		a.again = earliest(a.again, time.Now().Add(soon))
		a.files = append(a.files, res.Files...)
		a.lookups = append(a.lookups, res.Lookups[:min(len(res.Lookups), maxLookups-len(a.lookups))]...)
		if upToFirst && source.HasDebugInfo(res.Files) {
			break
		}
	}
	return a, nil
}

func failed(lookups []source.Lookup) bool {
	return slices.ContainsFunc(lookups, func(l source.Lookup) bool { return l.Status == source.Failed })
}
