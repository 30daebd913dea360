package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
)

// parse reads the URL of a file or a redirect. Its error says nothing of the text:
// there may be a password in it.
func parse(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("not a URL of http or https")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// Redact returns a URL without what may be secret: user, password and query. It
// returns "URL" for what cannot be told apart.
func Redact(text string) string {
	u, err := parse(text)
	if err != nil {
		return "URL"
	}
	return redact(u)
}

func redact(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}

// follow asks for what a download still needs and goes where redirects lead.
func (c *Client) follow(ctx context.Context, origin *url.URL, r Request, d *download, dog *watchdog) (*http.Response, error) {
	at, via := origin, c.direct
	for range maxRedirects + 1 {
		header := d.header()
		if isSameOrigin(at, origin) {
			r.addTo(header, origin)
		}
		resp, public, err := c.ask(ctx, via, at, header, dog)
		if err != nil {
			return nil, redirected(at, origin, err)
		}
		if !isRedirect(resp.StatusCode) {
			return resp, nil
		}
		discard(resp.Body)
		next, err := target(at, resp.Header.Get("Location"))
		if err != nil {
			return nil, redirected(at, origin, err)
		}
		if public {
			via = c.public
		}
		at = next
	}
	return nil, &Error{Kind: Failed, Err: fmt.Errorf("more than %d redirects", maxRedirects)}
}

// ask sends one request and reports whether a public address answers, or nobody
// knows what address.
func (c *Client) ask(ctx context.Context, via *http.Transport, u *url.URL, header http.Header, dog *watchdog) (resp *http.Response, public bool, err error) {
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		if err := c.guardOf(via).check(a); err != nil {
			return nil, false, err // before a proxy is asked for it
		}
	}
	var peer netip.Addr
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if a, err := netip.ParseAddrPort(info.Conn.RemoteAddr().String()); err == nil {
			peer = plain(a.Addr())
		}
	}})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, false, errors.New("not a URL that can be asked for")
	}
	req.Header = header
	c.stats.requests.Add(1)
	dog.watch(dog.head, errSilent)
	resp, err = via.RoundTrip(req)
	return resp, !peer.IsValid() || isPublic(peer) || c.isProxied(req), err
}

// isProxied reports whether a request goes to a proxy.
func (c *Client) isProxied(req *http.Request) bool {
	if c.options.Proxy == nil {
		return false
	}
	proxy, err := c.options.Proxy(req)
	return err != nil || proxy != nil
}

func (c *Client) guardOf(t *http.Transport) guard {
	if t == c.public {
		return guard{}
	}
	return c.guard
}

// addTo adds what is for the request's own host alone.
func (r Request) addTo(header http.Header, origin *url.URL) {
	if origin.User != nil {
		password, _ := origin.User.Password()
		(&http.Request{Header: header}).SetBasicAuth(origin.User.Username(), password)
	}
	for name, values := range r.Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
}

func isSameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && hostKey(a.Hostname()) == hostKey(b.Hostname()) && portOf(a) == portOf(b)
}

// target returns where a redirect leads.
func target(from *url.URL, location string) (*url.URL, error) {
	ref, err := from.Parse(location)
	if err != nil || location == "" {
		return nil, &Error{Kind: Failed, Err: errors.New("redirect to no URL")}
	}
	to, err := parse(ref.String())
	switch {
	case err != nil:
		return nil, &Error{Kind: Refused, Err: fmt.Errorf("redirect: %w", err)}
	case from.Scheme == "https" && to.Scheme != "https":
		return nil, &Error{Kind: Refused, Err: fmt.Errorf("redirect from https to %s", redact(to))}
	}
	to.User = nil // it is the server's, not ours
	return to, nil
}

// redirected says in an error where the request had come to.
func redirected(at, origin *url.URL, err error) error {
	if at == origin {
		return err
	}
	where := "redirected to " + redact(at)
	if e, ok := errors.AsType[*Error](err); ok {
		return &Error{Kind: e.Kind, Err: fmt.Errorf("%s: %w", where, e.Err)}
	}
	return fmt.Errorf("%s: %w", where, err)
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// discard reads the short rest of a body, so that its connection can serve again,
// and closes it.
func discard(body io.ReadCloser) {
	const short = 4 << 10
	_, _ = io.CopyN(io.Discard, body, short)
	body.Close()
}
