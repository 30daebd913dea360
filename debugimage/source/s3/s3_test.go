package s3

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"go.uber.org/goleak"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source/fetch"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/debugimage/source/layout"
	"github.com/nativesym/nativesym/debugimage/source/remote"
	"github.com/nativesym/nativesym/internal/fixture"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A store is a server with buckets that checks signatures.
type store struct {
	*httptest.Server
	lists atomic.Int32 // how often it was asked for a list
	wrong atomic.Pointer[string]
}

const secret = "s3kr1t/with+signs"

// newStore returns a store with a bucket "symbols" of files by key.
func newStore(t *testing.T, files map[string][]byte) *store {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("symbols"); err != nil {
		t.Fatal(err)
	}
	for key, data := range files {
		if _, err := backend.PutObject("symbols", key, nil, bytes.NewReader(data), int64(len(data)), nil); err != nil {
			t.Fatal(err)
		}
	}
	s := &store{}
	fake := gofakes3.New(backend, gofakes3.WithLogger(gofakes3.DiscardLog())).Server()
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if problem := checkSignature(r, secret); problem != "" {
			s.wrong.Store(&problem)
			http.Error(w, "<Error><Code>SignatureDoesNotMatch</Code></Error>", http.StatusForbidden)
			return
		}
		if r.URL.Query().Has("list-type") {
			s.lists.Add(1)
		}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	t.Cleanup(func() {
		if problem := s.wrong.Load(); problem != nil {
			t.Errorf("a request has a wrong signature: %s", *problem)
		}
	})
	return s
}

