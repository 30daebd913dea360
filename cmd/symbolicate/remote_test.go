package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/nativesym/nativesym/cmd/symbolicate/serve"
	"github.com/nativesym/nativesym/internal/fixture"
)

// startServer runs a server with the repository's debug files on a Unix socket, and
// returns its address.
func startServer(t *testing.T) string {
	t.Helper()
	address := "unix:" + filepath.Join(t.TempDir(), "socket")
	config := serve.Default()
	config.Listen = []string{address}
	config.Symbols = []string{fixture.Path(t, "symbols")}
	config.Code = []string{"/src=" + fixture.Path(t, "src")}
	config.InApp = []string{"path:*/catalogue.h -app"}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- serve.Run(ctx, config, io.Discard) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the server ended: %v", err)
		}
	})
	return address
}

// symbolicateIn runs the command in this process, and returns what it writes and
// says, its error included.
func symbolicateIn(t *testing.T, stdin []byte, args ...string) (out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(bytes.NewReader(stdin))
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	if err := root.ExecuteContext(t.Context()); err != nil {
		stderr.WriteString("error: " + err.Error())
	}
	return stdout.String(), stderr.String()
}

// TestRemoteIsTheSame has every event symbolicated here and by a server, in every
// format: both write the same bytes, errors included.
func TestRemoteIsTheSame(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, ignore) }) // once the server has ended
	address := startServer(t)
	here := []string{
		"event", "--symbols", fixture.Path(t, "symbols"), "--code", "/src=" + fixture.Path(t, "src"), "--in-app", "path:*/catalogue.h -app",
	}
	there := []string{"event", "--remote", address}
	compare := func(name string, stdin []byte, args ...string) {
		t.Helper()
		want, wantSaid := symbolicateIn(t, stdin, slices.Concat(here, args)...)
		got, gotSaid := symbolicateIn(t, stdin, slices.Concat(there, args)...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %s (-here +remote):\n%.2000s", name, strings.Join(args, " "), diff)
		}
		if diff := cmp.Diff(wantSaid, gotSaid); diff != "" {
			t.Errorf("%s %s, standard error (-here +remote):\n%.2000s", name, strings.Join(args, " "), diff)
		}
	}
	events, err := filepath.Glob(filepath.Join(fixture.Path(t, "events"), "*.json"))
	if err != nil || len(events) < 5 {
		t.Fatal(events, err)
	}
	var lines []byte
	for _, path := range events {
		event, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		for _, args := range [][]string{
			{}, {"--format", "pretty", "--color", "always"}, {"--explain"}, {"--out", "protobuf"},
		} {
			compare(name, event, args...)
		}
		protobuf, _ := symbolicateIn(t, event, "event", "--out", "protobuf")
		compare(name, []byte(protobuf), "--in", "protobuf")
		done, _ := symbolicateIn(t, event, here...)
		compare(name, []byte(done), "--from-raw")
		lines = append(append(lines, bytes.ReplaceAll(event, []byte("\n"), nil)...), '\n')
		lines = append(lines, "\n{]\n"...)
	}
	for range 3 { // more than are under way at a time
		lines = append(lines, lines...)
	}
	compare("lines", lines, "--lines")
	compare("lines", lines, "--lines", "--format", "pretty")
	compare("no event", []byte("{]"))
	compare("no protobuf", []byte("{]"), "--in", "protobuf")
}
