package eventpb

import (
	"fmt"

	"google.golang.org/protobuf/proto"
)

// Unmarshal returns the event that bytes of the protobuf wire format hold. Fields
// that the schema does not know are kept.
func Unmarshal(data []byte) (*Event, error) {
	ev := new(Event)
	if err := proto.Unmarshal(data, ev); err != nil {
		return nil, fmt.Errorf("sentry_protos.relay.v1.Event: %w", err)
	}
	return ev, nil
}

// Marshal returns an event in the protobuf wire format. The same event always
// gives the same bytes from one version of this program.
func Marshal(ev *Event) ([]byte, error) {
	return proto.MarshalOptions{Deterministic: true}.Marshal(ev)
}
