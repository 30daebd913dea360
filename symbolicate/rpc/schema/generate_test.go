// Package schema holds the schemas to their word: what is generated from them is
// up to date, and no program that was written for an earlier version of them
// breaks.
//
// It has tests only, and does not import what it generates, so that it works when
// that does not.
package schema

//go:generate go test -run TestGeneratedCodeIsUpToDate . -update

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"testing"

	"github.com/bufbuild/protocompile"

	_ "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/cmd/protoc-gen-go/internal_gengo"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/nativesym/nativesym/internal/golden"
)

// The schemas of this repository, and what other schemas import them as.
const (
	servicePath = "nativesym/v1/nativesym.proto"
	eventPath   = "sentry_protos/relay/v1/event.proto"
)

var onDisk = map[string]string{
	servicePath: "../nativesym.proto",
	eventPath:   "../../eventpb/event.proto",
}

// What is generated from the schemas is what the generators make of them. With
// -update the test writes it. The compiler is a package and the generators are
// dependencies, so it takes neither protoc nor a network.
func TestGeneratedCodeIsUpToDate(t *testing.T) {
	for _, schema := range []string{servicePath, eventPath} {
		t.Run(path.Base(schema), func(t *testing.T) {
			request := &pluginpb.CodeGeneratorRequest{
				FileToGenerate: []string{schema},
				Parameter:      proto.String("paths=source_relative"),
				ProtoFile:      withImports(compile(t, schema), make(map[string]bool)),
			}
			for name, want := range generate(t, request) {
				upToDate(t, filepath.Join(filepath.Dir(onDisk[schema]), path.Base(name)), want)
			}
		})
	}
}

// compile returns the descriptor of a schema with its comments.
func compile(t *testing.T, schema string) protoreflect.FileDescriptor {
	t.Helper()
	compiler := protocompile.Compiler{
		SourceInfoMode: protocompile.SourceInfoStandard,
		Resolver: protocompile.WithStandardImports(protocompile.CompositeResolver{
			&protocompile.SourceResolver{Accessor: func(path string) (io.ReadCloser, error) {
				if name, ok := onDisk[path]; ok {
					return os.Open(name)
				}
				return nil, fs.ErrNotExist
			}},
			protocompile.ResolverFunc(func(path string) (protocompile.SearchResult, error) {
				d, err := protoregistry.GlobalFiles.FindFileByPath(path)
				return protocompile.SearchResult{Desc: d}, err
			}),
		}),
	}
	files, err := compiler.Compile(t.Context(), schema)
	if err != nil {
		t.Fatal(err)
	}
	return files[0]
}

// withImports returns a file after all that it imports which were not seen yet.
func withImports(f protoreflect.FileDescriptor, seen map[string]bool) (files []*descriptorpb.FileDescriptorProto) {
	if seen[f.Path()] {
		return nil
	}
	seen[f.Path()] = true
	for i := range f.Imports().Len() {
		files = append(files, withImports(f.Imports().Get(i).FileDescriptor, seen)...)
	}
	return append(files, protodesc.ToFileDescriptorProto(f))
}

// generate returns the files that protoc-gen-go and protoc-gen-go-grpc make, by name.
func generate(t *testing.T, request *pluginpb.CodeGeneratorRequest) map[string]string {
	t.Helper()
	plugin, err := protogen.Options{}.New(request)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range request.FileToGenerate {
		internal_gengo.GenerateFile(plugin, plugin.FilesByPath[name])
	}
	made := make(map[string]string)
	for _, response := range []*pluginpb.CodeGeneratorResponse{plugin.Response(), generateService(t, request)} {
		if response.Error != nil {
			t.Fatal(response.GetError())
		}
		for _, f := range response.File {
			made[f.GetName()] = f.GetContent()
		}
	}
	return made
}

func generateService(t *testing.T, request *pluginpb.CodeGeneratorRequest) *pluginpb.CodeGeneratorResponse {
	t.Helper()
	in, err := proto.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "tool", "-modfile=tools.mod", "protoc-gen-go-grpc")
	cmd.Dir = filepath.Join("..", "..", "..")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	response := new(pluginpb.CodeGeneratorResponse)
	if err := proto.Unmarshal(out, response); err != nil {
		t.Fatal(err)
	}
	return response
}

func upToDate(t *testing.T, name, want string) {
	t.Helper()
	if golden.Updating() {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != want {
		t.Errorf("%s is out of date: run go generate (%v)", name, err)
	}
}
