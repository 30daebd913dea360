package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/nativesym/nativesym/objfile"
)

// A lab is where tools are asked.
type lab struct{ repository, work string }

// A question is a file and what the chains at some addresses in it are.
type question struct {
	path  string
	addrs []uint64
	want  [][]frame
}

// dropUnknown leaves out what nobody is expected to know: space between functions.
func (q *question) dropUnknown() {
	n := 0
	for i, want := range q.want {
		if len(want) > 0 {
			q.addrs[n], q.want[n] = q.addrs[i], want
			n++
		}
	}
	q.addrs, q.want = q.addrs[:n], q.want[:n]
}

// A variant is a row of the table.
type variant struct {
	title     string
	questions func(l *lab) ([]question, error)
}

// parcel returns a row about variants of testdata/src/parcel; the answers are those
// of the golden files of symcache's tests.
func parcel(title string, names ...string) variant {
	return variant{title, func(l *lab) ([]question, error) {
		var all []question
		for _, name := range names {
			q, err := l.parcel(name)
			if err != nil {
				return nil, err
			}
			all = append(all, q)
		}
		return all, nil
	}}
}

// parcel returns the question about one variant.
func (l *lab) parcel(name string) (question, error) {
	return l.parcelIn(name, filepath.Join(l.repository, "testdata/bin/parcel", name))
}

func (l *lab) parcelIn(name, dir string) (question, error) {
	program, symbols := "prog", "prog"
	switch name {
	case "gcc-object":
		program, symbols = "prog.o", "prog.o"
	case "gcc-link":
		symbols = "prog.debug"
	}
	q := question{path: filepath.Join(dir, program)}
	starts, err := functions(filepath.Join(dir, symbols))
	if err != nil {
		return q, err
	}
	text, err := l.golden(name)
	if err != nil {
		return q, err
	}
	for line := range strings.Lines(text) {
		place, chain, _ := strings.Cut(strings.TrimSpace(line), " ")
		plus := strings.LastIndexByte(place, '+')
		start, ok := starts[place[:plus]]
		offset, err := strconv.ParseUint(place[plus+1:], 0, 64)
		if !ok || err != nil {
			continue // in an object file's other sections, whose addresses every tool counts its own way
		}
		q.addrs, q.want = append(q.addrs, start+offset), append(q.want, chainOf(chain))
	}
	return q, nil
}

// functions returns the addresses of the functions that a file's symbols name: of
// an object file those in its first section.
func functions(path string) (map[string]uint64, error) {
	f, err := objfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	symbols, err := f.Symbols()
	starts := map[string]uint64{}
	for _, s := range symbols {
		if strings.HasSuffix(path, ".o") && !f.CodeRanges()[0].Contains(s.Addr) {
			continue
		}
		starts[strings.Clone(s.Name)] = s.Addr
	}
	return starts, err
}

// golden returns the golden file of a variant: its own, or the one of all whose
// code is that of the compiler's plain build.
func (l *lab) golden(name string) (string, error) {
	compiler, _, _ := strings.Cut(name, "-")
	if name == "gcc-mini" {
		name = "gcc-symbols"
	}
	dir := filepath.Join(l.repository, "symbolicate/symcache/testdata")
	text, err := os.ReadFile(filepath.Join(dir, "parcel-"+name+".txt"))
	if os.IsNotExist(err) {
		text, err = os.ReadFile(filepath.Join(dir, "parcel-"+compiler+".txt"))
	}
	return string(text), err
}

// chainOf takes apart "name file:line:column < name file:line:column".
func chainOf(text string) (frames []frame) {
	for part := range strings.SplitSeq(text, " < ") {
		i := strings.LastIndexByte(part, ' ')
		file, line := place(part[i+1:])
		frames = append(frames, newFrame(part[:i], file, line))
	}
	return frames
}