func newFetch(t *testing.T, o fetch.Options) *fetch.Client {
	t.Helper()
	c, err := fetch.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func loopback(t *testing.T) *fetch.Client {
	return newFetch(t, fetch.Options{Allow: []string{"127.0.0.1"}})
}

// open returns a bucket of a server, as somebody who may read it.
func open(t *testing.T, c *fetch.Client, o Options) *Bucket {
	t.Helper()
	if !o.Anonymous {
		o.AccessKey, o.SecretKey = "AKID", secret
	}
	b, err := New(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (s *store) bucket(t *testing.T, prefix string) *Bucket {
	return open(t, loopback(t), Options{Bucket: "symbols", Prefix: prefix, Endpoint: s.URL + "/", PathStyle: true})
}

func get(ctx context.Context, b *Bucket, path string) (string, error) {
	var out bytes.Buffer
	err := b.Get(ctx, path, &out)
	return out.String(), err
}

func TestGet(t *testing.T) {
	files := map[string][]byte{"a": []byte("1"), "in/side/a": []byte("2"), "in/sp ace+plus/ünd~_.'()": []byte("3")}
	s := newStore(t, files)
	whole, inside := s.bucket(t, ""), s.bucket(t, "/in/")
	for _, tt := range []struct {
		bucket *Bucket
		path   string
		want   string
	}{
		{whole, "a", "1"}, {whole, "in/side/a", "2"}, {inside, "side/a", "2"}, {inside, "sp ace+plus/ünd~_.'()", "3"},
	} {
		if got, err := get(t.Context(), tt.bucket, tt.path); err != nil || got != tt.want {
			t.Errorf("%s/%s is %q, error %v, want %q", tt.bucket, tt.path, got, err, tt.want)
		}
	}
	for range 2 {
		got, err := get(t.Context(), inside, "a")
		if want := s.URL + "/symbols/in/a: server said 404 Not Found"; !errors.Is(err, fs.ErrNotExist) || err.Error() != want || got != "" {
			t.Errorf("a file that is not there: %q, error %v, want %s", got, err, want)
		}
	}
	if n := s.lists.Load(); n != 1 {
		t.Errorf("the store was asked %d times whether the bucket exists, want once", n)
	}
}

// In every layout, what a store has of an image is found.
func TestEveryLayout(t *testing.T) {
	elf := (&debugimage.Fields{Type: "elf", CodeID: "75bc5782088d05859a5dba37c4c1166eef8b3f03", CodeFile: "/bin/shop+"}).Image()
	pe := (&debugimage.Fields{
		Type: "pe", CodeID: "bb1f55a15000", DebugID: "19822fc5-f09e-442a-4c4c-44205044422e-1",
		CodeFile: `C:\Shop\Till.exe`, DebugFile: `C:\build\Till 2.pdb`,
	}).Image()
	debug := fixture.Read(t, "symbols/.build-id/75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug")
	pdb := fixture.Read(t, "bin/till-clang19-windows.pdb")
	client := loopback(t)
	for scheme := layout.Native; scheme <= layout.Unified; scheme++ {
		for _, of := range []struct {
			image debugimage.Image
			kind  layout.Kind
			data  []byte
		}{{elf, layout.ELFDebug, debug}, {pe, layout.PDB, pdb}} {
			l := layout.Layout{Scheme: scheme}
			paths := l.Paths(&of.image, of.kind)
			if len(paths) == 0 {
				continue // debuginfod has no PDBs
			}
			path := paths[0].Name
			t.Run(scheme.String()+" "+path, func(t *testing.T) {
				s := newStore(t, map[string][]byte{"v1/" + path: of.data})
				b := open(t, client, Options{Bucket: "symbols", Prefix: "v1", Endpoint: s.URL, PathStyle: true})
				cache, err := filecache.Open(filepath.Join(t.TempDir(), "cache"), filecache.Options{})
				if err != nil {
					t.Fatal(err)
				}
				res, err := remote.New(b, l, remote.Options{Cache: cache}).Find(t.Context(), &of.image)
				if err != nil || len(res.Files) == 0 || !res.Files[0].Features.DebugInfo {
					t.Fatalf("%+v, error %v", res, err)
				}
				if want := s.URL + "/symbols/v1/" + path; res.Files[0].Origin != want {
					t.Errorf("found at %s, want %s", res.Files[0].Origin, want)
				}
			})
		}
	}
}

func TestErrors(t *testing.T) {
	s := newStore(t, map[string][]byte{"big": make([]byte, 1000)})
	denying := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "<Error><Code>AccessDenied</Code></Error>", http.StatusForbidden)
	}))
	defer denying.Close()
	unlisted := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("list-type") {
			http.Error(w, "<Error><Code>AccessDenied</Code></Error>", http.StatusForbidden)
			return
		}
		http.Error(w, "<Error><Code>NoSuchKey</Code></Error>", http.StatusNotFound)
	}))
	defer unlisted.Close()
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "<Error><Code>AuthorizationHeaderMalformed</Code></Error>", http.StatusBadRequest)
	}))
	defer failing.Close()
	for _, tt := range []struct {
		name    string
		fetch   fetch.Options
		bucket  string
		server  string
		kind    fetch.Kind
		want    string
		missing bool
	}{
		{"no such bucket", fetch.Options{}, "other", s.URL, fetch.Failed, "/other: the bucket does not exist", false},
		{"denied", fetch.Options{}, "symbols", denying.URL, fetch.Forbidden, "/symbols/big: access denied, which is also said of files that do not exist to those who may not list the bucket", false},
		{"missing, in a bucket that may not be listed", fetch.Options{}, "symbols", unlisted.URL, fetch.NotFound, "/symbols/big: server said 404 Not Found", true},
		{"refused", fetch.Options{}, "symbols", failing.URL, fetch.Failed, "/symbols/big: server said 400 Bad Request", false},
		{"too large", fetch.Options{MaxSize: 999}, "symbols", s.URL, fetch.TooLarge, "/symbols/big: more than 999 bytes", false},
		{"not allowed", fetch.Options{Allow: []string{"10.0.0.0/8"}}, "symbols", s.URL, fetch.Refused, "/symbols/big: address 127.0.0.1 is not public and not allowed", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.fetch.Allow == nil {
				tt.fetch.Allow = []string{"127.0.0.1"}
			}
			b := open(t, newFetch(t, tt.fetch), Options{Bucket: tt.bucket, Endpoint: tt.server, PathStyle: true})
			_, err := get(t.Context(), b, "big")
			failure, ok := errors.AsType[*fetch.Error](err)
			if !ok || failure.Kind != tt.kind || err.Error() != tt.server+tt.want || errors.Is(err, fs.ErrNotExist) != tt.missing {
				t.Errorf("error %v, want %s of kind %s", err, tt.server+tt.want, tt.kind)
			}
			for _, word := range []string{secret, "AKID", "Signature"} {
				if strings.Contains(err.Error(), word) {
					t.Errorf("%v: tells %s", err, word)
				}
			}
		})
	}
}

// A store that does not answer is left when the question is withdrawn.
func TestCancel(t *testing.T) {
	asked, done := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
		close(done)
	}))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	b := open(t, loopback(t), Options{Bucket: "symbols", Endpoint: server.URL, PathStyle: true})
	if _, err := get(ctx, b, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	<-done
}

