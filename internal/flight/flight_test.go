package flight

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCallersShareARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g Group[string, int]
		var runs atomic.Int32
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				got, err := g.Do(t.Context(), "a", func(context.Context) (int, error) {
					time.Sleep(time.Second)
					return int(runs.Add(1)), nil
				})
				if got != 1 || err != nil {
					t.Errorf("got %d, %v, want 1 from the one run", got, err)
				}
			})
		}
		wg.Wait()
		if got, _ := g.Do(t.Context(), "a", func(context.Context) (int, error) { return int(runs.Add(1)), nil }); got != 2 {
			t.Errorf("after the run the result is %d, want 2 from another", got)
		}
	})
}

func TestKeysRunAtOnce(t *testing.T) {
	var g Group[int, int]
	got, err := g.Do(t.Context(), 1, func(ctx context.Context) (int, error) {
		return g.Do(ctx, 2, func(context.Context) (int, error) { return 42, nil })
	})
	if got != 42 || err != nil {
		t.Errorf("got %d, %v, want 42", got, err)
	}
}

func TestErrorReachesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		want := errors.New("no")
		for _, tt := range []struct {
			name string
			f    func(context.Context) (int, error)
			is   error
			text string
		}{
			{"error", func(context.Context) (int, error) { time.Sleep(time.Second); return 0, want }, want, "no"},
			{"panic", func(context.Context) (int, error) { time.Sleep(time.Second); panic("no") }, nil, "panic: no"},
			{"panic with an error", func(context.Context) (int, error) { time.Sleep(time.Second); panic(want) }, want, "panic: no"},
			{"exit", func(context.Context) (int, error) { time.Sleep(time.Second); runtime.Goexit(); return 0, nil }, errGoexit, "the goroutine of the run exited"},
		} {
			var g Group[string, int]
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() {
					_, err := g.Do(t.Context(), "a", tt.f)
					if err == nil || err.Error() != tt.text || tt.is != nil && !errors.Is(err, tt.is) {
						t.Errorf("%s: got %v, want %s", tt.name, err, tt.text)
					}
				})
			}
			wg.Wait()
			if got, err := g.Do(t.Context(), "a", func(context.Context) (int, error) { return 1, nil }); got != 1 || err != nil {
				t.Errorf("%s: the next run gives %d, %v", tt.name, got, err)
			}
		}
	})
}

func TestLastWaiterCancels(t *testing.T) {
	type name struct{}
	synctest.Test(t, func(t *testing.T) {
		var g Group[string, string]
		cause := errors.New("deadline of the caller")
		first, stopFirst := context.WithCancelCause(context.WithValue(t.Context(), name{}, "first"))
		second, stopSecond := context.WithCancelCause(t.Context())
		var running, cancelled atomic.Int32
		f := func(ctx context.Context) (string, error) {
			if ctx.Value(name{}) != "first" {
				t.Error("the run has not the values of its first caller")
			}
			running.Add(1)
			<-ctx.Done()
			cancelled.Add(1)
			time.Sleep(time.Second) // winding down
			running.Add(-1)
			return "", ctx.Err()
		}
		errs := make(chan error, 2)
		for _, ctx := range []context.Context{first, second} {
			go func() {
				_, err := g.Do(ctx, "a", f)
				errs <- err
			}()
			synctest.Wait()
		}
		stopFirst(cause)
		synctest.Wait()
		if err := <-errs; err != cause || cancelled.Load() != 0 {
			t.Errorf("the first got %v, want %v and a run that goes on", err, cause)
		}
		stopSecond(cause)
		synctest.Wait()
		if err := <-errs; err != cause || cancelled.Load() != 1 || running.Load() != 1 {
			t.Errorf("the second got %v, want %v at once and a cancelled run", err, cause)
		}
		got, err := g.Do(t.Context(), "a", func(context.Context) (string, error) {
			if running.Load() != 0 {
				t.Error("runs overlap")
			}
			return "b", nil
		})
		if got != "b" || err != nil {
			t.Errorf("the third got %q, %v, want b", got, err)
		}
	})
}

func TestCancelledCallerStartsNothing(t *testing.T) {
	var g Group[string, int]
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := g.Do(ctx, "a", func(context.Context) (int, error) { t.Error("runs"); return 0, nil })
	if err != context.Canceled {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestWaitingForAWindingRunHonoursContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g Group[string, int]
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		f := func(context.Context) (int, error) { time.Sleep(time.Minute); return 0, nil }
		for range 2 {
			if _, err := g.Do(ctx, "a", f); err != context.DeadlineExceeded {
				t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
			}
			ctx, cancel = context.WithTimeout(t.Context(), time.Second)
			defer cancel()
		}
		time.Sleep(time.Minute)
	})
}

func BenchmarkDo(b *testing.B) {
	var g Group[int, int]
	b.ReportAllocs()
	for b.Loop() {
		g.Do(b.Context(), 1, func(context.Context) (int, error) { return 1, nil })
	}
}
