package rpc

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"google.golang.org/grpc/health/grpc_health_v1"
)

// The health service says what Ready says, now and whenever that changes.
func TestHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ready atomic.Bool
		s := NewServer(engineOf(t, newHeld()), Options{Ready: func(context.Context) error {
			if !ready.Load() {
				return errors.New("no symbols yet")
			}
			return nil
		}})
		c := inMemory(t, s, DialOptions{})
		health := grpc_health_v1.NewHealthClient(c.conn)
		watch, err := health.Watch(t.Context(), &grpc_health_v1.HealthCheckRequest{})
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			ready bool
			want  grpc_health_v1.HealthCheckResponse_ServingStatus
			err   string
		}{
			{false, grpc_health_v1.HealthCheckResponse_NOT_SERVING, "Unavailable: the server is not ready"},
			{true, grpc_health_v1.HealthCheckResponse_SERVING, "<nil>"},
			{false, grpc_health_v1.HealthCheckResponse_NOT_SERVING, "Unavailable: the server is not ready"},
		} {
			ready.Store(tt.ready)
			if r, err := watch.Recv(); err != nil || r.GetStatus() != tt.want {
				t.Errorf("ready %v: Watch says %v, %v", tt.ready, r.GetStatus(), err)
			}
			for _, service := range []string{"", "nativesym.v1.Symbolicator"} {
				if r, err := health.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: service}); err != nil || r.GetStatus() != tt.want {
					t.Errorf("ready %v: Check(%q) says %v, %v", tt.ready, service, r.GetStatus(), err)
				}
			}
			if err := c.Ready(t.Context()); fmt.Sprint(err) != tt.err {
				t.Errorf("ready %v: the client says %v", tt.ready, err)
			}
		}
		_, err = health.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: "x"})
		if want := `rpc error: code = NotFound desc = no service "x"`; fmt.Sprint(err) != want {
			t.Errorf("of another service: %v, want %s", err, want)
		}
	})
}
