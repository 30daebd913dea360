package rpc

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// watchEvery is how often those who watch the health are told of a change.
const watchEvery = time.Second

// health is the service grpc.health.v1.Health. It asks when it is asked, so that
// its answer is never an old one.
type health struct {
	grpc_health_v1.UnimplementedHealthServer
	s *Server
}

// state returns whether a service is serving; "" stands for all.
func (h *health) state(ctx context.Context, service string) grpc_health_v1.HealthCheckResponse_ServingStatus {
	switch {
	case service != "" && service != Symbolicator_ServiceDesc.ServiceName:
		return grpc_health_v1.HealthCheckResponse_SERVICE_UNKNOWN
	case h.s.draining.Err() != nil, h.s.opts.Ready(ctx) != nil:
		return grpc_health_v1.HealthCheckResponse_NOT_SERVING
	}
	return grpc_health_v1.HealthCheckResponse_SERVING
}

// Check says whether a service is ready.
func (h *health) Check(ctx context.Context, r *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	state := h.state(ctx, r.GetService())
	if state == grpc_health_v1.HealthCheckResponse_SERVICE_UNKNOWN {
		return nil, status.Errorf(codes.NotFound, "no service %q", r.GetService())
	}
	return &grpc_health_v1.HealthCheckResponse{Status: state}, nil
}

// Watch says it now and whenever it changes, until the server shuts down.
func (h *health) Watch(r *grpc_health_v1.HealthCheckRequest, stream grpc.ServerStreamingServer[grpc_health_v1.HealthCheckResponse]) error {
	ctx := stream.Context()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	said := grpc_health_v1.HealthCheckResponse_UNKNOWN
	for {
		if state := h.state(ctx, r.GetService()); state != said {
			if err := stream.Send(&grpc_health_v1.HealthCheckResponse{Status: state}); err != nil {
				return err
			}
			said = state
		}
		if h.s.draining.Err() != nil {
			return shuttingDown()
		}
		select {
		case <-tick.C:
		case <-h.s.draining.Done():
		case <-ctx.Done():
			return status.FromContextError(ctx.Err()).Err()
		}
	}
}
