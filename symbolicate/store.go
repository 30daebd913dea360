package symbolicate

import (
	"cmp"
	"container/list"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/internal/flight"
	"github.com/nativesym/nativesym/objfile"
)

// A store keeps what was loaded for images, the most recently used of it, up to a
// number of bytes. What several events ask for at once is loaded once. It is safe
// for concurrent use.
type store struct {
	max     int64
	loads   flight.Group[imageKey, *loaded]
	lingers gate
	counts  *counts
	report  func(context.Context, *ImageReport) // Options.Report
	closing context.Context
	end     context.CancelFunc // of closing
	waits   sync.WaitGroup     // those who wait for loads
	filling sync.RWMutex       // held for reading while something is loaded

	mu      sync.Mutex
	entries map[imageKey]*list.Element // of *entry
	recent  list.List                  // most recently used first
	stats   Stats
}

// An imageKey says which build an image is, for whom, and what its files may be
// called: a server is asked by name.
type imageKey struct {
	scope     uint32
	kind      debugimage.Type
	debugID   objfile.DebugID
	codeID    string
	codeFile  string
	debugFile string
}

func keyOf(scope uint32, im *debugimage.Image) imageKey {
	return imageKey{scope, im.Type, im.DebugID, im.CodeID, baseName(im.CodeFile), baseName(im.DebugFile)}
}

// kept returns the key as it is kept: an event's strings are parts of longer ones.
func (k imageKey) kept() imageKey {
	k.codeID, k.codeFile, k.debugFile = strings.Clone(k.codeID), strings.Clone(k.codeFile), strings.Clone(k.debugFile)
	return k
}

// size returns how many bytes a key takes that is kept, and what it is kept in: names
// are as long as an event has them.
func (k imageKey) size() int64 {
	const place = 500 // the entry, and its element of the list and of the map; measured
	return place + int64(len(k.codeID)+len(k.codeFile)+len(k.debugFile))
}

// A loaded is what became of the search for an image's debug file.
type loaded struct {
	file   *debugFile
	search search
	until  time.Time // not to be believed after it; zero for ever
}

// A loadFunc loads an image's debug file. What was loaded before, and is no longer
// to be believed, is last; nil the first time. Its errors are the context's.
type loadFunc func(ctx context.Context, im *debugimage.Image, last *loaded) (*loaded, error)

type entry struct {
	key  imageKey
	size int64
	*loaded
}

// fresh reports whether an entry is to be believed.
func (l *loaded) fresh() bool { return l.until.IsZero() || time.Now().Before(l.until) }

// Linger is how long a debug file goes on being loaded after the deadline of the
// last event that waited for it: long enough for most, short enough that senders of
// impatient events do not pile up work. Of those at the same time there are no more
// than maxLingers; others end with the deadline.
const (
	Linger     = time.Minute
	maxLingers = maxFinds
)

// retryFailed is when a load that failed for reasons that may pass is tried again.
const retryFailed = time.Minute

func (s *store) init(max int64, c *counts) {
	s.max, s.counts = max, c
	s.lingers = newGate(maxLingers)
	s.entries = make(map[imageKey]*list.Element)
	s.closing, s.end = context.WithCancel(context.Background())
}

// close ends all loads.
func (s *store) close() {
	s.end()
	s.waits.Wait()
	s.filling.Lock() // nobody waits, so what is still being loaded ends
	defer s.filling.Unlock()
}

// peek returns the debug file of an image if it is there and to be believed, or nil.
func (s *store) peek(key imageKey) *debugFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	el := s.entries[key]
	if el == nil || !el.Value.(*entry).fresh() {
		return nil
	}
	s.stats.Hits++
	s.recent.MoveToFront(el)
	return el.Value.(*entry).file
}

