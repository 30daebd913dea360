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
	Panics    uint64 // images whose loading ended in a panic

	Compiles    uint64        // debug files that were compiled
	CompileTime time.Duration // that this took, waiting for a processor not included
}

// Stats returns the numbers as they are now.
func (s *Symbolicator) Stats() Stats {
	st := s.store.snapshot()
	st.Compiles = s.tables.compiles.Load()
	st.CompileTime = time.Duration(s.tables.compileTime.Load())
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

// tableStats are counted while tables are made.
type tableStats struct {
	compiles    atomic.Uint64
	compileTime atomic.Int64 // ns
}
