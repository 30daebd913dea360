package fetch

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

func countNew(n *atomic.Int32) func(net.Conn, http.ConnState) {
	return func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			n.Add(1)
		}
	}
}

// resolver returns a resolver that asks a server of the test. The server answers
// with the addresses of a name, one after the other at each question, and has
// never heard of any other name.
func resolver(t *testing.T, names map[string][]string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go answer(conn, names)
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// answer serves DNS (RFC 1035, 4.1): a header of 12 bytes, the question, and for an
// answer a pointer to its name, type, class, time to live and an address.
func answer(conn net.PacketConn, names map[string][]string) {
	asked := make(map[string]int)
	buf := make([]byte, 512)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		name, end := "", 12
		for buf[end] != 0 {
			name += string(buf[end+1:end+1+int(buf[end])]) + "."
			end += 1 + int(buf[end])
		}
		end += 5
		if end > n {
			continue
		}
		reply := append([]byte(nil), buf[:end]...)
		binary.BigEndian.PutUint16(reply[2:], 0x8180) // answer, recursion
		binary.BigEndian.PutUint32(reply[8:], 0)      // no other records
		list := names[strings.ToLower(name)]
		switch isA := binary.BigEndian.Uint16(buf[end-4:]) == 1; {
		case list == nil:
			reply[3] |= 3 // no such name
		case isA:
			a := netip.MustParseAddr(list[min(asked[name], len(list)-1)]).As4()
			asked[name]++
			reply[7] = 1
			reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
			reply = append(reply, a[:]...)
		}
		_, _ = conn.WriteTo(reply, from)
	}
}

func TestIsPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "1.1.1.1": true, "172.15.255.255": true, "172.32.0.0": true, "100.63.255.255": true, "100.128.0.0": true,
		"126.255.255.255": true, "128.0.0.1": true, "169.253.0.1": true, "223.255.255.255": true, "192.0.1.0": true, "198.20.0.0": true,
		"2606:4700::1111": true, "2a00:1450::1": true, "2001:200::1": true, "::ffff:8.8.8.8": true, "64:ff9b::8.8.8.8": true,
		"0.0.0.0": false, "0.1.2.3": false, "10.0.0.0": false, "10.255.255.255": false, "100.64.0.0": false, "100.127.255.255": false, "127.0.0.1": false,
		"127.255.255.255": false, "169.254.169.254": false, "172.16.0.0": false, "172.31.255.255": false, "192.0.0.8": false, "192.0.2.1": false,
		"192.88.99.1": false, "192.168.0.1": false, "198.18.0.1": false, "198.19.255.255": false, "198.51.100.1": false, "203.0.113.1": false,
		"224.0.0.1": false, "239.255.255.255": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "::8.8.8.8": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "64:ff9b::127.0.0.1": false, "64:ff9b::a9fe:a9fe": false,
		"64:ff9b:1::8.8.8.8": false, "100::1": false, "2001::1": false, "2001:1ff::1": false, "2001:db8::1": false, "2002:7f00:1::": false, "3fff::1": false,
		"5f00::1": false, "fc00::1": false, "fd00:ec2::254": false, "fe80::1": false, "fe80::1%lo": false, "2606:4700::1111%lo": true, "fec0::1": false, "ff02::1": false, "4000::1": false,
	} {
		a := netip.MustParseAddr(text)
		if got := (guard{}).admits(a); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestAllow(t *testing.T) {
	g, err := newGuard([]string{"10.0.0.0/8", "192.168.1.77/24", "::1", "[fd00::5]", "::ffff:127.0.0.9", "Symbols.Internal."})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "64:ff9b::10.1.2.3": true, "192.168.1.1": true, "::1": true, "fd00::5": true, "127.0.0.9": true,
		"11.0.0.1": true, "192.168.2.1": false, "127.0.0.1": false, "fd00::6": false, "169.254.169.254": false,
	} {
		if got := g.admits(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
	if !g.hosts["symbols.internal"] {
		t.Errorf("hosts %v", g.hosts)
	}
	for _, text := range []string{"", ".", "10.0.0.0/33", "a/b", "*.internal", "host:80", "http://host", "a b"} {
		want := fmt.Sprintf("%q: want an address, a range as 10.0.0.0/8 or the name of a host", text)
		if _, err := New(Options{Allow: []string{text}}); err == nil || err.Error() != want {
			t.Errorf("New: %v, want %s", err, want)
		}
	}
}

// Unless configuration allows it, no spelling of a machine's own address leads to a
// connection to it.
func TestRefusedWithoutConnection(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "secret") })
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	names := resolver(t, map[string][]string{"inside.test.": {"127.0.0.1"}, "metadata.test.": {"169.254.169.254"}})
	c := client(t, Options{Allow: []string{"127.0.0.2"}, Resolver: names})
	for _, tt := range []struct{ host, address string }{
		{"127.0.0.1", "127.0.0.1"},
		{"[::1]", "::1"},
		{"[::ffff:127.0.0.1]", "::ffff:127.0.0.1"},
		{"[::ffff:7f00:1]", "::ffff:127.0.0.1"},
		{"[64:ff9b::127.0.0.1]", "64:ff9b::7f00:1"},
		{"[fe80::1%25lo]", "fe80::1%lo"},
		{"0.0.0.0", "0.0.0.0"},
		{"[::]", "::"},
		{"169.254.169.254", "169.254.169.254"},
		{"inside.test.", "127.0.0.1"},
		{"INSIDE.test.", "127.0.0.1"},
		{"metadata.test.", "169.254.169.254"},
	} {
		_, kind, err := get(c, "http://"+tt.host+":"+port+"/")
		want := "http://" + tt.host + ":" + port + "/: address " + tt.address + " is not public and not allowed"
		if kind != Refused || err.Error() != want {
			t.Errorf("%s: %s: %v\nwant %s", tt.host, kind, err, want)
		}
	}
	// Spellings that C libraries take for addresses are names here, and unknown.
	for _, host := range []string{"2130706433", "0x7f000001", "127.1", "0177.0.0.1"} {
		if _, kind, err := get(c, "http://"+host+":"+port+"/"); kind != Failed {
			t.Errorf("%s: %s: %v", host, kind, err)
		}
	}
	if got := s.connections.Load(); got != 0 {
		t.Errorf("%d connections, want none", got)
	}
	if got := c.Stats().Blocked; got != nil {
		t.Errorf("blocked %v: a refusal is no failure of a host", got)
	}
}

