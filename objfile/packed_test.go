package objfile

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
)

func TestPackedFiles(t *testing.T) {
	plain := fixture.Read(t, "bin/macos/prog.sym")
	want, err := Parse("test", plain)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"gzip": fixture.Gzip(t, plain), "zstd": fixture.Zstd(t, plain), "zstd without a size": zstdStream(t, plain)} {
		f, err := Parse("test", data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f.Format() != Breakpad || f.DebugID() != want.DebugID() {
			t.Errorf("%s: %v %v", name, f.Format(), f.DebugID())
		}
		if diff := cmp.Diff(functions(t, want), functions(t, f)); diff != "" {
			t.Errorf("%s: functions (-want +got):\n%s", name, diff)
		}
	}
}

func TestPackedErrors(t *testing.T) {
	plain := fixture.Read(t, "bin/macos/prog.sym")
	bomb := append(bytes.Clone(plain), make([]byte, freeGrowth)...)
	packed := fixture.Gzip(t, bytes.Repeat(plain, 100))
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"text", fixture.Gzip(t, []byte("a manual page")), "test: unknown object file format"},
		{"packed twice", fixture.Gzip(t, fixture.Gzip(t, plain)), "test: unknown object file format"},
		{"not even gzip", []byte("\x1f\x8bx"), "test: unknown object file format"},
		{"more than a file of its size may hold", fixture.Gzip(t, bomb), "test: unpacks to more than 16777216 bytes"},
		{"cut", packed[:len(packed)-20], "test: unpacking: unexpected EOF"},
		{"broken inside", []byte(strings.Replace(string(packed), string(packed[len(packed)-8:]), "checksum", 1)), "test: unpacking: gzip: invalid checksum"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Parse("test", tt.data); fmt.Sprint(err) != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

// PUBLIC symbols have the sizes that functions and one another leave them.
func TestBreakpadSymbols(t *testing.T) {
	f, err := Parse("test", []byte("MODULE windows x86 3249D99D0C4049318610F4E4FB0B69361 a.pdb\n"+
		"FUNC 1020 10 0 f\nPUBLIC 1000 0 a\nPUBLIC m 1008 4 b\nPUBLIC 1100 0 lonely\nPUBLIC 7fffffff0000 0 last\nPUBLIC ffffffffffffffff 0 absurd\n"))
	if err != nil {
		t.Fatal(err)
	}
	symbols, err := f.Symbols()
	want := "\n0x1000+0x8 public global a\n0x1008+0x18 public global b\n0x1100+0x1000000 public global lonely\n0x7fffffff0000+0x1000 public global last"
	if diff := cmp.Diff(want, picture(symbols)); diff != "" || err != nil {
		t.Errorf("Symbols(), error %v (-want +got):\n%s", err, diff)
	}
	if f.Format() != Breakpad || f.Arch() != X86 || f.Base() != 0 || f.DebugID().String() != "3249d99d-0c40-4931-8610-f4e4fb0b6936-1" {
		t.Errorf("%v %v base %#x %v", f.Format(), f.Arch(), f.Base(), f.DebugID())
	}
	if _, err := Parse("test", []byte("MODULE Linux x86_64 C0BCC3F19827FE653058404B2831D9Ex0 crash\n")); err == nil ||
		err.Error() != `test: debug id "C0BCC3F19827FE653058404B2831D9Ex0": want uuid[-age]` {
		t.Errorf("error %v", err)
	}
}
