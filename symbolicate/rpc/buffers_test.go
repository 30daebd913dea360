package rpc

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
)

// Large answers use memory of earlier ones, and no two have the same at a time,
// whatever is sent when, in calls and in streams, over sockets that are slower than
// the engine.
func TestAnswersShareNothing(t *testing.T) {
	c := dial(t, listen(t, NewServer(newEngine(t), Options{}), "unix"), DialOptions{})
	event := func(i, size int) []byte {
		return fmt.Appendf(nil, `{"platform":"native","extra":"%s"}`, bytes.Repeat([]byte{'a' + byte(i)}, size))
	}
	check := func(i, size int, got []byte, err error) {
		if want := event(i, size); err != nil || !bytes.Equal(got, want) {
			t.Errorf("worker %d, %d bytes: %d other ones, %v", i, size, len(got), err)
		}
	}
	sizes := []int{2 * minText, 100, minText, 10 * minText, minText / 2}
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 3 {
				for _, size := range sizes {
					got, err := c.Event(t.Context(), event(i, size))
					check(i, size, got, err)
				}
			}
		})
		wg.Go(func() {
			n := 0
			for got, err := range c.Events(t.Context(), func(yield func([]byte) bool) {
				for k := range 3 * len(sizes) {
					if !yield(event(i, sizes[k%len(sizes)])) {
						return
					}
				}
			}) {
				check(i, sizes[n%len(sizes)], got, err)
				n++
			}
			if n != 3*len(sizes) {
				t.Errorf("worker %d: %d answers", i, n)
			}
		})
	}
	wg.Wait()
}

// What waits for its reader holds no more than twice its bytes.
func TestAnswersFit(t *testing.T) {
	var p textPool
	for _, tt := range []struct{ has, size, want int }{
		{minText - 1, 1, minText - 1}, // not worth it
		{4 * minText, 2 * minText, 4 * minText},
		{4 * minText, 10, 16},
	} {
		text := p.fit(bytes.Repeat([]byte("x"), tt.has)[:tt.size])
		if len(text) != tt.size || cap(text) > 2*tt.want {
			t.Errorf("%+v: %d bytes in memory of %d", tt, len(text), cap(text))
		}
	}
	if got := p.take(); got == nil || len(got) != 0 {
		t.Errorf("took %d bytes, nil: %t", len(got), got == nil)
	}
}
