package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/debugimage/source/layout"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A store is a Getter of what a test puts into it. It notes what it is asked for.
type store struct {
	mu    sync.Mutex
	files map[string][]byte
	fail  error // instead of any file
	asked []string
}

func (s *store) String() string { return "test://store" }

func (s *store) Get(_ context.Context, path string, w io.Writer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, path)
	data, ok := s.files[path]
	switch {
	case s.fail != nil:
		return s.fail
	case !ok:
		return fmt.Errorf("%s: %w", path, fs.ErrNotExist)
	}
	_, err := w.Write(data)
	return err
}

// wasAsked returns what the store was asked for since the last call.
func (s *store) wasAsked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.asked = nil }()
	return s.asked
}

func newCache(t *testing.T) *filecache.Cache {
	t.Helper()
	c, err := filecache.Open(t.TempDir(), filecache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// imageOf returns the image of a file of testdata.
func imageOf(t *testing.T, rel string) *debugimage.Image {
	t.Helper()
	f, err := objfile.Open(fixture.Path(t, rel))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	im := &debugimage.Image{DebugID: f.DebugID(), CodeID: strings.Clone(f.CodeID()), CodeFile: "/opt/" + rel}
	switch f.Format() {
	case objfile.ELF:
		im.Type = debugimage.ELF
	case objfile.MachO:
		im.Type = debugimage.MachO
	case objfile.Breakpad, objfile.PDB:
		im.Type = debugimage.Symbolic
	case objfile.PE:
		im.Type, im.CodeFile, im.DebugFile = debugimage.PE, `C:\`+strings.ReplaceAll(rel, "/", `\`), `C:\build\`+strings.TrimSuffix(rel[strings.LastIndexByte(rel, '/')+1:], ".exe")+".pdb"
	}
	return im
}

const (
	shop      = "bin/shop-gcc12-x86_64" // stripped
	shopPath  = "75/bc5782088d05859a5dba37c4c1166eef8b3f03"
	shopDebug = "symbols/.build-id/" + shopPath + ".debug"
	otherShop = "bin/shop-clang19-x86_64"
)

// find returns what a source finds, as lines of text, with paths below its store.
func find(t *testing.T, s interface {
	Find(context.Context, *debugimage.Image) (source.Result, error)
}, im *debugimage.Image,
) []string {
	t.Helper()
	res, err := s.Find(t.Context(), im)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range res.Files {
		lines = append(lines, "file "+f.Origin)
	}
	for _, l := range res.Lookups {
		lines = append(lines, strings.TrimSuffix(fmt.Sprintf("%s %s: %s", l.Status, l.Location, l.Detail), ": "))
	}
	for i, l := range lines {
		lines[i] = strings.ReplaceAll(l, "test://store/", "")
	}
	return lines
}

func want(t *testing.T, got []string, lines ...string) {
	t.Helper()
	if diff := cmp.Diff(lines, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A file is asked for once, whoever asks, and has the bytes of the store.
func TestFind(t *testing.T) {
	st := &store{files: map[string][]byte{shopPath + ".debug": fixture.Read(t, shopDebug)}}
	s := New(st, layout.Layout{}, Options{Cache: newCache(t)})
	im := imageOf(t, shop)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			res, err := s.Find(t.Context(), im)
			if err != nil || len(res.Files) != 1 {
				t.Errorf("%+v, %v", res, err)
				return
			}
			f := res.Files[0]
			if data, err := os.ReadFile(f.Path); err != nil || !bytes.Equal(data, st.files[shopPath+".debug"]) || f.Digest == [32]byte{} {
				t.Errorf("%+v: %d bytes, %v", f, len(data), err)
			}
		})
	}
	wait.Wait()
	want(t, st.wasAsked(), shopPath+".debug", shopPath+".src.zip")
	want(t, find(t, s, im), "file "+shopPath+".debug", "ok "+shopPath+".debug", "notfound "+shopPath+".src.zip")
	want(t, st.wasAsked())
}

// The image itself is asked for where there is no debug file; debug information in
// it is as good.
func TestOrder(t *testing.T) {
	im := imageOf(t, shop)
	sym := "shop-gcc12-x86_64/" + im.DebugID.Breakpad() + "/shop-gcc12-x86_64.sym"
	st := &store{files: map[string][]byte{shopPath: fixture.Read(t, shop)}}
	s := New(st, layout.Layout{}, Options{Cache: newCache(t)})
	want(t, find(t, s, im),
		"file "+shopPath,
		"notfound "+shopPath+".debug", "notfound "+sym, "ok "+shopPath, "notfound "+shopPath+".src.zip")
	nothing := New(&store{}, layout.Layout{Scheme: layout.Breakpad}, Options{Cache: newCache(t)})
	want(t, find(t, nothing, im), "notfound "+sym)
	want(t, find(t, nothing, &debugimage.Image{Type: debugimage.Foreign}))
}

// A store that fails is not asked for the rest, and asked again the next time.
func TestStoreDown(t *testing.T) {
	st := &store{fail: errors.New("no such host")}
	s := New(st, layout.Layout{}, Options{Cache: newCache(t)})
	im := imageOf(t, shop)
	for range 2 {
		want(t, find(t, s, im), "error "+shopPath+".debug: no such host")
		want(t, st.wasAsked(), shopPath+".debug")
	}
	st.fail, st.files = nil, map[string][]byte{shopPath + ".debug": fixture.Read(t, shopDebug)}
	want(t, find(t, s, im)[:1], "file "+shopPath+".debug")
}

// What is missing is remembered for as long as the options say.
func TestMissAge(t *testing.T) {
	cache := newCache(t)
	im := imageOf(t, shop)
	synctest.Test(t, func(t *testing.T) {
		st := &store{}
		s := New(st, layout.Layout{Scheme: layout.Debuginfod}, Options{Cache: cache, MissAge: time.Hour})
		debug, code := im.CodeID+"/debuginfo", im.CodeID+"/executable"
		want(t, find(t, s, im), "notfound "+debug, "notfound "+code)
		time.Sleep(59 * time.Minute)
		want(t, find(t, s, im), "notfound "+debug+": 59m0s ago", "notfound "+code+": 59m0s ago")
		if res, _ := s.Find(t.Context(), im); res.Recheck != time.Minute {
			t.Errorf("to be asked again in %v, want 1m", res.Recheck)
		}
		want(t, st.wasAsked(), debug, code)
		st.files = map[string][]byte{debug: fixture.Read(t, shopDebug)}
		time.Sleep(time.Minute)
		want(t, find(t, s, im), "file "+debug, "ok "+debug)
	})
}

// Files that are packed, as some stores keep them without saying so, are unpacked.
func TestPacked(t *testing.T) {
	good := fixture.Read(t, shopDebug)
	for name, data := range map[string][]byte{"gzip": fixture.Gzip(t, good), "zstd": fixture.Zstd(t, good)} {
		st := &store{files: map[string][]byte{shopPath + ".debug": data}}
		res, err := New(st, layout.Layout{}, Options{Cache: newCache(t), MaxSize: int64(len(good))}).Find(t.Context(), imageOf(t, shop))
		if err != nil || len(res.Files) != 1 {
			t.Fatalf("%s: %+v, %v", name, res, err)
		}
		if got, err := os.ReadFile(res.Files[0].Path); !bytes.Equal(got, good) {
			t.Errorf("%s: %d bytes of %d, %v", name, len(got), len(good), err)
		}
	}
}

// What is not the image's file never counts as it, and is forgotten soon.
func TestLies(t *testing.T) {
	good := fixture.Read(t, shopDebug)
	pack := func(data []byte) []byte { return fixture.Gzip(t, data) }
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"a web page":                 {[]byte("<!DOCTYPE html><html>Not here.</html>"), "malformed DEBUG: unknown object file format"},
		"nothing":                    {nil, "malformed DEBUG: unknown object file format"},
		"another build":              {fixture.Read(t, otherShop), "other_id DEBUG: debug id adc720fa-7d87-872c-5561-e4a840ca1696, code id fa20c7ad877d2c875561e4a840ca1696c13d1d78"},
		"half of it":                 {good[:len(good)/2], "malformed DEBUG: "},
		"the start of it":            {good[:40], "malformed DEBUG: "},
		"a web page, packed":         {pack([]byte("<html>")), "malformed DEBUG: unknown object file format"},
		"another build, packed":      {pack(fixture.Read(t, otherShop)), "other_id DEBUG: debug id "},
		"packed, half of it":         {pack(good)[:2000], "malformed DEBUG: gzip: unexpected EOF"},
		"packed, damaged":            {append(pack(good)[:3000], make([]byte, 3000)...), "malformed DEBUG: gzip: "},
		"packed, with a wrong sum":   {append(pack(good)[:len(pack(good))-8], make([]byte, 8)...), "malformed DEBUG: gzip: "},
		"packed twice":               {pack(pack(good)), "malformed DEBUG: gzip: packed again, as gzip"},
		"larger than it may be":      {make([]byte, 1<<20+1), "too_large DEBUG: more than 1048576 bytes"},
		"a bomb":                     {pack(make([]byte, 1<<20+1)), "too_large DEBUG: more than 1048576 bytes"},
		"a bomb that says it is not": {append(pack(make([]byte, 1<<21)), 0), "too_large DEBUG: more than 1048576 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			cache := newCache(t)
			im := imageOf(t, shop)
			synctest.Test(t, func(t *testing.T) {
				debug := im.CodeID + "/debuginfo"
				st := &store{files: map[string][]byte{debug: tt.data}}
				s := New(st, layout.Layout{Scheme: layout.Debuginfod}, Options{Cache: cache, MaxSize: 1 << 20})
				got := find(t, s, im)
				if prefix := strings.Replace(tt.want, "DEBUG", debug, 1); !strings.HasPrefix(got[0], prefix) {
					t.Fatalf("got %q, want %q", got, prefix)
				}
				time.Sleep(lieAge - time.Second)
				if again := find(t, s, im); again[0] != got[0]+", 4m59s ago" {
					t.Errorf("then %q", again)
				}
				want(t, st.wasAsked(), debug, im.CodeID+"/executable")
				st.files[debug] = good
				time.Sleep(time.Second)
				want(t, find(t, s, im), "file "+debug, "ok "+debug)
			})
		})
	}
}

// A lie for one is none for another: it is kept under the path, which has the id.
func TestFileOfAnotherImage(t *testing.T) {
	st := &store{files: map[string][]byte{shopPath + ".debug": fixture.Read(t, otherShop)}}
	s := New(st, layout.Layout{}, Options{Cache: newCache(t)})
	if got := find(t, s, imageOf(t, shop)); !strings.HasPrefix(got[0], "other_id ") {
		t.Errorf("%q", got)
	}
	other := imageOf(t, otherShop)
	at := other.CodeID[:2] + "/" + other.CodeID[2:]
	st.files[at+".debug"] = fixture.Read(t, otherShop)
	want(t, find(t, s, other)[:1], "file "+at+".debug")
}

// What is kept for one scope is no answer for another, whatever their names are.
func TestScopes(t *testing.T) {
	cache := newCache(t)
	debug := shopPath + ".debug"
	full, empty := &store{files: map[string][]byte{debug: fixture.Read(t, shopDebug)}}, &store{}
	im := imageOf(t, shop)
	for _, tt := range []struct {
		scope string
		store *store
		want  string
	}{
		{"a", full, "file " + debug},
		{"b", empty, "notfound " + debug},
		{"a", empty, "file " + debug},
		{"b", full, "notfound " + debug},
		{"", empty, "notfound " + debug},
		{"a\" test://store " + debug + "\n", empty, "notfound " + debug},
	} {
		s := New(tt.store, layout.Layout{}, Options{Cache: cache, Scope: tt.scope})
		if got := find(t, s, im)[0]; !strings.HasPrefix(got, tt.want) {
			t.Errorf("scope %q: %s, want %s", tt.scope, got, tt.want)
		}
	}
}

// A download goes on for those who still wait, and Find ends with its own context.
func TestCancel(t *testing.T) {
	cache := newCache(t)
	im := imageOf(t, shop)
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s := New(getter(func(ctx context.Context, w io.Writer) error {
			select {
			case <-release:
			case <-ctx.Done():
				return ctx.Err()
			}
			_, err := w.Write(fixture.Read(t, shopDebug))
			return err
		}), layout.Layout{}, Options{Cache: cache})
		first, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			_, err := s.Find(first, im)
			ended <- err
		}()
		synctest.Wait()
		var res source.Result
		go func() {
			var err error
			res, err = s.Find(t.Context(), im)
			ended <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-ended; err != context.Canceled {
			t.Errorf("first: %v", err)
		}
		close(release)
		if err := <-ended; err != nil || len(res.Files) == 0 {
			t.Errorf("second: %+v, %v", res, err)
		}
	})
}

type getter func(ctx context.Context, w io.Writer) error

func (g getter) Get(ctx context.Context, _ string, w io.Writer) error { return g(ctx, w) }
func (g getter) String() string                                       { return "test://store" }

// A disk without room is the disk's fault: nothing is remembered of the file.
func TestWriteFails(t *testing.T) {
	full := errors.New("no space left on device")
	s := New(&store{}, layout.Layout{}, Options{Cache: newCache(t)})
	b := &bounded{w: failing{full}, left: 100}
	if _, err := b.Write([]byte("x")); err != full || b.err != full || b.left != 100 {
		t.Errorf("%v, %v, %d left", err, b.err, b.left)
	}
	if err := s.missOf(t.Context(), full); err != full {
		t.Errorf("%v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// What dwz moved to a file of its own is got along with the file that links to it.
func TestSharedFile(t *testing.T) {
	const prog, shared = "bin/parcel/gcc-dwz/prog", "bin/parcel/gcc-dwz/shared.debug"
	im, sharedImage := imageOf(t, prog), imageOf(t, shared)
	for _, scheme := range []layout.Scheme{layout.Native, layout.Debuginfod, layout.Symstore, layout.Unified} {
		l := layout.Layout{Scheme: scheme}
		at := l.Paths(im, layout.ELFDebug)[0].Name
		sharedAt := l.Paths(sharedImage, layout.ELFDebug)[0].Name
		st := &store{files: map[string][]byte{at: fixture.Read(t, prog), sharedAt: fixture.Read(t, shared)}}
		s := New(st, l, Options{Cache: newCache(t)})
		res, err := s.Find(t.Context(), im)
		if err != nil || len(res.Files) != 1 || len(res.Files[0].Shared) != 1 {
			t.Fatalf("%s: %+v, %v", l, res, err)
		}
		f, err := res.Files[0].Open()
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if info, err := f.DebugInfo(); info == nil || err != nil {
			t.Errorf("%s: debug information %v, %v", l, info, err)
		}
		if got := st.wasAsked()[:2]; !slices.Equal(got, []string{at, sharedAt}) {
			t.Errorf("%s: asked for %q", l, got)
		}
		delete(st.files, sharedAt)
		s = New(st, l, Options{Cache: newCache(t)})
		want(t, find(t, s, im)[:3], "file "+at, "ok "+at, "notfound "+sharedAt)
	}
}

func TestMissText(t *testing.T) {
	for _, tt := range []struct {
		miss filecache.Miss
		want source.Lookup
	}{
		{filecache.Miss{Reason: "notfound: "}, source.Lookup{Status: source.NotFound}},
		{filecache.Miss{Reason: "notfound: ", Age: time.Minute}, source.Lookup{Status: source.NotFound, Detail: "1m0s ago"}},
		{filecache.Miss{Reason: "too_large: a: b", Age: time.Minute}, source.Lookup{Status: source.TooLarge, Detail: "a: b, 1m0s ago"}},
		{filecache.Miss{Reason: "other_id: x", Age: 59 * time.Second}, source.Lookup{Status: source.OtherID, Detail: "x"}},
		{filecache.Miss{Reason: "whatever"}, source.Lookup{Status: source.Failed}},
	} {
		if diff := cmp.Diff(tt.want, parseMiss(&tt.miss)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.miss, diff)
		}
	}
}
