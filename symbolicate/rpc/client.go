package rpc

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/experimental"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/nativesym/nativesym/symbolicate"
	"github.com/nativesym/nativesym/symbolicate/eventpb"
)

// DialOptions say how a Client connects, and what its requests have in common. The
// zero value is for a server on this machine.
type DialOptions struct {
	// TLS, if not nil, secures the connection; its Certificates are shown to a server
	// that asks for one.
	TLS *tls.Config

	// Scope is the scope of all requests.
	Scope string

	// FromRaw is the engine's option of that name, for all events.
	FromRaw bool

	// ConnectTimeout is how long a call waits for a server that is not there, if its
	// context allows it. Zero means 10 seconds.
	ConnectTimeout time.Duration

	// GRPC are further options.
	GRPC []grpc.DialOption
}

// A Client has the methods of a [symbolicate.Symbolicator] that runs elsewhere. It
// is safe for concurrent use, and uses one connection, which it makes again when
// it breaks.
//
// Its errors are [*Error]. A call that did not get through is tried again: none
// changes anything, so that is always safe.
type Client struct {
	conn *grpc.ClientConn
	rpc  SymbolicatorClient
	opts DialOptions
}

// maxAnswer is how large an answer may be: an event of 32 MiB can become that.
const maxAnswer = 512 << 20

// Dial returns a client of the server at a target, "HOST:PORT" or "unix:PATH". The
// connection is made by the first call.
func Dial(target string, opts DialOptions) (*Client, error) {
	network, address, err := split(target)
	if err != nil {
		return nil, err
	}
	if opts.ConnectTimeout <= 0 {
		opts.ConnectTimeout = 10 * time.Second
	}
	authority := address
	if network == "unix" {
		authority = "localhost" // what a path cannot be
	}
	conn, err := grpc.NewClient("passthrough:///"+authority, append([]grpc.DialOption{
		grpc.WithTransportCredentials(transport(opts.TLS)),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			makeRoom(conn)
			return conn, err
		}),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(newCodec(new(textPool))), grpc.MaxCallRecvMsgSize(maxAnswer)),
		grpc.WithDisableRetry(), // the client's own knows what is safe
		grpc.WithStaticStreamWindowSize(answerWindow),
		grpc.WithStaticConnWindowSize(answerConnWindow),
		grpc.WithReadBufferSize(socketBuffer),
		grpc.WithWriteBufferSize(socketBuffer),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: pingIdleAfter, Timeout: pingTimeout}),
		experimental.WithBufferPool(new(frames)),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: retryAfter / 2, Multiplier: 1.5, Jitter: 0.2, MaxDelay: 2 * time.Second},
			MinConnectTimeout: opts.ConnectTimeout,
		}),
	}, opts.GRPC...)...)
	if err != nil {
		return nil, err
	}
	return &Client{conn: conn, rpc: NewSymbolicatorClient(conn), opts: opts}, nil
}

// Close ends the connection, and calls that are under way.
func (c *Client) Close() error { return c.conn.Close() }

// Event is [symbolicate.Symbolicator.Event].
func (c *Client) Event(ctx context.Context, text []byte) ([]byte, error) {
	r, err := try(ctx, c, c.rpc.SymbolicateEvent, c.request(text, false))
	return r.GetJson(), err
}

// Explain is [symbolicate.Symbolicator.Explain].
func (c *Client) Explain(ctx context.Context, text []byte) ([]byte, *symbolicate.Report, error) {
	r, err := try(ctx, c, c.rpc.SymbolicateEvent, c.request(text, true))
	if err != nil {
		return nil, nil, err
	}
	return r.GetJson(), toReport(r.GetReport()), nil
}

func (c *Client) request(text []byte, explain bool) *SymbolicateEventRequest {
	return &SymbolicateEventRequest{
		Scope:   c.opts.Scope,
		Options: &EventOptions{FromRaw: c.opts.FromRaw, Explain: explain},
		Event:   &SymbolicateEventRequest_Json{Json: text},
	}
}

// Protobuf is [eventpb.Symbolicate].
func (c *Client) Protobuf(ctx context.Context, ev *eventpb.Event) (*eventpb.Event, *symbolicate.Report, error) {
	request := c.request(nil, true)
	request.Event = &SymbolicateEventRequest_Protobuf{Protobuf: ev}
	r, err := try(ctx, c, c.rpc.SymbolicateEvent, request)
	if err != nil {
		return nil, nil, err
	}
	return r.GetProtobuf(), toReport(r.GetReport()), nil
}

// Stacktraces symbolicates stack traces without an event around them. A request
// without a scope gets the client's.
func (c *Client) Stacktraces(ctx context.Context, r *SymbolicateStacktracesRequest) (*SymbolicateStacktracesResponse, error) {
	if r.GetScope() == "" && c.opts.Scope != "" {
		r = proto.CloneOf(r)
		r.Scope = c.opts.Scope
	}
	return try(ctx, c, c.rpc.SymbolicateStacktraces, r)
}

// Ready returns nil if the server is there and ready.
func (c *Client) Ready(ctx context.Context) error {
	r, err := try(ctx, c, grpc_health_v1.NewHealthClient(c.conn).Check, &grpc_health_v1.HealthCheckRequest{})
	if err == nil && r.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
		err = &Error{status.New(codes.Unavailable, "the server is not ready")}
	}
	return err
}

// maxTries is how often a call is tried that did not get through.
const maxTries = 4

// try makes a call, several times if it did not get through.
func try[Q, A any](ctx context.Context, c *Client, do func(context.Context, Q, ...grpc.CallOption) (A, error), request Q) (answer A, err error) {
	for n := 1; ; n++ {
		connected := c.connect(ctx)
		if answer, err = do(ctx, request); err == nil {
			return answer, nil
		}
		failed := &Error{status.Convert(err)}
		if !connected || !c.again(ctx, n, failed) {
			return answer, failed
		}
	}
}

// connect waits for the connection, as long as it may, and reports whether it is
// there. What is wrong with it is what the call then says.
func (c *Client) connect(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, c.opts.ConnectTimeout)
	defer cancel()
	for state := c.conn.GetState(); state != connectivity.Ready && state != connectivity.Shutdown; state = c.conn.GetState() {
		c.conn.Connect()
		if !c.conn.WaitForStateChange(ctx, state) {
			return false
		}
	}
	return true
}

// again waits until a call may be tried again that failed n times. It reports
// whether it should be.
func (c *Client) again(ctx context.Context, n int, err *Error) bool {
	overloaded := err.Reason() == ErrorReason_OVERLOADED
	if n >= maxTries || !overloaded && err.st.Code() != codes.Unavailable || c.conn.GetState() == connectivity.Shutdown {
		return false
	}
	select {
	case <-time.After(retryAfter << (n - 1)):
		return true
	case <-ctx.Done():
		return false
	}
}
