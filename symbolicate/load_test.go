package symbolicate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
)

// A sourceFunc is a source for one test.
type sourceFunc func(context.Context, *debugimage.Image) (source.Result, error)

func (f sourceFunc) Find(ctx context.Context, im *debugimage.Image) (source.Result, error) {
	return f(ctx, im)
}

// newFakeWith returns a Symbolicator with sources whose files are opened as those of
// the fakeSource are.
func newFakeWith(opts Options) *Symbolicator {
	s := New(opts)
	s.open = fakeOpen
	return s.symbolicator("", s.opts)
}

// has answers with a file, of debug information or of symbols only.
func has(path string, debugInfo bool) source.Result {
	return source.Result{
		Files:   []source.File{{Path: path, Origin: path, Features: source.Features{DebugInfo: debugInfo, Symbols: true}}},
		Lookups: []source.Lookup{{Location: path, Status: source.Found}},
	}
}

// hasNot answers that there is nothing.
func hasNot(location string) source.Result {
	return source.Result{Lookups: []source.Lookup{{Location: location}}}
}

var testImage = &debugimage.Image{Type: debugimage.ELF, CodeID: "01", CodeFile: "/opt/x86_64.so"}

// state returns what is known of the testImage, in a word.
func state(t *testing.T, ctx context.Context, s *Symbolicator) string {
	t.Helper()
	r, err := s.Image(ctx, testImage)
	if err != nil {
		return err.Error()
	}
	if r.Status == ImageFound && !r.Features.DebugInfo {
		return "symbols"
	}
	return r.Status.String()
}

// When an image is looked for again, and where.
func TestRecheck(t *testing.T) {
	type step struct {
		after time.Duration
		want  string // what is known of the image
		local int    // searches so far
		far   int
	}
	nothing := hasNot("far")
	soon := hasNot("near")
	soon.Recheck = time.Second
	failing := source.Result{Lookups: []source.Lookup{{Location: "far", Status: source.Failed, Detail: "status 500"}}}
	for _, tt := range []struct {
		name       string
		local, far []source.Result // the answers, of which the last holds on
		steps      []step
	}{
		{
			"what is missing at hand is asked for after seconds, elsewhere after an hour",
			[]source.Result{hasNot("near")},
			[]source.Result{nothing, has("/symbols/x86_64", true)},
			[]step{{0, "missing", 1, 1}, {time.Second, "missing", 1, 1}, {recheckLocal, "missing", 2, 1}, {time.Hour, "found", 3, 2}, {1000 * time.Hour, "found", 3, 2}},
		},
		{
			"a source may say when",
			[]source.Result{soon},
			[]source.Result{nothing},
			[]step{{0, "missing", 1, 1}, {time.Second, "missing", 2, 1}, {time.Second, "missing", 3, 1}},
		},
		{
			"debug information that appears takes the place of symbols",
			[]source.Result{has("/symbols/x86_64.stripped", false), has("/symbols/x86_64.stripped", false), has("/symbols/x86_64", true)},
			[]source.Result{nothing},
			[]step{{0, "symbols", 1, 1}, {recheckLocal, "symbols", 2, 1}, {recheckLocal, "found", 3, 1}},
		},
		{
			"a server that failed is asked again soon",
			[]source.Result{hasNot("near")},
			[]source.Result{failing, has("/symbols/x86_64", true)},
			[]step{{0, "fetching_failed", 1, 1}, {recheckLocal, "fetching_failed", 2, 1}, {retryFailed, "found", 3, 2}},
		},
		{
			"nobody else is asked for what is at hand",
			[]source.Result{has("/symbols/x86_64", true)},
			[]source.Result{has("/symbols/arm64", true)},
			[]step{{0, "found", 1, 0}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				answer := func(list []source.Result, n *int) Source {
					return sourceFunc(func(context.Context, *debugimage.Image) (source.Result, error) {
						*n++
						return list[min(*n, len(list))-1], nil
					})
				}
				var local, far int
				s := newFakeWith(Options{Sources: []Source{answer(tt.local, &local)}, Remote: []Source{answer(tt.far, &far)}})
				for i, step := range tt.steps {
					time.Sleep(step.after)
					got := state(t, t.Context(), s)
					if got != step.want || local != step.local || far != step.far {
						t.Errorf("step %d: %s after %d and %d searches, want %s after %d and %d", i, got, local, far, step.want, step.local, step.far)
					}
				}
			})
		})
	}
}

