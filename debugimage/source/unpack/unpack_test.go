package unpack

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
)

func zipped(t testing.TB, data []byte, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, "/") {
			f.Write(data)
		}
	}
	w.Close()
	return b.Bytes()
}

// cabinet has gcab pack files of the same bytes.
func cabinet(t testing.TB, data []byte, names ...string) []byte {
	t.Helper()
	tool, err := exec.LookPath("gcab")
	if err != nil {
		t.Skip("no gcab is installed")
	}
	dir := t.TempDir()
	args := []string{"-c", "-z", "-n", filepath.Join(dir, "x.cab")}
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, append([]byte(name), data...), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	packed, err := os.ReadFile(filepath.Join(dir, "x.cab"))
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

func unpackAll(t *testing.T, data []byte, o Options) (string, Wrapping, error) {
	t.Helper()
	var b bytes.Buffer
	w, err := Unpack(t.Context(), &b, bytes.NewReader(data), int64(len(data)), o)
	if detected, errDetect := Detect(bytes.NewReader(data), int64(len(data))); detected != w || errDetect != nil {
		t.Errorf("detected %q, error %v, want %q", detected, errDetect, w)
	}
	return b.String(), w, err
}

func TestUnpack(t *testing.T) {
	data := fixture.Read(t, "bin/till-clang19-windows.exe")
	text := string(data)
	twoMembers := append(fixture.Gzip(t, data[:500]), fixture.Gzip(t, data[500:])...)
	for _, tt := range []struct {
		name string
		file []byte
		as   Wrapping
		want string
	}{
		{"gzip", fixture.Gzip(t, data), Gzip, text},
		{"gzip of two members", twoMembers, Gzip, text},
		{"zlib", fixture.Zlib(t, data), Zlib, text},
		{"zlib of nothing", fixture.Zlib(t, nil), Zlib, ""},
		{"zlib of zeros", fixture.Zlib(t, make([]byte, 1<<21)), Zlib, string(make([]byte, 1<<21))},
		{"zstd", fixture.Zstd(t, data), Zstd, text},
		{"zip", zipped(t, data, "x"), Zip, text},
		{"zip with a folder", zipped(t, data, "a/", "a/x"), Zip, text},
		{"zip of two files", zipped(t, data, "a", "b"), None, ""},
		{"damaged zip", zipped(t, data, "a")[:500], None, ""},
		{"program", data, None, ""},
		{"nothing", nil, None, ""},
		{"text that begins as zlib does", []byte("x\x9c is no header of zlib here"), None, ""},
		{"gzip's magic, and another method", []byte("\x1f\x8b\x07 and so on"), None, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, as, err := unpackAll(t, tt.file, Options{})
			if err != nil || as != tt.as || got != tt.want {
				t.Errorf("%d bytes by %q, error %v, want %d by %q", len(got), as, err, len(tt.want), tt.as)
			}
		})
	}
}

func TestUnpackCabinet(t *testing.T) {
	data := fixture.Read(t, "bin/till-clang19-windows.exe")
	one, several := cabinet(t, data, "till.exe"), cabinet(t, data, "a.txt", "Till.EXE", "b.txt")
	for _, tt := range []struct {
		name string
		file []byte
		ask  string
		want string
		err  string
	}{
		{"one file", one, "", "till.exe", ""},
		{"one file of another name", one, "other", "till.exe", ""},
		{"the named one", several, "till.exe", "Till.EXE", ""},
		{"none of the name", several, "c.txt", "", `cabinet: none of its 3 files is "c.txt"`},
		{"cut short", one[:len(one)-1], "", "", "cabinet: cabinet is cut short: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, as, err := unpackAll(t, tt.file, Options{Name: tt.ask})
			if tt.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), tt.err) || got != "" {
					t.Errorf("error %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil || as != Cabinet || got != tt.want+string(data) {
				t.Errorf("%d bytes by %q, error %v", len(got), as, err)
			}
		})
	}
}

