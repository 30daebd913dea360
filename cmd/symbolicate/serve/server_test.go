package serve

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/symbolicate/rpc"
)

// A logBuffer is a log that can be read while it is written.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// A running server is one that a test has started. Its context ends with stop.
type runningServer struct {
	*server
	log  *logBuffer
	stop context.CancelFunc
	done chan error
}

// start runs a server until the test ends, which it must do without an error and
// without leaving a goroutine behind.
func start(t *testing.T, c *Config) *runningServer {
	t.Helper()
	ignore := goleak.IgnoreCurrent()
	r := &runningServer{log: new(logBuffer), done: make(chan error, 1)}
	ctx, stop := context.WithCancel(t.Context())
	r.stop = stop
	c.LogLevel = slog.LevelDebug
	var err error
	if r.server, err = newServer(ctx, c, newLogger(c, r.log)); err != nil {
		stop()
		t.Fatal(err)
	}
	go func() {
		r.done <- r.run(ctx)
		r.close()
	}()
	t.Cleanup(func() {
		stop()
		if err := <-r.done; err != nil {
			t.Errorf("the server ended: %v", err)
		}
		goleak.VerifyNone(t, ignore)
	})
	return r
}

// end ends a server and waits for that: then everything is logged and counted.
func (r *runningServer) end() {
	r.stop()
	err := <-r.done
	r.done <- err // for the end of the test
}

// serverConfig returns the configuration of a server on a Unix socket and a port,
// with the repository's debug files.
func serverConfig(t *testing.T) *Config {
	c := Default()
	c.Listen = []string{"unix:" + filepath.Join(t.TempDir(), "socket"), "127.0.0.1:0"}
	c.Admin = "127.0.0.1:0"
	c.Symbols = []string{fixture.Path(t, "symbols")}
	return c
}

func (r *runningServer) dial(t *testing.T, n int, o rpc.DialOptions) *rpc.Client {
	t.Helper()
	client, err := rpc.Dial(addressOf(r.listeners[n]), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// get returns what the operators' port has at a path, or had when the server ended.
func (r *runningServer) get(path string) (int, string) {
	w := httptest.NewRecorder()
	r.admin.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

// symbolicated has a server do an event, and checks that it did.
func symbolicated(t *testing.T, client *rpc.Client) {
	t.Helper()
	out, err := client.Event(t.Context(), fixture.Read(t, "events/linux-x86_64-crash.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(out, []byte("shop::Item::net")) {
		t.Errorf("the event has no shop::Item::net:\n%.500s", out)
	}
}

// TestReady takes debug files and cache away and brings them back.
func TestReady(t *testing.T) {
	c := serverConfig(t)
	symbols := filepath.Join(t.TempDir(), "symbols")
	c.Symbols = []string{symbols}
	c.Cache = filepath.Join(t.TempDir(), "cache")
	if err := os.Mkdir(symbols, 0o755); err != nil {
		t.Fatal(err)
	}
	r := start(t, c)
	client := r.dial(t, 0, rpc.DialOptions{})
	if err := client.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	check := func(state, want string) {
		t.Helper()
		code, text := r.get("/readyz")
		err := client.Ready(t.Context())
		if (code == http.StatusOK) != (want == "ready") || (err == nil) != (want == "ready") || !strings.Contains(text, want) {
			t.Errorf("%s: /readyz %d %q, health %v; want %q", state, code, text, err, want)
		}
	}
	check("all is there", "ready")
	for _, dir := range []string{symbols, c.Cache} {
		if err := os.Rename(dir, dir+".away"); err != nil {
			t.Fatal(err)
		}
		check(dir+" is away", "no such file or directory")
		if err := os.Rename(dir+".away", dir); err != nil {
			t.Fatal(err)
		}
		check(dir+" is back", "ready")
	}
	if code, text := r.get("/healthz"); code != http.StatusOK {
		t.Errorf("/healthz %d %q", code, text)
	}
	if code, text := r.get("/debug/pprof/"); code != http.StatusOK || !strings.Contains(text, "goroutine") {
		t.Errorf("/debug/pprof/ %d %q", code, text)
	}
}

// TestTLS connects with and without certificates: to the port only those that have
// one of the authority's, to the socket without.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	a := newAuthority(t)
	c := serverConfig(t)
	c.TLSCert, c.TLSKey = a.write(t, dir, "server")
	c.TLSClientCA = a.writeCA(t, dir)
	r := start(t, c)
	cert, key := a.write(t, dir, "client")
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	known := x509.NewCertPool()
	known.AddCert(a.cert)
	good := &tls.Config{RootCAs: known, ServerName: "server", Certificates: []tls.Certificate{pair}}
	symbolicated(t, r.dial(t, 0, rpc.DialOptions{}))
	symbolicated(t, r.dial(t, 1, rpc.DialOptions{TLS: good}))

	const refusal = 600 * time.Millisecond
	var refused sync.WaitGroup
	for _, tt := range []struct {
		name, want string
		config     *tls.Config
	}{
		{"without a certificate", "", // what it says depends on who is quicker
			&tls.Config{RootCAs: known, ServerName: "server"}},
		{"who does not know the authority", "x509: certificate signed by unknown authority", &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "server", Certificates: good.Certificates}},
		{"who wants another server", "x509: certificate is valid for server, not other", &tls.Config{RootCAs: known, ServerName: "other", Certificates: good.Certificates}},
		{"without TLS", "", nil},
	} {
		client := r.dial(t, 1, rpc.DialOptions{TLS: tt.config, ConnectTimeout: refusal / 4})
		refused.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), refusal)
			defer cancel()
			if err := client.Ready(ctx); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("a client %s gets %q, want %q", tt.name, textOf(err), tt.want)
			}
		})
	}
	refused.Wait()
	if want := `msg="no TLS" client=127.0.0.1:`; !strings.Contains(r.log.String(), want) {
		t.Errorf("the log does not say %s:\n%s", want, r.log)
	}

	// A renewed certificate, of another authority.
	b := newAuthority(t)
	b.write(t, dir, "server")
	b.writeCA(t, dir)
	cert, key = b.write(t, dir, "client")
	if pair, err = tls.LoadX509KeyPair(cert, key); err != nil {
		t.Fatal(err)
	}
	known = x509.NewCertPool()
	known.AddCert(b.cert)
	r.keys.lookAgain()
	symbolicated(t, r.dial(t, 1, rpc.DialOptions{TLS: &tls.Config{RootCAs: known, ServerName: "server", Certificates: []tls.Certificate{pair}}}))
}

