package serve

import (
	"context"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestListenUnix takes the place of a socket that a dead process left behind, and
// of nothing else.
func TestListenUnix(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "socket")
	dead, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	dead.(*net.UnixListener).SetUnlinkOnClose(false)
	dead.Close()
	if _, err := os.Lstat(path); err != nil {
		t.Fatal(err)
	}
	l, err := listen(t.Context(), "unix:"+path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := info.Mode(), fs.ModeSocket|0o600; got != want {
		t.Errorf("mode of the socket %v, want %v", got, want)
	}
	if got, want := addressOf(l), "unix:"+path; got != want {
		t.Errorf("addressOf %s, want %s", got, want)
	}

	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ address, want string }{
		{"unix:" + path, "listen unix:DIR/socket: another process serves there"},
		{"unix:" + file, "listen unix:DIR/file: there is something that is no socket"},
		{"unix:" + dir + "/no/socket", "listen unix DIR/no/socket: bind: no such file or directory"},
		{"unix:/" + strings.Repeat("long", 30), "listen unix:/" + strings.Repeat("long", 30) + ": a path of 121 bytes is too long for a socket: Linux takes 107"},
		{"localhost", "listen tcp: address localhost: missing port in address"},
	} {
		if _, err := listen(t.Context(), tt.address, 0o600); strings.ReplaceAll(textOf(err), dir, "DIR") != tt.want {
			t.Errorf("listen(%s): error %q, want %q", tt.address, textOf(err), tt.want)
		}
	}
	if text, err := os.ReadFile(file); string(text) != "precious" {
		t.Errorf("the file is now %q, %v", text, err)
	}
}

// TestListenAllOrNothing leaves no socket behind when an address cannot be had.
func TestListenAllOrNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	c := Default()
	c.Listen = []string{"unix:" + path, "nowhere"}
	if _, err := c.listen(t.Context()); err == nil {
		t.Error("listen does not fail")
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("the first socket is still there")
	}
	c.Listen = nil
	_, err := c.listen(t.Context())
	if want := "listen: names no address to serve on"; textOf(err) != want {
		t.Errorf("error %q, want %q", textOf(err), want)
	}
}

// TestNotify has systemd's end of the conversation.
func TestNotify(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	systemd, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Skip(err)
	}
	defer systemd.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	var got []string
	buf := make([]byte, 100)
	for _, state := range []string{"READY=1", "STOPPING=1"} {
		if err := notify(state); err != nil {
			t.Fatal(err)
		}
		n, err := systemd.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(buf[:n]))
	}
	if diff := cmp.Diff([]string{"READY=1", "STOPPING=1"}, got); diff != "" {
		t.Error(diff)
	}
	t.Setenv("NOTIFY_SOCKET", "")
	if err := notify("READY=1"); err != nil {
		t.Errorf("without systemd: %v", err)
	}
}

// TestWatchdog has systemd wait for a sign of life.
func TestWatchdog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	systemd, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Skip(err)
	}
	defer systemd.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "3000")
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { watchdog(ctx) })
	buf := make([]byte, 100)
	for range 2 {
		n, err := systemd.Read(buf)
		if got, want := string(buf[:n]), "WATCHDOG=1"; err != nil || got != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	stop()
	running.Wait()
}
