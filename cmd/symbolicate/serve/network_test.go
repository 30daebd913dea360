package serve

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/symbolicate/rpc"
)

// TestOpenErrors makes slips in every setting of an engine.
func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DEBUGINFOD_URLS", "ima:enforcing")
	t.Setenv("_NT_SYMBOL_PATH", "srv*https://user:hunter2@example.com/")
	for _, tt := range []struct {
		setting, value, want string
	}{
		{"symbols", "DIR/none", "symbols: stat DIR/none: no such file or directory"},
		{"symbols", "DIR/file", "symbols: DIR/file is not a folder"},
		{"code", "/src=DIR/none", "code: stat DIR/none: no such file or directory"},
		{"in-app", "path:*/x/*", `in-app "path:*/x/*": want a pattern, and +app or -app`},
		{"in-app", "+app", `in-app "+app": want a pattern, and +app or -app`},
		{"in-app", "function:x +app", `in-app "function:x +app": function:x: want package:PATTERN, path:PATTERN, +app or -app, and ? for a blank in a pattern`},
		{"debuginfod", "", "debuginfod: names no place"},
		{"debuginfod", "localhost:8002", "debuginfod: want a URL that starts with https:// or http://"},
		{"debuginfod", "https://user:hunter2@example.com/", "debuginfod: has credentials or a query in it: what is secret belongs in a file or in the environment"},
		{"debuginfod", "https://user:hunter2@example.com/ no=option", "debuginfod: has credentials or a query in it: what is secret belongs in a file or in the environment"},
		{"http", "https://example.com/?sig=hunter2 layout=ssqp", "http: has credentials or a query in it: what is secret belongs in a file or in the environment"},
		{"debuginfod", "https://hunter2%zz@example.com/", "debuginfod: is no URL"},
		{"debuginfod", "environment", "debuginfod: DEBUGINFOD_URLS names no server"},
		{"debuginfod", "https://a/ layout=ssqp", `debuginfod: https://a/: option "layout": want auth-file, auth-env, each with =VALUE`},
		{"debuginfod", "https://a/ auth-file=DIR/none", "debuginfod: https://a/: auth-file: open DIR/none: no such file or directory"},
		{"debuginfod", "https://a/ auth-file=DIR/file", "debuginfod: https://a/: DIR/file is empty"},
		{"debuginfod", "https://a/ auth-env=NOT_SET_ANYWHERE", "debuginfod: https://a/: NOT_SET_ANYWHERE is empty"},
		{"debuginfod", "https://a/ auth-env=HOME auth-file=DIR/file", "debuginfod: https://a/: has auth-file and auth-env, want one of them"},
		{"symbol-server", "environment", "symbol-server: has credentials or a query in it: what is secret belongs in a file or in the environment"},
		{"http", "https://a/", "http: https://a/: say how its files are laid out, as layout=unified"},
		{"http", "https://a/ layout=mine", `http: layout "mine": want one of native, symstore, symstore_index2, ssqp, debuginfod, unified, slashsymbols, breakpad`},
		{"s3", "bucket layout=ssqp key-env=ONE_WORD", "s3: bucket: want a key of the form ACCESS-KEY SECRET-KEY [SESSION-TOKEN]"},
		{"s3", "bucket layout=ssqp endpoint=nowhere", "s3: bucket bucket: the endpoint must be a URL of http or https, without a user or a query"},
		{"proxy", "nowhere", "proxy: want a URL that starts with https:// or http://"},
		{"allow-network", "10.0.0.0/99", `allow-network: "10.0.0.0/99": want an address, a range as 10.0.0.0/8 or the name of a host`},
		{"scope", "acme.symbols=DIR/none", "scope acme: symbols: stat DIR/none: no such file or directory"},
		{"cache", "DIR/file", "cache DIR/file: mkdir DIR/file: not a directory"},
	} {
		t.Setenv("ONE_WORD", "hunter2")
		c := Default()
		c.Cache = filepath.Join(dir, "cache")
		c.HTTP = []string{"https://example.com/ layout=unified"} // so that downloads are set up
		f := lookup(c.Groups(), tt.setting)
		if err := setText(f, strings.ReplaceAll(tt.value, "DIR", dir)); err != nil {
			t.Fatal(err)
		}
		if tt.value == "" {
			c.Debuginfod = []string{""}
		}
		e, err := c.Open()
		if err == nil {
			e.Close()
		}
		if strings.Contains(textOf(err), "hunter2") {
			t.Errorf("%s %q: the error has the secret: %v", tt.setting, tt.value, err)
		}
		if got := strings.ReplaceAll(textOf(err), dir, "DIR"); got != tt.want {
			t.Errorf("%s %q: error %q, want %q", tt.setting, tt.value, got, tt.want)
		}
	}
}

func TestNoCacheForDownloads(t *testing.T) {
	c := Default()
	c.Debuginfod = []string{"https://example.com/"}
	_, err := c.Open()
	if want := "sources on the net keep what they bring in a folder: say where with cache (--cache DIR)"; textOf(err) != want {
		t.Errorf("error %q, want %q", textOf(err), want)
	}
}

