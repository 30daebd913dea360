package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/nativesym/nativesym/symbolicate"
	"github.com/nativesym/nativesym/symbolicate/eventpb"
)

// An input is an event and its answer by the library. Both are made different for
// every request: each gets a number, so that no answer can be taken for another's.
type input struct {
	text, want   []byte // JSON
	event, wants *eventpb.Event
}

// bigShare is how many events there are for one of 120 kB, whose answer has a
// megabyte.
const bigShare = 100

// readInputs returns the events of a folder, each several times, and a big one.
func readInputs(ctx context.Context, engine *symbolicate.Symbolicator, dir string) ([]input, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(names) == 0 {
		return nil, errors.Join(err, fmt.Errorf("no events in %s", dir))
	}
	var small []input
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		in, err := newInput(ctx, engine, text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		small = append(small, in)
	}
	big, err := newInput(ctx, engine, bigEvent(8, 133, 300))
	if err != nil {
		return nil, err
	}
	return append(slices.Repeat(small, bigShare/len(small)), big), nil
}

func newInput(ctx context.Context, engine *symbolicate.Symbolicator, text []byte) (in input, err error) {
	in.text = text
	if in.want, err = engine.Event(ctx, text); err != nil {
		return in, err
	}
	if !bytes.HasPrefix(in.text, []byte("{")) || !bytes.HasPrefix(in.want, []byte("{")) {
		return in, errors.New("not an object")
	}
	if in.event, _, err = eventpb.FromJSON(text); err != nil {
		return in, err
	}
	in.wants, _, err = eventpb.Symbolicate(ctx, engine, in.event)
	return in, err
}

// numbered returns a JSON text with a number. The engine keeps members that it does
// not know.
func numbered(text []byte, number string) []byte {
	return slices.Concat([]byte(`{"request":"`), []byte(number), []byte(`",`), text[1:])
}

// bigEvent is an event of many threads in the program of testdata/src/shop, with
// images beside it that nothing needs.
func bigEvent(threads, frames, images int) []byte {
	calls := []uint64{0x5555555552c1, 0x555555555286, 0x5555555553cd, 0x5555555553a0, 0x5555555553f6}
	var b bytes.Buffer
	b.WriteString(`{"platform":"native","threads":{"values":[`)
	for i := range threads {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"name":"worker %d","stacktrace":{"frames":[`, i, i)
		for k := range frames {
			if k > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"instruction_addr":"%#x","in_app":true,"trust":"cfi"}`, calls[(i+k)%len(calls)])
		}
		b.WriteString(`]}}`)
	}
	b.WriteString(`]},"debug_meta":{"images":[{"type":"elf","code_id":"75bc5782088d05859a5dba37c4c1166eef8b3f03","code_file":"/tmp/shop/shop","image_addr":"0x555555554000","image_size":36864}`)
	for i := range images {
		fmt.Fprintf(&b, `,{"type":"elf","code_id":"%040x","code_file":"/usr/lib/x86_64-linux-gnu/lib%d.so","image_addr":"%#x","image_size":65536}`, i+1, i, 0x7e0000000000+i*0x10000)
	}
	b.WriteString(`]}}`)
	return b.Bytes()
}
