// Package fetch downloads files over HTTP from servers that are not trusted, on a
// network where not every host may be reached.
//
// Three strangers have a say in a download: who wrote the URL, who answers names,
// and the server. None of them leads a request to an address that is not public, be
// it by a name that resolves to one, one that resolves to another at the second
// question, or a redirect: the address is checked when the connection is made. What
// a configuration allows beyond public addresses is for the URL that was asked for
// and for the servers it allows: a public server cannot redirect to it. Headers and
// passwords go to the host they were given for and no other, and never from https
// to http.
//
// A server cannot keep a download busy: redirects, header, size, time and the
// slowest progress have limits. Nothing is unpacked on the way. What reaches the
// writer without an error is one file as the server has it, whole as far as HTTP can
// tell: a body that breaks off is continued only with bytes of the same file. A host
// that keeps failing is left alone for a while.
package fetch

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Options say what a [Client] may do. The zero value is for servers on the internet.
type Options struct {
	// Allow lists what may be reached besides public addresses: addresses
	// ("127.0.0.1"), ranges ("10.0.0.0/8") and names of hosts ("symbols.internal").
	// A name allows the least: any host that is asked for may resolve to an address
	// that is allowed.
	Allow []string

	// Proxy returns the proxy for a URL, nil for none, as http.ProxyFromEnvironment
	// does. Without it no proxy is used. Behind a proxy it is the proxy that
	// resolves names: what they may resolve to is up to it.
	Proxy func(*http.Request) (*url.URL, error)

	TLS      *tls.Config   // nil: that of the system
	Resolver *net.Resolver // of names; nil: that of the system

	MaxSize     int64         // bytes of a file; 0: DefaultMaxSize
	Concurrency int           // downloads from one host at the same time, others wait; 0: 16
	Timeout     time.Duration // for a download with its retries; 0: 5 min
	HeadTimeout time.Duration // until a server begins to answer; 0: 10 s
	Stall       time.Duration // in which at least 16 KiB come, or the rest; 0: 20 s
	Backoff     time.Duration // before the first retry, doubled with each; 0: 250 ms
}

// DefaultMaxSize is how many bytes the largest debug files of games and browsers have.
const DefaultMaxSize = 8 << 30

const (
	defaultConcurrency = 16
	defaultTimeout     = 5 * time.Minute
	defaultHeadTimeout = 10 * time.Second
	defaultStall       = 20 * time.Second
	defaultBackoff     = 250 * time.Millisecond

	connectTimeout = 5 * time.Second
	maxHead        = 64 << 10 // bytes of a response's header
	maxRedirects   = 5        // stores redirect once or twice: to a bucket, to a mirror
	attempts       = 3
	maxRetryAfter  = 5 * time.Second // longer than that somebody else may have the file
)

func (o Options) withDefaults() Options {
	o.MaxSize = cmp.Or(o.MaxSize, DefaultMaxSize)
	o.Concurrency = cmp.Or(o.Concurrency, defaultConcurrency)
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	o.HeadTimeout = cmp.Or(o.HeadTimeout, defaultHeadTimeout)
	o.Stall = cmp.Or(o.Stall, defaultStall)
	o.Backoff = cmp.Or(o.Backoff, defaultBackoff)
	return o
}

// A Client downloads files. It is safe for concurrent use.
type Client struct {
	options Options
	guard   guard
	direct  *http.Transport // to what the guard allows
	public  *http.Transport // to public addresses alone
	hosts   hosts
	stats   stats
}

// New returns a client. The error is about Options.Allow.
func New(o Options) (*Client, error) {
	g, err := newGuard(o.Allow)
	if err != nil {
		return nil, err
	}
	c := &Client{options: o.withDefaults(), guard: g}
	c.direct, c.public = c.transport(g), c.transport(guard{})
	return c, nil
}