// A store is an HTTP server of a folder that writes down what it is asked for.
type store struct {
	*httptest.Server
	mu    sync.Mutex
	asked map[string]string // by path, with what authorization
}

func newStore(t *testing.T, dir string) *store {
	s := &store{asked: make(map[string]string)}
	files := http.FileServer(http.Dir(dir))
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked[r.URL.Path] = r.Header.Get("Authorization")
		s.mu.Unlock()
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// TestScopes has debug files that only those get who name the scope, from a store
// that wants a secret.
func TestScopes(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("Bearer hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	private := newStore(t, filepath.Join(fixture.Path(t, "symbols"), ".build-id"))
	c := serverConfig(t)
	c.Symbols = nil
	c.Cache = filepath.Join(t.TempDir(), "cache")
	c.AllowNetwork = []string{"127.0.0.1"}
	if err := c.Scopes.Set("acme.http=" + private.URL + " layout=native auth-file=" + secret); err != nil {
		t.Fatal(err)
	}
	r := start(t, c)
	symbolicated(t, r.dial(t, 0, rpc.DialOptions{Scope: "acme"}))

	everybody := r.dial(t, 0, rpc.DialOptions{})
	out, err := everybody.Event(t.Context(), fixture.Read(t, "events/linux-x86_64-crash.json"))
	if err != nil || strings.Contains(string(out), "shop::Item::net") {
		t.Errorf("without the scope: error %v, event\n%.300s", err, out)
	}
	_, err = r.dial(t, 0, rpc.DialOptions{Scope: "other"}).Event(t.Context(), []byte("{}"))
	if want := `no scope "other"`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %q, want %q", textOf(err), want)
	}
	private.mu.Lock()
	defer private.mu.Unlock()
	if diff := cmp.Diff("Bearer hunter2", private.asked["/75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug"]); diff != "" {
		t.Errorf("authorization (-want +got):\n%s", diff)
	}
	if strings.Contains(r.log.String(), "hunter2") {
		t.Errorf("the log has the secret:\n%s", r.log)
	}
}

// TestFailures holds that what a store fails at is logged once, with the image, the
// request and the cause, and counted.
func TestFailures(t *testing.T) {
	c := serverConfig(t)
	c.Symbols = nil
	c.Cache = filepath.Join(t.TempDir(), "cache")
	c.HTTP = []string{"http://127.0.0.1:1/ layout=native"}
	r := start(t, c)
	client := r.dial(t, 0, rpc.DialOptions{})
	for range 3 {
		if _, err := client.Event(t.Context(), fixture.Read(t, "events/linux-x86_64-crash.json")); err != nil {
			t.Fatal(err)
		}
	}
	const want = `image=/tmp/shop/shop id=8257bc75-8d08-8505-9a5d-ba37c4c1166e source=http cause=`
	log := r.log.String()
	if n := strings.Count(log, want); n != 1 || !strings.Contains(log, "127.0.0.1 is not public and not allowed") {
		t.Errorf("%d lines with %q, want 1:\n%s", n, want, log)
	}
	if _, text := r.get("/metrics"); !strings.Contains(text, `nativesym_source_seconds_count{kind="http",result="failed"} 2`) {
		t.Errorf("the failures are not counted:\n%s", text)
	}
}

// TestWatchedNames holds that a source is called the same whether it is watched or
// not: the server and the command share what they keep.
func TestWatchedNames(t *testing.T) {
	for _, w := range []*watch{nil, {log: newLogger(Default(), io.Discard), metrics: newMetrics()}} {
		c := Default()
		c.Cache = t.TempDir()
		c.HTTP = []string{"https://example.com/a layout=native", "https://example.com/b layout=ssqp"}
		e, err := c.open(w)
		if err != nil {
			t.Fatal(err)
		}
		e.Close()
		_, remote, err := e.sources(&c.Sources, "")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range remote {
			got = append(got, fmt.Sprint(s))
		}
		want := []string{"https://example.com/a [native]", "https://example.com/b [ssqp]"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("names (-want +got):\n%s", diff)
		}
	}
}

// Folders may hold files as symbol servers pack them: those of --symbols, and those
// that a symbol path names, of which a debugger's own store need not exist.
func TestPackedInFolders(t *testing.T) {
	dir := t.TempDir()
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	w.Write(fixture.Read(t, "bin/till-clang19-windows.pdb"))
	w.Close()
	if err := os.WriteFile(filepath.Join(dir, "till.pd_"), packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("_NT_SYMBOL_PATH", "cache*"+filepath.Join(dir, "none")+";"+dir)
	for _, setting := range []string{"symbols", "symbol-server"} {
		c := Default()
		c.Cache = t.TempDir()
		if setting == "symbols" {
			c.Symbols = []string{dir}
		} else {
			c.SymbolServer = []string{"environment"}
		}
		e, err := c.Open()
		if err != nil {
			t.Fatal(err)
		}
		event, err := e.Event(t.Context(), fixture.Read(t, "events/windows-x86_64-crash.json"))
		e.Close()
		if err != nil || !bytes.Contains(event, []byte(`"abs_path":"/src/till`)) {
			t.Errorf("%s: error %v, and the event has no source file in\n%s", setting, err, event)
		}
	}
}
