package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestRedirects(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/file"):
			io.WriteString(w, "file")
		case strings.HasPrefix(r.URL.Path, "/hops/"):
			next := r.URL.Path + "x"
			if len(next) > len("/hops/xxxxx") {
				next = "/file"
			}
			http.Redirect(w, r, next, http.StatusMovedPermanently)
		case r.URL.Path == "/none":
			w.WriteHeader(http.StatusFound)
		default:
			w.Header().Set("Location", r.URL.Query().Get("to"))
			w.WriteHeader(http.StatusTemporaryRedirect)
		}
	})
	c := client(t, Options{})
	port := s.URL[strings.LastIndexByte(s.URL, ':'):]
	to := func(location string) string { return "/r?to=" + url.QueryEscape(location) }
	for _, ok := range []string{"/file", to("file2"), to("/file?x"), to(s.URL + "/file#y"), to("//127.0.0.1" + port + "/file"), "/hops/x"} {
		if got, _, err := get(c, s.URL+ok); got != "file" || err != nil {
			t.Errorf("%s: %q, %v", ok, got, err)
		}
	}
	for _, tt := range []struct {
		path string
		kind Kind
		text string
	}{
		{"/none", Failed, "SERVER/none: redirect to no URL"},
		{to("http://a b/"), Failed, "SERVER/r: redirect to no URL"},
		{to("/r?to=/r"), Failed, "SERVER/r: redirected to SERVER/r: redirect to no URL"},
		{"/hops/", Failed, "SERVER/hops/: more than 5 redirects"},
		{to("file:///etc/passwd"), Refused, "SERVER/r: redirect: not a URL of http or https"},
		{to("gopher://127.0.0.1:70/x"), Refused, "SERVER/r: redirect: not a URL of http or https"},
		{to("http://169.254.169.254/latest/meta-data/?secret"), Refused, "SERVER/r: redirected to http://169.254.169.254/latest/meta-data/: address 169.254.169.254 is not public and not allowed"},
		{to("http://[::1]" + port), Refused, "SERVER/r: redirected to http://[::1]" + port + ": address ::1 is not public and not allowed"},
		{to("http://user:password@10.0.0.1/a?b"), Refused, "SERVER/r: redirected to http://10.0.0.1/a: address 10.0.0.1 is not public and not allowed"},
	} {
		_, _, err := get(c, s.URL+tt.path)
		wantError(t, s, err, tt.kind, tt.text)
	}
}

// A redirect to an address that only another spelling allows is refused, too.
func TestRedirectToMappedAddress(t *testing.T) {
	inside := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "secret") })
	mapped := strings.Replace(inside.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1)
	outside := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, mapped, http.StatusFound) })
	named := strings.Replace(outside.URL, "127.0.0.1", "outside.test.", 1)
	c := client(t, Options{
		Allow:    []string{"outside.test"},
		Resolver: resolver(t, map[string][]string{"outside.test.": {"127.0.0.1"}}),
	})
	_, kind, err := get(c, named)
	if want := named + ": redirected to " + mapped + ": address ::ffff:127.0.0.1 is not public and not allowed"; kind != Refused || err.Error() != want {
		t.Errorf("%s: %v\nwant %s", kind, err, want)
	}
	if got := inside.connections.Load(); got != 0 {
		t.Errorf("%d connections, want none", got)
	}
}

// What was given for a host goes to it alone.
func TestSecretsStay(t *testing.T) {
	var got http.Header
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { got = r.Header.Clone() })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/file" {
			got = r.Header.Clone()
			return
		}
		if user, password, _ := r.BasicAuth(); user != "me" || password != "secret" || r.Header.Get("X-Token") != "secret" {
			t.Errorf("header %v", r.Header)
		}
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	})
	c := client(t, Options{})
	ask := func(to string) {
		t.Helper()
		got = nil
		at := strings.Replace(s.URL, "//", "//me:secret@", 1) + "/r?to=" + url.QueryEscape(to)
		if err := c.Get(t.Context(), Request{URL: at, Header: http.Header{"x-token": {"secret"}}}, io.Discard); err != nil {
			t.Error(err)
		}
	}
	ask("/file")
	if got.Get("X-Token") != "secret" || got.Get("Authorization") == "" {
		t.Errorf("to the same host: %v", got)
	}
	ask(strings.Replace(other.URL, "//", "//they:theirs@", 1))
	if got.Get("X-Token") != "" || got.Get("Authorization") != "" || got.Get("Referer") != "" || got.Get("User-Agent") != "nativesym" {
		t.Errorf("to another host: %v", got)
	}
}

func TestNoDowngrade(t *testing.T) {
	plain := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "plain") })
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/file" {
			io.WriteString(w, "secure")
			return
		}
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	}))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	pool := x509.NewCertPool()
	pool.AddCert(secure.Certificate())
	c := client(t, Options{TLS: &tls.Config{RootCAs: pool}})
	if got, _, err := get(c, secure.URL+"/r?to=/file"); got != "secure" || err != nil {
		t.Errorf("to https: %q, %v", got, err)
	}
	_, kind, err := get(c, secure.URL+"/r?to="+plain.URL)
	if want := secure.URL + "/r: redirect from https to " + plain.URL; kind != Refused || err.Error() != want {
		t.Errorf("%s: %v, want %s", kind, err, want)
	}
	if got := plain.connections.Load(); got != 0 {
		t.Errorf("%d connections, want none", got)
	}
	if _, kind, err := get(client(t, Options{}), secure.URL+"/file"); kind != Failed {
		t.Errorf("a certificate that nobody knows: %s, %v", kind, err)
	}
}

func TestIsSameOrigin(t *testing.T) {
	const a = "https://Host.test/a"
	for b, want := range map[string]bool{
		"https://host.test./b": true, "https://host.test:443": true, "https://host.test:444": false,
		"http://host.test": false, "http://host.test:443": false, "https://sub.host.test": false, "https://host.test.evil": false,
	} {
		u, _ := url.Parse(a)
		v, _ := url.Parse(b)
		if got := isSameOrigin(u, v); got != want {
			t.Errorf("%s, %s: %v, want %v", a, b, got, want)
		}
	}
}

func TestRedact(t *testing.T) {
	for text, want := range map[string]string{
		"https://me:secret@host:1/a%2Fb?token=secret#c": "https://host:1/a%2Fb",
		"http://host":              "http://host",
		"https://me:sec/ret@host/": "URL",
		"secret":                   "URL",
	} {
		if got := Redact(text); got != want {
			t.Errorf("Redact(%q) = %q, want %q", text, got, want)
		}
	}
}

// FuzzTarget: wherever a redirect says it leads, it is a URL that may be asked for,
// and no way out of TLS.
func FuzzTarget(f *testing.F) {
	for _, s := range []string{"/a", "//h/a", "http://h", "https://u:p@h/", "file:///etc/passwd", "javascript:x", "\\\\h\\a", "http:/a", "https:a", "?x", "%zz", "http://h\r\nX: y"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, location string, secure bool) {
		from := &url.URL{Scheme: "http", Host: "from.test", Path: "/dir/file"}
		if secure {
			from.Scheme = "https"
		}
		to, err := target(from, location)
		if err != nil {
			return
		}
		if to.Scheme != "https" && (secure || to.Scheme != "http") || to.Host == "" || to.User != nil || to.Fragment != "" {
			t.Errorf("%q leads to %#v", location, to)
		}
		if again, err := url.Parse(to.String()); err != nil || again.Host != to.Host {
			t.Errorf("%q leads to %s, which is %v, %v", location, to, again, err)
		}
	})
}
