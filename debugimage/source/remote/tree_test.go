package remote

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source/fetch"
	"github.com/nativesym/nativesym/debugimage/source/layout"
	"github.com/nativesym/nativesym/internal/fixture"
)

// client returns a client that may reach this machine, and is in a hurry.
func client(t *testing.T) *fetch.Client { return clientWith(t, fetch.Options{}) }

func clientWith(t *testing.T, o fetch.Options) *fetch.Client {
	t.Helper()
	o.Allow, o.Backoff = []string{"127.0.0.1"}, time.Nanosecond
	c, err := fetch.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// A log is what a server was asked for.
type log struct {
	mu   sync.Mutex
	uris []string
}

func (l *log) add(r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.uris = append(l.uris, r.RequestURI)
}

func (l *log) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.uris)
}

// serve returns the URL of a server.
func serve(t *testing.T, h http.Handler) (at string, asked *log) {
	t.Helper()
	asked = new(log)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.add(r)
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, asked
}

// plant writes files of testdata below a new directory.
func plant(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, from := range files {
		put(t, filepath.Join(dir, filepath.FromSlash(name)), fixture.Read(t, from))
	}
	return dir
}

func put(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

const (
	till    = "bin/till-clang19-windows.exe"
	tillPDB = "bin/till-clang19-windows.pdb"
)

// A tree on a file server serves every layout.
func TestLayouts(t *testing.T) {
	for _, tt := range []struct{ scheme, file, image string }{
		{"native", shopDebug, shop},
		{"symstore", shopDebug, shop},
		{"symstore_index2", shopDebug, shop},
		{"ssqp", shopDebug, shop},
		{"debuginfod", shopDebug, shop},
		{"unified", shopDebug, shop},
		{"slashsymbols", shopDebug, shop},
		{"native", tillPDB, till},
		{"symstore,lowercase", tillPDB, till},
		{"ssqp,uppercase", tillPDB, till},
		{"unified", tillPDB, till},
	} {
		l, err := layout.Parse(tt.scheme)
		if err != nil {
			t.Fatal(err)
		}
		im := imageOf(t, tt.image)
		path := l.Paths(im, layout.ELFDebug, layout.PDB)[0].Name
		at, asked := serve(t, http.FileServer(http.Dir(plant(t, map[string]string{"sub dir+/" + path: tt.file}))))
		s, err := NewHTTP(client(t), at+"/sub%20dir+/", l, Options{Cache: newCache(t)})
		if err != nil {
			t.Fatal(err)
		}
		name := at + "/sub%20dir+/" + path
		if got := find(t, s, im); len(got) < 2 || got[0] != "file "+name || got[1] != "ok "+name {
			t.Errorf("%s: %q", tt.scheme, got)
		}
		if n := asked.count(); n > 3 { // two for source bundles
			t.Errorf("%s: asked for %q", tt.scheme, asked.uris)
		}
	}
}

// pack makes a cabinet of files, as symbol servers have them.
func pack(t *testing.T, cabinet string, files []string, flags ...string) {
	t.Helper()
	gcab, err := exec.LookPath("gcab")
	if err != nil {
		t.Skip("gcab is not installed")
	}
	if err := os.MkdirAll(filepath.Dir(cabinet), 0o755); err != nil {
		t.Fatal(err)
	}
	args := slices.Concat(flags, []string{"-n", "-c", cabinet}, files)
	if out, err := exec.Command(gcab, args...).CombinedOutput(); err != nil {
		t.Fatalf("gcab: %v\n%s", err, out)
	}
}

// A symbol server is asked in Microsoft's spelling and in that of SSQP; what is
// packed as a cabinet arrives unpacked.
func TestSymbolServer(t *testing.T) {
	im := imageOf(t, till)
	paths := func(s layout.Scheme, k layout.Kind) (plain, packed string) {
		p := layout.Layout{Scheme: s}.Paths(im, k)
		return p[0].Name, p[1].Name
	}
	plain, packed := paths(layout.Symstore, layout.PDB)
	ssqp, ssqpPacked := paths(layout.SSQP, layout.PDB)
	exe, exePacked := paths(layout.SSQP, layout.PE)
	dir := t.TempDir()
	source := filepath.Join(dir, "till-clang19-windows.pdb")
	put(t, source, fixture.Read(t, tillPDB))
	other := filepath.Join(dir, "readme.txt")
	put(t, other, []byte("not the file"))
	for _, tt := range []struct {
		name string
		tree func(t *testing.T, dir string)
		want string
	}{
		{"plain", func(t *testing.T, dir string) { put(t, filepath.Join(dir, plain), fixture.Read(t, tillPDB)) }, plain},
		{"plain, SSQP", func(t *testing.T, dir string) { put(t, filepath.Join(dir, ssqp), fixture.Read(t, tillPDB)) }, ssqp},
		{"MSZIP", func(t *testing.T, dir string) { pack(t, filepath.Join(dir, packed), []string{source}, "-z") }, packed},
		{"MSZIP, SSQP", func(t *testing.T, dir string) { pack(t, filepath.Join(dir, ssqpPacked), []string{source}, "-z") }, ssqpPacked},
		{"stored", func(t *testing.T, dir string) { pack(t, filepath.Join(dir, ssqpPacked), []string{source}) }, ssqpPacked},
		{"one of two files", func(t *testing.T, dir string) {
			pack(t, filepath.Join(dir, packed), []string{other, source}, "-z")
		}, packed},
		{"only the executable", func(t *testing.T, dir string) { put(t, filepath.Join(dir, exe), fixture.Read(t, till)) }, exe},
		{"only the executable, packed", func(t *testing.T, dir string) {
			pack(t, filepath.Join(dir, exePacked), []string{fixture.Path(t, till)}, "-z")
		}, exePacked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tree := t.TempDir()
			tt.tree(t, tree)
			at, _ := serve(t, http.FileServer(http.Dir(tree)))
			s, err := NewSymbolServer(client(t), at, Options{Cache: newCache(t)})
			if err != nil {
				t.Fatal(err)
			}
			got := find(t, s, im)
			if got[0] != "file "+at+"/"+tt.want || !slices.Contains(got, "ok "+at+"/"+tt.want) {
				t.Fatalf("%q", got)
			}
			res, _ := s.Find(t.Context(), im)
			data, err := os.ReadFile(res.Files[0].Path)
			wantData := fixture.Read(t, tillPDB)
			if strings.Contains(tt.name, "executable") {
				wantData = fixture.Read(t, till)
			}
			if err != nil || !bytes.Equal(data, wantData) {
				t.Errorf("%d bytes of %d, %v", len(data), len(wantData), err)
			}
		})
	}
}

