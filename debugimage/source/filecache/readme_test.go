package filecache

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestReadmeShowsWhatIsWritten(t *testing.T) {
	text := readme(t)
	stored := time.Date(2026, 3, 1, 12, 0, 0, 5e8, time.UTC)
	blob := answer{key: keyA, stored: stored, digest: sha256.Sum256([]byte("foo")), size: 3, meta: []byte("plain")}
	miss := answer{key: Key{"download", "https://symbols.example.com/b.debug"}, stored: stored, miss: &Miss{Reason: "status 404", For: time.Hour}}
	for _, want := range []string{
		"```\n" + string(blob.encode()) + "```\n",
		"```\n" + string(miss.encode()) + "```\n",
		"```\n" + string(usage{bytes: 3, answers: 2}.encode()) + "```\n",
		fmt.Sprintf("`%s` | `%s%d`;", versionFile, versionPrefix, version),
	} {
		if !strings.Contains(text, want) {
			t.Errorf("README.md lacks:\n%s", want)
		}
	}
}

func TestReadmeNamesEveryFile(t *testing.T) {
	c, _ := open(t, t.TempDir(), Options{})
	got := map[string]bool{"make/HASH.*" + newAnswerSuffix: true} // is there for too short a time to be seen
	look := func() {
		hash, number := regexp.MustCompile(`\b[0-9a-f]{64}\b`), regexp.MustCompile(`\.[0-9]+\.`)
		filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				name, _ := filepath.Rel(c.dir, path)
				dir, file, fan := strings.Cut(filepath.ToSlash(name), "/")
				if before, _, ok := strings.Cut(file, "/"); fan && ok && strings.HasPrefix(file, before+"/"+before) {
					file = "HH" + strings.TrimPrefix(file, before)
				}
				got[strings.TrimSuffix(dir+"/"+number.ReplaceAllString(hash.ReplaceAllString(file, "HASH"), ".*."), "/")] = true
			}
			return err
		})
	}
	e, err := c.Get(t.Context(), keyA, func(ctx context.Context, w *os.File) ([]byte, error) {
		look()
		return text("alpha")(ctx, w)
	})
	want(t, e, err, "alpha")
	c.GC(t.Context(), GCOptions{})
	look()
	named := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*) \\|").FindAllStringSubmatch(readme(t), -1) {
		for _, name := range strings.Split(row[1], ", ") {
			named[strings.Trim(name, "`")] = true
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(named)), slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("README.md against a cache (-named +there):\n%s", diff)
	}
}
