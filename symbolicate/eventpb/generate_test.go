package eventpb

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/cmd/protoc-gen-go/internal_gengo"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/nativesym/nativesym/internal/golden"
)

// event.pb.go is what protoc-gen-go makes of event.proto. With -update the test
// writes it: event.proto needs so little of the language that no protoc is needed.
func TestGeneratedCodeIsUpToDate(t *testing.T) {
	text, err := os.ReadFile("event.proto")
	if err != nil {
		t.Fatal(err)
	}
	plugin, err := protogen.Options{}.New(&pluginpb.CodeGeneratorRequest{
		FileToGenerate: []string{"event.proto"},
		Parameter:      proto.String("paths=source_relative"),
		ProtoFile: []*descriptorpb.FileDescriptorProto{
			protodesc.ToFileDescriptorProto(structpb.File_google_protobuf_struct_proto),
			parseProto(t, string(text)),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	internal_gengo.GenerateFile(plugin, plugin.FilesByPath["event.proto"])
	res := plugin.Response()
	if res.Error != nil || len(res.File) != 1 {
		t.Fatal(res)
	}
	want := res.File[0].GetContent()
	if golden.Updating() {
		if err := os.WriteFile("event.pb.go", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile("event.pb.go"); err != nil || string(got) != want {
		t.Errorf("event.pb.go is out of date: run go generate (%v)", err)
	}
}

var (
	openLine = regexp.MustCompile(`^message (\w+) \{$`)
	ownLine  = regexp.MustCompile(`^(?:oneof (\w+) \{ )?(repeated )?(?:map<string, ([\w.]+)>|([\w.]+)) (\w+) = (\d+);(?: \})?$`)
)

var scalars = map[string]descriptorpb.FieldDescriptorProto_Type{
	"string": descriptorpb.FieldDescriptorProto_TYPE_STRING,
	"bool":   descriptorpb.FieldDescriptorProto_TYPE_BOOL,
	"uint64": descriptorpb.FieldDescriptorProto_TYPE_UINT64,
	"int64":  descriptorpb.FieldDescriptorProto_TYPE_INT64,
	"double": descriptorpb.FieldDescriptorProto_TYPE_DOUBLE,
}

// parseProto reads event.proto: messages with a comment each, fields a line.
func parseProto(t *testing.T, text string) *descriptorpb.FileDescriptorProto {
	t.Helper()
	file := &descriptorpb.FileDescriptorProto{
		Name:           proto.String("event.proto"),
		Package:        proto.String(pkg),
		Syntax:         proto.String("proto3"),
		Dependency:     []string{"google/protobuf/struct.proto"},
		Options:        &descriptorpb.FileOptions{GoPackage: proto.String("github.com/nativesym/nativesym/symbolicate/eventpb")},
		SourceCodeInfo: new(descriptorpb.SourceCodeInfo),
	}
	var open []*descriptorpb.DescriptorProto // innermost last
	var path []int32                         // of it, as descriptors spell it
	comment := ""
	_, body, _ := strings.Cut(text, "option go_package")
	for i, line := range strings.Split(body, "\n")[1:] {
		line = strings.TrimSpace(line)
		m, f := openLine.FindStringSubmatch(line), ownLine.FindStringSubmatch(line)
		switch {
		case line == "":
		case strings.HasPrefix(line, "//"):
			comment = strings.TrimPrefix(line, "//") + "\n"
		case m != nil:
			d := &descriptorpb.DescriptorProto{Name: proto.String(m[1])}
			if len(open) == 0 {
				path = append(path, 4, int32(len(file.MessageType))) // FileDescriptorProto.message_type
				file.MessageType = append(file.MessageType, d)
			} else {
				outer := open[len(open)-1]
				path = append(path, 3, int32(len(outer.NestedType))) // DescriptorProto.nested_type
				outer.NestedType = append(outer.NestedType, d)
			}
			file.SourceCodeInfo.Location = append(file.SourceCodeInfo.Location, &descriptorpb.SourceCodeInfo_Location{
				Path: append([]int32(nil), path...), Span: []int32{int32(i), 0, 0}, LeadingComments: proto.String(comment),
			})
			open, comment = append(open, d), ""
		case line == "}":
			open, path = open[:len(open)-1], path[:len(path)-2]
		case f != nil:
			addField(open[len(open)-1], typeName(path, file), f)
		default:
			t.Fatalf("event.proto: what is %q?", line)
		}
	}
	return file
}

// addField adds the field of an ownLine to a message.
func addField(d *descriptorpb.DescriptorProto, name string, m []string) {
	number, _ := strconv.ParseInt(m[6], 10, 32)
	fd := newField(m[5], int32(number), m[4])
	if m[1] != "" {
		fd.OneofIndex = proto.Int32(int32(len(d.OneofDecl)))
		d.OneofDecl = append(d.OneofDecl, &descriptorpb.OneofDescriptorProto{Name: proto.String(m[1])})
	}
	if m[3] != "" {
		words := strings.Split(m[5], "_")
		for i, w := range words {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
		entry := strings.Join(words, "") + "Entry"
		d.NestedType = append(d.NestedType, &descriptorpb.DescriptorProto{
			Name:    proto.String(entry),
			Field:   []*descriptorpb.FieldDescriptorProto{newField("key", 1, "string"), newField("value", 2, m[3])},
			Options: &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)},
		})
		fd = newField(m[5], int32(number), "")
		fd.TypeName = proto.String("." + pkg + name + "." + entry)
	}
	if m[2] != "" || m[3] != "" {
		fd.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
	}
	d.Field = append(d.Field, fd)
}

func newField(name string, number int32, kind string) *descriptorpb.FieldDescriptorProto {
	fd := &descriptorpb.FieldDescriptorProto{
		Name:   proto.String(name),
		Number: proto.Int32(number),
		Label:  descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
	}
	if scalar, ok := scalars[kind]; ok {
		fd.Type = scalar.Enum()
		return fd
	}
	fd.Type = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum()
	switch {
	case strings.HasPrefix(kind, "google."):
		fd.TypeName = proto.String("." + kind)
	default:
		fd.TypeName = proto.String("." + pkg + "." + kind)
	}
	return fd
}

// typeName returns the name of the message at a path, with a dot before each part.
func typeName(path []int32, file *descriptorpb.FileDescriptorProto) (name string) {
	list := file.MessageType
	for i := 1; i < len(path); i += 2 {
		d := list[path[i]]
		name += "." + d.GetName()
		list = d.NestedType
	}
	return name
}