// A limit is exact: what has so many bytes comes out, what has one more does not.
func TestLimit(t *testing.T) {
	data := fixture.Read(t, "bin/till-clang19-windows.exe")
	size := int64(len(data))
	wrapped := map[Wrapping][]byte{
		Gzip: fixture.Gzip(t, data), Zlib: fixture.Zlib(t, data), Zstd: fixture.Zstd(t, data), Zip: zipped(t, data, "x"),
	}
	if _, err := exec.LookPath("gcab"); err == nil {
		wrapped[Cabinet] = cabinet(t, data[8:], string(data[:2])+"345678")
		size = int64(len(data))
	}
	for as, file := range wrapped {
		t.Run(string(as), func(t *testing.T) {
			if _, _, err := unpackAll(t, file, Options{Limit: size}); err != nil {
				t.Error(err)
			}
			const want = ": unpacks to too much: more than "
			got, _, err := unpackAll(t, file, Options{Limit: size - 1})
			if !errors.Is(err, ErrTooLarge) || !strings.HasPrefix(err.Error(), string(as)+want) || int64(len(got)) >= size {
				t.Errorf("%d bytes, error %v, want %s%s…", len(got), err, as, want)
			}
		})
	}
}

// A few bytes do not become many, whoever made them and whatever is allowed.
func TestBombs(t *testing.T) {
	zeros := make([]byte, freeGrowth+1)
	for as, file := range map[Wrapping][]byte{
		Gzip: fixture.Gzip(t, zeros), Zlib: fixture.Zlib(t, zeros), Zstd: fixture.Zstd(t, zeros), Zip: zipped(t, zeros, "x"),
	} {
		var n counter
		_, err := Unpack(t.Context(), &n, bytes.NewReader(file), int64(len(file)), Options{Limit: 1 << 40})
		if !errors.Is(err, ErrTooLarge) || n > freeGrowth {
			t.Errorf("%s: %d bytes make %d, error %v", as, len(file), n, err)
		}
	}
}

// A list of files is not read to its end whatever its length.
func TestLongLists(t *testing.T) {
	names := make([]string, 20_000)
	for i := range names {
		names[i] = strings.Repeat("n", i%100) + "/"
	}
	names = append(names, "x")
	file := zipped(t, []byte("text"), names...)
	if w, err := Detect(bytes.NewReader(file), int64(len(file))); w != None || err != nil {
		t.Errorf("detected as %q, error %v", w, err)
	}
	const want = "zip: the list of files is too long"
	if _, err := OpenZip(bytes.NewReader(file), int64(len(file)), maxOnlyList); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	r, err := OpenZip(bytes.NewReader(file), int64(len(file)), 10*maxOnlyList)
	if err != nil || len(r.File) != len(names) {
		t.Fatalf("error %v", err)
	}
	text, err := r.Open("x")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(text); err != nil || string(got) != "text" {
		t.Errorf("%q, error %v", got, err)
	}
}

// A counter counts what is written to it.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

func TestErrors(t *testing.T) {
	data := fixture.Read(t, "bin/till-clang19-windows.exe")
	for as, file := range map[Wrapping][]byte{Gzip: fixture.Gzip(t, data), Zlib: fixture.Zlib(t, data), Zstd: fixture.Zstd(t, data)} {
		if _, got, err := unpackAll(t, file[:len(file)/2], Options{}); got != as || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("half of %s: by %q, error %v, want %v", as, got, err, io.ErrUnexpectedEOF)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := Unpack(ctx, io.Discard, bytes.NewReader(file), int64(len(file)), Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: error %v", err)
		}
	}
	if _, err := Detect(bytes.NewReader(data), int64(len(data))+1); err != nil {
		t.Errorf("a size beyond the head: %v", err)
	}
	if _, err := Unpack(t.Context(), io.Discard, bytes.NewReader(nil), 5, Options{}); err != io.EOF {
		t.Errorf("a size that is wrong: error %v, want %v", err, io.EOF)
	}
	full := errors.New("disk is full")
	if _, err := Unpack(t.Context(), failing{full}, bytes.NewReader(fixture.Gzip(t, data)), 1<<20, Options{}); !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
}

// failing fails to write.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// FuzzUnpack checks that whatever a file is, what comes out keeps its limit.
func FuzzUnpack(f *testing.F) {
	text := bytes.Repeat([]byte("symbols "), 100)
	for _, file := range [][]byte{fixture.Gzip(f, text), fixture.Zlib(f, text), fixture.Zstd(f, text), zipped(f, text, "x"), []byte("MSCF")} {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		const limit = 1 << 16
		var n counter
		w, err := Unpack(t.Context(), &n, bytes.NewReader(data), int64(len(data)), Options{Limit: limit})
		if n > limit || w == None && (n > 0 || err != nil) {
			t.Errorf("%q: %d bytes, error %v", w, n, err)
		}
	})
}
