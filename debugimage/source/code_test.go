package source

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCodeLines(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "app", "src", "main.c"), []byte("one\r\ntwo\nthree\n\nfive"))
	put(t, filepath.Join(dir, "secret"), []byte("secret\n"))
	put(t, filepath.Join(dir, "app", "binary.c"), []byte("\x7fELF\x00\xff\n"))
	if err := os.Symlink("../secret", filepath.Join(dir, "app", "link")); err != nil {
		t.Skip(err)
	}
	app := filepath.Join(dir, "app")
	for _, tt := range []struct {
		name   string
		root   CodeRoot
		file   string
		number int
		before []string
		line   string
		after  []string
		ok     bool
	}{
		{"a mapped path", CodeRoot{app, "/build/app"}, "/build/app/src/main.c", 2, []string{"one"}, "two", []string{"three", ""}, true},
		{"a slash at the end of the prefix", CodeRoot{app, "/build/app/"}, "/build/app/src/main.c", 1, nil, "one", []string{"two", "three"}, true},
		{"the last line", CodeRoot{app, "/build/app"}, "/build/app/src/main.c", 5, []string{"three", ""}, "five", nil, true},
		{"the path of Windows", CodeRoot{app, `D:\Build\App`}, `d:\build\app\src\main.c`, 3, []string{"one", "two"}, "three", []string{"", "five"}, true},
		{"whole paths below the directory", CodeRoot{dir, ""}, "/app/src/main.c", 5, []string{"three", ""}, "five", nil, true},
		{"whole paths with a drive", CodeRoot{dir, ""}, `C:\app\src\main.c`, 5, []string{"three", ""}, "five", nil, true},
		{"a prefix ends at a slash", CodeRoot{app, "/build/ap"}, "/build/app/src/main.c", 1, nil, "", nil, false},
		{"no such line", CodeRoot{app, "/build/app"}, "/build/app/src/main.c", 6, nil, "", nil, false},
		{"lines count from 1", CodeRoot{app, "/build/app"}, "/build/app/src/main.c", 0, nil, "", nil, false},
		{"no such file", CodeRoot{app, "/build/app"}, "/build/app/src/other.c", 1, nil, "", nil, false},
		{"no such directory", CodeRoot{"/no/such/dir", ""}, "/app/src/main.c", 1, nil, "", nil, false},
		{"a directory", CodeRoot{app, "/build/app"}, "/build/app/src", 1, nil, "", nil, false},
		{"up and out", CodeRoot{app, "/build/app"}, "/build/app/../secret", 1, nil, "", nil, false},
		{"out through a link", CodeRoot{app, "/build/app"}, "/build/app/link", 1, nil, "", nil, false},
		{"not a text", CodeRoot{app, "/build/app"}, "/build/app/binary.c", 1, nil, "", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := NewCode(tt.root)
			for range 2 { // from the disk, then from memory
				before, line, after, ok := c.Lines(tt.file, tt.number, 2)
				if ok != tt.ok || string(line) != tt.line {
					t.Errorf("Lines(%q, %d) = %q, %v, want %q, %v", tt.file, tt.number, line, ok, tt.line, tt.ok)
				}
				if diff := cmp.Diff([][]string{tt.before, tt.after}, [][]string{texts(before), texts(after)}); diff != "" {
					t.Errorf("around it, -want +got:\n%s", diff)
				}
			}
		})
	}
}

func texts(lines [][]byte) (list []string) {
	for _, l := range lines {
		list = append(list, string(l))
	}
	return list
}

func TestCodeAsksRootsInOrder(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "a", "x.c"), []byte("a\n"))
	put(t, filepath.Join(dir, "b", "x.c"), []byte("b\n"))
	put(t, filepath.Join(dir, "b", "y.c"), []byte("y\n"))
	c := NewCode(CodeRoot{filepath.Join(dir, "a"), "/src"}, CodeRoot{filepath.Join(dir, "b"), "/src"})
	for file, want := range map[string]string{"/src/x.c": "a", "/src/y.c": "y"} {
		if _, line, _, _ := c.Lines(file, 1, 0); string(line) != want {
			t.Errorf("%s: %q, want %q", file, line, want)
		}
	}
}
