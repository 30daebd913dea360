package fetch

import (
	"testing"
	"time"
)

func TestBlocking(t *testing.T) {
	start := time.Unix(1_700_000_000, 0)
	for _, tt := range []struct {
		name  string
		every time.Duration
		count int
		want  bool
	}{
		{"too few", 0, failureLimit - 1, false},
		{"at once", 0, failureLimit, true},
		{"within the minute", 900 * time.Millisecond, failureLimit, true},
		{"slowly, for long", 1200 * time.Millisecond, 20 * failureLimit, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var h host
			now := start
			for range tt.count {
				now = now.Add(tt.every)
				h.fail(now)
			}
			if until, got := h.refuses(now); got != tt.want || got && until != now.Add(blockTime) {
				t.Errorf("refuses: %v until %v, want %v", got, until, tt.want)
			}
		})
	}
}

// block returns a host that is left alone.
func block(now time.Time) *host {
	h := new(host)
	for range failureLimit {
		h.fail(now)
	}
	return h
}

// After an hour a host has all its chances again.
func TestRecovery(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	h := block(now)
	if !h.blocked(now.Add(blockTime - 1)) {
		t.Error("not blocked within the hour")
	}
	now = now.Add(blockTime)
	if h.blocked(now) {
		t.Error("blocked after the hour")
	}
	for range failureLimit - 1 {
		h.fail(now)
	}
	if h.blocked(now) {
		t.Error("blocked with fewer failures than the first time")
	}
}

// Each minute one download sees whether the host is back.
func TestProbe(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	h := block(now)
	refused := func(after time.Duration) bool {
		_, refused := h.refuses(now.Add(after))
		return refused
	}
	if !refused(0) || !refused(probeTime-1) {
		t.Error("lets a download through at once")
	}
	if refused(probeTime) {
		t.Error("lets none through after a minute")
	}
	if !refused(2*probeTime - 1) {
		t.Error("lets a second one through")
	}
	h.fail(now.Add(probeTime))
	if refused(2 * probeTime) {
		t.Error("lets none through after a failure")
	}
	if !refused(2 * probeTime) {
		t.Error("lets a second one through after a failure")
	}
	h.work()
	for range 2 {
		if refused(2*probeTime) || h.blocked(now) {
			t.Error("is left alone though it is back")
		}
	}
}

// A clock that is set back changes counts, never panics.
func TestClockSetBack(t *testing.T) {
	var h host
	h.fail(time.Unix(1_700_000_000, 0))
	h.fail(time.Unix(1_600_000_000, 0))
	h.fail(time.Unix(-1_600_000_000, 0))
	if h.blocked(time.Unix(1_600_000_000, 0)) {
		t.Error("blocked")
	}
}