// What a server does instead of serving files is never an answer, and the next
// question finds the file.
func TestLyingServers(t *testing.T) {
	debug := fixture.Read(t, shopDebug)
	for name, tt := range map[string]struct {
		lie  http.HandlerFunc
		want string
	}{
		"500":         {status(500), "error FILE: server said 500 Internal Server Error"},
		"403":         {status(403), "error FILE: server said 403 Forbidden"},
		"a login":     {text("<html>Who are you?</html>"), "malformed FILE: unknown object file format"},
		"cut short":   {cut(debug), "error FILE: the server broke off"},
		"half a file": {text(string(debug[:len(debug)/2])), "malformed FILE: "},
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(debug); err != nil {
					return
				}
			}
		}, "too_large FILE: more than 1048576 bytes"},
		"slow":     {func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "error FILE: the server does not answer"},
		"loop":     {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, "error FILE: more than 5 redirects"},
		"metadata": {redirect("http://169.254.169.254/latest/?secret"), "error FILE: redirected to http://169.254.169.254/latest/: address 169.254.169.254 is not public and not allowed"},
		"mapped":   {redirect("http://[::ffff:127.0.0.2]:80/"), "error FILE: redirected to http://[::ffff:127.0.0.2]:80/: address ::ffff:127.0.0.2 is not public and not allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			var lying atomic.Bool
			lying.Store(true)
			at, asked := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if lying.Load() {
					tt.lie(w, r)
				} else {
					w.Write(debug)
				}
			}))
			cache := newCache(t)
			patience := 10 * time.Second
			if name == "slow" {
				patience = 100 * time.Millisecond
			}
			s, err := NewHTTP(clientWith(t, fetch.Options{HeadTimeout: patience}), at, layout.Layout{}, Options{Cache: cache, MaxSize: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			im := imageOf(t, shop)
			file := at + "/" + shopPath + ".debug"
			refused(t, asked, at, file, im)
			got := find(t, s, im)
			if want := strings.Replace(tt.want, "FILE", file, 1); !strings.HasPrefix(got[0], want) {
				t.Fatalf("%q\nwant %q", got, want)
			}
			lying.Store(false)
			if s, err = NewHTTP(client(t), at, layout.Layout{}, Options{Cache: cache, MaxSize: 1 << 20}); err != nil {
				t.Fatal(err)
			}
			if err := cache.Forget(s.key(shopPath + ".debug")); err != nil { // as when it is old
				t.Fatal(err)
			}
			if got := find(t, s, im); got[0] != "file "+file {
				t.Errorf("then %q", got)
			}
		})
	}
}

