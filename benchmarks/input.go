package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"

	"github.com/nativesym/nativesym/objfile"
)

// An input is a file that everybody answers about. inputs.mk makes them.
type input struct {
	name       string
	language   string
	compressed bool // debug sections are deflated
}

var inputs = []input{
	{name: "libc.debug", language: "C", compressed: true},
	{name: "vmlinux", language: "C"},
	{name: "rocksdb.so", language: "C++"},
	{name: "rust", language: "Rust"},
	{name: "go", language: "Go", compressed: true},
	{name: "go-plain", language: "Go"},
}

// hugeBytes is the size from which targets call a file huge.
const hugeBytes = 30e6

// A subject is an input that is there, and the folder for what is made of it.
type subject struct {
	input
	path string
	work string
	huge bool
}

func newSubject(in input, dir, work string) (subject, error) {
	s := subject{input: in, path: filepath.Join(dir, in.name), work: filepath.Join(work, in.name)}
	info, err := os.Stat(s.path)
	if err != nil {
		return s, fmt.Errorf("%s is missing (make -C benchmarks inputs, with KERNEL=1 for vmlinux)", s.path)
	}
	s.huge = info.Size() >= hugeBytes
	return s, os.MkdirAll(s.work, 0o755)
}

// file returns the path of something that is made of s.
func (s subject) file(name string) string { return filepath.Join(s.work, name) }

// addressFile is where the first n addresses to ask for are.
func (s subject) addressFile(n int) string { return s.file(fmt.Sprintf("%d.addrs", n)) }

// draw picks n addresses, uniformly over the bytes of s's functions as the symbol
// table has them; always the same ones for the same file.
func (s subject) draw(n int) ([]uint64, error) {
	f, err := objfile.Open(s.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		return nil, err
	}
	functions := merge(symbols)
	ends := make([]uint64, len(functions)) // bytes of all functions up to each one's end
	total := uint64(0)
	for i, fn := range functions {
		total += fn.Size
		ends[i] = total
	}
	if total == 0 {
		return nil, fmt.Errorf("%s has no function symbols", s.path)
	}
	random := rand.New(rand.NewPCG(1, 2))
	addrs := make([]uint64, n)
	for i := range addrs {
		at := random.Uint64N(total)
		fn := sort.Search(len(ends), func(i int) bool { return at < ends[i] })
		addrs[i] = functions[fn].Addr + functions[fn].Size - (ends[fn] - at)
	}
	return addrs, nil
}

// merge returns the functions among symbols by address, one where several names share a start.
func merge(symbols []objfile.Symbol) []objfile.Symbol {
	functions := slices.DeleteFunc(slices.Clone(symbols), func(s objfile.Symbol) bool {
		return s.Kind != objfile.Func || s.Size == 0
	})
	slices.SortStableFunc(functions, func(a, b objfile.Symbol) int { return cmp.Compare(a.Addr, b.Addr) })
	return slices.CompactFunc(functions, func(a, b objfile.Symbol) bool { return a.Addr == b.Addr })
}

// writeAddresses writes addrs as every tool reads them.
func writeAddresses(path string, addrs []uint64) error {
	var text []byte
	for _, addr := range addrs {
		text = fmt.Appendf(text, "%#x\n", addr)
	}
	return os.WriteFile(path, text, 0o644)
}