// TestDrain has a server end while an event stream is open: what was taken is
// answered, and the server is not ready meanwhile.
func TestDrain(t *testing.T) {
	r := start(t, serverConfig(t))
	client := r.dial(t, 0, rpc.DialOptions{})
	event := fixture.Read(t, "events/linux-x86_64-crash.json")
	answers := 0
	events := func(yield func([]byte) bool) {
		if yield(event) {
			yield(event)
		}
	}
	for _, err := range client.Events(t.Context(), events) {
		if err != nil {
			t.Fatal(err)
		}
		answers++
	}
	if answers != 2 {
		t.Errorf("%d answers, want 2", answers)
	}
	r.end()
	for _, want := range []string{"msg=draining", "msg=stopped"} {
		if !strings.Contains(r.log.String(), want) {
			t.Errorf("the log does not say %s:\n%s", want, r.log)
		}
	}
	if err := r.ready.check(); textOf(err) != "not serving" {
		t.Errorf("ready after its end: %v", err)
	}
}

// TestLog holds that every request has a line, with its id, and that nothing of
// the event is in it.
func TestLog(t *testing.T) {
	r := start(t, serverConfig(t))
	client := r.dial(t, 0, rpc.DialOptions{})
	symbolicated(t, client)
	if _, err := client.Event(t.Context(), []byte(`{"secret": `)); err == nil {
		t.Error("what is no JSON is no error")
	}
	r.end()
	log := r.log.String()
	for _, want := range []string{
		"level=DEBUG msg=request request=", " method=SymbolicateEvent code=OK took=",
		"level=WARN msg=request request=", ` code=InvalidArgument took=`, `error="event: not JSON: byte 11: want a value"`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not say %q:\n%s", want, log)
		}
	}
	if strings.Contains(log, "secret") || strings.Contains(log, "shop::") {
		t.Errorf("the log has parts of events:\n%s", log)
	}
}

// TestNoSources holds that a server which can find nothing says so.
func TestNoSources(t *testing.T) {
	const want = "no source of debug files is configured"
	c := serverConfig(t)
	if r := start(t, c); strings.Contains(r.log.String(), want) {
		t.Errorf("with a source the log says:\n%s", r.log)
	}
	c = serverConfig(t)
	c.Symbols = nil
	if r := start(t, c); !strings.Contains(r.log.String(), want) {
		t.Errorf("the log does not say %q:\n%s", want, r.log)
	}
}
