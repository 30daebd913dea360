//go:build unix

package objfile

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
)

// Opening a pipe that nobody writes to would wait for ever.
func TestOpenPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	f, err := Open(path)
	if want := path + ": not a regular file"; f != nil || fmt.Sprint(err) != want {
		t.Errorf("Open(%s):\n got %v\nwant %s", path, err, want)
	}
}
