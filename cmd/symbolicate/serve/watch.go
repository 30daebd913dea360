package serve

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/symbolicate"
)

// A watch counts what sources find, and logs what keeps them from finding.
type watch struct {
	log     *slog.Logger
	metrics *metrics

	mu   sync.Mutex
	said map[string]time.Time // warnings, by what they say
}

// A watched source is one that a watch is kept on.
type watched struct {
	symbolicate.Source
	kind  string
	watch *watch
}

// over returns a source that is watched, if there is a watch.
func (w *watch) over(kind string, s symbolicate.Source) symbolicate.Source {
	if w == nil {
		return s
	}
	return &watched{s, kind, w}
}

// String returns what the source is called: the engine tells answers that it keeps
// by that.
func (s *watched) String() string {
	if named, ok := s.Source.(fmt.Stringer); ok {
		return named.String()
	}
	return s.kind
}

// slow is when a warning says that a source has not answered yet. Requests may have
// run out of time before: they do not end the search at once.
const slow = 10 * time.Second

// Find asks the source.
func (s *watched) Find(ctx context.Context, im *debugimage.Image) (source.Result, error) {
	start := time.Now()
	late := time.AfterFunc(slow, func() {
		s.watch.warn(ctx, s.kind, im, fmt.Sprintf("slow: no answer after %v", slow))
	})
	res, err := s.Source.Find(ctx, im)
	late.Stop()
	result, cause := "missing", ""
	switch failed := failures(res, err); {
	case ctx.Err() != nil:
		result = "cancelled"
	case failed != "":
		result, cause = "failed", failed
	case len(res.Files) > 0:
		result = "found"
	}
	s.watch.metrics.finds.WithLabelValues(s.kind, result).Observe(time.Since(start).Seconds())
	if cause != "" {
		s.watch.warn(ctx, s.kind, im, cause)
	}
	return res, err
}

// failures says what went wrong while a source looked, "" if nothing did.
func failures(res source.Result, err error) string {
	if err != nil {
		return err.Error()
	}
	for _, l := range res.Lookups {
		switch l.Status {
		case source.Failed, source.TooLarge, source.Malformed:
			return l.Status.String() + ": " + l.Location + ": " + l.Detail
		}
	}
	return ""
}

// report warns of a debug file that the engine cannot use as it is.
func (w *watch) report(ctx context.Context, r *symbolicate.ImageReport) {
	w.warn(ctx, "engine", &r.Image, r.Status.String()+": "+r.File+": "+r.Reason)
}

// warnEvery is how long a warning is not repeated: each event with the same image
// would say it again.
const warnEvery = time.Minute

// maxSaid is how many different warnings there are in that time: an event may have
// 100,000 images, and a server that is away makes a warning of each, which all say
// the same.
const maxSaid = 100

func (w *watch) warn(ctx context.Context, kind string, im *debugimage.Image, cause string) {
	id := im.CodeID
	if !im.DebugID.IsZero() {
		id = im.DebugID.String()
	}
	id, cause = short(id), short(cause)
	switch w.mayWarn(id+cause, time.Now()) {
	case saidOften:
		w.log.WarnContext(ctx, "more warnings about debug files are left out", "for", warnEvery)
	case saidNever:
		w.log.WarnContext(ctx, "debug file", "request", requestID(ctx), "image", short(im.Name()), "id", id, "source", kind, "cause", cause)
	}
}

// What became of a warning.
const (
	saidAlready = iota // it, or as many others as may be
	saidNever          // it is to be said now
	saidOften          // it is to be said that no more are
)

// mayWarn decides whether a warning is said.
func (w *watch) mayWarn(text string, now time.Time) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.said == nil {
		w.said = make(map[string]time.Time)
	}
	if len(w.said) >= maxSaid {
		maps.DeleteFunc(w.said, func(_ string, when time.Time) bool { return now.Sub(when) >= warnEvery })
	}
	last, again := w.said[text]
	if again && now.Sub(last) < warnEvery || len(w.said) >= maxSaid {
		return saidAlready
	}
	w.said[text] = now
	if len(w.said) == maxSaid {
		return saidOften
	}
	return saidNever
}

// maxLogged is how many bytes of a text a log has that is a stranger's: names and ids
// of images are as long as an event.
const maxLogged = 500

// short returns a text as a log has it.
func short(text string) string {
	if len(text) <= maxLogged {
		return text
	}
	return strings.ToValidUTF8(text[:maxLogged], "") + "…"
}
