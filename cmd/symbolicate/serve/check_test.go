package serve

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHealth asks a server how it is the way a container does: with its configuration.
func TestHealth(t *testing.T) {
	r := start(t, serverConfig(t))
	_, port, err := net.SplitHostPort(r.operators.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	byAdmin, bySocket := Default(), Default()
	byAdmin.Admin = ":" + port // which is how a container has it
	bySocket.Listen = []string{"127.0.0.1:1", addressOf(r.listeners[0])}
	bySocket.TLSCert = "server.crt"
	for _, c := range []*Config{byAdmin, bySocket} {
		if err := c.Health(t.Context()); err != nil {
			t.Errorf("admin %q, listen %q: %v", c.Admin, c.Listen, err)
		}
	}
	r.ready.serving.Store(false)
	if err, want := byAdmin.Health(t.Context()), "not ready: not serving"; textOf(err) != want {
		t.Errorf("by admin: error %q, want %q", textOf(err), want)
	}
	if err, want := bySocket.Health(t.Context()), "Unavailable: the server is not ready"; textOf(err) != want {
		t.Errorf("by socket: error %q, want %q", textOf(err), want)
	}
	bySocket.Listen = bySocket.Listen[:1]
	if err, want := bySocket.Health(t.Context()), "with TLS on every address, --health needs one for --admin"; textOf(err) != want {
		t.Errorf("with TLS only: error %q, want %q", textOf(err), want)
	}
}

func TestHere(t *testing.T) {
	for address, want := range map[string]string{
		":50051":            "127.0.0.1:50051",
		"0.0.0.0:50051":     "127.0.0.1:50051",
		"[::]:50051":        "[::1]:50051",
		"127.0.0.1:50051":   "127.0.0.1:50051",
		"example.com:50051": "example.com:50051",
		"unix:/run/socket":  "unix:/run/socket",
	} {
		if got := here(address); got != want {
			t.Errorf("here(%s) = %s, want %s", address, got, want)
		}
	}
}

// TestExample loads the example of a configuration, with its folders made and its
// secret set: it makes an engine, and shows no secret.
func TestExample(t *testing.T) {
	text, err := os.ReadFile("../../../deploy/config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	here := strings.NewReplacer(" /srv/", " "+dir+"/srv/", " /var/", " "+dir+"/var/").Replace(string(text))
	for _, path := range []string{"srv/symbols", "srv/acme/symbols"} {
		if err := os.MkdirAll(filepath.Join(dir, path), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c, groups, err := load(t, here, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err, want := c.Check(), "scope acme: http: https://symbols.acme.example/: ACME_AUTHORIZATION is empty"; textOf(err) != want {
		t.Errorf("without the secret: error %q, want %q", textOf(err), want)
	}
	t.Setenv("ACME_AUTHORIZATION", "Bearer hunter2")
	if err := c.Check(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(c.Cache); err == nil {
		t.Errorf("to check has made %s", c.Cache)
	}
	var out bytes.Buffer
	if err := Print(&out, groups); err != nil || strings.Contains(out.String(), "hunter2") {
		t.Errorf("error %v, and what is printed is\n%s", err, out.String())
	}
}

// TestCheckLimits refuses limits that would quietly become others.
func TestCheckLimits(t *testing.T) {
	for setting, want := range map[string]string{
		"max-concurrent: 0":    "max-concurrent: want more than 0",
		"max-queue: -1":        "max-queue: want more than 0",
		"max-queue-bytes: 0":   "max-queue-bytes: want more than 0",
		"max-event: 0":         "max-event: want more than 0",
		"max-answer-bytes: 0":  "max-answer-bytes: want more than 0",
		"max-streams: 0":       "max-streams: want more than 0",
		"max-connections: 0":   "max-connections: want more than 0",
		"deadline: 0s":         "deadline: want more than 0",
		"download-size: 0":     "download-size: want more than 0",
		"download-timeout: 0s": "download-timeout: want more than 0",
		"retry: -1h":           "retry: want more than 0",
		"cache-size: 0":        "cache-size: want more than 0",
		"drain: -1s":           "drain: want no less than 0",
		"workers: -1":          "workers: want no less than 0",
		"drain: 0s":            "",
		"workers: 0":           "",
	} {
		c, _, err := load(t, setting, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Check(); textOf(err) != want {
			t.Errorf("%s: error %q, want %q", setting, textOf(err), want)
		}
	}
}

func TestControlGroupLimit(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"none", nil, 0},
		{"unlimited", map[string]string{"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "max\n"}, 0},
		{"its own", map[string]string{"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "1000\n"}, 1000},
		{"one above", map[string]string{"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "max\n", "sys/fs/cgroup/a/memory.max": "500\n"}, 500},
		{"in a container", map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "700\n"}, 700},
	} {
		root := t.TempDir()
		for name, text := range tt.files {
			path := filepath.Join(root, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := controlGroupLimit(root); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}