// Remote sources are asked one after the other, up to the first that has debug
// information.
func TestRemoteInTurn(t *testing.T) {
	var asked []string
	far := func(name string, r source.Result) Source {
		return sourceFunc(func(context.Context, *debugimage.Image) (source.Result, error) {
			asked = append(asked, name)
			return r, nil
		})
	}
	s := newFakeWith(Options{Remote: []Source{
		far("a", hasNot("a")), far("b", has("/symbols/arm64", false)), far("c", has("/symbols/x86_64", true)), far("d", has("/symbols/x86_64", true)),
	}})
	r, err := s.Image(t.Context(), testImage)
	if err != nil || r.File != "/symbols/x86_64" || strings.Join(asked, " ") != "a b c" {
		t.Errorf("found %s, %v, asked %s; want that of c, asked a b c", r.File, err, asked)
	}
	if len(r.Candidates) != 3 {
		t.Errorf("candidates %v, want 3", r.Candidates)
	}
}

// What one scope found is not seen by another, nor by the one they come from; what
// that has is seen by all.
func TestScopes(t *testing.T) {
	only := func(codeID, path string) Source {
		return sourceFunc(func(_ context.Context, im *debugimage.Image) (source.Result, error) {
			if im.CodeID == codeID {
				return has(path, true), nil
			}
			return hasNot(path), nil
		})
	}
	root := newFakeWith(Options{Sources: []Source{only("00", "/symbols/x86_64")}})
	a := root.Scoped("a", []Source{only("0a", "/symbols/x86_64")}, nil)
	b := root.Scoped("b", nil, []Source{only("0b", "/symbols/x86_64")})
	aa := a.Scoped("a", []Source{only("aa", "/symbols/x86_64")}, nil)
	again := root.Scoped("a", nil, nil)
	for range 2 { // then from memory
		for _, tt := range []struct {
			name string
			s    *Symbolicator
			want string
		}{
			{"root", root, "00"}, {"a", a, "00 0a"}, {"b", b, "00 0b"}, {"a/a", aa, "00 0a aa"}, {"a of the same name", again, "00"},
		} {
			var got []string
			for _, id := range []string{"00", "0a", "0b", "aa"} {
				r, err := tt.s.Image(t.Context(), &debugimage.Image{Type: debugimage.ELF, CodeID: id, CodeFile: "x86_64.so"})
				if err != nil {
					t.Fatal(err)
				}
				if r.Status == ImageFound {
					got = append(got, id)
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%s sees %s, want %s", tt.name, got, tt.want)
			}
		}
	}
	if st := root.Stats(); st.Images != 20 || st != b.Stats() {
		t.Errorf("%+v and %+v, want the same, and 20 images", st, b.Stats())
	}
}

// waiting is a source that takes as long as it is told, and notes what becomes of it.
type waiting struct {
	takes            time.Duration
	begun, cancelled atomic.Int32
}

func (w *waiting) Find(ctx context.Context, _ *debugimage.Image) (source.Result, error) {
	w.begun.Add(1)
	select {
	case <-time.After(w.takes):
		return has("/symbols/x86_64", true), nil
	case <-ctx.Done():
		w.cancelled.Add(1)
		return source.Result{}, ctx.Err()
	}
}

func TestDeadlinesAndCancelling(t *testing.T) {
	inBubble := func(name string, takes time.Duration, fn func(t *testing.T, s *Symbolicator, w *waiting)) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &waiting{takes: takes}
				s := newFakeWith(Options{Remote: []Source{w}})
				defer s.Close()
				fn(t, s, w)
			})
		})
	}
	short := func(t *testing.T) context.Context {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		t.Cleanup(cancel)
		return ctx
	}
	inBubble("after the deadline the search goes on for the next", 3*time.Second, func(t *testing.T, s *Symbolicator, w *waiting) {
		start := time.Now()
		if got := state(t, short(t), s); got != "timeout" || time.Since(start) != time.Second {
			t.Errorf("%s after %v, want timeout after 1 s", got, time.Since(start))
		}
		if n := s.Stats().Lingering; n != 1 {
			t.Errorf("%d searches linger, want 1", n)
		}
		if got := state(t, short(t), s); got != "timeout" {
			t.Errorf("the second: %s, want timeout", got)
		}
		if got := state(t, t.Context(), s); got != "found" || time.Since(start) != 3*time.Second || w.begun.Load() != 1 {
			t.Errorf("the third: %s after %v and %d searches, want found after 3 s and 1", got, time.Since(start), w.begun.Load())
		}
		synctest.Wait()
		if n := s.Stats().Lingering; n != 0 {
			t.Errorf("%d searches linger, want 0", n)
		}
	})
	inBubble("but not for ever", time.Hour, func(t *testing.T, s *Symbolicator, w *waiting) {
		state(t, short(t), s)
		time.Sleep(Linger)
		synctest.Wait()
		if w.cancelled.Load() != 1 || s.Stats().Lingering != 0 {
			t.Errorf("%d searches ended, %d linger; want 1, 0", w.cancelled.Load(), s.Stats().Lingering)
		}
	})
	inBubble("and not more than there is room for", time.Hour, func(t *testing.T, s *Symbolicator, w *waiting) {
		var wg sync.WaitGroup
		for i := range maxLingers + 10 {
			wg.Go(func() {
				s.Image(short(t), &debugimage.Image{CodeID: fmt.Sprintf("%04x", i)})
			})
		}
		wg.Wait()
		synctest.Wait()
		if got := s.Stats().Lingering; got != maxLingers {
			t.Errorf("%d searches linger, want %d", got, maxLingers)
		}
	})
	inBubble("what nobody waits for ends when it is cancelled", time.Hour, func(t *testing.T, s *Symbolicator, w *waiting) {
		first, stopFirst := context.WithCancel(t.Context())
		second, stopSecond := context.WithCancel(t.Context())
		results := make(chan string, 2)
		for _, ctx := range []context.Context{first, second} {
			go func() { results <- state(t, ctx, s) }()
			synctest.Wait()
		}
		stopFirst()
		synctest.Wait()
		if got := <-results; got != "context canceled" || w.cancelled.Load() != 0 {
			t.Errorf("the first: %s, and %d searches ended; want it at once and the search to go on", got, w.cancelled.Load())
		}
		stopSecond()
		synctest.Wait()
		if got := <-results; got != "context canceled" || w.cancelled.Load() != 1 {
			t.Errorf("the second: %s, and %d searches ended; want it and the search to end", got, w.cancelled.Load())
		}
	})
	inBubble("Close ends what lingers", time.Hour, func(t *testing.T, s *Symbolicator, w *waiting) {
		state(t, short(t), s)
		s.Close()
		if w.cancelled.Load() != 1 {
			t.Error("the search goes on")
		}
	})
}

