package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// readiness says whether requests would be answered well: the server listens and
// is not about to end, folders of debug files can be read, and the cache written.
// Servers on the net are not asked: they may be away for a while, and everything
// else is answered meanwhile.
type readiness struct {
	folders  []string
	cache    string
	services []string // that the health service knows
	serving  atomic.Bool
	health   *health.Server // follows
}

// readyInterval is how often the health service is brought up to date. What asks
// /readyz gets the state of the moment.
const readyInterval = 5 * time.Second

// watch keeps the health service up to date until ctx is done, and then has it say
// that this server is not to be asked any more.
func (r *readiness) watch(ctx context.Context) {
	tick := time.NewTicker(readyInterval)
	defer tick.Stop()
	for {
		r.update()
		select {
		case <-tick.C:
		case <-ctx.Done():
			r.serving.Store(false)
			r.health.Shutdown()
			return
		}
	}
}

func (r *readiness) update() {
	status := healthpb.HealthCheckResponse_SERVING
	if r.check() != nil {
		status = healthpb.HealthCheckResponse_NOT_SERVING
	}
	for _, service := range r.services {
		r.health.SetServingStatus(service, status)
	}
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
	_, err = f.Readdirnames(1)
	if err == nil || errors.Is(err, io.EOF) {
		return nil
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
