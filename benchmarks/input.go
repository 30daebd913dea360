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
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A group is inputs of one kind, which a run measures together, and tools can
// read or not.
type group string

// The groups.
const (
	elf      group = "elf"
	pdb      group = "pdb"
	breakpad group = "breakpad"
)

// An input is a file that everybody answers about. inputs.mk makes them.
type input struct {
	name       string
	group      group
	language   string
	compressed bool   // debug sections are deflated
	image      string // of a PDB: the file that llvm-symbolizer wants to be given instead
	budgeted   bool   // so large that all it is for is to be compiled within a budget
}

var inputs = []input{
	{name: "libc.debug", group: elf, language: "C", compressed: true},
	{name: "vmlinux", group: elf, language: "C"},
	{name: "rocksdb.so", group: elf, language: "C++"},
	{name: "rust", group: elf, language: "Rust"},
	{name: "go", group: elf, language: "Go", compressed: true},
	{name: "go-plain", group: elf, language: "Go"},

	{name: "belt.pdb", group: pdb, language: "C++", image: "belt.exe"},
	{name: "conpty.pdb", group: pdb, language: "C++", image: "conpty.node"},
	{name: "arm64/conpty.pdb", group: pdb, language: "C++", image: "arm64/conpty.node"},

	{name: "rocksdb.sym", group: breakpad, language: "C++"},
	{name: "large.sym", group: breakpad, language: "C++", budgeted: true},
}

// hugeBytes is the size from which targets call a file huge.
const hugeBytes = 30e6

// A subject is an input that is there, and the folder for what is made of it.
type subject struct {
	input
	path  string
	asked string // what symbolizers are given: the image of a PDB, else the input itself
	work  string
	bytes int64
	huge  bool
}

func newSubject(in input, dir, work string) (subject, error) {
	s := subject{input: in, path: filepath.Join(dir, in.name), work: filepath.Join(work, in.name)}
	info, err := os.Stat(s.path)
	if err != nil {
		return s, fmt.Errorf("%s is missing (make -C benchmarks inputs, with KERNEL=1 for vmlinux)", s.path)
	}
	s.asked = s.path
	if in.image != "" {
		s.asked = filepath.Join(dir, in.image)
	}
	s.bytes = info.Size()
	s.huge = s.bytes >= hugeBytes
	return s, os.MkdirAll(s.work, 0o755)
}

// file returns the path of something that is made of s.
func (s subject) file(name string) string { return filepath.Join(s.work, name) }

// addressFile is where the first n addresses to ask for are.
func (s subject) addressFile(n int) string { return s.file(fmt.Sprintf("%d.addrs", n)) }

// many is how many addresses make a big question. llvm-symbolizer takes more than
// a millisecond for one in a PDB, so it is asked for fewer there.
func (s subject) many() int {
	if s.group == pdb {
		return manyInPDB
	}
	return many
}

// candidates is how many addresses the fast tools are asked for, so that enough
// are left of those to which all give one answer.
func (s subject) candidates() int { return s.many() + s.many()/4 }

// draw picks n addresses, uniformly over the bytes of s's functions as the symbol
// table has them; always the same ones for the same file. Addresses in PDBs and
// Breakpad files count from the start of the image.
func (s subject) draw(n int) ([]uint64, error) {
	f, err := objfile.Open(s.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if s.group != elf {
		symbols, err = described(f)
	}
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

// described returns the functions of the debug information as symbols, for files
// whose symbols have no sizes.
func described(f *objfile.File) ([]objfile.Symbol, error) {
	info, err := f.DebugInfo()
	if err != nil || info == nil {
		return nil, err
	}
	var symbols []objfile.Symbol
	var unit debuginfo.Unit
	reader := info.NewReader()
	for i := range info.NumUnits() {
		if err := reader.Read(i, &unit); err != nil {
			return nil, err
		}
		for _, fn := range unit.Functions {
			for _, r := range unit.Ranges[fn.Ranges.First:fn.Ranges.End] {
				symbols = append(symbols, objfile.Symbol{Addr: r.Start, Size: r.End - r.Start, Kind: objfile.Func})
			}
		}
	}
	return symbols, nil
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