// A full house: many goroutines, many images, sources that are slow, fail, lie and
// panic, little memory. Whatever happens to one image, the others have their answer.
func TestManyAtOnce(t *testing.T) {
	const images, goroutines, rounds = 40, 64, 20
	var finds atomic.Int64
	near := sourceFunc(func(ctx context.Context, im *debugimage.Image) (source.Result, error) {
		finds.Add(1)
		switch im.CodeFile {
		case "panic":
			panic("a fault")
		case "fail":
			return source.Result{}, errors.New("the disk is gone")
		case "lie":
			return has("/symbols/broken", true), nil
		case "near":
			return has("/symbols/x86_64", true), nil
		}
		return hasNot("near"), nil
	})
	far := sourceFunc(func(ctx context.Context, im *debugimage.Image) (source.Result, error) {
		if im.CodeFile != "slow" {
			return hasNot("far"), nil
		}
		select {
		case <-time.After(time.Millisecond):
			return has("/symbols/arm64", true), nil
		case <-ctx.Done():
			return source.Result{}, ctx.Err()
		}
	})
	kinds := []string{"panic", "fail", "lie", "near", "slow", "nowhere"}
	want := map[string]string{
		"panic": "other", "fail": "fetching_failed", "lie": "malformed", "near": "found", "slow": "found", "nowhere": "missing",
	}
	const max = 20_000
	root := newFakeWith(Options{Sources: []Source{near}, Remote: []Source{far}, MaxBytes: max})
	scopes := []*Symbolicator{root, root.Scoped("a", nil, nil), root.Scoped("b", nil, nil)}
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(g)))
			for range rounds {
				n := random.IntN(images)
				im := &debugimage.Image{Type: debugimage.ELF, CodeID: fmt.Sprintf("%02x", n), CodeFile: kinds[n%len(kinds)]}
				ctx, cancel := context.WithCancel(t.Context())
				impatient := random.IntN(8) == 0
				if impatient {
					cancel()
				}
				r, err := scopes[random.IntN(len(scopes))].Image(ctx, im)
				cancel()
				switch {
				case impatient && err != nil:
				case err != nil:
					t.Errorf("%s: %v", im.CodeFile, err)
				case r.Status.String() != want[im.CodeFile]:
					t.Errorf("%s is %s (%s), want %s", im.CodeFile, r.Status, r.Reason, want[im.CodeFile])
				}
				if st := root.Stats(); st.Bytes > max {
					t.Errorf("%d bytes are kept, want %d at most", st.Bytes, max)
				}
			}
		})
	}
	wg.Wait()
	if st := root.Stats(); st.Evictions == 0 || st.Panics == 0 {
		t.Errorf("%+v, want evictions and panics", st)
	}
}

