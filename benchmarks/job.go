package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
)

// A measure is one thing that is measured.
type measure string

// What is measured.
const (
	wall      measure = "time"
	processor measure = "processor time"
	memory    measure = "peak memory"
	size      measure = "file size"
	random    measure = "random"
	hot       measure = "hot"
	sorted    measure = "sorted"
	cold      measure = "cold"

	// Ours only: the addresses of random and of sorted, all in one call.
	batch       measure = "batch"
	sortedBatch measure = "sorted batch"
)

// measures are all of them in the order in which they are reported.
var measures = []measure{processor, wall, memory, size, hot, random, cold, sorted, batch, sortedBatch}

// unit returns the unit of m's figures.
func (m measure) unit() string {
	switch m {
	case memory, size:
		return "MB"
	case processor, wall:
		return "ms"
	}
	return "ns"
}

// Names of jobs.
const (
	decode     = "decode"
	compileOne = "compile, 1 thread"
	compileTwo = "compile, 2 threads"
	lookup     = "lookup"
	askOne     = "1 address"
	askSome    = "100 addresses"
	askMany    = "100 000 addresses"
	askInPDB   = "10 000 addresses"
	budgeted   = "compile, 1 thread, --memory=256M"
)

// jobs returns all jobs on s, with the sides whose answers were found comparable.
func jobs(s subject, agreed agreements) []job {
	if s.budgeted {
		return []job{budgetJob(s)}
	}
	all := []job{
		decodeJob(s),
		compileJob(s, agreed, compileOne, 1, processor, memory),
		compileJob(s, agreed, compileTwo, 2, wall, memory),
		lookupJob(s, agreed),
		askJob(s, agreed, askOne, one),
		askJob(s, agreed, askSome, some),
	}
	if s.group == pdb {
		return append(all, askJob(s, agreed, askInPDB, manyInPDB))
	}
	return append(all, askJob(s, agreed, askMany, many))
}

func newJob(s subject, name string) job {
	return job{name: name, input: s.name, absent: map[string]string{}}
}

func decodeJob(s subject) job {
	j := newJob(s, decode)
	for _, d := range decoders {
		if !d.reads(s.group) {
			continue
		}
		if missing := d.missing(); missing != "" {
			j.absent[d.name] = missing
			continue
		}
		j.sides = append(j.sides, side{d.name, func(int) (figures, error) {
			return spend(d.command(s), processor, memory)
		}})
	}
	return j
}

// budgetJob compiles within a budget, which peers cannot be given.
func budgetJob(s subject) job {
	j := newJob(s, budgeted)
	c := compilers[0]
	j.sides = []side{{c.name, func(int) (figures, error) {
		within := c.command(s, 1)
		within.args = append(within.args, "--memory=256M")
		return spend(within, processor, memory)
	}}}
	return j
}

func compileJob(s subject, agreed agreements, name string, threads int, resources ...measure) job {
	j := newJob(s, name)
	for _, c := range compilers {
		if !c.reads(s.group) {
			continue
		}
		agreed.admit(&j, libraryKey(c.name), side{c.name, func(int) (figures, error) {
			spent, err := spend(c.command(s, threads), resources...)
			if err != nil {
				return nil, err
			}
			info, err := os.Stat(s.file(c.output))
			if err != nil {
				return nil, err
			}
			spent[size] = float64(info.Size()) / 1e6
			return spent, nil
		}})
	}
	return j
}

// lookupJob times warm and cold lookups in processes of their own: what a cold
// one evicts the caches with is not the library's memory.
func lookupJob(s subject, agreed agreements) job {
	j := newJob(s, lookup)
	for _, l := range libraries {
		if !l.reads(s.group) {
			continue
		}
		agreed.admit(&j, libraryKey(l.name), side{l.name, func(int) (figures, error) {
			args, err := l.args(s, "time", s.addressFile(timedLookups), l.modes())
			if err != nil {
				return nil, err
			}
			got, err := timed(s, args)
			if err != nil || l.compiled == "" {
				return got, err
			}
			args[len(args)-1] = "cold"
			coldly, err := timed(s, args)
			if err != nil {
				return nil, err
			}
			got[cold] = coldly[cold]
			return got, nil
		}})
	}
	if s.group == pdb {
		agreed.admit(&j, symbolizerKey(llvm), side{llvm, func(int) (figures, error) { return llvmBatch(s) }})
	}
	return j
}

// llvmBatch gives llvm-symbolizer a batch: it has no file to look up in but the PDB,
// and nothing to time it with but the command.
func llvmBatch(s subject) (figures, error) {
	i := slices.IndexFunc(symbolizers, func(z symbolizer) bool { return z.name == llvm })
	got, err := spend(symbolizers[i].command(s, s.addressFile(manyInPDB), ""), wall)
	if err != nil {
		return nil, err
	}
	return figures{batch: got[wall] * 1e6 / manyInPDB}, nil
}

func askJob(s subject, agreed agreements, name string, count int) job {
	j := newJob(s, name)
	for _, z := range symbolizers {
		if z.most < count || !z.reads(s.group) {
			continue
		}
		agreed.admit(&j, symbolizerKey(z.name), side{z.name, func(round int) (figures, error) {
			addresses := s.addressFile(count)
			if count == one {
				addresses = s.singleFile(round)
			}
			return spend(z.command(s, addresses, ""), processor, wall, memory)
		}})
	}
	return j
}

// singleFile is where the single address of a round is.
func (s subject) singleFile(round int) string { return s.file(fmt.Sprintf("single-%d.addrs", round)) }

// modes are the warm ways to ask that l knows.
func (l library) modes() string {
	if l.name == ours {
		return "hot,random,sorted,batch,sorted batch"
	}
	return "hot,random,sorted"
}

// timed runs a program that prints a mode and its nanoseconds a line.
func timed(s subject, args []string) (figures, error) {
	out := s.file("times")
	defer os.Remove(out)
	got, err := spend(command{args: args, stdout: out}, memory)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(out)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		mode, number := cutLast(lines.Text())
		nanoseconds, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", args[0], err)
		}
		got[measure(mode)] = nanoseconds
	}
	return got, nil
}

// spend runs c and returns what it cost of the resources named.
func spend(c command, resources ...measure) (figures, error) {
	spent, err := costOf(c)
	if err != nil {
		return nil, err
	}
	all := figures{
		wall:      spent.Wall.Seconds() * 1e3,
		processor: spent.CPU.Seconds() * 1e3,
		memory:    float64(spent.RSS) / 1e6,
	}
	got := figures{}
	for _, m := range resources {
		got[m] = all[m]
	}
	return got, nil
}
