package symbolicate

import (
	"container/list"
	"context"
	"sync"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/objfile"
)

// A store keeps debug files by image. What several events ask for at once is
// loaded once. It is safe for concurrent use.
type store struct {
	load  func(context.Context, *debugimage.Image) (*debugFile, error)
	max   int           // debug files kept
	retry time.Duration // how long to believe that there is no file

	mu      sync.Mutex
	entries map[imageKey]*list.Element // of *entry
	recent  list.List                  // most recently used first
}

// An imageKey says which build an image is.
type imageKey struct {
	debugID objfile.DebugID
	codeID  string
	kind    debugimage.Type
}

type entry struct {
	key    imageKey
	loaded chan struct{} // closed when file and err are set
	file   *debugFile
	err    error
	until  time.Time // not to be believed after it; zero for ever
}

// get returns the debug file of an image. The error is the context's.
func (s *store) get(ctx context.Context, im *debugimage.Image) (*debugFile, error) {
	key := imageKey{im.DebugID, im.CodeID, im.Type}
	for {
		e, mine := s.entry(key)
		if mine {
			return s.fill(ctx, e, im)
		}
		select {
		case <-e.loaded:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if e.err == nil {
			return e.file, nil
		}
		// The one who loaded it gave up: it is for someone else to try.
	}
}

// peek returns the debug file of an image if it is there already, or nil.
func (s *store) peek(im *debugimage.Image) *debugFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	el, ok := s.entries[imageKey{im.DebugID, im.CodeID, im.Type}]
	if !ok {
		return nil
	}
	e := el.Value.(*entry)
	select {
	case <-e.loaded:
	default:
		return nil
	}
	if e.err != nil || !e.fresh() {
		return nil
	}
	s.recent.MoveToFront(el)
	return e.file
}

// fresh reports whether an entry is to be believed.
func (e *entry) fresh() bool { return e.until.IsZero() || time.Now().Before(e.until) }

// entry returns the entry for key, and whether it is new and so the caller's to fill.
func (s *store) entry(key imageKey) (e *entry, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if el, ok := s.entries[key]; ok {
		e := el.Value.(*entry)
		if e.fresh() {
			s.recent.MoveToFront(el)
			return e, false
		}
		s.remove(el)
	}
	for s.recent.Len() >= s.max {
		s.remove(s.recent.Back())
	}
	e = &entry{key: key, loaded: make(chan struct{})}
	s.entries[key] = s.recent.PushFront(e)
	return e, true
}

// fill loads the file of a new entry and lets those waiting for it go on. An entry
// that got no file, be it that load panicked, is forgotten: someone else may try.
func (s *store) fill(ctx context.Context, e *entry, im *debugimage.Image) (*debugFile, error) {
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		switch el := s.entries[e.key]; {
		case e.file == nil && el != nil && el.Value == e:
			s.remove(el)
		case e.file != nil && e.file.status != ImageFound:
			e.until = time.Now().Add(s.retry)
		}
		close(e.loaded)
	}()
	e.err = context.Canceled // for those waiting, should load panic
	file, err := s.load(ctx, im)
	if e.err = err; err == nil {
		e.file = file
	}
	return e.file, e.err
}

// remove forgets an entry. Events that use its file keep it alive.
func (s *store) remove(el *list.Element) {
	delete(s.entries, el.Value.(*entry).key)
	s.recent.Remove(el)
}
