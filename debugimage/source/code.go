package source

import (
	"bytes"
	"io"
	"os"
	"path"
	"strings"
	"sync"
	"unicode/utf8"
)

// A CodeRoot is a directory with source code, and where that was when it was
// compiled.
type CodeRoot struct {
	// Dir is the directory that holds the sources now. Nothing outside of it is
	// read, whatever paths debug files hold and wherever links lead.
	Dir string

	// From is the prefix of the paths in debug files that Dir stands for, up to a
	// slash: "/build/app" for "/build/app/src/main.c". If it is empty, whole paths
	// are looked for below Dir. Case and the direction of slashes do not matter.
	From string
}

// MaxCodeFile is how many bytes a source file may have that is read: generated ones
// of any size exist, and nobody reads them.
const MaxCodeFile = 8 << 20

// Limits of what is kept of source files.
const (
	maxCodeFiles = 512      // kept at the same time
	maxCodeKept  = 64 << 20 // bytes kept at the same time, or one file if it has more
	lineSize     = 24       // bytes that a line takes besides its text
)

// MaxBuildCode is how many bytes the source code of one build keeps at the same time,
// that of a bundle or of a debug file: there may be as many of them as images.
const MaxBuildCode = 8 << 20

// A Code finds lines of source files, in directories, in a source bundle or in a
// debug file. It keeps what it has read, and is safe for concurrent use.
type Code struct {
	places []codePlace
	max    int // bytes kept

	mu    sync.Mutex
	files map[string][][]byte // lines by path as debug files have it; nil: there is none
	kept  int                 // bytes that they take
}

// A codePlace has source files.
type codePlace interface {
	read(file string) []byte // nil if it has no such file
}

// NewCode returns a Code that looks into roots, in that order.
func NewCode(roots ...CodeRoot) *Code {
	places := make([]codePlace, len(roots))
	for i, r := range roots {
		places[i] = r
	}
	return newCode(maxCodeKept, places...)
}

func newCode(max int, places ...codePlace) *Code {
	return &Code{places: places, max: max, files: make(map[string][][]byte)}
}

// Lines returns the source line with a number, counted from 1, and up to around
// lines before and after it, without line ends. It reports false if there is no
// such file or line. The lines must not be changed.
func (c *Code) Lines(file string, number, around int) (before [][]byte, line []byte, after [][]byte, ok bool) {
	lines := c.lines(file)
	i := number - 1
	if i < 0 || i >= len(lines) {
		return nil, nil, nil, false
	}
	before = lines[max(0, i-around):i]
	after = lines[i+1 : min(len(lines), i+1+around)]
	return before, lines[i], after, true
}

// lines returns a file's lines, nil if there is no such file.
func (c *Code) lines(file string) [][]byte {
	c.mu.Lock()
	lines, ok := c.files[file]
	c.mu.Unlock()
	if ok {
		return lines
	}
	text := c.read(file)
	lines = splitLines(text)
	size := len(text) + len(lines)*lineSize
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.files) >= maxCodeFiles || c.kept+size > c.max {
		clear(c.files)
		c.kept = 0
	}
	c.kept += size
	c.files[strings.Clone(file)] = lines
	return lines
}

// read returns the content of a file from the first place that has it.
func (c *Code) read(file string) []byte {
	for _, p := range c.places {
		if data := p.read(file); data != nil {
			return data
		}
	}
	return nil
}

// read returns the content of a file below the root's directory.
func (r CodeRoot) read(file string) []byte {
	name, ok := r.name(file)
	if !ok {
		return nil
	}
	return readBelow(r.Dir, name)
}

// name returns what a path of a debug file is called below the root's directory.
func (r CodeRoot) name(file string) (string, bool) {
	file = slashes(file)
	if from := strings.TrimSuffix(slashes(r.From), "/"); from != "" {
		if len(file) <= len(from) || file[len(from)] != '/' || !strings.EqualFold(file[:len(from)], from) {
			return "", false
		}
		file = file[len(from):]
	} else if len(file) > 1 && file[1] == ':' {
		file = file[2:] // a drive
	}
	name := strings.TrimLeft(path.Clean("/"+file), "/")
	return name, name != ""
}

func slashes(path string) string { return strings.ReplaceAll(path, `\`, "/") }

// readBelow returns the content of a regular file below a directory, nil if there
// is none, or one too large to be source code.
func readBelow(dir, name string) []byte {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil
	}
	defer root.Close()
	if info, err := root.Stat(name); err != nil || !info.Mode().IsRegular() || info.Size() > MaxCodeFile {
		return nil
	}
	f, err := root.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	return readCode(f)
}

// readCode reads a text, nil if it is none.
func readCode(r io.Reader) []byte {
	data, err := io.ReadAll(io.LimitReader(r, MaxCodeFile))
	if err != nil || !utf8.Valid(data) && bytes.IndexByte(data, 0) >= 0 {
		return nil
	}
	return data
}

// splitLines returns the lines of a text, whatever ends them. It does not copy.
func splitLines(text []byte) [][]byte {
	var lines [][]byte
	for line := range bytes.Lines(text) {
		lines = append(lines, bytes.TrimRight(line, "\r\n"))
	}
	return lines
}