// refused checks that a server on this machine is not asked unless that is allowed.
func refused(t *testing.T, asked *log, at, file string, im *debugimage.Image) {
	t.Helper()
	c, err := fetch.New(fetch.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := NewHTTP(c, at, layout.Layout{}, Options{Cache: newCache(t)})
	if err != nil {
		t.Fatal(err)
	}
	want(t, find(t, s, im), "error "+file+": address 127.0.0.1 is not public and not allowed")
	if n := asked.count(); n != 0 {
		t.Errorf("asked for %q", asked.uris)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }
}

func text(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, s) }
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}
}

func cut(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		w.Write(data[:len(data)/2])
	}
}

// A file that is missing at times is found once the miss is old.
func TestFlapping(t *testing.T) {
	debug := fixture.Read(t, shopDebug)
	there := false
	at, asked := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if there = !there; there {
			http.NotFound(w, r)
			return
		}
		w.Write(debug)
	}))
	s, err := NewHTTP(client(t), at, layout.Layout{Scheme: layout.SlashSymbols}, Options{Cache: newCache(t), MissAge: time.Nanosecond})
	if err != nil {
		t.Fatal(err)
	}
	im := imageOf(t, shop)
	if got := find(t, s, im); !strings.HasPrefix(got[0], "file ") {
		t.Errorf("of two spellings the second: %q", got)
	}
	if n := asked.count(); n != 2 {
		t.Errorf("asked for %q", asked.uris)
	}
}