// A name that resolves to an allowed address at first, and to another one at the
// next question, is refused then: no check lies before the lookup that counts.
func TestRebinding(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skipf("no second address of this machine: %v", err)
	}
	inside, err := net.Listen("tcp", "127.0.0.1:"+strings.TrimPrefix(l.Addr().String(), "127.0.0.2:"))
	if err != nil {
		t.Skip(err)
	}
	defer inside.Close()
	outside := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		io.WriteString(w, "first")
	})}
	go outside.Serve(l)
	defer outside.Close()
	c := client(t, Options{
		Allow:    []string{"127.0.0.2"},
		Resolver: resolver(t, map[string][]string{"rebind.test.": {"127.0.0.2", "127.0.0.1"}}),
	})
	at := "http://rebind.test.:" + strings.TrimPrefix(l.Addr().String(), "127.0.0.2:")
	if got, _, err := get(c, at); got != "first" || err != nil {
		t.Fatalf("first: %q, %v", got, err)
	}
	_, kind, err := get(c, at)
	if want := at + ": address 127.0.0.1 is not public and not allowed"; kind != Refused || err.Error() != want {
		t.Errorf("second: %s: %v, want %s", kind, err, want)
	}
}

func TestAllowedName(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "here") })
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	c := client(t, Options{
		Allow:    []string{"symbols.test"},
		Resolver: resolver(t, map[string][]string{"symbols.test.": {"127.0.0.1"}, "other.test.": {"127.0.0.1"}}),
	})
	if got, _, err := get(c, "http://Symbols.Test.:"+port); got != "here" || err != nil {
		t.Errorf("an allowed name: %q, %v", got, err)
	}
	if _, kind, err := get(c, "http://other.test.:"+port); kind != Refused {
		t.Errorf("another name of the same address: %v", err)
	}
}

// proxy is one that answers itself, for every host.
func proxy(t *testing.T, asked *atomic.Value, location string) *url.URL {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if req, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				asked.Store(req.RequestURI)
				if location != "" {
					fmt.Fprintf(conn, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", location)
				} else {
					io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere")
				}
			}
			conn.Close()
		}
	}()
	return &url.URL{Scheme: "http", Host: l.Addr().String()}
}

// A proxy is the configuration's word, wherever it is. Addresses behind it are
// still checked as far as they are known.
func TestProxy(t *testing.T) {
	var asked atomic.Value
	at := proxy(t, &asked, "")
	c := client(t, Options{Allow: []string{"::1"}, Proxy: func(*http.Request) (*url.URL, error) { return at, nil }})
	if got, _, err := get(c, "http://symbols.test/f"); got != "here" || err != nil || asked.Load() != "http://symbols.test/f" {
		t.Errorf("%q, %v, proxy asked for %v", got, err, asked.Load())
	}
	asked.Store("")
	_, kind, err := get(c, "http://10.0.0.1/f")
	if kind != Refused || err.Error() != "http://10.0.0.1/f: address 10.0.0.1 is not public and not allowed" || asked.Load() != "" {
		t.Errorf("%s: %v, proxy asked for %q", kind, err, asked.Load())
	}
	c = client(t, Options{Proxy: func(*http.Request) (*url.URL, error) { return nil, errors.New("http://user:secret@proxy") }})
	if _, kind, err = get(c, "http://symbols.test/f"); kind != Failed || err.Error() != "http://symbols.test/f: the URL of the proxy is none" {
		t.Errorf("%s: %v", kind, err)
	}
}

// What is allowed is for those who were asked for, and not for any server of the
// internet that redirects there. What is behind a proxy counts as such a server.
func TestPublicServersGetNoExceptions(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "inside") })
	var asked atomic.Value
	at := proxy(t, &asked, s.URL)
	c := client(t, Options{Proxy: func(r *http.Request) (*url.URL, error) {
		if r.URL.Hostname() == "symbols.test" {
			return at, nil
		}
		return nil, nil
	}})
	if got, _, err := get(c, s.URL); got != "inside" || err != nil {
		t.Fatalf("asked for itself: %q, %v", got, err)
	}
	before := s.requests.Load()
	_, kind, err := get(c, "http://symbols.test/f")
	if want := "http://symbols.test/f: redirected to " + s.URL + ": address 127.0.0.1 is not public and not allowed"; kind != Refused || err.Error() != want {
		t.Errorf("%s: %v\nwant %s", kind, err, want)
	}
	if s.requests.Load() != before {
		t.Error("the server is asked")
	}
}
