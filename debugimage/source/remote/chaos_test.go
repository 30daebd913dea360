package remote

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nativesym/nativesym/debugimage/source/fetch"
	"github.com/nativesym/nativesym/debugimage/source/layout"
	"github.com/nativesym/nativesym/internal/fixture"
)

// Many who ask a server that does anything but serve, in turn, get the right file or
// none, and all of them get it once the server means it.
func TestChaos(t *testing.T) {
	debug := fixture.Read(t, shopDebug)
	im := imageOf(t, shop)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	var honest atomic.Bool
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, 0))
	dice := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(n)
	}
	at, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := dice(8)
		if honest.Load() || n == 0 {
			w.Header().Set("ETag", `"debug"`)
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(debug))
			return
		}
		[]http.HandlerFunc{
			status(500), status(404), status(429), text("<html>"), cut(debug), text(string(debug[:dice(len(debug))])),
			func(w http.ResponseWriter, r *http.Request) { // the whole file, in parts of two versions
				w.Header().Set("ETag", fmt.Sprintf("%q", fmt.Sprint(dice(2))))
				http.ServeContent(&breaking{w, dice(len(debug))}, r, "", time.Time{}, bytes.NewReader(debug))
			},
		}[n-1](w, r)
	}))
	cache := newCache(t)
	var found atomic.Int32
	ask := func(s *Source, sure bool) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		res, err := s.Find(ctx, im)
		if err != nil {
			t.Error(err)
		}
		for _, f := range res.Files {
			found.Add(1)
			if data, err := os.ReadFile(f.Path); err != nil || !bytes.Equal(data, debug) {
				t.Errorf("a wrong file of %d bytes, %v", len(data), err)
			}
		}
		if sure && len(res.Files) != 1 {
			t.Errorf("%+v", res.Lookups)
		}
	}
	run := func(sure bool, scopes int) {
		var wait sync.WaitGroup
		for i := range scopes {
			s, err := NewHTTP(clientWith(t, fetch.Options{}), at, layout.Layout{Scheme: layout.SlashSymbols}, Options{
				Cache: cache, Scope: fmt.Sprint(sure, i), MissAge: time.Nanosecond,
			})
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				wait.Go(func() { ask(s, sure) })
			}
		}
		wait.Wait()
	}
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	run(false, rounds)
	t.Logf("%d of %d questions are answered", found.Load(), 3*rounds)
	honest.Store(true)
	run(true, 5)
}

// A breaking writer aborts the connection after some bytes.
type breaking struct {
	http.ResponseWriter
	left int
}

func (b *breaking) Write(p []byte) (int, error) {
	if len(p) > b.left {
		io.Copy(b.ResponseWriter, strings.NewReader(string(p[:b.left])))
		panic(http.ErrAbortHandler)
	}
	b.left -= len(p)
	return b.ResponseWriter.Write(p)
}
