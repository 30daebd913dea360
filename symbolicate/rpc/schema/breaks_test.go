package schema

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

// base is a schema to break.
const base = `
	name: "a.proto" package: "a" syntax: "proto3"
	message_type {
		name: "M"
		field { name: "one" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL json_name: "one" }
		field { name: "many" number: 2 type: TYPE_UINT64 label: LABEL_REPEATED json_name: "many" }
		field { name: "kind" number: 3 type: TYPE_ENUM type_name: ".a.E" label: LABEL_OPTIONAL json_name: "kind" }
		field { name: "other" number: 4 type: TYPE_MESSAGE type_name: ".a.N" label: LABEL_OPTIONAL json_name: "other" oneof_index: 0 }
		oneof_decl { name: "choice" }
	}
	message_type { name: "N" }
	enum_type {
		name: "E"
		value { name: "ZERO" number: 0 }
		value { name: "ONE" number: 1 }
	}
	service {
		name: "S"
		method { name: "Do" input_type: ".a.M" output_type: ".a.N" }
		method { name: "Flow" input_type: ".a.M" output_type: ".a.N" client_streaming: true server_streaming: true }
	}
`

// Every kind of break is found, and an addition is none.
func TestBreaks(t *testing.T) {
	then := new(descriptorpb.FileDescriptorProto)
	if err := prototext.Unmarshal([]byte(base), then); err != nil {
		t.Fatal(err)
	}
	type file = descriptorpb.FileDescriptorProto
	for _, tt := range []struct {
		name string
		edit func(*file)
		want []string
	}{
		{"nothing", func(f *file) {}, nil},
		{"additions", func(f *file) {
			m := f.MessageType[0]
			m.Field = append(m.Field, proto.CloneOf(m.Field[0]))
			m.Field[4].Name, m.Field[4].JsonName, m.Field[4].Number = proto.String("more"), proto.String("more"), proto.Int32(5)
			f.EnumType[0].Value = append(f.EnumType[0].Value, &descriptorpb.EnumValueDescriptorProto{Name: proto.String("TWO"), Number: proto.Int32(2)})
			f.MessageType = append(f.MessageType, &descriptorpb.DescriptorProto{Name: proto.String("O")})
			f.Service[0].Method = append(f.Service[0].Method, proto.CloneOf(f.Service[0].Method[0]))
			f.Service[0].Method[2].Name = proto.String("Also")
		}, nil},
		{"field removed", func(f *file) { f.MessageType[0].Field = f.MessageType[0].Field[1:] }, []string{"a.M.one is gone"}},
		{"field renumbered", func(f *file) { f.MessageType[0].Field[0].Number = proto.Int32(9) }, []string{`a.M.one was field 1: string, in JSON "one", and is field 9: string, in JSON "one"`}},
		{"field retyped", func(f *file) {
			f.MessageType[0].Field[0].Type = descriptorpb.FieldDescriptorProto_TYPE_BYTES.Enum()
		}, []string{`a.M.one was field 1: string, in JSON "one", and is field 1: bytes, in JSON "one"`}},
		{"field of another message", func(f *file) { f.MessageType[0].Field[3].TypeName = proto.String(".a.M") }, []string{`a.M.other was field 4: a.N, in JSON "other", one of choice, and is field 4: a.M, in JSON "other", one of choice`}},
		{"field renamed", func(f *file) { f.MessageType[0].Field[0].Name = proto.String("uno") }, []string{"a.M.one is gone"}},
		{"field renamed in JSON", func(f *file) { f.MessageType[0].Field[0].JsonName = proto.String("uno") }, []string{`a.M.one was field 1: string, in JSON "one", and is field 1: string, in JSON "uno"`}},
		{"field no longer repeated", func(f *file) {
			f.MessageType[0].Field[1].Label = descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()
		}, []string{`a.M.many was field 2: repeated uint64, in JSON "many", and is field 2: uint64, in JSON "many"`}},
		{"field moved out of its oneof", func(f *file) {
			f.MessageType[0].Field[3].OneofIndex, f.MessageType[0].OneofDecl = nil, nil
		}, []string{`a.M.other was field 4: a.N, in JSON "other", one of choice, and is field 4: a.N, in JSON "other"`}},
		{"message removed", func(f *file) {
			f.MessageType = append(f.MessageType[:1], &descriptorpb.DescriptorProto{Name: proto.String("P")})
			f.MessageType[0].Field = f.MessageType[0].Field[:3]
			f.MessageType[0].OneofDecl = nil
			f.Service = nil
		}, []string{"a.M.other is gone", "a.N is gone", "a.S is gone", "a.S.Do is gone", "a.S.Flow is gone"}},
		{"enum value removed", func(f *file) { f.EnumType[0].Value = f.EnumType[0].Value[:1] }, []string{"a.ONE is gone"}},
		{"enum value renumbered", func(f *file) { f.EnumType[0].Value[1].Number = proto.Int32(2) }, []string{"a.ONE was value 1 of a.E, and is value 2 of a.E"}},
		{"enum value renamed", func(f *file) { f.EnumType[0].Value[1].Name = proto.String("UNO") }, []string{"a.ONE is gone"}},
		{"method removed", func(f *file) { f.Service[0].Method = f.Service[0].Method[:1] }, []string{"a.S.Flow is gone"}},
		{"method renamed", func(f *file) { f.Service[0].Method[0].Name = proto.String("Act") }, []string{"a.S.Do is gone"}},
		{"method with another answer", func(f *file) { f.Service[0].Method[0].OutputType = proto.String(".a.M") }, []string{"a.S.Do was method: a.M to a.N, and is method: a.M to a.M"}},
		{"method that no longer streams", func(f *file) { f.Service[0].Method[1].ClientStreaming = nil }, []string{"a.S.Flow was method: stream of a.M to stream of a.N, and is method: a.M to stream of a.N"}},
		{"service renamed", func(f *file) { f.Service[0].Name = proto.String("T") }, []string{"a.S is gone", "a.S.Do is gone", "a.S.Flow is gone"}},
		{"package renamed", func(f *file) {
			f.Package = proto.String("b")
			f.MessageType, f.EnumType, f.Service = f.MessageType[1:], nil, nil
		}, []string{"a.E is gone", "a.M is gone", "a.M.kind is gone", "a.M.many is gone", "a.M.one is gone", "a.M.other is gone", "a.N is gone", "a.ONE is gone", "a.S is gone", "a.S.Do is gone", "a.S.Flow is gone", "a.ZERO is gone"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now := proto.CloneOf(then)
			tt.edit(now)
			set := func(f *file) *descriptorpb.FileDescriptorSet {
				return &descriptorpb.FileDescriptorSet{File: []*file{f}}
			}
			if diff := cmp.Diff(tt.want, breaks(t, set(then), set(now))); diff != "" {
				t.Errorf("breaks (-want +got):\n%s", diff)
			}
		})
	}
}
