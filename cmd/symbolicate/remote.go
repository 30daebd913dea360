package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"iter"
	"os"
	"runtime"
	"time"

	"github.com/spf13/pflag"

	"github.com/nativesym/nativesym/symbolicate"
	"github.com/nativesym/nativesym/symbolicate/eventpb"
	"github.com/nativesym/nativesym/symbolicate/rpc"
)

// A symbolicator is the engine: in this process, or in a server.
type symbolicator interface {
	Explain(ctx context.Context, text []byte) ([]byte, *symbolicate.Report, error)
	Protobuf(ctx context.Context, ev *eventpb.Event) (*eventpb.Event, *symbolicate.Report, error)
	Events(ctx context.Context, events iter.Seq[[]byte]) iter.Seq2[[]byte, error]
}

// A local symbolicator is in this process. Of a stream it does as many events at a
// time as there are processors.
type local struct{ *symbolicate.Symbolicator }

func (l local) Protobuf(ctx context.Context, ev *eventpb.Event) (*eventpb.Event, *symbolicate.Report, error) {
	return eventpb.Symbolicate(ctx, l.Symbolicator, ev)
}

func (l local) Events(ctx context.Context, events iter.Seq[[]byte]) iter.Seq2[[]byte, error] {
	return l.Symbolicator.Events(ctx, events, runtime.GOMAXPROCS(0))
}

// A remote says which server symbolicates, if one does.
type remote struct {
	set                 *pflag.FlagSet
	target, scope       string
	tls                 bool
	ca, cert, key, name string
}

func (r *remote) define(into *pflag.FlagSet) {
	f := pflag.NewFlagSet("remote", pflag.ContinueOnError)
	f.StringVar(&r.target, "remote", "", "have the server at `address` do it, HOST:PORT or unix:PATH, with its debug files")
	f.StringVar(&r.scope, "scope", "", "`name` of the scope whose debug files the server may use as well")
	f.BoolVar(&r.tls, "tls", false, "connect by TLS; implied by the following")
	f.StringVar(&r.ca, "tls-ca", "", "`file` with the authorities (PEM) that may vouch for the server (default the system's)")
	f.StringVar(&r.cert, "tls-cert", "", "`file` with a certificate (PEM) to show to the server")
	f.StringVar(&r.key, "tls-key", "", "`file` with its key (PEM)")
	f.StringVar(&r.name, "tls-name", "", "`name` that the server's certificate must have (default the host's)")
	f.SortFlags = false
	r.set = f
	into.AddFlagSet(f)
}

// connectTimeout is how long a server may take to be there: it may just be starting.
const connectTimeout = 3 * time.Second

// dial returns a client of the server.
func (r *remote) dial(fromRaw bool) (*rpc.Client, error) {
	config, err := r.tlsConfig()
	if err != nil {
		return nil, err
	}
	client, err := rpc.Dial(r.target, rpc.DialOptions{Scope: r.scope, FromRaw: fromRaw, TLS: config, ConnectTimeout: connectTimeout})
	if err != nil {
		return nil, usagef("--remote: %w", err)
	}
	return client, nil
}

// tlsConfig returns how to connect, nil for without TLS.
func (r *remote) tlsConfig() (*tls.Config, error) {
	if !r.tls && r.ca+r.cert+r.key+r.name == "" {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: r.name}
	if r.ca != "" {
		text, err := os.ReadFile(r.ca)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("--tls-ca %s: has no certificate (PEM)", r.ca)
		}
	}
	if (r.cert == "") != (r.key == "") {
		return nil, usagef("--tls-cert and --tls-key: want both or none")
	}
	if r.cert != "" {
		pair, err := tls.LoadX509KeyPair(r.cert, r.key)
		if err != nil {
			return nil, fmt.Errorf("--tls-cert, --tls-key: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}
