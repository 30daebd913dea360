package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// leastTime is how long a mode passes over its addresses, again and again.
const leastTime = 250 * time.Millisecond

// A hot loop asks for so few addresses that all it reads stays in the nearest caches.
const hot = 1000

// A cold pass asks for coldAddrs addresses after evictBytes went through the caches.
const (
	coldAddrs  = 400
	coldPasses = 8
	evictBytes = 384 << 20
)

// times prints the median time of a lookup in nanoseconds for each mode. The
// steps are those of ../peers/src/timing.rs, which has no batches.
func times(w io.Writer, cache *symcache.Cache, addrs []uint64, modes []string) error {
	a := asker{cache: cache}
	for _, mode := range modes {
		var ns float64
		switch mode {
		case "random":
			ns = warm(a.oneByOne, addrs)
		case "hot":
			ns = warm(a.oneByOne, addrs[:min(hot, len(addrs))])
		case "sorted":
			ns = warm(a.oneByOne, slices.Sorted(slices.Values(addrs)))
		case "batch":
			ns = warm(a.allAtOnce, addrs)
		case "sorted batch":
			ns = warm(a.allAtOnce, slices.Sorted(slices.Values(addrs)))
		case "cold":
			ns = cold(a.oneByOne, addrs)
		default:
			return fmt.Errorf("no mode %s", mode)
		}
		if _, err := fmt.Fprintf(w, "%s:%.1f\n", mode, ns); err != nil {
			return err
		}
	}
	return nil
}

// An asker looks addresses up and reads all of every frame.
type asker struct {
	cache  *symcache.Cache
	frames []symcache.Frame
	read   uint64
}

// oneByOne looks up one address after the other.
func (a *asker) oneByOne(addrs []uint64) {
	for _, addr := range addrs {
		a.frames = a.cache.Lookup(a.frames[:0], addr)
		a.touch(a.frames)
	}
}

// allAtOnce looks the addresses up as a batch.
func (a *asker) allAtOnce(addrs []uint64) {
	a.cache.LookupAll(addrs, func(_ int, frames []symcache.Frame) { a.touch(frames) })
}

// touch reads a byte of every string, so that none stays a promise.
func (a *asker) touch(frames []symcache.Frame) {
	for i := range frames {
		f := &frames[i]
		a.read += uint64(f.Line) + f.Entry + uint64(f.Language)
		if f.Symbol != "" {
			a.read += uint64(f.Symbol[0])
		}
		if f.File != "" {
			a.read += uint64(f.File[0])
		}
	}
}

func warm(ask func([]uint64), addrs []uint64) float64 {
	pass(ask, addrs)
	var took []float64
	for start := time.Now(); len(took) == 0 || time.Since(start) < leastTime; {
		took = append(took, pass(ask, addrs))
	}
	return median(took)
}

func cold(ask func([]uint64), addrs []uint64) float64 {
	pass(ask, addrs)
	eviction := make([]byte, evictBytes)
	var took []float64
	chunks := slices.Collect(slices.Chunk(addrs[:len(addrs)/coldAddrs*coldAddrs], coldAddrs))
	for i := range coldPasses {
		for at := 0; at < len(eviction); at += 64 {
			eviction[at]++
		}
		took = append(took, pass(ask, chunks[i%len(chunks)]))
	}
	return median(took)
}

// pass asks for every address once and returns the nanoseconds of one.
func pass(ask func([]uint64), addrs []uint64) float64 {
	start := time.Now()
	ask(addrs)
	return float64(time.Since(start).Nanoseconds()) / float64(len(addrs))
}

func median(took []float64) float64 {
	slices.Sort(took)
	return took[len(took)/2]
}
