package breakpad

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A plainFile is a symbol file as a second, plain reader sees it: every record is
// split at its spaces, and an address is looked for in all of them.
type plainFile struct {
	files, origins map[string]string
	functions      []plainFunction
}

type plainFunction struct {
	start, size uint64
	name        string
	lines       [][]string
	inlines     [][]string
}

func readPlain(text string) *plainFile {
	p := &plainFile{files: map[string]string{}, origins: map[string]string{}}
	open := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		f := strings.Split(line, " ")
		switch {
		case f[0] == "FILE":
			p.files[f[1]] = strings.Join(f[2:], " ")
		case f[0] == "INLINE_ORIGIN":
			p.origins[f[1]] = strings.Join(f[2:], " ")
		case f[0] == "FUNC":
			if f[1] == "m" {
				f = f[1:]
			}
			p.functions = append(p.functions, plainFunction{start: hex(f[1]), size: hex(f[2]), name: strings.ReplaceAll(strings.Join(f[4:], " "), unnamed, "")})
			open = true
		case f[0] == "INLINE":
			fn := &p.functions[len(p.functions)-1]
			fn.inlines = append(fn.inlines, f[1:])
		case open && line == strings.ToLower(line) && len(f) == 4:
			fn := &p.functions[len(p.functions)-1]
			fn.lines = append(fn.lines, f)
		default:
			open = false
		}
	}
	return p
}

func hex(s string) uint64 {
	n, err := strconv.ParseUint(s, 16, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// frames returns the frames at an address of a function, innermost first.
func (p *plainFile) frames(fn *plainFunction, addr uint64) []string {
	place := ":0"
	for _, l := range fn.lines {
		if start := hex(l[0]); start <= addr && addr < start+hex(l[1]) {
			place = p.files[l[3]] + ":" + l[2]
		}
	}
	name := fn.name
	var calls []string // outermost first
	for depth := 0; ; depth++ {
		found := false
		for _, in := range fn.inlines {
			for i := 4; i < len(in) && in[0] == strconv.Itoa(depth) && !found; i += 2 {
				if start := hex(in[i]); start <= addr && addr < start+hex(in[i+1]) {
					calls = append(calls, name+" "+p.files[in[2]]+":"+in[1])
					name, found = p.origins[in[3]], true
				}
			}
		}
		if !found {
			calls = append(calls, name+" "+place)
			slices.Reverse(calls)
			return calls
		}
	}
}

// frames returns the same from what the package under test decoded.
func frames(u *debuginfo.Unit, f *debuginfo.Function, addr uint64) []string {
	var row debuginfo.Row
	for _, r := range u.Rows {
		if r.Addr <= addr {
			row = r
		}
	}
	place := fmt.Sprintf("%s:%d", u.Files[row.File], row.Line)
	var path, best []debuginfo.Inline
	for _, in := range u.Inlines[f.Inlines.First:f.Inlines.End] {
		path = append(path[:min(int(in.Depth)-1, len(path))], in)
		if u.Ranges[in.Ranges.First].Contains(addr) && len(path) > len(best) {
			best = slices.Clone(path)
		}
	}
	var list []string
	for i := len(best) - 1; i >= 0; i-- {
		list = append(list, u.Names[best[i].Name].Symbol+" "+place)
		place = fmt.Sprintf("%s:%d", u.Files[best[i].CallFile], best[i].CallLine)
	}
	return append(list, u.Names[f.Name].Symbol+" "+place)
}

// TestAgreesWithPlainReader compares the frames at addresses of every function,
// of the testdata and of all symbol files of the corpus.
func TestAgreesWithPlainReader(t *testing.T) {
	paths := []string{fixture.Path(t, "bin/macos/prog.sym")}
	t.Run("corpus", func(t *testing.T) {
		filepath.WalkDir(fixture.Corpus(t, "github"), func(path string, e fs.DirEntry, err error) error {
			if strings.HasSuffix(path, ".sym") {
				paths = append(paths, path)
			}
			return err
		})
	})
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			agreesWithPlain(t, data)
		})
	}
}

func agreesWithPlain(t *testing.T, data []byte) {
	f, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	plain := readPlain(string(data))
	next := 0
	var u debuginfo.Unit
	r := f.NewReader()
	for i := range f.NumUnits() {
		if err := r.Read(i, &u); err != nil {
			t.Error(err)
		}
		for k := range u.Functions {
			fn := &u.Functions[k]
			want := &plain.functions[next]
			next++
			if fn.Entry != want.start {
				t.Fatalf("function at %#x, want %#x", fn.Entry, want.start)
			}
			step := max(1, want.size/16)
			for addr := want.start; addr < want.start+want.size; addr += step {
				if diff := cmp.Diff(plain.frames(want, addr), frames(&u, fn, addr)); diff != "" {
					t.Fatalf("frames at %#x (-want +got):\n%s", addr, diff)
				}
			}
		}
	}
	if next != len(plain.functions) {
		t.Errorf("%d functions, want %d", next, len(plain.functions))
	}
}
