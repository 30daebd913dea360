package rpc_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/symbolicate"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
	"github.com/nativesym/nativesym/symbolicate/rpc"
)

// A server and its client, here in one program; symbolicate serve is a program of
// the one, and a pipeline has the other.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	target := "unix:" + filepath.Join(dir, "socket")

	engine := symbolicate.New(symbolicate.Options{
		Sources: []symbolicate.Source{source.NewDir("../../testdata/symbols")},
	})
	defer engine.Close()
	server := rpc.NewServer(engine, rpc.Options{})
	listener, err := rpc.Listen(target)
	if err != nil {
		log.Fatal(err)
	}
	go server.Serve(listener)
	defer server.Shutdown(context.Background())

	client, err := rpc.Dial(target, rpc.DialOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	event, err := os.ReadFile("../../testdata/events/linux-x86_64-crash.json")
	if err != nil {
		log.Fatal(err)
	}
	stream := slices.Values([][]byte{event, []byte("no event")})
	for answer, err := range client.Events(context.Background(), stream) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(youngest(answer))
	}
	// Output:
	// shop::Item::net
	// event: not JSON: byte 0: want a value
}

// youngest returns the function in which an event's exception came about.
func youngest(event []byte) (function string) {
	var doc jsonspan.Doc
	if err := doc.Parse(event); err != nil {
		log.Fatal(err)
	}
	for exception := range doc.Root().Get("exception").Get("values").Elements() {
		for frame := range exception.Get("stacktrace").Get("frames").Elements() {
			function = frame.Get("function").Text()
		}
	}
	return function
}
