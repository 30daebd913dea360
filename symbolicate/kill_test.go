package symbolicate

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
)

// victims are how many processes are killed; each a little later than the last.
const victims = 12

// A process that is killed while it compiles, or while it writes, leaves a cache
// that the next one uses.
func TestKilledWhileCompiling(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	symbols, dir := t.TempDir(), t.TempDir()
	objects := []string{shopDebug, "bin/parcel/gcc-dwarf5/prog", "bin/parcel/clang-embed/prog", "bin/parcel/gcc-zdebug/prog"}
	var events [][]byte
	var want []string
	for i, object := range objects {
		plantOld(t, symbols, map[string]string{fmt.Sprint(i): object})
		events = append(events, crashIn(t, object, shopMain))
	}
	if err := os.WriteFile(filepath.Join(dir, "events"), bytes.Join(events, []byte("\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	plain := New(Options{Sources: []Source{source.NewDir(symbols)}})
	for _, event := range events {
		want = append(want, mustEvent(t, plain, event))
	}
	cache := filepath.Join(dir, "cache")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for n := range victims {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), victimVariable+"="+dir+"\n"+symbols)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(n*n) * 100 * time.Microsecond) // where it is hit is left to chance
		cmd.Process.Kill()
		cmd.Wait()
		s := New(Options{Sources: []Source{source.NewDir(symbols)}, Cache: openCache(t, cache)})
		for i, event := range events {
			if n%2 == 0 && i > n/4 {
				break // the next one finds these as the victims left them
			}
			if got := mustEvent(t, s, event); got != want[i] {
				t.Errorf("after %d victims: got %s\nwant %s", n+1, got, want[i])
			}
		}
		if got := s.Stats().CacheFaults; got != 0 {
			t.Errorf("after %d victims: %d faults of the cache", n+1, got)
		}
	}
}

// victim compiles what it can until it is killed.
func victim(dirs string) error {
	dir, symbols, _ := strings.Cut(dirs, "\n")
	events, err := os.ReadFile(filepath.Join(dir, "events"))
	if err != nil {
		return err
	}
	fmt.Println("ready")
	c, err := filecache.Open(filepath.Join(dir, "cache"), filecache.Options{})
	if err != nil {
		return err
	}
	for {
		s := New(Options{Sources: []Source{source.NewDir(symbols)}, Cache: c})
		for event := range bytes.Lines(events) {
			if _, err := s.Event(context.Background(), bytes.TrimSpace(event)); err != nil {
				return err
			}
		}
		if _, err := c.GC(context.Background(), filecache.GCOptions{MaxBytes: -1}); err != nil {
			return err
		}
	}
}
