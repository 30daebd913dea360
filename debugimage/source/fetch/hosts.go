package fetch

import (
	"context"
	"slices"
	"sync"
	"time"
)

// When a host is left alone, and for how long: its failures of the last minute are
// counted in buckets. One download a minute is let through all the same, to see
// whether the host is back.
const (
	failureLimit  = 60
	failureBucket = 5 * time.Second
	buckets       = 12
	blockTime     = time.Hour
	probeTime     = time.Minute
)

// hosts are those of the URLs that were asked for, wherever they redirect to: there
// are no more than a configuration names, and no server gets another one blocked.
type hosts struct {
	mu     sync.Mutex
	byName map[string]*host
}

// A host has slots for downloads, so that a slow one does not take those of others,
// and failures.
type host struct {
	slots chan struct{}

	mu     sync.Mutex
	counts [buckets]int // of failures
	bucket int64        // number of the latest bucket since the epoch
	until  time.Time    // left alone
	probe  time.Time    // when to let a download through
}

// get returns the host of a name.
func (h *hosts) get(name string, slots int) *host {
	name = hostKey(name)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.byName == nil {
		h.byName = make(map[string]*host)
	}
	if h.byName[name] == nil {
		h.byName[name] = &host{slots: make(chan struct{}, slots)}
	}
	return h.byName[name]
}

// blocked returns the names of the hosts that are left alone, sorted.
func (h *hosts) blocked(now time.Time) (names []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for name, host := range h.byName {
		if host.blocked(now) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// enter waits for a slot, which leave gives back.
func (h *host) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *host) leave() { <-h.slots }

// refuses reports whether a download is to be left out, and until when all are. One
// that it lets through says what became of it by fail or work.
func (h *host) refuses(now time.Time) (until time.Time, refused bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !now.Before(h.until) {
		return h.until, false
	}
	if !now.Before(h.probe) {
		h.probe = now.Add(probeTime)
		return h.until, false
	}
	return h.until, true
}

// work ends that the host is left alone: it has answered.
func (h *host) work() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.until = time.Time{}
}

// blocked reports whether the host is left alone.
func (h *host) blocked(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return now.Before(h.until)
}

// fail counts a failure.
func (h *host) fail(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	bucket := now.UnixNano() / int64(failureBucket)
	for b := max(h.bucket+1, bucket-buckets+1); b <= bucket; b++ {
		h.counts[b%buckets] = 0
	}
	h.bucket = max(h.bucket, bucket)
	h.counts[h.bucket%buckets]++
	sum := 0
	for _, n := range h.counts {
		sum += n
	}
	if sum >= failureLimit {
		h.counts, h.until, h.probe = [buckets]int{}, now.Add(blockTime), now.Add(probeTime)
	}
}
