package main

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// Names of the tools, as the table spells them.
const (
	ours     = "nativesym"
	gsym     = "llvm gsym"
	symCache = "symbolic SymCache"
	gimli    = "gimli addr2line"
	blazesym = "blazesym"
	llvm     = "llvm-symbolizer"
	elfutils = "eu-addr2line"
	binutils = "binutils addr2line"
	libdw    = "elfutils libdw"

	// What ours is compared with too: tables that keep columns, and for a sorted
	// batch our own lookups one by one.
	oursColumns = "nativesym, columns"
	oursRandom  = "nativesym, random"
	oursHot     = "nativesym, hot"

	// What compiling other files than ELF is compared with: a rate, and a multiple
	// of the file, of which its mapping takes one part.
	oursRate = "150 MB/s"
	oursSize = "3 × the file"

	// What compiling within a budget is compared with.
	oursBudget = "256 MB and twice the table"
)

// Programs, found by path or in PATH.
const (
	symbolicateProgram = "inputs/bin/symbolicate"
	lookupProgram      = "inputs/bin/lookup"
	peersProgram       = "peers/target/release/peers"
	gsymProgram        = "peers/target/native/gsym"
	libdwProgram       = "peers/target/native/libdw"
)

// A tool is a program of ours or of a peer.
type tool struct {
	name    string
	program string
	groups  []group // what it reads; ELF files if empty
}

// reads reports whether the tool reads files of a group.
func (t tool) reads(g group) bool {
	return g == elf && t.groups == nil || slices.Contains(t.groups, g)
}

// What tools read that read more than ELF files.
var (
	allGroups  = []group{elf, pdb, breakpad}
	withImages = []group{elf, pdb}
)

// missing returns why the tool cannot be asked, or "".
func (t tool) missing() string {
	if _, err := exec.LookPath(t.program); err != nil {
		return fmt.Sprintf("%s: no %s (make -C benchmarks peers installs or builds it)", t.name, t.program)
	}
	return ""
}

// A compiler turns debug information into a file that is made for lookups.
type compiler struct {
	tool
	output  string // name of the file it makes of a subject
	threads bool   // can be told how many to use
	args    func(in, out string, threads int) []string
}

func (c compiler) command(s subject, threads int) command {
	return command{args: append([]string{c.program}, c.args(s.path, s.file(c.output), threads)...)}
}

var compilers = []compiler{
	{
		tool{ours, symbolicateProgram, allGroups},
		"nativesym", true,
		func(in, out string, threads int) []string {
			return []string{"compile", in, "-o", out, fmt.Sprintf("--workers=%d", threads)}
		},
	},
	{
		tool{oursColumns, symbolicateProgram, allGroups},
		"nativesym-columns", true,
		func(in, out string, threads int) []string {
			return []string{"compile", in, "-o", out, "--columns", fmt.Sprintf("--workers=%d", threads)}
		},
	},
	{
		tool{gsym, "llvm-gsymutil-19", nil},
		"gsym", true,
		func(in, out string, threads int) []string {
			return []string{"--convert=" + in, "--out-file=" + out, fmt.Sprintf("--num-threads=%d", threads), "--quiet"}
		},
	},
	{
		tool{symCache, peersProgram, allGroups},
		"symcache", false,
		func(in, out string, _ int) []string { return []string{"symcache", "compile", in, out} },
	},
}

// A library is asked in-process, by a program around it that prints its answers
// or how long they took.
type library struct {
	tool
	engine   []string // the program's first arguments
	compiled string   // which compiler's output it reads; the subject itself if empty
	based    func(s subject) (string, error)
}

var libraries = []library{
	{tool: tool{ours, lookupProgram, allGroups}, compiled: "nativesym"},
	{tool: tool{symCache, peersProgram, allGroups}, engine: []string{"symcache"}, compiled: "symcache", based: symCacheBase},
	{tool: tool{gsym, gsymProgram, nil}, compiled: "gsym", based: linked},
	{tool: tool{gimli, peersProgram, nil}, engine: []string{"addr2line"}, based: linked},
	{tool: tool{blazesym, peersProgram, nil}, engine: []string{"blazesym"}, based: linked},
}

// linked is the base of libraries that take linked addresses.
func linked(subject) (string, error) { return "0", nil }

// symCacheBase returns what addresses in a SymCache are relative to.
func symCacheBase(s subject) (string, error) {
	out, err := exec.Command(peersProgram, "symcache", "base", s.path).Output()
	return strings.TrimSpace(string(out)), err
}

// args returns the command line for verb, "answer" or "time", and what follows it.
func (l library) args(s subject, verb string, more ...string) ([]string, error) {
	path := s.path
	if l.compiled != "" {
		path = s.file(l.compiled)
	}
	args := append(append([]string{l.program}, l.engine...), verb, path)
	if l.based != nil {
		base, err := l.based(s)
		if err != nil {
			return nil, fmt.Errorf("%s: base address: %w", l.name, err)
		}
		args = append(args, base)
	}
	return append(args, more...), nil
}

// A symbolizer is a command that reads addresses on its standard input and prints
// what is there, with inlined calls and source names.
type symbolizer struct {
	tool
	args func(path string) []string
	read reader
	most int // addresses it is asked for at most, so that it ends within seconds
}

var symbolizers = []symbolizer{
	{tool{ours, symbolicateProgram, allGroups}, func(path string) []string { return []string{"addr", "--obj=" + path} }, readLLVM, many},
	{tool{llvm, "llvm-symbolizer-19", withImages}, func(path string) []string { return []string{"--obj=" + path} }, readLLVM, many},
	{tool{gimli, peersProgram, nil}, func(path string) []string { return []string{"addr2line", "answer", path, "0"} }, readLLVM, many},
	{tool{blazesym, peersProgram, nil}, func(path string) []string { return []string{"blazesym", "answer", path, "0"} }, readLLVM, many},
	{tool{elfutils, "eu-addr2line", nil}, func(path string) []string { return []string{"-a", "-f", "-i", "-C", "-e", path} }, readElfutils, some},
	{tool{binutils, "addr2line", nil}, func(path string) []string { return []string{"-a", "-f", "-i", "-C", "-e", path} }, readGNU, some},
}

// How many addresses the jobs ask for.
const (
	one  = 1
	some = 100
	many = 100_000

	manyInPDB = 10_000

	// timedLookups is how many a library is asked for in a loop: too many for
	// the nearest caches, few enough for the slowest.
	timedLookups = 25_000
)

func (z symbolizer) command(s subject, addresses, stdout string) command {
	args := append([]string{z.program}, z.args(s.asked)...)
	if s.image != "" {
		args = append(args, "--relative-address")
	}
	return command{args: args, stdin: addresses, stdout: stdout}
}

// A decoder is a program that reads all debug information of a file, which it is
// given as its last argument, on one thread, and keeps none of it.
type decoder struct {
	tool
	args []string
}

var decoders = []decoder{
	{tool{ours, lookupProgram, allGroups}, []string{"decode"}},
	{tool{libdw, libdwProgram, nil}, nil},
}

func (d decoder) command(s subject) command {
	return command{args: append(append([]string{d.program}, d.args...), s.path)}
}