// The names that events have from tables count as memory, too.
func TestNamesCount(t *testing.T) {
	s := newFakeWith(Options{Sources: []Source{fakeSource{}}})
	if _, err := s.Image(t.Context(), testImage); err != nil {
		t.Fatal(err)
	}
	before := s.Stats().Bytes
	if _, err := s.Lookup(t.Context(), testImage, []uint64{0x1001, 0x2001, 0x3001, 0x4001}); err != nil {
		t.Fatal(err)
	}
	named := s.Stats().Bytes
	if named <= before+4*nameCost {
		t.Errorf("%d bytes are kept, %d before any name was", named, before)
	}
	if _, err := s.Lookup(t.Context(), testImage, []uint64{0x1002, 0x2002}); err != nil || s.Stats().Bytes != named {
		t.Errorf("%d bytes, %v, want %d: the names are known", s.Stats().Bytes, err, named)
	}
}

// A download that was evicted before it was opened is got again.
func TestFileThatIsGone(t *testing.T) {
	finds := 0
	s := New(Options{Remote: []Source{sourceFunc(func(context.Context, *debugimage.Image) (source.Result, error) {
		finds++
		return has(fmt.Sprintf("/symbols/%d", finds), true), nil
	})}})
	s.open = func(ctx context.Context, p parts) (*opened, error) {
		if p.debug.Path == "/symbols/1" {
			return nil, &fs.PathError{Op: "open", Path: p.debug.Path, Err: fs.ErrNotExist}
		}
		return &opened{table: fakeTable{"x86_64"}}, nil
	}
	s = s.symbolicator("", s.opts)
	if got := state(t, t.Context(), s); got != "found" || finds != 2 {
		t.Errorf("%s after %d searches, want found after 2", got, finds)
	}
}

// A debug file on which the engine panics leaves the next best.
func TestPanicLeavesTheNextBest(t *testing.T) {
	s := New(Options{Sources: []Source{sourceFunc(func(context.Context, *debugimage.Image) (source.Result, error) {
		r := has("/symbols/bad", true)
		r.Files = append(r.Files, has("/symbols/x86_64", false).Files...)
		return r, nil
	})}})
	s.open = func(ctx context.Context, p parts) (*opened, error) {
		if p.debug.Path == "/symbols/bad" {
			panic("a fault")
		}
		return &opened{table: fakeTable{"x86_64"}}, nil
	}
	s = s.symbolicator("", s.opts)
	r, err := s.Image(t.Context(), testImage)
	if err != nil || r.File != "/symbols/x86_64" || !strings.HasPrefix(r.Reason, "/symbols/bad: panic: a fault, in ") {
		t.Errorf("got %s, %v, want the file that can be read, and why not the better one", r.String(), err)
	}
}
