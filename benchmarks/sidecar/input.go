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
// every request: each gets a number, in protobuf as its release, so that no answer
// can be taken for another's.
type input struct {
	text, want             []byte // in JSON
	protobuf, wantProtobuf []byte // without a release
}

// bigShare is how many events there are for one whose answer has a megabyte.
const bigShare = 100

// readInputs returns the events of a folder, each several times, and a big one.
func readInputs(ctx context.Context, engine *symbolicate.Symbolicator, dir string, big []byte) ([]input, error) {
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
	in, err := newInput(ctx, engine, big)
	return append(slices.Repeat(small, bigShare/len(small)), in), err
}

func newInput(ctx context.Context, engine *symbolicate.Symbolicator, text []byte) (in input, err error) {
	in.text = text
	if in.want, err = engine.Event(ctx, text); err != nil {
		return in, err
	}
	if !bytes.HasPrefix(in.text, []byte("{")) || !bytes.HasPrefix(in.want, []byte("{")) {
		return in, errors.New("not an object")
	}
	ev, _, err := eventpb.FromJSON(text)
	if err != nil {
		return in, err
	}
	ev.HasRelease = nil
	if in.protobuf, err = eventpb.Marshal(ev); err != nil {
		return in, err
	}
	if ev, _, err = eventpb.Symbolicate(ctx, engine, ev); err != nil {
		return in, err
	}
	in.wantProtobuf, err = eventpb.Marshal(ev)
	return in, err
}

// numbered returns a JSON text with a number. The engine keeps members that it does
// not know.
func numbered(text []byte, number string) []byte {
	return slices.Concat([]byte(`{"request":"`), []byte(number), []byte(`",`), text[1:])
}
