package serve

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
)

// readiness says whether requests would be answered well: the server listens and
// is not about to end, folders of debug files can be read, and the cache written.
// Servers on the net are not asked: they may be away for a while, and everything
// else is answered meanwhile.
type readiness struct {
	folders []string
	cache   string // "" none
	serving atomic.Bool
}

// check returns why this server is not ready, or nil.
func (r *readiness) check() error {
	if !r.serving.Load() {
		return errors.New("not serving")
	}
	for _, dir := range r.folders {
		if err := readable(dir); err != nil {
			return fmt.Errorf("symbols: %w", err)
		}
	}
	if r.cache != "" {
		if err := writable(r.cache); err != nil {
			return fmt.Errorf("cache: %w", err)
		}
	}
	return nil
}

func readable(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err = f.Readdirnames(1); errors.Is(err, io.EOF) {
		return nil // empty: files may come
	}
	return err
}

func writable(dir string) error {
	f, err := os.CreateTemp(dir, "ready-")
	if err != nil {
		return err
	}
	_, err = f.WriteString("x") // a full disk has room for names
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}
