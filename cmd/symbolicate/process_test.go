//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/symbolicate/rpc"
)

// A process is a server in a process of its own.
type process struct {
	*exec.Cmd
	log chan string // its lines, until it has ended
}

// startProcess starts a server.
func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.Command(self, append([]string{"serve"}, args...)...), log: make(chan string, 1000)}
	p.Env = append(os.Environ(), "SYMBOLICATE_MAIN=1")
	stderr, err := p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill() })
	go func() {
		defer close(p.log)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			p.log <- lines.Text()
		}
	}()
	return p
}

// waitFor waits for a line of the log.
func (p *process) waitFor(t *testing.T, part string) {
	t.Helper()
	var log []string
	for line := range p.log {
		if strings.Contains(line, part) {
			return
		}
		log = append(log, line)
	}
	t.Fatalf("the log never says %q:\n%s", part, strings.Join(log, "\n"))
}

// end waits for the end of the process, and returns why it ended.
func (p *process) end() error {
	for range p.log {
	}
	return p.Wait()
}

// A slowStore has debug files, laid out natively, and keeps those who ask waiting.
type slowStore struct {
	*httptest.Server
	asked   chan struct{} // gets something with each request
	release chan struct{} // closed: nobody waits any more
}

func newSlowStore(t *testing.T) *slowStore {
	s := &slowStore{asked: make(chan struct{}, 100), release: make(chan struct{})}
	files := http.FileServer(http.Dir(filepath.Join(fixture.Path(t, "symbols"), ".build-id")))
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked <- struct{}{}
		select {
		case <-s.release:
		case <-r.Context().Done():
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// args returns the flags of a server on a socket that has its debug files from the
// store.
func (s *slowStore) args(socket, cache string) []string {
	return []string{"--listen", "unix:" + socket, "--http", s.URL + " layout=native", "--allow-network", "127.0.0.1", "--cache", cache}
}

func dialSocket(t *testing.T, socket string) *rpc.Client {
	t.Helper()
	client, err := rpc.Dial("unix:"+socket, rpc.DialOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// TestTerminate ends a server by SIGTERM while a request waits for a download: the
// request is answered, nobody else is let in, and the exit code is 0.
func TestTerminate(t *testing.T) {
	store := newSlowStore(t)
	dir := t.TempDir()
	socket := filepath.Join(dir, "socket")
	p := startProcess(t, store.args(socket, filepath.Join(dir, "cache"))...)
	client := dialSocket(t, socket)
	type result struct {
		event []byte
		err   error
	}
	answer := make(chan result, 1)
	go func() {
		event, err := client.Event(t.Context(), fixture.Read(t, "events/linux-x86_64-crash.json"))
		answer <- result{event, err}
	}()
	<-store.asked
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.waitFor(t, "msg=draining")
	late, err := rpc.Dial("unix:"+socket, rpc.DialOptions{ConnectTimeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := late.Ready(ctx); err == nil {
		t.Error("a server that ends lets somebody in")
	}
	close(store.release)
	if r := <-answer; r.err != nil || !bytes.Contains(r.event, []byte("shop::Item::net")) {
		t.Errorf("the request that was under way: error %v, event\n%.300s", r.err, r.event)
	}
	if err := p.end(); err != nil {
		t.Errorf("the server ended with %v, want exit code 0", err)
	}
	if _, err := os.Lstat(socket); err == nil {
		t.Error("the socket is still there")
	}
}

// TestTerminateTwice ends a server that drains: by a second signal, and by its limit.
func TestTerminateTwice(t *testing.T) {
	for _, tt := range []struct {
		name, drain, want, log string
		again                  bool
	}{
		{"a second signal", "1h", "signal: terminated", "", true},
		{"the limit", "10ms", "exit status 1", "symbolicate serve: requests were cut off that took longer than --drain 10ms", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := newSlowStore(t)
			dir := t.TempDir()
			socket := filepath.Join(dir, "socket")
			p := startProcess(t, append(store.args(socket, filepath.Join(dir, "cache")), "--drain", tt.drain)...)
			client := dialSocket(t, socket)
			cut := make(chan error, 1)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				_, err := client.Event(ctx, fixture.Read(t, "events/linux-x86_64-crash.json"))
				cut <- err
			}()
			<-store.asked
			p.Process.Signal(syscall.SIGTERM)
			p.waitFor(t, "msg=draining")
			if tt.again {
				p.Process.Signal(syscall.SIGTERM)
			}
			if tt.log != "" {
				p.waitFor(t, tt.log)
			}
			if err := p.end(); err == nil || err.Error() != tt.want {
				t.Errorf("the server ended with %v, want %v", err, tt.want)
			}
			cancel()
			if err := <-cut; err == nil {
				t.Error("the request that was cut off is no error")
			}
		})
	}
}

// TestSocketActivation has a server serve on a socket that it is given, as systemd
// gives it.
func TestSocketActivation(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "socket")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file, err := l.File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The shell's process becomes the server, so that its number is known before.
	cmd := exec.Command("sh", "-c", `LISTEN_PID=$$ exec "$0" serve --symbols "$1"`, self, fixture.Path(t, "symbols"))
	cmd.Env = append(os.Environ(), "SYMBOLICATE_MAIN=1", "LISTEN_FDS=1")
	cmd.ExtraFiles = []*os.File{file}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := dialSocket(t, socket).Ready(t.Context()); err != nil {
		t.Error(err)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

// TestKill kills servers at moments in the middle of downloads, compiles and writes
// to the cache. What comes after, on the same socket and with the same cache,
// answers rightly.
func TestKill(t *testing.T) {
	const roundsOfACache = 5 // after that everything is there, and nothing is written
	kills := 100
	if testing.Short() {
		kills = 10
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	store := newSlowStore(t)
	close(store.release)
	go func() {
		for range store.asked {
		}
	}()
	dir := t.TempDir()
	socket := filepath.Join(dir, "socket")
	event := fixture.Read(t, "events/linux-x86_64-crash.json")
	want, said := symbolicateIn(t, event, "event", "--symbols", fixture.Path(t, "symbols"))
	if said != "" {
		t.Fatal(said)
	}
	cache := ""
	for i := range kills {
		if i%roundsOfACache == 0 {
			cache = filepath.Join(dir, "cache", time.Duration(i).String())
			if err := os.MkdirAll(filepath.Dir(cache), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		p := startProcess(t, store.args(socket, cache)...)
		p.waitFor(t, "msg=serving")
		moment := time.AfterFunc(time.Duration(random.Int64N(int64(12*time.Millisecond))), func() { p.Process.Kill() })
		client := dialSocket(t, socket)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		if got, err := client.Event(ctx, event); err == nil && string(got)+"\n" != want && string(got) != want {
			t.Errorf("round %d: an answer is wrong:\n%s", i, cmp.Diff(want, string(got)))
		}
		cancel()
		client.Close()
		p.Process.Kill()
		moment.Stop()
		if err := p.end(); err == nil || err.Error() != "signal: killed" {
			t.Fatalf("round %d: the server ended with %v", i, err)
		}
		if i%roundsOfACache != roundsOfACache-1 {
			continue
		}
		p = startProcess(t, store.args(socket, cache)...)
		if got, said := symbolicateIn(t, event, "event", "--remote", "unix:"+socket); got != want || said != "" {
			t.Errorf("after round %d: %s\n%s", i, said, cmp.Diff(want, got))
		}
		if _, said := symbolicateIn(t, nil, "cache", "verify", "--cache", cache); said != "" {
			t.Errorf("after round %d: the cache is damaged: %s", i, said)
		}
		p.Process.Signal(syscall.SIGTERM)
		if err := p.end(); err != nil {
			t.Errorf("after round %d: the server ended with %v", i, err)
		}
	}
}
