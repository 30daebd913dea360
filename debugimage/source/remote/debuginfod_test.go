package remote

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/objfile"
)

// debuginfod starts elfutils' server on folders, and returns its URL once it has a
// file.
func debuginfod(t *testing.T, file string, folders ...string) string {
	t.Helper()
	server, err := exec.LookPath("debuginfod")
	if err != nil {
		t.Skip("debuginfod is not installed")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close() // for the server to have
	var out bytes.Buffer
	cmd := exec.Command(server, append([]string{"-d", ":memory:", "-p", port, "-F"}, folders...)...)
	cmd.Env = []string{"HOME=" + t.TempDir()} // and no servers to ask in turn
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("debuginfod says:\n%s", &out)
		}
	})
	at := "http://127.0.0.1:" + port
	for deadline := time.Now().Add(30 * time.Second); !has(at + "/buildid/" + file); {
		if time.Now().After(deadline) {
			t.Fatal("debuginfod does not get ready")
		}
		time.Sleep(50 * time.Millisecond) // between questions
	}
	return at
}

func has(url string) bool {
	t := http.Transport{DisableKeepAlives: true}
	resp, err := (&http.Client{Transport: &t}).Get(url)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// build compiles a program, and returns a folder with its stripped executable, its
// debug file and its source, and its image.
func build(t *testing.T) (dir string, im *debugimage.Image) {
	t.Helper()
	dir = t.TempDir()
	put(t, filepath.Join(dir, "src", "a program.c"), []byte("int main(void) {\n\treturn 42;\n}\n"))
	for _, args := range [][]string{
		{"gcc", "-g", "-O1", "-o", "prog", filepath.Join(dir, "src", "a program.c"), "-Wl,--build-id"},
		{"objcopy", "--only-keep-debug", "prog", "prog.debug"},
		{"objcopy", "--strip-all", "prog"},
	} {
		path, err := exec.LookPath(args[0])
		if err != nil {
			t.Skip(args[0] + " is not installed")
		}
		cmd := exec.Command(path, args[1:]...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", args[0], err, out)
		}
	}
	f, err := objfile.Open(filepath.Join(dir, "prog"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return dir, &debugimage.Image{Type: debugimage.ELF, CodeID: strings.Clone(f.CodeID()), DebugID: f.DebugID()}
}

// Everything that elfutils' server has comes as its own client gets it.
func TestDebuginfod(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server, which looks through its files for a second")
	}
	dir, im := build(t)
	dwz := plant(t, map[string]string{
		"prog": "bin/parcel/gcc-dwz/prog", "shared.debug": "bin/parcel/gcc-dwz/shared.debug", "till.pdb": tillPDB,
	})
	at := debuginfod(t, im.CodeID+"/debuginfo", dir, dwz)
	d, err := NewDebuginfod(client(t), at, Options{Cache: newCache(t)})
	if err != nil {
		t.Fatal(err)
	}
	base := at + "/buildid/"
	t.Run("debuginfo", func(t *testing.T) {
		name := base + im.CodeID + "/debuginfo"
		want(t, find(t, d, im), "file "+name, "ok "+name)
		res, err := d.Find(t.Context(), im)
		if err != nil {
			t.Fatal(err)
		}
		same(t, res.Files[0].Path, filepath.Join(dir, "prog.debug"))
		same(t, res.Files[0].Path, official(t, at, "debuginfo", im.CodeID))
		code := res.Files[0].Fetched(t.Context())
		if _, line, _, _ := code.Lines(filepath.Join(dir, "src", "a program.c"), 2, 0); string(line) != "\treturn 42;" {
			t.Errorf("source code %q", line)
		}
	})
	t.Run("executable", func(t *testing.T) {
		e, err := d.get(t.Context(), im.CodeID+"/executable", im)
		if err != nil {
			t.Fatal(err)
		}
		same(t, e.Path, filepath.Join(dir, "prog"))
		same(t, e.Path, official(t, at, "executable", im.CodeID))
	})
	t.Run("source", func(t *testing.T) {
		file := filepath.Join(dir, "src", "a program.c")
		for _, spelling := range []string{file, filepath.Dir(file) + "/.././src//a program.c"} {
			text, err := d.Code(t.Context(), strings.ToUpper(im.CodeID), spelling)
			if !strings.Contains(string(text), "return 42;") || err != nil {
				t.Errorf("%s: %q, %v", spelling, text, err)
			}
		}
		if text, err := d.Code(t.Context(), im.CodeID, "/etc/passwd"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q, %v", text, err)
		}
	})
	t.Run("section", func(t *testing.T) {
		path, err := d.Section(t.Context(), im.CodeID, ".comment")
		if err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(path); !bytes.Contains(text, []byte("GCC")) || err != nil {
			t.Errorf("%q, %v", text, err)
		}
		if _, err := d.Section(t.Context(), im.CodeID, ".none"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a section that is not there: %v", err)
		}
	})
	t.Run("shared", func(t *testing.T) {
		im := imageOf(t, "bin/parcel/gcc-dwz/prog")
		res, err := d.Find(t.Context(), im)
		if err != nil || len(res.Files) != 1 || len(res.Files[0].Shared) != 1 {
			t.Fatalf("%+v, %v", res, err)
		}
		same(t, res.Files[0].Shared[0], filepath.Join(dwz, "shared.debug"))
	})
	t.Run("nothing", func(t *testing.T) {
		im := &debugimage.Image{Type: debugimage.ELF, CodeID: "0123456789abcdef"}
		want(t, find(t, d, im), "notfound "+base+"0123456789abcdef/debuginfo", "notfound "+base+"0123456789abcdef/executable")
		im.Type, im.CodeFile, im.DebugFile = debugimage.PE, "a.exe", "a.pdb"
		want(t, find(t, d, im))
	})
}

// official returns the file that elfutils' own client gets, or skips.
func official(t *testing.T, at string, args ...string) string {
	t.Helper()
	client, err := exec.LookPath("debuginfod-find")
	if err != nil {
		t.Skip("debuginfod-find is not installed")
	}
	cmd := exec.Command(client, args...)
	cmd.Env = []string{"DEBUGINFOD_URLS=" + at, "DEBUGINFOD_CACHE_PATH=" + t.TempDir()}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("debuginfod-find: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// same fails the test unless two files have the same bytes.
func same(t *testing.T, a, b string) {
	t.Helper()
	x, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.ReadFile(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(x, y) {
		t.Errorf("%d bytes that are not the %d of %s", len(x), len(y), b)
	}
}

// What has no id inside is checked for what is most often sent in its place.
func TestCodeIsNoPage(t *testing.T) {
	at, asked := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.RequestURI {
		case "/buildid/abcd/source/src/a%20b%2B%2B%3F.c":
			io.WriteString(w, "int x;\n")
		case "/buildid/abcd/source/large.c":
			w.Write(make([]byte, 8<<20+1))
		case "/buildid/abcd/source/gone.c":
			http.NotFound(w, r)
		default:
			io.WriteString(w, "\n<!doctype HTML>\n<html>Not here.</html>")
		}
	}))
	d, err := NewDebuginfod(client(t), at+"/", Options{Cache: newCache(t)})
	if err != nil {
		t.Fatal(err)
	}
	url := at + "/buildid/abcd/source"
	for range 2 {
		for _, tt := range []struct{ file, text, err string }{
			{"/src/a b++?.c", "int x;\n", ""},
			{"/x/../src/./a b++?.c", "int x;\n", ""},
			{"/index.html", "\n<!doctype HTML>\n<html>Not here.</html>", ""},
			{"/page.c", "", url + "/page.c: a web page"},
			{"/gone.c", "", url + "/gone.c: file does not exist"},
			{"/large.c", "", `source file "/large.c": larger than 8388608 bytes`},
			{"relative.c", "", `source file "relative.c": file does not exist: its path is not absolute`},
			{`C:\a.c`, "", `source file "C:\\a.c": file does not exist: its path is not absolute`},
			{"/nul\x00.c", "", `source file "/nul\x00.c": file does not exist: its path is not absolute`},
			{"/" + strings.Repeat("x", maxPart), "", "file does not exist"},
		} {
			text, err := d.Code(t.Context(), "abcd", tt.file)
			if got := errorText(err); string(text) != tt.text || got != tt.err {
				t.Errorf("%s: %q, %q; want %q", tt.file, text, got, tt.err)
			}
		}
	}
	if n := asked.count(); n != 5 {
		t.Errorf("asked for %q", asked.uris)
	}
	for _, name := range []string{"", ".", "..", "a/b", "\x00"} {
		if _, err := d.Section(t.Context(), "abcd", name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("section %q: %v", name, err)
		}
	}
	for _, id := range []string{"", "a", "../x", "xyz"} {
		if _, err := d.Section(t.Context(), id, ".text"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("build-id %q: %v", id, err)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// A server that was not there once is asked again for source code.
func TestCodeFromServerDown(t *testing.T) {
	code := http.StatusInternalServerError
	at, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(code)
		io.WriteString(w, "text")
	}))
	d, err := NewDebuginfod(client(t), at, Options{Cache: newCache(t)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Code(t.Context(), "abcd", "/a.c"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("down: %v", err)
	}
	code = http.StatusOK
	if text, err := d.Code(t.Context(), "abcd", "/a.c"); string(text) != "text" || err != nil {
		t.Errorf("up: %q, %v", text, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Code(ctx, "abcd", "/b.c"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