// recorded returns the URL that a bucket asks Amazon, or another host, for.
func recorded(t *testing.T, o Options) *url.URL {
	t.Helper()
	var asked *url.URL
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = r.URL }))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := newFetch(t, fetch.Options{Proxy: func(*http.Request) (*url.URL, error) { return at, nil }})
	b, err := New(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := get(t.Context(), b, "a b"); err != nil {
		t.Fatal(err)
	}
	return asked
}

func TestURLs(t *testing.T) {
	const endpoint = "http://store.test:9000/root"
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"bucket in the host", Options{Bucket: "symbols", Endpoint: endpoint}, "http://symbols.store.test:9000/root/a%20b"},
		{"bucket in the path", Options{Bucket: "symbols", Endpoint: endpoint, PathStyle: true, Prefix: "p"}, "http://store.test:9000/root/symbols/p/a%20b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.AccessKey, tt.o.SecretKey, tt.o.SessionToken, tt.o.Region = "AKID", secret, "TOKEN", "eu-north-1"
			u := recorded(t, tt.o)
			q := u.Query()
			if got := u.Scheme + "://" + u.Host + u.EscapedPath(); got != tt.want {
				t.Errorf("asked for %s, want %s", got, tt.want)
			}
			if who := q.Get("X-Amz-Credential"); !strings.HasPrefix(who, "AKID/") || !strings.Contains(who, "/eu-north-1/s3/") || q.Get("X-Amz-Security-Token") != "TOKEN" {
				t.Errorf("asked as %s", q)
			}
			tt.o.AccessKey, tt.o.SecretKey, tt.o.SessionToken, tt.o.Anonymous = "", "", "", true
			if q := recorded(t, tt.o).Query(); q.Has("X-Amz-Signature") || q.Has("X-Amz-Credential") {
				t.Errorf("asked anonymously with %s", slices.Collect(maps.Keys(q)))
			}
		})
	}
}

// Without keys, who asks is what the SDK finds.
func TestDefaultCredentials(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", empty)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", empty)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_ACCESS_KEY_ID", "FROMENV")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	o := Options{Bucket: "symbols", Endpoint: "http://store.test"}
	if who := recorded(t, o).Query().Get("X-Amz-Credential"); !strings.HasPrefix(who, "FROMENV/") || !strings.Contains(who, "/"+defaultRegion+"/") {
		t.Errorf("asked as %s", who)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	b, err := New(t.Context(), loopback(t), o)
	if err != nil {
		t.Fatal(err)
	}
	const want = "http://store.test/symbols: credentials: "
	if _, err := get(t.Context(), b, "a"); err == nil || !strings.HasPrefix(err.Error(), want) || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nobody asks: error %v, want %s…", err, want)
	}
}

func TestAnonymousBucketThatIsNotThere(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	b := open(t, loopback(t), Options{Bucket: "symbols", Endpoint: server.URL, PathStyle: true, Anonymous: true})
	want := server.URL + "/symbols: the bucket does not exist"
	if _, err := get(t.Context(), b, "a"); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestOptions(t *testing.T) {
	for _, tt := range []struct {
		o    Options
		want string
	}{
		{Options{}, `bucket "": want the name of a bucket`},
		{Options{Bucket: "a/b"}, `bucket "a/b": want the name of a bucket`},
		{Options{Bucket: "b", AccessKey: "x"}, "bucket b: want both an access key and a secret key, or neither"},
		{Options{Bucket: "b", SecretKey: "x"}, "bucket b: want both an access key and a secret key, or neither"},
		{Options{Bucket: "b", AccessKey: "x", SecretKey: "y", Anonymous: true}, "bucket b: want either keys or to be anonymous"},
		{Options{Bucket: "b", Endpoint: "store:9000"}, "bucket b: the endpoint must be a URL of http or https, without a user or a query"},
		{Options{Bucket: "b", Endpoint: "https://user:pass@store"}, "bucket b: the endpoint must be a URL of http or https, without a user or a query"},
	} {
		if _, err := New(t.Context(), loopback(t), tt.o); err == nil || err.Error() != tt.want {
			t.Errorf("%+v: error %v, want %s", tt.o, err, tt.want)
		}
	}
	for _, tt := range []struct {
		o    Options
		want string
	}{
		{Options{Bucket: "b"}, "s3://b"},
		{Options{Bucket: "b", Prefix: "/p/q/"}, "s3://b/p/q"},
		{Options{Bucket: "b", Prefix: "p", Endpoint: "https://store/"}, "https://store/b/p"},
	} {
		if got := open(t, loopback(t), tt.o).String(); got != tt.want {
			t.Errorf("%+v is called %s, want %s", tt.o, got, tt.want)
		}
	}
}
