package objfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	empty := write("empty", nil)
	text := write("text", []byte("hello"))
	cut := write("cut", []byte("\x7fELF\x02\x01\x01"))
	for path, want := range map[string]string{
		empty: empty + ": unknown object file format",
		text:  text + ": unknown object file format",
		cut:   cut + ": ELF header+0x0: need 16 bytes, have 7",
		dir:   dir + ": not a regular file",
	} {
		if f, err := Open(path); f != nil || fmt.Sprint(err) != want {
			t.Errorf("Open(%s):\n got %v\nwant %s", path, err, want)
		}
	}
	if _, err := Open(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of no file: %v", err)
	}

	f, err := Open(write("elf", (&testELF{}).bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := f.Name(), filepath.Join(dir, "elf"); got != want {
		t.Errorf("Name() = %q, want %q", got, want)
	}
	if got, want := f.Format(), ELF; got != want {
		t.Errorf("Format() = %v, want %v", got, want)
	}
	for range 2 {
		if err := f.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	}
}

// Reading what was cut off a mapped file is an error inside Guard.
func TestGuardOfATruncatedFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files are not mapped")
	}
	path := filepath.Join(t.TempDir(), "elf")
	e := testELF{sections: []testSection{{name: ".debug_info", data: make([]byte, 1<<20)}}}
	if err := os.WriteFile(path, e.bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	f := open(t, path)
	s, _ := f.Section(".debug_info")
	data, err := s.Data()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 0x1000); err != nil {
		t.Fatal(err)
	}
	sum := 0
	err = f.Guard(func() error {
		for _, b := range data {
			sum += int(b)
		}
		return nil
	})
	if want := path + ": offset 0x1000 cannot be read: the file shrank"; fmt.Sprint(err) != want {
		t.Errorf("Guard:\n got %v\nwant %s", err, want)
	}
}

func TestGuardPassesOn(t *testing.T) {
	f := (&testELF{}).parse(t)
	want := errors.New("its own")
	if err := f.Guard(func() error { return want }); err != want {
		t.Errorf("Guard() = %v, want %v", err, want)
	}
	for _, cause := range []any{"a panic", errors.New("an error")} {
		func() {
			defer func() {
				if got := recover(); got != cause {
					t.Errorf("Guard let through %v, want %v", got, cause)
				}
			}()
			_ = f.Guard(func() error { panic(cause) })
		}()
	}
	func() {
		defer func() {
			if err, ok := recover().(runtime.Error); !ok {
				t.Errorf("Guard let through %v, want a fault outside the file", err)
			}
		}()
		_ = f.Guard(func() error {
			var p *int
			*p = 1
			return nil
		})
	}()
}
