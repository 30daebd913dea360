package symbolicate

import (
	"cmp"
	"context"
	"slices"
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

// askRemote asks the others, if there is need to.
func (l *loader) askRemote(ctx context.Context, im *debugimage.Image, s *search) (err error) {
	switch {
	case source.HasDebugInfo(s.local.files):
		s.remote = answers{}
	case !time.Now().Before(s.remote.again):
		s.remote, err = l.ask(ctx, im, l.remote, true, l.retry)
	}
	return err
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
