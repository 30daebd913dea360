package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
	"go.uber.org/goleak"

	"github.com/nativesym/nativesym/cmd/symbolicate/serve"
	"github.com/nativesym/nativesym/internal/fixture"
)

// startServer runs a server with the repository's debug files on a Unix socket, and
// returns its address. Flags change that.
func startServer(t *testing.T, flags ...string) string {
	t.Helper()
	address := "unix:" + filepath.Join(t.TempDir(), "socket")
	config := serve.Default()
	config.Listen = []string{address}
	config.Symbols = []string{fixture.Path(t, "symbols")}
	config.Code = []string{"/src=" + fixture.Path(t, "src")}
	config.InApp = []string{"path:*/catalogue.h -app"}
	set := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	for _, g := range config.Groups() {
		set.AddFlagSet(g.FlagSet)
	}
	if err := set.Parse(flags); err != nil {
		t.Fatal(err)
	}
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

// TestRemoteGone asks a server that is not there: each event says so, and the exit
// is a failure.
func TestRemoteGone(t *testing.T) {
	if testing.Short() {
		t.Skip("waits a while for the server")
	}
	var both sync.WaitGroup
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "error: -: Unavailable: "},
		{[]string{"--lines"}, "event: -:1: Unavailable: "},
	} {
		both.Go(func() {
			args := append([]string{"event", "--remote", "unix:" + filepath.Join(t.TempDir(), "socket")}, tt.args...)
			out, said := symbolicateIn(t, []byte("{}\n{}\n"), args...)
			if out != "" || !strings.Contains(said, tt.want) || !strings.Contains(said, "error: ") {
				t.Errorf("%q: out %q, said %q, want %q", args, out, said, tt.want)
			}
		})
	}
	both.Wait()
}

// TestRemoteTLS has the command check the server's certificate.
func TestRemoteTLS(t *testing.T) {
	web := httptest.NewUnstartedServer(nil) // for the certificate of example.com that it comes with
	web.StartTLS()
	web.Close()
	dir := t.TempDir()
	key, err := x509.MarshalPKCS8PrivateKey(web.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	certFile, keyFile := write("crt", "CERTIFICATE", web.Certificate().Raw), write("key", "PRIVATE KEY", key)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	startServer(t, "--listen", address, "--tls-cert", certFile, "--tls-key", keyFile)
	event := fixture.Read(t, "events/linux-x86_64-crash.json")
	out, said := symbolicateIn(t, event, "event", "--remote", address, "--tls-ca", certFile, "--tls-name", "example.com")
	if !strings.Contains(out, "shop::Item::net") || said != "" {
		t.Errorf("said %q, event\n%.300s", said, out)
	}
	_, said = symbolicateIn(t, event, "event", "--remote", address, "--tls-cert", certFile)
	if want := "error: --tls-cert and --tls-key: want both or none"; said != want {
		t.Errorf("without a key: said %q, want %q", said, want)
	}
}
