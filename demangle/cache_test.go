package demangle

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

func TestCache(t *testing.T) {
	c := NewCache(0, Options{NoParameters: true})
	for range 2 {
		if got := c.Name("_Z3fooi", debuginfo.CPP); got.Name != "foo" || got.Scheme != Itanium {
			t.Errorf("got %+v", got)
		}
		if got := c.Name("main", debuginfo.C); got != (Result{Name: "main", Short: "main", Language: debuginfo.C}) {
			t.Errorf("got %+v", got)
		}
	}
	// The same symbol means something else in another language.
	if got := c.Name("pkg__f", debuginfo.Ada).Name; got != "pkg.f" {
		t.Errorf("got %q", got)
	}
	if got := c.Name("pkg__f", debuginfo.C).Name; got != "pkg__f" {
		t.Errorf("got %q", got)
	}
}

// A cache holds no more than it was made for, and keeps what is asked for.
func TestCacheIsBounded(t *testing.T) {
	c := NewCache(64, Options{})
	popular := "_Z7popularv"
	for i := range 10_000 {
		c.Name(fmt.Sprintf("_Z1f%dx%di", len(fmt.Sprint(i))+1, i), 0)
		c.Name(popular, 0)
	}
	held := 0
	for i := range c.sets {
		for j := range c.sets[i] {
			if c.sets[i][j].Load() != nil {
				held++
			}
		}
	}
	if held > 64 {
		t.Errorf("%d answers are held, want at most 64", held)
	}
	if c.Name(strings.Repeat("x", maxCached+1), 0).Name == "" {
		t.Error("a long name has no answer")
	}
}

func TestCacheConcurrently(t *testing.T) {
	c := NewCache(32, Options{})
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 2_000 {
				n := (i * (g + 1)) % 100
				symbol := fmt.Sprintf("_Z%dn%02dv", 3, n)
				if got, want := c.Name(symbol, 0).Name, fmt.Sprintf("n%02d()", n); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
	wg.Wait()
}

const cachedSymbol = "_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE13_S_copy_charsEPcN9__gnu_cxx17__normal_iteratorIPKcS4_EESA_"

func TestCacheHitDoesNotAllocate(t *testing.T) {
	c := NewCache(0, Options{})
	if n := testing.AllocsPerRun(100, func() { c.Name(cachedSymbol, debuginfo.CPP) }); n != 0 {
		t.Errorf("a hit allocates %v times, want 0", n)
	}
}

func BenchmarkCacheHit(b *testing.B) {
	c := NewCache(0, Options{})
	b.ReportAllocs()
	for b.Loop() {
		c.Name(cachedSymbol, debuginfo.CPP)
	}
}

func BenchmarkCacheHitParallel(b *testing.B) {
	c := NewCache(0, Options{})
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c.Name(cachedSymbol, debuginfo.CPP)
		}
	})
}
