package rpc

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/nativesym/nativesym/symbolicate/eventpb"
)

// messages are those that the codec takes apart, and those that it must leave alone.
var messages = []proto.Message{
	&SymbolicateEventRequest{},
	&SymbolicateEventRequest{Scope: "s", Options: &EventOptions{Explain: true, Timeout: durationpb.New(-1)}, Event: &SymbolicateEventRequest_Json{Json: []byte(`{"a":1}`)}},
	&SymbolicateEventRequest{Event: &SymbolicateEventRequest_Json{}},
	&SymbolicateEventRequest{Scope: "s", Event: &SymbolicateEventRequest_Protobuf{Protobuf: &eventpb.Event{}}},
	&SymbolicateEventsRequest{},
	&SymbolicateEventsRequest{Id: "7", Request: &SymbolicateEventRequest{}},
	&SymbolicateEventsRequest{Id: "7", Request: &SymbolicateEventRequest{Scope: "s", Event: &SymbolicateEventRequest_Json{Json: []byte(`{}`)}}},
	&SymbolicateEventResponse{Event: &SymbolicateEventResponse_Json{Json: bytes.Repeat([]byte("x"), 20_000)}, Report: &Report{Frames: []*FrameReport{{Index: 3}}}},
	&SymbolicateEventResponse{Event: &SymbolicateEventResponse_Protobuf{Protobuf: &eventpb.Event{}}},
	&SymbolicateEventsResponse{Id: "7", Result: &SymbolicateEventsResponse_Response{Response: &SymbolicateEventResponse{Event: &SymbolicateEventResponse_Json{Json: []byte("x")}}}},
	&SymbolicateEventsResponse{Id: "7", Result: &SymbolicateEventsResponse_Error{Error: &status.Status{Code: 3, Message: "no"}}},
	&ImageStatusRequest{Scope: "s"},
}

// What the codec writes any decoder reads, and what any encoder writes the codec
// reads, in whatever pieces it comes.
func TestCodecSpeaksProtobuf(t *testing.T) {
	c := newCodec(new(textPool))
	for _, m := range messages {
		ours, err := c.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		decoded := m.ProtoReflect().New().Interface()
		if err := proto.Unmarshal(ours.Materialize(), decoded); err != nil {
			t.Errorf("%v: %v", m, err)
		} else if diff := cmp.Diff(m, decoded, protocmp.Transform()); diff != "" {
			t.Errorf("written by the codec (-message +decoded):\n%s", diff)
		}
		for _, size := range []int{1, 7, len(theirs) + 1} {
			decoded := m.ProtoReflect().New().Interface()
			if err := c.Unmarshal(pieces(theirs, size), decoded); err != nil {
				t.Errorf("%v: %v", m, err)
			} else if diff := cmp.Diff(m, decoded, protocmp.Transform()); diff != "" {
				t.Errorf("read by the codec in pieces of %d (-message +decoded):\n%s", size, diff)
			}
		}
	}
}

// hostile returns messages that look like one with a text until they are read on.
func hostile() (wires [][]byte) {
	field := func(number protowire.Number, content []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), content)
	}
	request, response := field(streamBody, field(requestJSON, []byte("{}"))), field(streamBody, field(responseJSON, []byte("{}")))
	return [][]byte{
		protowire.AppendTag(nil, 9, protowire.StartGroupType),
		append(field(streamID, []byte("\xff")), request...), // not UTF-8
		append(response, field(3, nil)...),                  // an error takes the response's place
		append(request, request...),
		append(request, 0x80),
		{streamBody<<3 | 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01},
	}
}

// A message that is not as it should be is what any decoder makes of it.
func TestCodecOnHostileMessages(t *testing.T) {
	for _, wire := range hostile() {
		sameAsProto(t, wire, 3)
	}
}

// sameAsProto decodes wire as each kind of message, with the codec and without.
func sameAsProto(t *testing.T, wire []byte, size int) {
	t.Helper()
	for _, m := range []proto.Message{&SymbolicateEventRequest{}, &SymbolicateEventsRequest{}, &SymbolicateEventResponse{}, &SymbolicateEventsResponse{}} {
		want := m.ProtoReflect().New().Interface()
		wantErr := proto.Unmarshal(wire, want)
		err := newCodec(new(textPool)).Unmarshal(pieces(wire, max(1, size)), m)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%T from %x: %v, want %v", m, wire, err, wantErr)
		}
		if diff := cmp.Diff(want, m, protocmp.Transform()); err == nil && diff != "" {
			t.Fatalf("from %x (-any decoder +codec):\n%s", wire, diff)
		}
	}
}

// pieces cuts data as a connection might.
func pieces(data []byte, size int) (s mem.BufferSlice) {
	for len(data) > size {
		s = append(s, mem.SliceBuffer(data[:size]))
		data = data[size:]
	}
	return append(s, mem.SliceBuffer(data))
}

// FuzzCodec: the codec takes what any decoder takes, for the same message.
func FuzzCodec(f *testing.F) {
	for _, m := range messages {
		wire, err := proto.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(wire, 7)
	}
	for _, wire := range hostile() {
		f.Add(wire, 7)
	}
	f.Fuzz(func(t *testing.T, wire []byte, size int) { sameAsProto(t, wire, size) })
}
