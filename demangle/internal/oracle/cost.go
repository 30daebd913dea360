package oracle

import (
	"runtime"
	"testing"
	"time"
)

// What a symbol of 4 KiB may cost, whatever is in it.
const (
	MaxTime   = 20 * time.Millisecond
	MaxMemory = 4 << 20
)

// tries is how often something is measured before it counts as slow: others use
// the machine, too.
const tries = 3

// CheckCost fails the test when f takes more than MaxTime or allocates more than
// MaxMemory bytes. The race detector, which makes everything ten times slower,
// is given ten times the time.
func CheckCost(t testing.TB, what string, f func()) {
	t.Helper()
	limit := MaxTime
	if raced {
		limit *= 10
	}
	best, least := time.Hour, uint64(1<<62)
	for i := 0; i < tries && (best > limit || least > MaxMemory); i++ {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		f()
		best = min(best, time.Since(start))
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	if best > limit || least > MaxMemory {
		t.Errorf("%.200q takes %v and %d bytes, want at most %v and %d", what, best, least, limit, MaxMemory)
	}
}