// Secrets of a URL are sent, and show nowhere.
func TestSecrets(t *testing.T) {
	at, asked := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if user != "me" || password != "hidden" || r.Header.Get("X-Key") != "hidden" || r.URL.Query().Get("sig") != "hidden" {
			t.Errorf("%s with %v", r.URL, r.Header)
		}
		w.WriteHeader(http.StatusForbidden)
	}))
	cache := newCache(t)
	s, err := NewHTTP(client(t), strings.Replace(at, "//", "//me:hidden@", 1)+"/a?sig=hidden#hidden", layout.Layout{}, Options{
		Cache: cache, Header: http.Header{"X-Key": {"hidden"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := find(t, s, imageOf(t, shop))
	if len(got) != 3 || asked.count() != 3 {
		t.Errorf("%q, asked %q", got, asked.uris)
	}
	items, err := cache.List()
	if all := fmt.Sprint(got, items, err, s.getter); strings.Contains(all, "hidden") || strings.Contains(all, "me:") {
		t.Errorf("shows a secret: %s", all)
	}
}

func TestString(t *testing.T) {
	o := Options{Cache: newCache(t)}
	const at = "https://me:hidden@h/a/"
	tree, err := NewHTTP(client(t), at, layout.Layout{Scheme: layout.SSQP, Casing: layout.Lower}, o)
	if err != nil {
		t.Fatal(err)
	}
	query, err := NewHTTP(client(t), at+"?hidden", layout.Layout{}, o)
	if err != nil {
		t.Fatal(err)
	}
	server, err := NewSymbolServer(client(t), at, o)
	if err != nil {
		t.Fatal(err)
	}
	debuginfod, err := NewDebuginfod(client(t), at, o)
	if err != nil {
		t.Fatal(err)
	}
	want(t, []string{tree.String(), query.String(), server.String(), debuginfod.String()},
		"https://h/a [ssqp,lowercase]",
		"https://h/a?e564b4081d7a9ea4b00dada53bdae70c99b87b6fce869f0c3dd4d2bfa1e53e1c [native]",
		"https://h/a [symstore ssqp]",
		"https://h/a/buildid [debuginfod]")
}

// Stores that differ in the query of their URL alone are two stores.
func TestQueryTellsStores(t *testing.T) {
	debug := fixture.Read(t, shopDebug)
	at, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("store") != "full" {
			http.NotFound(w, r)
			return
		}
		w.Write(debug)
	}))
	cache := newCache(t)
	for store, want := range map[string]string{"full": "file ", "empty": "notfound "} {
		s, err := NewHTTP(client(t), at+"?store="+store, layout.Layout{}, Options{Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		if got := find(t, s, imageOf(t, shop)); !strings.HasPrefix(got[0], want) {
			t.Errorf("%s: %q", store, got)
		}
	}
}

func TestBadURL(t *testing.T) {
	o := Options{Cache: newCache(t)}
	for _, at := range []string{"", "host", "/path", "file:///srv", "s3://bucket", "http://", "https://u:pa/ss@h/"} {
		const want = "not a URL of http or https"
		_, err := NewHTTP(client(t), at, layout.Layout{}, o)
		_, err2 := NewSymbolServer(client(t), at, o)
		_, err3 := NewDebuginfod(client(t), at, o)
		for _, err := range []error{err, err2, err3} {
			if err == nil || err.Error() != want {
				t.Errorf("%q: %v, want %s", at, err, want)
			}
		}
	}
}

// However a file is called, its URL is below that of the tree, and is read back as
// what it was: nothing in a name is syntax.
func TestURLs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.SampledFrom([]string{"http://h", "https://h:1/", "http://h/a%20b//", "http://h/a%2Fb?q=1"}).Draw(t, "base")
		fields := debugimage.Fields{
			Type: "pe", CodeID: "5ab380779000", DebugID: "3249d99d-0c40-4931-8610-f4e4fb0b6936-1",
			CodeFile:  rapid.String().Draw(t, "code file"),
			DebugFile: rapid.StringMatching(`[-a-z0-9 %+?#&=;:@!$'(),~.\\/é]{1,20}`).Draw(t, "debug file"),
		}
		im := fields.Image()
		tree, err := newTree(nil, base, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range (layout.Layout{}).Paths(&im) {
			at := tree.url(p.Name)
			u, err := url.Parse(at)
			if err != nil || u.Host != tree.base.Host || u.RawQuery != tree.base.RawQuery || u.Fragment != "" || u.User != nil {
				t.Fatalf("%q is at %q, which is %+v, %v", p.Name, at, u, err)
			}
			if !strings.HasPrefix(u.EscapedPath(), tree.base.EscapedPath()+"/") || u.Path != tree.base.Path+"/"+p.Name {
				t.Fatalf("%q is at %q, with path %q", p.Name, at, u.Path)
			}
			if rest := strings.TrimPrefix(u.EscapedPath(), tree.base.EscapedPath()); strings.Count(rest, "/") != strings.Count(p.Name, "/")+1 || strings.ContainsAny(rest, "+?#\\ ") {
				t.Fatalf("%q is at %q", p.Name, at)
			}
		}
	})
}
