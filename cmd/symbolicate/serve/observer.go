package serve

import (
	"cmp"
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	"github.com/nativesym/nativesym/symbolicate/rpc"
)

// An observer counts requests and logs them: each at level debug, those that
// failed as warnings.
type observer struct {
	log     *slog.Logger
	metrics *metrics
}

// A request is what is known of a request before it is read.
type request struct{ id, method string }

type requestKey struct{}

// requestID returns how logs call a request: by its x-request-id, or by a name
// that was made up.
func requestID(ctx context.Context) string {
	r, _ := ctx.Value(requestKey{}).(*request)
	if r == nil {
		return ""
	}
	return r.id
}

// TagRPC gives a request its id.
func (o *observer) TagRPC(ctx context.Context, info *stats.RPCTagInfo) context.Context {
	r := &request{method: cmp.Or(methods[info.FullMethodName], "other")}
	if ids := metadata.ValueFromIncomingContext(ctx, "x-request-id"); len(ids) > 0 && len(ids[0]) <= maxRequestID {
		r.id = ids[0]
	} else {
		r.id = rand.Text()[:12] // 60 bits: never twice in one log
	}
	return context.WithValue(ctx, requestKey{}, r)
}

// methods are those that are called by their names in metrics and logs. All others
// have one name together: most are of the caller's invention.
var methods = func() map[string]string {
	names := make(map[string]string)
	for _, service := range []grpc.ServiceDesc{rpc.Symbolicator_ServiceDesc, grpc_health_v1.Health_ServiceDesc} {
		for _, m := range service.Methods {
			names["/"+service.ServiceName+"/"+m.MethodName] = m.MethodName
		}
		for _, s := range service.Streams {
			names["/"+service.ServiceName+"/"+s.StreamName] = s.StreamName
		}
	}
	return names
}()

// maxRequestID is how long a caller's id may be: for a UUID with a prefix.
const maxRequestID = 128

// HandleRPC counts and logs a request.
func (o *observer) HandleRPC(ctx context.Context, s stats.RPCStats) {
	r, _ := ctx.Value(requestKey{}).(*request)
	if r == nil {
		return
	}
	switch s := s.(type) {
	case *stats.Begin:
		o.metrics.inFlight.Inc()
	case *stats.InPayload:
		if strings.HasPrefix(r.method, "SymbolicateEvent") {
			o.metrics.events.Inc()
		}
	case *stats.End:
		o.metrics.inFlight.Dec()
		took := s.EndTime.Sub(s.BeginTime)
		code := status.Code(s.Error)
		o.metrics.seconds.WithLabelValues(r.method, code.String()).Observe(took.Seconds())
		o.logEnd(ctx, r, code, took, s.Error)
	}
}

func (o *observer) logEnd(ctx context.Context, r *request, code codes.Code, took time.Duration, err error) {
	level := slog.LevelWarn
	if code == codes.OK || code == codes.Canceled {
		level = slog.LevelDebug
	}
	if !o.log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("request", r.id), slog.String("method", r.method),
		slog.String("code", code.String()), slog.Duration("took", took),
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", short(status.Convert(err).Message())))
	}
	o.log.LogAttrs(ctx, level, "request", attrs...)
}

// TagConn and HandleConn are for connections, which nobody counts.
func (o *observer) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

// HandleConn does nothing.
func (o *observer) HandleConn(context.Context, stats.ConnStats) {}
