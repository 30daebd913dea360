package symbolicate

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
)

// bigEvent is an event of the given size whose frames all have a debug file.
func bigEvent(threads, frames, images int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc","platform":"native","threads":{"values":[`)
	for i := range threads {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"name":"worker %d","stacktrace":{"frames":[`, i, i)
		for k := range frames {
			if k > 0 {
				b.WriteByte(',')
			}
			n := i*frames + k
			fmt.Fprintf(&b, `{"instruction_addr":"0x%x","in_app":true,"trust":"cfi"}`,
				0x7f0000000000+n%images*0x10000+0x1000+n%4*0x1000+n*7%0x1000)
		}
		b.WriteString(`]}}`)
	}
	b.WriteString(`]},"debug_meta":{"images":[`)
	for i := range images {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"type":"elf","code_id":"%040x","code_file":"/usr/lib/x86_64-linux-gnu/%d/x86_64.so","image_addr":"0x%x","image_size":65536}`,
			i+1, i, 0x7f0000000000+i*0x10000)
	}
	b.WriteString(`]}}`)
	return b.Bytes()
}

// BenchmarkEvent is the whole job with debug files that answer at once: what is
// measured is everything but the lookup itself.
func BenchmarkEvent(b *testing.B) {
	for _, bb := range []struct {
		name                    string
		threads, frames, images int
	}{
		{"100x30", 100, 30, 200},
		{"15x133", 15, 133, 300},
	} {
		b.Run(bb.name, func(b *testing.B) {
			event := bigEvent(bb.threads, bb.frames, bb.images)
			s := newFake(Options{})
			out, err := s.Event(context.Background(), event)
			if n := strings.Count(string(out), `"symbolicated"`); err != nil || n < bb.threads*bb.frames {
				b.Fatalf("%d frames symbolicated of %d, %v", n, bb.threads*bb.frames, err)
			}
			b.SetBytes(int64(len(event)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Event(context.Background(), event); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(out)), "B-out")
		})
	}
}
