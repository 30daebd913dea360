package main

import (
	"context"
	"fmt"
	"io"

	"github.com/nativesym/nativesym/symbolicate"
	"github.com/nativesym/nativesym/symbolicate/eventpb"
)

// An encoding is how an event is written down.
type encoding uint8

// The encodings of events: Sentry's JSON, and sentry_protos.relay.v1.Event.
const (
	encodingJSON encoding = iota
	encodingProtobuf
)

var encodingNames = []string{encodingJSON: "json", encodingProtobuf: "protobuf"}

func (e *encoding) String() string     { return encodingNames[*e] }
func (e *encoding) Type() string       { return "encoding" }
func (e *encoding) Set(v string) error { return setEnum(e, v, encodingNames) }

// symbolicateEvent symbolicates one event that is encoded as in says and returns
// it as out says. What a JSON event has and the protobuf schema has no place for is
// named on warnings: it is not in the output.
func symbolicateEvent(ctx context.Context, engine symbolicator, event []byte, in, out encoding, warnings io.Writer) ([]byte, *symbolicate.Report, error) {
	if in == encodingJSON {
		text, report, err := engine.Explain(ctx, event)
		if err != nil || out == encodingJSON {
			return text, report, err
		}
		ev, losses, err := eventpb.FromJSON(text)
		if err != nil {
			return nil, nil, err
		}
		for _, l := range losses {
			fmt.Fprintf(warnings, "not in the protobuf event: %s\n", l)
		}
		data, err := eventpb.Marshal(ev)
		return data, report, err
	}
	ev, err := eventpb.Unmarshal(event)
	if err != nil {
		return nil, nil, err
	}
	ev, report, err := engine.Protobuf(ctx, ev)
	if err != nil {
		return nil, nil, err
	}
	if out == encodingJSON {
		text, err := eventpb.ToJSON(ev)
		return text, report, err
	}
	data, err := eventpb.Marshal(ev)
	return data, report, err
}
