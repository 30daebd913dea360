package source

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestStamp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if _, err := Stamp(path); !os.IsNotExist(err) {
		t.Errorf("without a file: %v", err)
	}
	put(t, path, []byte("one"))
	stamp := func() string {
		t.Helper()
		s, err := Stamp(path)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if got := stamp(); got != "" {
		t.Errorf("just written it has stamp %q, want none", got)
	}
	age := func(by time.Duration) {
		t.Helper()
		when := time.Now().Add(-by).Truncate(time.Second)
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]string{}
	for _, tt := range []struct {
		name   string
		change func()
	}{
		{"older", func() { age(time.Hour) }},
		{"of another time", func() { age(2 * time.Hour) }},
		{"of another size", func() { put(t, path, []byte("three")); age(2 * time.Hour) }},
		{"another file of the same size and time", func() {
			put(t, path+".new", []byte("seven"))
			if err := os.Rename(path+".new", path); err != nil {
				t.Fatal(err)
			}
			age(2 * time.Hour)
		}},
	} {
		tt.change()
		got := stamp()
		if other, ok := seen[got]; ok || got == "" {
			t.Errorf("%s: the stamp is %q, that of: %s", tt.name, got, other)
		}
		if again := stamp(); again != got {
			t.Errorf("%s: the stamp is %q, then %q", tt.name, got, again)
		}
		seen[got] = tt.name
	}
}

// Whoever may write to a file can give it any size and time, and yet the stamp
// differs, as soon as the clock of the file system has moved on.
func TestStampOfRewrittenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	when := time.Now().Add(-time.Hour)
	rewritten := func(text string) string {
		t.Helper()
		put(t, path, []byte(text)) // to the same inode
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
		stamp, err := Stamp(path)
		if err != nil || stamp == "" {
			t.Fatalf("stamp %q, %v", stamp, err)
		}
		return stamp
	}
	first := rewritten("one")
	if info, err := os.Stat(path); err != nil || inode(info) == "" {
		t.Skipf("files have no inodes here (%v)", err)
	}
	for end := time.Now().Add(5 * time.Second); rewritten("two") == first; {
		if time.Now().After(end) {
			t.Fatalf("the stamp stays %q", first)
		}
	}
}

func TestDigest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	put(t, path, []byte("abc"))
	got, err := Digest(t.Context(), path)
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-4, B.1
	if err != nil || fmt.Sprintf("%x", got) != want {
		t.Errorf("got %x, %v, want %s", got, err, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Digest(ctx, path); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := Digest(t.Context(), path+".gone"); !os.IsNotExist(err) {
		t.Errorf("without a file: %v", err)
	}
}
