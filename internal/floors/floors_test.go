// Package floors holds the architecture to its word: which package may import
// which, where outside packages may enter, and what only a command may do.
//
// It has tests only, and they look at code that is not a test: a test may use
// whatever helps it.
package floors

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
)

// floors are the packages of this module, lowest floor first. A package imports
// only from floors below its own. "x/*" stands for every package under x; of two
// floors that name a package, its own is the higher.
//
// This is a statement of policy. When the test fails, the import is wrong, or
// the design has changed, which is a change of ARCHITECTURE.md first.
const floors = `
	internal/punycode
	objfile/debuginfo  internal/cursor  internal/inflate  internal/flight  demangle/*  symbolicate/jsonspan
	objfile/dwarf  objfile/pdb  objfile/breakpad  objfile/gopclntab  demangle
	objfile
	debugimage  symbolicate/symcache
	debugimage/source/cab
	debugimage/source/layout  debugimage/source/unpack  debugimage/source/filecache  debugimage/source/fetch
	debugimage/source
	debugimage/source/remote
	debugimage/source/s3
	symbolicate
	symbolicate/eventpb
	symbolicate/rpc
	cmd/symbolicate/serve
	cmd/symbolicate
	internal/fixture  internal/golden
	demangle/internal/oracle  benchmarks  benchmarks/*
`

// rooms are the packages from outside, each with the only packages that may
// import it or what is under it. With none it is for tests.
const rooms = `
	google.golang.org/grpc: symbolicate/rpc cmd/*
	google.golang.org/genproto: symbolicate/rpc
	google.golang.org/protobuf: symbolicate/eventpb symbolicate/rpc
	go.opentelemetry.io: cmd/symbolicate/serve
	github.com/prometheus: cmd/symbolicate/serve
	go.yaml.in/yaml: cmd/symbolicate/serve
	github.com/aws: debugimage/source/s3
	github.com/gofrs/flock: debugimage/source/filecache
	github.com/spf13: cmd/*
	golang.org/x/term: cmd/*
	github.com/ianlancetaylor/demangle: demangle/*
	golang.org/x/sys: objfile symbolicate/symcache
	net/http: debugimage/source/fetch debugimage/source/remote debugimage/source/s3 cmd/*
	os: objfile symbolicate/symcache debugimage/source debugimage/source/* cmd/* internal/* demangle/internal/oracle benchmarks benchmarks/*
	log: cmd/*
	flag: cmd/* internal/golden benchmarks benchmarks/*
	testing: internal/fixture internal/golden demangle/internal/oracle benchmarks benchmarks/*
	debug/dwarf:
	debug/elf: objfile
	debug/gosym:
	debug/macho: objfile
	debug/pe: objfile
	github.com/google/go-cmp: internal/golden
`

// names are names of packages, each list with the only packages that may use
// them: what ties code to one process, its environment, its terminal and its
// exit, is for commands, and parsers that are not hardened are for tests. Their
// constants are for everybody who may import them.
const names = `
	os.Args os.Environ os.ExpandEnv os.Exit os.Getenv os.LookupEnv os.Stderr os.Stdin os.Stdout: cmd/* benchmarks benchmarks/*
	fmt.Print fmt.Printf fmt.Println: cmd/* benchmarks benchmarks/*
	elf.NewFile elf.Open macho.NewFile macho.Open macho.NewFatFile macho.OpenFat pe.NewFile pe.Open:
`

func TestFloors(t *testing.T) {
	problems, packages, err := check(os.DirFS(fixture.Root(t)))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
	if packages < 4 {
		t.Errorf("looked at %d packages only", packages)
	}
}

func TestCheck(t *testing.T) {
	source := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	own := func(path string) string { return "\"" + module + "/" + path + "\"" }
	tree := fstest.MapFS{
		"objfile/elf.go":                source("package objfile; import " + own("objfile/dwarf") + "; import \"os\""),
		"objfile/elf_test.go":           source("package objfile; import " + own("symbolicate")),
		"objfile/dwarf/up.go":           source("package dwarf; import " + own("objfile")),
		"objfile/dwarf/side.go":         source("package dwarf; import " + own("objfile/pdb")),
		"objfile/dwarf/file.go":         source("package dwarf; import \"os\""),
		"objfile/pdb/oracle.go":         source("package pdb; import \"debug/dwarf\""),
		"objfile/parse.go":              source("package objfile; import \"debug/elf\"; const c = elf.EM_386; var p = elf.NewFile"),
		"demangle/rust/rust.go":         source("package rust; import \"github.com/ianlancetaylor/demangle\""),
		"symbolicate/grpc.go":           source("package symbolicate; import \"google.golang.org/grpc/codes\""),
		"symbolicate/symcache/log.go":   source("package symcache; import (\"fmt\"; \"os\"); var v = os.Getenv(\"V\"); func f() { fmt.Println(v) }"),
		"cmd/symbolicate/main.go":       source("package main; import (\"os\"; \"net/http\"); var v = os.Getenv(\"V\")"),
		"demangle/internal/oracle/o.go": source("package oracle; import " + own("internal/fixture")),
		"odds/ends.go":                  source("package odds"),
		"testdata/src/main.go":          source("package main; import \"os\""),
	}
	want := []string{
		"objfile/dwarf/file.go: imports os, which is for objfile symbolicate/symcache debugimage/source debugimage/source/* cmd/* internal/* demangle/internal/oracle benchmarks benchmarks/*",
		"objfile/dwarf/side.go: imports objfile/pdb, which is not on a floor below",
		"objfile/dwarf/up.go: imports objfile, which is not on a floor below",
		"objfile/parse.go: uses elf.NewFile, which is for tests",
		"objfile/pdb/oracle.go: imports debug/dwarf, which is for tests",
		"odds: is on no floor",
		"symbolicate/grpc.go: imports google.golang.org/grpc/codes, which is for symbolicate/rpc cmd/*",
		"symbolicate/symcache/log.go: uses fmt.Println, which is for cmd/* benchmarks benchmarks/*",
		"symbolicate/symcache/log.go: uses os.Getenv, which is for cmd/* benchmarks benchmarks/*",
	}
	got, _, err := check(tree)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Join(want, "\n"), strings.Join(got, "\n")); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
