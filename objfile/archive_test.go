package objfile

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
)

// member returns a member of an archive with its header.
func member(name, size, body string) string {
	return fmt.Sprintf("%-16s%-12s%-6s%-6s%-8s%-10s`\n%s", name, "0", "0", "0", "100644", size, body)
}

func TestArchiveMember(t *testing.T) {
	archive := archiveMagic + member("__.SYMDEF", "3", "abc\n") + member("#1/12", "16", "long name.o\x00body") + member("short.o/", "2", "ok")
	for name, want := range map[string]string{"long name.o": "body", "short.o": "ok", "__.SYMDEF": "abc"} {
		got, _, err := archiveMember([]byte(archive), name)
		if string(got) != want || err != nil {
			t.Errorf("%s: %q (%v), want %q", name, got, err, want)
		}
	}
	for _, tt := range []struct{ name, data, want string }{
		{"other", archive, "no such member"},
		{"empty", archiveMagic, "no such member"},
		{"format", "!<thin>\n", "not an archive"},
		{"size", archiveMagic + member("a.o", "99", ""), "archive+0x8: header of a member is corrupt"},
		{"digits", archiveMagic + member("a.o", "x", ""), "archive+0x8: header of a member is corrupt"},
		{"name", archiveMagic + member("#1/20", "4", "abcd"), "archive+0x8: name of 20 bytes"},
	} {
		if _, _, err := archiveMember([]byte(tt.data), "missing.o"); fmt.Sprint(err) != tt.want {
			t.Errorf("%s: error %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestLinkedObject(t *testing.T) {
	library := fixture.Path(t, "bin/macos/objects/libweigh.a")
	f, err := LinkedObject{Member: "weigh.o"}.Open(library)
	if err != nil {
		t.Fatal(err)
	}
	if f.Name() != library+"(weigh.o)" || f.Arch() != ARM64 || f.Base() != 0 {
		t.Errorf("%s %v base %#x", f.Name(), f.Arch(), f.Base())
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path, member, want string
		modified           int64
	}{
		{library, "other.o", library + "(other.o): no such member", 0},
		{library, "weigh.o", library + "(weigh.o): was compiled anew after it was linked: it is of 1970-01-01 00:00:00, and was of 1970-01-01 00:01:40", 100},
		{plain, "a.o", plain + "(a.o): not an archive", 0},
		{plain, "", plain + ": unknown object file format", 0},
		{filepath.Join(dir, "none"), "a.o", "open " + filepath.Join(dir, "none") + ": no such file or directory", 0},
	} {
		if _, err := (LinkedObject{Member: tt.member, Modified: tt.modified}).Open(tt.path); fmt.Sprint(err) != tt.want {
			t.Errorf("error %v, want %s", err, tt.want)
		}
	}
}
