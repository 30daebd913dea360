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
			if until, got := h.blocked(now); got != tt.want || got && until != now.Add(blockTime) {
				t.Errorf("blocked: %v until %v, want %v", got, until, tt.want)
			}
		})
	}
}

// After an hour a host has all its chances again.
func TestRecovery(t *testing.T) {
	var h host
	now := time.Unix(1_700_000_000, 0)
	for range failureLimit {
		h.fail(now)
	}
	if _, blocked := h.blocked(now.Add(blockTime - 1)); !blocked {
		t.Error("not blocked within the hour")
	}
	now = now.Add(blockTime)
	if _, blocked := h.blocked(now); blocked {
		t.Error("blocked after the hour")
	}
	for range failureLimit - 1 {
		h.fail(now)
	}
	if _, blocked := h.blocked(now); blocked {
		t.Error("blocked with fewer failures than the first time")
	}
}

// A clock that is set back changes counts, never panics.
func TestClockSetBack(t *testing.T) {
	var h host
	h.fail(time.Unix(1_700_000_000, 0))
	h.fail(time.Unix(1_600_000_000, 0))
	h.fail(time.Unix(-1_600_000_000, 0))
	if _, blocked := h.blocked(time.Unix(1_600_000_000, 0)); blocked {
		t.Error("blocked")
	}
}
