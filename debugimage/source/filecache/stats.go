package filecache

import (
	"maps"
	"sync"
)

// Stats says what the cache holds and what this Cache did with it since Open.
type Stats struct {
	Bytes   int64 // of all files, by whichever process; 0 if it must be counted first
	Answers int64 // likewise, of both kinds
	Kinds   map[string]Counts
}

// Counts are of one kind of key. Callers that shared one run count once.
type Counts struct {
	Hits     int64 // files that were there
	Negative int64 // misses that were known
	Made     int64 // files and misses that were made
	Bytes    int64 // of files that were made
	Evicted  int64 // answers removed to make room, or for their age
	Damaged  int64 // files found damaged, and dropped
}

func (n *Counts) add(d Counts) {
	n.Hits += d.Hits
	n.Negative += d.Negative
	n.Made += d.Made
	n.Bytes += d.Bytes
	n.Evicted += d.Evicted
	n.Damaged += d.Damaged
}

// Stats returns counts. It reads one small file.
func (c *Cache) Stats() Stats {
	u, _ := c.readUsage()
	return Stats{Bytes: u.bytes, Answers: u.answers, Kinds: c.stats.all()}
}

// counters are Counts by kind. The zero counters are ready to use.
type counters struct {
	mu    sync.Mutex
	kinds map[string]Counts
}

func (s *counters) add(kind string, d Counts) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kinds == nil {
		s.kinds = make(map[string]Counts)
	}
	n := s.kinds[kind]
	n.add(d)
	s.kinds[kind] = n
}

func (s *counters) all() map[string]Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.kinds)
}
