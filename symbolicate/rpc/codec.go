package rpc

import (
	"encoding/binary"
	"io"
	"slices"

	"google.golang.org/grpc/encoding"
	grpcproto "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// A codec is gRPC's own for protobuf, but for messages with an event in JSON: an
// answer's text is sent from where it lies, and every text is copied once when it
// is received. The bytes on the wire are those of any other codec.
// BenchmarkOverhead has what that saves.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2(grpcproto.Name)} }

// The numbers of the fields on the way to a text, and of the field beside each
// text that stands for an event in protobuf.
const (
	streamID         = 1 // SymbolicateEventsRequest.id, SymbolicateEventsResponse.id
	streamBody       = 2 // SymbolicateEventsRequest.request, SymbolicateEventsResponse.response
	requestProtobuf  = 3
	requestJSON      = 4
	responseProtobuf = 1
	responseJSON     = 2
)

// Marshal returns the wire format of a message.
func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	switch m := v.(type) {
	case *SymbolicateEventResponse:
		if text, ok := m.Event.(*SymbolicateEventResponse_Json); ok {
			return withText(text.Json, &SymbolicateEventResponse{Report: m.Report})
		}
	case *SymbolicateEventsResponse:
		if r, ok := m.Result.(*SymbolicateEventsResponse_Response); ok {
			inner, err := c.Marshal(r.Response)
			return nest(m.Id, inner), err
		}
	}
	return c.CodecV2.Marshal(v)
}

// withText returns an answer that has the text besides what rest has: in protobuf,
// messages one after the other are the same as one with the fields of all.
func withText(text []byte, rest *SymbolicateEventResponse) (mem.BufferSlice, error) {
	head, err := proto.Marshal(rest)
	if err != nil {
		return nil, err
	}
	head = protowire.AppendTag(head, responseJSON, protowire.BytesType)
	head = protowire.AppendVarint(head, uint64(len(text)))
	return mem.BufferSlice{mem.SliceBuffer(head), mem.SliceBuffer(text)}, nil
}

// nest returns a stream's message with an id and a body.
func nest(id string, body mem.BufferSlice) mem.BufferSlice {
	head := protowire.AppendTag(nil, streamID, protowire.BytesType)
	head = protowire.AppendString(head, id)
	head = protowire.AppendTag(head, streamBody, protowire.BytesType)
	head = protowire.AppendVarint(head, uint64(body.Len()))
	return slices.Insert(body, 0, mem.Buffer(mem.SliceBuffer(head)))
}

// Unmarshal fills a message from its wire format.
func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	s := splitter{Reader: data.Reader()}
	defer s.Close()
	switch m := v.(type) {
	case *SymbolicateEventRequest:
		if rest, ok := s.split(requestProtobuf, requestJSON); ok {
			err := proto.Unmarshal(rest, m)
			m.Event = &SymbolicateEventRequest_Json{s.text}
			return err
		}
	case *SymbolicateEventsRequest:
		if rest, ok := s.split(requestProtobuf, streamBody, requestJSON); ok {
			err := proto.Unmarshal(rest, m)
			m.GetRequest().Event = &SymbolicateEventRequest_Json{s.text}
			return err
		}
	case *SymbolicateEventResponse:
		if rest, ok := s.split(responseProtobuf, responseJSON); ok {
			err := proto.Unmarshal(rest, m)
			m.Event = &SymbolicateEventResponse_Json{s.text}
			return err
		}
	case *SymbolicateEventsResponse:
		if rest, ok := s.split(responseProtobuf, streamBody, responseJSON); ok {
			err := proto.Unmarshal(rest, m)
			m.GetResponse().Event = &SymbolicateEventResponse_Json{s.text}
			return err
		}
	}
	return c.CodecV2.Unmarshal(data, v)
}

// A splitter takes a text out of a message.
type splitter struct {
	*mem.Reader
	text []byte // nil: not met
}

// split returns the message without its text, whose field numbers path has. It
// reports whether there is exactly one text and nothing that is for a real
// decoder to judge: an event in both forms, a group, or what is no protobuf.
func (s *splitter) split(protobuf protowire.Number, path ...protowire.Number) (rest []byte, ok bool) {
	rest, ok = s.fields(s.Remaining(), protobuf, path)
	return rest, ok && s.text != nil
}

// fields is split for the next size bytes.
func (s *splitter) fields(size int, protobuf protowire.Number, path []protowire.Number) (rest []byte, ok bool) {
	for end := s.Remaining() - size; s.Remaining() > end; {
		tag, err := binary.ReadUvarint(s)
		if err != nil {
			return nil, false
		}
		number, kind := protowire.DecodeTag(tag)
		switch {
		case kind == protowire.VarintType:
			n, err := binary.ReadUvarint(s)
			if err != nil {
				return nil, false
			}
			rest = protowire.AppendVarint(binary.AppendUvarint(rest, tag), n)
			continue
		case kind != protowire.BytesType || len(path) == 1 && number == protobuf:
			return nil, false
		}
		n, err := binary.ReadUvarint(s)
		if err != nil || s.Remaining() < end || n > uint64(s.Remaining()-end) {
			return nil, false
		}
		switch {
		case number != path[0]:
			rest = protowire.AppendVarint(binary.AppendUvarint(rest, tag), n)
			rest = slices.Grow(rest, int(n))
			rest = rest[:len(rest)+int(n)]
			_, err = io.ReadFull(s, rest[len(rest)-int(n):])
		case len(path) == 1 && s.text == nil:
			s.text = make([]byte, n)
			_, err = io.ReadFull(s, s.text)
		case len(path) == 1:
			return nil, false
		default:
			inner, ok := s.fields(int(n), protobuf, path[1:])
			if !ok {
				return nil, false
			}
			rest = protowire.AppendBytes(binary.AppendUvarint(rest, tag), inner)
		}
		if err != nil {
			return nil, false
		}
	}
	return rest, true
}
