package symbolicate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nativesym/nativesym/debugimage"
)

// slowEvent is an event whose debug file takes a while if n is even.
func slowEvent(n int) []byte {
	return fmt.Appendf(nil, `{"platform":"native","n":%d,"stacktrace":{"frames":[{"instruction_addr":"0x11010"}]},`+
		`"debug_meta":{"images":[{"type":"elf","code_id":"%02x","code_file":"x86_64.so","image_addr":"0x10000"}]}}`, n, n)
}

func TestEventsKeepTheirOrder(t *testing.T) {
	s := newFake(Options{})
	load := s.load
	var now, most atomic.Int32
	s.load = func(ctx context.Context, im *debugimage.Image, last *loaded, left *searches) (*loaded, error) {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		if im.CodeID[1]%2 == 0 {
			time.Sleep(2 * time.Millisecond)
		}
		return load(ctx, im, last, left)
	}
	events := func(yield func([]byte) bool) {
		for n := range 20 {
			if n == 7 {
				if !yield([]byte("{")) {
					return
				}
				continue
			}
			if !yield(slowEvent(n)) {
				return
			}
		}
	}
	n := 0
	for out, err := range s.Events(t.Context(), events, 3) {
		switch {
		case n == 7:
			if err == nil {
				t.Errorf("event %d: %s, want an error", n, out)
			}
		case err != nil:
			t.Errorf("event %d: %v", n, err)
		case !strings.Contains(string(out), fmt.Sprintf(`"n":%d,`, n)) || !strings.Contains(string(out), `"symbolicated"`):
			t.Errorf("event %d is %s", n, out)
		}
		n++
	}
	if n != 20 {
		t.Errorf("%d results, want 20", n)
	}
	if most.Load() > 3 {
		t.Errorf("%d events at once, want no more than 3", most.Load())
	}
}

func TestEventsStopEarly(t *testing.T) {
	s := newFake(Options{})
	running := make(chan struct{}, 8)
	s.load = func(ctx context.Context, im *debugimage.Image, last *loaded, left *searches) (*loaded, error) {
		if im.CodeID == "00" {
			return &loaded{file: &debugFile{status: ImageMissing}}, nil
		}
		running <- struct{}{}
		<-ctx.Done() // only a cancelled one ends
		return nil, ctx.Err()
	}
	events := slices.Values([][]byte{slowEvent(0), slowEvent(1), slowEvent(2), slowEvent(3)})
	for _, err := range s.Events(t.Context(), events, 2) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	if n := len(running); n > 1 {
		t.Errorf("%d events were begun after the first, want no more than 1", n)
	}
}
