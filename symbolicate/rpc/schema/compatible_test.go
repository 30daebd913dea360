package schema

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/nativesym/nativesym/internal/golden"
)

// snapshot has the schema as it was when something was last added to it, with all
// that it imports. Other programs can be generated from it, too:
// protoc --descriptor_set_in=nativesym.binpb …
const snapshot = "testdata/nativesym.binpb"

// A program that was written for an earlier schema works with this one. With
// -update the snapshot gets what was added, unless something was broken.
func TestNothingIsBroken(t *testing.T) {
	now := &descriptorpb.FileDescriptorSet{File: withImports(compile(t, servicePath), make(map[string]bool))}
	for _, f := range now.File {
		f.SourceCodeInfo = nil
	}
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(now)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(snapshot)
	if err != nil && !golden.Updating() {
		t.Fatal(err)
	}
	then := new(descriptorpb.FileDescriptorSet)
	if err := proto.Unmarshal(before, then); err != nil {
		t.Fatal(err)
	}
	for _, b := range breaks(t, then, now) {
		t.Error(b)
	}
	switch {
	case t.Failed() || string(data) == string(before):
	case !golden.Updating():
		t.Errorf("%s does not have what was added: run the test with -update", snapshot)
	default:
		if err := os.WriteFile(snapshot, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// breaks returns what programs that know a schema, in protobuf's wire format or its
// JSON, cannot bear in its successor.
func breaks(t *testing.T, then, now *descriptorpb.FileDescriptorSet) (list []string) {
	t.Helper()
	files := func(set *descriptorpb.FileDescriptorSet) *protoregistry.Files {
		files, err := protodesc.NewFiles(set)
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	after := files(now)
	files(then).RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for _, d := range declarations(f) {
			if found, err := after.FindDescriptorByName(d.FullName()); err != nil {
				list = append(list, fmt.Sprintf("%s is gone", d.FullName()))
			} else if was, is := promise(d), promise(found); was != is {
				list = append(list, fmt.Sprintf("%s was %s, and is %s", d.FullName(), was, is))
			}
		}
		return true
	})
	slices.Sort(list)
	return list
}

// promise returns what users of a declaration rely on.
func promise(d protoreflect.Descriptor) string {
	switch d := d.(type) {
	case protoreflect.FieldDescriptor:
		return fmt.Sprintf("field %d: %s%s, in JSON %q%s", d.Number(), cardinality(d), kind(d), d.JSONName(), oneof(d))
	case protoreflect.EnumValueDescriptor:
		return fmt.Sprintf("value %d of %s", d.Number(), d.Parent().FullName())
	case protoreflect.MethodDescriptor:
		return fmt.Sprintf("method: %s%s to %s%s", stream(d.IsStreamingClient()), d.Input().FullName(), stream(d.IsStreamingServer()), d.Output().FullName())
	case protoreflect.MessageDescriptor:
		return "message"
	case protoreflect.EnumDescriptor:
		return "enum"
	case protoreflect.ServiceDescriptor:
		return "service"
	}
	return fmt.Sprintf("%T", d)
}

func cardinality(d protoreflect.FieldDescriptor) string {
	switch {
	case d.IsMap():
		return "map of "
	case d.IsList():
		return "repeated "
	case d.HasOptionalKeyword():
		return "optional "
	}
	return ""
}

func kind(d protoreflect.FieldDescriptor) string {
	switch {
	case d.Message() != nil:
		return string(d.Message().FullName())
	case d.Enum() != nil:
		return string(d.Enum().FullName())
	}
	return d.Kind().String()
}

func oneof(d protoreflect.FieldDescriptor) string {
	if o := d.ContainingOneof(); o != nil && !o.IsSynthetic() {
		return ", one of " + string(o.Name())
	}
	return ""
}

func stream(is bool) string {
	if is {
		return "stream of "
	}
	return ""
}

// declarations returns everything with a name that a file declares.
func declarations(f protoreflect.FileDescriptor) (list []protoreflect.Descriptor) {
	var messages func(protoreflect.MessageDescriptors)
	enums := func(all protoreflect.EnumDescriptors) {
		for i := range all.Len() {
			list = append(list, all.Get(i))
			for k := range all.Get(i).Values().Len() {
				list = append(list, all.Get(i).Values().Get(k))
			}
		}
	}
	messages = func(all protoreflect.MessageDescriptors) {
		for i := range all.Len() {
			m := all.Get(i)
			list = append(list, m)
			for k := range m.Fields().Len() {
				list = append(list, m.Fields().Get(k))
			}
			enums(m.Enums())
			messages(m.Messages())
		}
	}
	enums(f.Enums())
	messages(f.Messages())
	for i := range f.Services().Len() {
		s := f.Services().Get(i)
		list = append(list, s)
		for k := range s.Methods().Len() {
			list = append(list, s.Methods().Get(k))
		}
	}
	return list
}
