package symbolicate

import (
	"sync/atomic"
	"time"
)

// Stats are numbers about a Symbolicator and its scopes together. Those without
// "now" count from the beginning.
type Stats struct {
	Images    int    // known now, with a debug file or without
	Bytes     int64  // that they take now
	Hits      uint64 // images of events that were known
	Misses    uint64 // images that had to be loaded, for however many events at once
	Evictions uint64 // images that were forgotten because others needed their place

	Lingering int    // images loading now though the deadlines of those who asked have passed
	Panics    uint64 // files and images that the engine panicked on

	Compiles    uint64        // debug files that were compiled
	CompileTime time.Duration // that this took, waiting for a processor not included
	TableHits   uint64        // tables that were in the cache on disk
	CacheFaults uint64        // times that this could not give or take something

	Outcomes Outcomes // of the events so far
}

// Stats returns the numbers as they are now.
func (s *Symbolicator) Stats() Stats {
	st := s.store.snapshot()
	st.Panics = s.counts.panics.Load()
	st.Compiles = s.counts.compiles.Load()
	st.CompileTime = time.Duration(s.counts.compileTime.Load())
	st.TableHits = s.counts.tableHits.Load()
	st.CacheFaults = s.counts.cacheFaults.Load()
	st.Outcomes = s.counts.outcomes.load()
	return st
}

func (s *store) snapshot() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Images = s.recent.Len()
	st.Lingering = len(s.lingers)
	return st
}

// counts are those of the Stats that are counted without the store's lock.
type counts struct {
	panics, compiles, tableHits, cacheFaults atomic.Uint64
	compileTime                              atomic.Int64 // ns
	outcomes                                 outcomeCounter
}