// get returns the debug file of an image, which load loads if it is not there. The
// error is the context's.
func (s *store) get(ctx context.Context, key imageKey, im debugimage.Image, load loadFunc) (*debugFile, error) {
	if f := s.peek(key); f != nil {
		return f, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	var l *loaded
	var err error
	done := make(chan struct{}) // closed when l and err are set
	s.waits.Go(func() {
		defer close(done)
		defer stop()
		defer context.AfterFunc(s.closing, stop)()
		l, err = s.loads.Do(work, key, func(ctx context.Context) (*loaded, error) { return s.fill(ctx, key, &im, load) })
	})
	select {
	case <-done:
		if err != nil {
			return nil, err
		}
		return l.file, nil
	case <-ctx.Done():
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) || !s.linger(work, stop) {
			stop()
		}
		return nil, ctx.Err()
	}
}

// linger lets work go on for a while that has lost who waited for it. It reports
// false if there is too much of that already.
func (s *store) linger(work context.Context, stop context.CancelFunc) bool {
	if !s.lingers.tryEnter() {
		return false
	}
	timer := time.AfterFunc(Linger, stop)
	context.AfterFunc(work, func() {
		timer.Stop()
		s.lingers.leave()
	})
	return true
}

// fill loads the file of an image and keeps it. A load that panics is an answer for
// the image.
func (s *store) fill(ctx context.Context, key imageKey, im *debugimage.Image, load loadFunc) (l *loaded, err error) {
	s.filling.RLock()
	defer s.filling.RUnlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	last := s.last(key)
	if last != nil && last.fresh() {
		return last, nil // since the caller looked
	}
	err = safely(func() (err error) {
		l, err = load(ctx, im, last)
		return err
	})
	if fault := (*panicError)(nil); errors.As(err, &fault) {
		s.counts.panics.Add(1)
		f := &debugFile{status: ImageOther, reason: fault.Error()}
		l, err = &loaded{file: f, until: f.until(time.Time{})}, nil
	}
	if err == nil && !l.file.unsought {
		s.keep(key, l)
		if last == nil || last.file != l.file {
			s.tell(ctx, im, l.file)
		}
	}
	return l, err
}

// tell tells of a debug file that is there, and of which not all is well.
func (s *store) tell(ctx context.Context, im *debugimage.Image, f *debugFile) {
	if s.report == nil {
		return
	}
	r := f.report(im)
	if f.opened != nil && f.fault != nil {
		r.Reason = cmp.Or(r.Reason, "the cache: "+f.fault.Error())
	}
	if r.Reason != "" && (r.File != "" || r.Status == ImageOther) {
		s.report(ctx, &r)
	}
}

// last returns what was loaded for an image last, nil if nothing was.
func (s *store) last(key imageKey) *loaded {
	s.mu.Lock()
	defer s.mu.Unlock()
	if el := s.entries[key]; el != nil {
		return el.Value.(*entry).loaded
	}
	s.stats.Misses++
	return nil
}

// keep puts what was loaded for an image in the place of what was there.
func (s *store) keep(key imageKey, l *loaded) {
	key = key.kept()
	s.put(key, l)
	if o := l.file.opened; o != nil {
		o.names.onGrowth(func(n int64) { s.grow(key, l, n) })
	}
}

func (s *store) put(key imageKey, l *loaded) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if el := s.entries[key]; el != nil {
		s.remove(el)
	}
	e := &entry{key: key, size: key.size() + l.file.size(), loaded: l}
	s.entries[key] = s.recent.PushFront(e)
	s.stats.Bytes += e.size
	s.trim()
}

// grow counts n more bytes for what was loaded for an image, if it is still kept.
func (s *store) grow(key imageKey, l *loaded, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if el := s.entries[key]; el != nil && el.Value.(*entry).loaded == l {
		el.Value.(*entry).size += n
		s.stats.Bytes += n
		s.trim()
	}
}

// trim forgets what was used longest ago until the rest is within bounds.
func (s *store) trim() {
	for s.stats.Bytes > s.max && s.recent.Len() > 1 {
		s.remove(s.recent.Back())
		s.stats.Evictions++
	}
}

// forget forgets what was loaded for an image.
func (s *store) forget(key imageKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if el := s.entries[key]; el != nil {
		s.remove(el)
	}
}

// remove forgets an entry. Events that use its file keep it alive.
func (s *store) remove(el *list.Element) {
	e := s.recent.Remove(el).(*entry)
	delete(s.entries, e.key)
	s.stats.Bytes -= e.size
}
