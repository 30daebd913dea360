package fetch

import (
	"errors"
	"sync/atomic"
	"time"
)

// Stats are what a client did since it was made.
type Stats struct {
	Requests uint64 // sent, those after redirects included
	Retries  uint64
	Bytes    uint64 // of files

	Files    uint64            // downloaded
	Failures map[string]uint64 // downloads that brought no file, by what [Kind.String] says
	Blocked  []string          // hosts that are left alone for now, sorted
}

type stats struct {
	requests, retries, bytes, files atomic.Uint64
	failures                        [len(kinds)]atomic.Uint64
}

// count notes how a download ended.
func (s *stats) count(err error) {
	if e, ok := errors.AsType[*Error](err); ok {
		s.failures[e.Kind].Add(1)
	} else if err == nil {
		s.files.Add(1)
	}
}

// Stats returns what the client did so far.
func (c *Client) Stats() Stats {
	s := Stats{
		Requests: c.stats.requests.Load(),
		Retries:  c.stats.retries.Load(),
		Bytes:    c.stats.bytes.Load(),
		Files:    c.stats.files.Load(),
		Failures: make(map[string]uint64),
		Blocked:  c.hosts.blocked(time.Now()),
	}
	for k := range c.stats.failures {
		if n := c.stats.failures[k].Load(); n > 0 {
			s.Failures[Kind(k).String()] = n
		}
	}
	return s
}