// transport returns a way to make connections under a guard.
func (c *Client) transport(g guard) *http.Transport {
	d := dialer{guard: g, net: net.Dialer{Timeout: connectTimeout, Resolver: c.options.Resolver}}
	t := &http.Transport{
		DialContext:            d.dial,
		TLSClientConfig:        c.options.TLS.Clone(),
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHead,
		TLSHandshakeTimeout:    connectTimeout,
		IdleConnTimeout:        30 * time.Second,
		MaxIdleConnsPerHost:    8,
	}
	if c.options.Proxy != nil {
		t.Proxy = d.viaProxy(c.options.Proxy)
	}
	return t
}

// Close closes connections that are kept for the next request.
func (c *Client) Close() {
	c.direct.CloseIdleConnections()
	c.public.CloseIdleConnections()
}

// A Request names a file.
type Request struct {
	// URL is where the file is. A user and password in it are sent to its host.
	URL string

	// Header is sent to the host of the URL, and to no host that it redirects to.
	Header http.Header

	// HeadTimeout replaces that of the client for servers that look long before
	// they answer. 0: that of the client.
	HeadTimeout time.Duration
}

// Get writes a file to w. A failure is tried again, a little later, as long as it
// may pass: what w was given is then continued, never repeated. After an error the
// content of w is of no use. The error is an [*Error] unless it is that of w.
func (c *Client) Get(ctx context.Context, r Request, w io.Writer) error {
	origin, err := parse(r.URL)
	if err != nil {
		return &Error{Kind: Refused, URL: Redact(r.URL), Err: err}
	}
	err = c.get(ctx, origin, r, w)
	if e, ok := errors.AsType[*Error](err); ok {
		e.URL = redact(origin)
	}
	c.stats.count(err)
	return err
}

// get downloads a file when its host has a slot, unless that is left alone.
func (c *Client) get(ctx context.Context, origin *url.URL, r Request, w io.Writer) error {
	host := c.hosts.get(origin.Host, c.options.Concurrency)
	if err := host.enter(ctx); err != nil {
		return classify(ctx, err)
	}
	defer host.leave()
	if until, refused := host.refuses(time.Now()); refused {
		return &Error{Kind: Blocked, Err: errBlocked(until)}
	}
	err := c.download(ctx, origin, r, w)
	switch e, ok := errors.AsType[*Error](err); {
	case ok && e.Kind.isServers():
		if ctx.Err() == nil {
			host.fail(time.Now())
		}
	case !ok || e.Kind != Refused:
		host.work()
	}
	return err
}

// download tries to get a file, several times if need be.
func (c *Client) download(ctx context.Context, origin *url.URL, r Request, w io.Writer) error {
	limited, cancel := context.WithTimeoutCause(ctx, c.options.Timeout, errTimeout)
	defer cancel()
	d := newDownload(w, c.options.MaxSize)
	for attempt := 1; ; attempt++ {
		err := c.attempt(limited, origin, r, d)
		failure, ok := errors.AsType[*Error](err)
		if !ok || attempt == attempts || !failure.mayPass() || limited.Err() != nil {
			return err
		}
		pause := c.options.Backoff << (attempt - 1)
		pause = max(failure.retryAfter, pause/2+rand.N(pause/2+1))
		if wait(limited, pause) != nil {
			return err
		}
		c.stats.retries.Add(1)
	}
}

// attempt asks for what a download still needs.
func (c *Client) attempt(ctx context.Context, origin *url.URL, r Request, d *download) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	dog := &watchdog{cancel: cancel, head: cmp.Or(r.HeadTimeout, c.options.HeadTimeout)}
	defer dog.stop()
	resp, err := c.follow(ctx, origin, r, d, dog)
	if err != nil {
		return classify(ctx, err)
	}
	defer resp.Body.Close()
	dog.watch(c.options.Stall, errStalled)
	n, err := d.receive(resp, dog)
	c.stats.bytes.Add(uint64(n))
	return classify(ctx, err)
}

// wait returns after a pause, or with an error once the context is done.
func wait(ctx context.Context, pause time.Duration) error {
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
