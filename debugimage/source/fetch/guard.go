package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
)

// A guard says which addresses may be connected to: public ones, and what it
// allows besides. The zero guard allows nothing besides.
type guard struct {
	ranges []netip.Prefix
	hosts  map[string]bool // lower case: whatever they resolve to
}

// newGuard reads what is allowed: addresses, ranges and names of hosts.
func newGuard(allow []string) (guard, error) {
	g := guard{hosts: make(map[string]bool)}
	for _, text := range allow {
		if r, err := netip.ParsePrefix(text); err == nil {
			g.ranges = append(g.ranges, r.Masked())
		} else if a, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
			a = plain(a)
			g.ranges = append(g.ranges, netip.PrefixFrom(a, a.BitLen()))
		} else if name := hostKey(text); name != "" && !strings.ContainsAny(name, "/:@ *") {
			g.hosts[name] = true
		} else {
			return guard{}, fmt.Errorf("%q: want an address, a range as 10.0.0.0/8 or the name of a host", text)
		}
	}
	return g, nil
}

// hostKey returns a host's name as the guard compares it.
func hostKey(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

// admits reports whether an address may be connected to.
func (g guard) admits(a netip.Addr) bool {
	a = plain(a)
	for _, r := range g.ranges {
		if r.Contains(a) {
			return true
		}
	}
	return isPublic(a)
}

// check returns an error for an address that must not be connected to.
func (g guard) check(a netip.Addr) error {
	if !g.admits(a) {
		return &Error{Kind: Refused, Err: fmt.Errorf("address %s is not public and not allowed", a)}
	}
	return nil
}

// notPublic are the ranges within IPv4, and within what IPv6 assigns (2000::/3),
// that are not for hosts of the internet: IANA's registries of special-purpose
// addresses.
var notPublic = prefixes(`
	0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12
	192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15
	198.51.100.0/24 203.0.113.0/24 224.0.0.0/3
	2001::/23 2001:db8::/32 2002::/16 3fff::/20
`)

var (
	assigned = netip.MustParsePrefix("2000::/3")
	nat64    = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052: ends in an IPv4 address
)

func prefixes(text string) (list []netip.Prefix) {
	for _, p := range strings.Fields(text) {
		list = append(list, netip.MustParsePrefix(p))
	}
	return list
}

// isPublic reports whether a plain address is one of the internet's. A network that
// wraps IPv4 in a prefix of its own (NAT64 other than 64:ff9b::/96) cannot be told:
// its gateway has to refuse what is not for the internet.
func isPublic(a netip.Addr) bool {
	if !a.Is4() && !assigned.Contains(a) {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// plain returns the address that packets reach in the end: without a zone, and
// IPv4 where IPv6 only wraps it.
func plain(a netip.Addr) netip.Addr {
	a = a.WithZone("").Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		return netip.AddrFrom4([4]byte(b[12:]))
	}
	return a
}

// A dialer makes connections under a guard.
type dialer struct {
	guard   guard
	net     net.Dialer
	proxies sync.Map // "host:port" of proxies, which the configuration names
}

// dial connects to a host, if its address at this very moment is one it may have.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	n := d.net
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if _, isProxy := d.proxies.Load(address); !isProxy && !d.guard.hosts[hostKey(host)] {
		n.ControlContext = d.control
	}
	return n.DialContext(ctx, network, address)
}

// control is called for each address that a name resolves to, before a connection
// is attempted.
func (d *dialer) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return &Error{Kind: Refused, Err: fmt.Errorf("address %q: not of the internet", address)}
	}
	return d.guard.check(a.Addr())
}

// viaProxy returns choose, keeping which proxies it names.
func (d *dialer) viaProxy(choose func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		u, err := choose(r)
		switch {
		case err != nil:
			return nil, errors.New("the URL of the proxy is none") // there may be a password in it
		case u != nil:
			d.proxies.Store(net.JoinHostPort(u.Hostname(), portOf(u)), true)
		}
		return u, nil
	}
}

// portOf returns the port of a URL, that of its scheme if it has none.
func portOf(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	switch u.Scheme {
	case "https":
		return "443"
	case "socks5", "socks5h":
		return "1080"
	}
	return "80"
}
