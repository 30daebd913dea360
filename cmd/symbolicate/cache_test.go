package main

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/debugimage/source/filecache"
)

// TestVerifyDropsWhatIsDamaged names a damaged file once, and has none of it left.
func TestVerifyDropsWhatIsDamaged(t *testing.T) {
	dir := t.TempDir()
	cache, err := filecache.Open(dir, filecache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"good", "bad"} {
		if _, err := cache.Get(t.Context(), filecache.Key{Kind: "table", Name: name}, func(_ context.Context, w *os.File) ([]byte, error) {
			_, err := w.WriteString(name)
			return nil, err
		}); err != nil {
			t.Fatal(err)
		}
	}
	bad, err := cache.Peek(filecache.Key{Kind: "table", Name: "bad"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(bad.Path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bad.Path, []byte("BAD"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"symbolicate cache verify: table bad: damaged, or removed meanwhile; it will be made again\n1 of 2 answers are good\n",
		"1 of 1 answers are good\n",
	} {
		out, said := symbolicateIn(t, nil, "cache", "verify", "--cache", dir)
		said = strings.TrimSuffix(said, "error: "+errReported.Error())
		if got := said + out; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
