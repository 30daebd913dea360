package rpc

import (
	"bytes"
	"encoding/binary"
	"slices"

	"google.golang.org/grpc/encoding"
	grpcproto "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// A codec is gRPC's own for protobuf, but for messages with an event in JSON: the
// text of an answer is sent from where it lies, and every text is copied once when
// it is received. The bytes on the wire are those of any other codec. Of what an
// event of a megabyte costs over the library's call, which benchmarks/sidecar
// measures, that saves nearly a half.
type codec struct {
	encoding.CodecV2
	texts *textPool // what answers are written in and requests are copied to
}

func newCodec(p *textPool) codec { return codec{encoding.GetCodecV2(grpcproto.Name), p} }

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
	case *parcel:
		return m.wire(), nil
	case *SymbolicateEventRequest:
		if text, ok := m.Event.(*SymbolicateEventRequest_Json); ok {
			head, err := headOf(requestJSON, text.Json, &SymbolicateEventRequest{Scope: m.Scope, Options: m.Options})
			return mem.BufferSlice{c.copied(head, text.Json)}, err
		}
	case *SymbolicateEventResponse:
		if text, ok := m.Event.(*SymbolicateEventResponse_Json); ok {
			head, err := headOf(responseJSON, text.Json, &SymbolicateEventResponse{Report: m.Report})
			return mem.BufferSlice{mem.SliceBuffer(head), mem.NewBuffer(&text.Json, c.texts)}, err
		}
	case *SymbolicateEventsRequest:
		if m.Request != nil {
			return c.nest(m.Id, m.Request)
		}
	case *SymbolicateEventsResponse:
		if r, ok := m.Result.(*SymbolicateEventsResponse_Response); ok {
			return c.nest(m.Id, r.Response)
		}
	}
	return c.CodecV2.Marshal(v)
}

// copied returns a request that may be sent when its caller has the text back.
func (c codec) copied(head, text []byte) mem.Buffer {
	if len(text) < minText {
		return mem.SliceBuffer(bytes.Join([][]byte{head, text}, nil))
	}
	own := append(append(c.texts.take(), head...), text...)
	return mem.NewBuffer(&own, c.texts)
}

// headOf returns the start of a message that ends in the text, and has what rest has:
// in protobuf, messages one after the other are the same as one with the fields of
// all.
func headOf(field protowire.Number, text []byte, rest proto.Message) ([]byte, error) {
	head, err := proto.Marshal(rest)
	head = protowire.AppendTag(head, field, protowire.BytesType)
	return protowire.AppendVarint(head, uint64(len(text))), err
}

// nest returns a stream's message with an id and a body.
func (c codec) nest(id string, body proto.Message) (mem.BufferSlice, error) {
	inner, err := c.Marshal(body)
	if err != nil {
		return nil, err
	}
	head := protowire.AppendTag(nil, streamID, protowire.BytesType)
	head = protowire.AppendString(head, id)
	head = protowire.AppendTag(head, streamBody, protowire.BytesType)
	head = protowire.AppendVarint(head, uint64(inner.Len()))
	return slices.Insert(inner, 0, mem.Buffer(mem.SliceBuffer(head))), nil
}

// Unmarshal fills a message from its wire format. What has no text, or is not as it
// should be, is left to the codec that knows everything.
func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	s := splitter{Reader: data.Reader()}
	defer s.Close()
	switch m := v.(type) {
	case *SymbolicateEventRequest:
		if s.split(m, requestProtobuf, requestJSON) {
			m.Event = &SymbolicateEventRequest_Json{s.text}
			return nil
		}
	case *SymbolicateEventsRequest:
		if s.split(m, requestProtobuf, streamBody, requestJSON) && m.Request != nil {
			m.Request.Event = &SymbolicateEventRequest_Json{s.text}
			return nil
		}
	case *SymbolicateEventResponse:
		if s.split(m, responseProtobuf, responseJSON) {
			m.Event = &SymbolicateEventResponse_Json{s.text}
			return nil
		}
	case *SymbolicateEventsResponse:
		if s.split(m, responseProtobuf, streamBody, responseJSON) && m.GetResponse() != nil {
			m.GetResponse().Event = &SymbolicateEventResponse_Json{s.text}
			return nil
		}
	}
	return c.CodecV2.Unmarshal(data, v)
}

// A splitter takes a text out of a message.
type splitter struct {
	*mem.Reader
	text []byte // nil: not met
}

// split fills m with all but its text, whose field numbers path has. It reports
// whether there is exactly one text and nothing that is for a real decoder to
// judge: an event in both forms, a group, or what is no protobuf.
func (s *splitter) split(m proto.Message, protobuf protowire.Number, path ...protowire.Number) bool {
	rest, ok := s.fields(s.Remaining(), protobuf, path)
	return ok && s.text != nil && proto.Unmarshal(rest, m) == nil
}

// fields returns the next size bytes, which are fields, without the text. It reports
// whether it could.
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
			rest = protowire.AppendBytes(binary.AppendUvarint(rest, tag), s.take(int(n)))
		case len(path) == 1 && s.text == nil:
			s.text = s.take(int(n))
		case len(path) == 1:
			return nil, false
		default:
			inner, ok := s.fields(int(n), protobuf, path[1:])
			if !ok {
				return nil, false
			}
			rest = protowire.AppendBytes(binary.AppendUvarint(rest, tag), inner)
		}
	}
	return rest, true
}

// take returns the next n bytes, which are there. Join does not clear memory that it
// is about to fill.
func (s *splitter) take(n int) []byte {
	parts, _ := s.Peek(n, nil)
	text := bytes.Join(parts, nil)
	_, _ = s.Discard(n)
	return text
}
