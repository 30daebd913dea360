package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// A chain is an answer as far as it is compared: the line of every frame,
// innermost first, 0 where a tool knows none. Names and paths are spelled
// differently by every tool; depth and lines are not. A chain that says nothing
// is empty.
type chain []uint32

// A reader takes apart what a tool printed.
type reader func(io.Reader) ([]chain, error)

// readChains reads what a tool wrote to a file.
func readChains(path string, read reader) ([]chain, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	chains, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return chains, nil
}

// readLLVM reads llvm-symbolizer's style: for every frame a line with the name
// and one with file:line:column, for every address a blank line at the end.
func readLLVM(r io.Reader) ([]chain, error) {
	var chains []chain
	var current chain
	lines := newLines(r)
	for lines.Scan() {
		if lines.Text() == "" {
			chains = append(chains, normal(current))
			current = nil
			continue
		}
		if !lines.Scan() {
			break
		}
		location, _ := cutLast(lines.Text())
		_, line := cutLast(location)
		current = append(current, lineNumber(line))
	}
	return chains, lines.Err()
}

// readGNU reads addr2line's style with -a -f -i: for every address a line that
// repeats it, then for every frame a line with the name and one with file:line.
func readGNU(r io.Reader) ([]chain, error) { return readAddr2line(r, 0) }

// readElfutils reads the style of eu-addr2line, which adds a column where it knows one.
func readElfutils(r io.Reader) ([]chain, error) { return readAddr2line(r, 1) }

func readAddr2line(r io.Reader, columns int) ([]chain, error) {
	var chains []chain
	lines := newLines(r)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "0x") {
			chains = append(chains, chain{})
			continue
		}
		if len(chains) == 0 || !lines.Scan() {
			return nil, fmt.Errorf("not the output of addr2line -a -f -i: %q", lines.Text())
		}
		location, _, _ := strings.Cut(lines.Text(), " (discriminator")
		rest, number := cutLast(location)
		if columns > 0 && strings.Count(location, ":") > columns {
			_, number = cutLast(rest)
		}
		last := &chains[len(chains)-1]
		*last = append(*last, lineNumber(number))
	}
	for i := range chains {
		chains[i] = normal(chains[i])
	}
	return chains, lines.Err()
}

// newLines returns a scanner for lines as long as the names of C++ and Rust get.
func newLines(r io.Reader) *bufio.Scanner {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	return lines
}

// cutLast cuts s around its last colon.
func cutLast(s string) (before, after string) {
	i := strings.LastIndexByte(s, ':')
	return s[:max(i, 0)], s[i+1:]
}

// lineNumber reads a line number; tools write "?" or "0" where they know none.
func lineNumber(text string) uint32 {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// normal makes all ways to say nothing one: a tool without an answer prints
// nothing, or one frame without a line.
func normal(c chain) chain {
	if len(c) == 1 && c[0] == 0 {
		return nil
	}
	return c
}

// equal tells for each address whether two tools gave the same answer.
func equal(a, b []chain) []bool {
	same := make([]bool, min(len(a), len(b)))
	for i := range same {
		same[i] = slices.Equal(a[i], b[i])
	}
	return same
}

// share returns how many of same are set, in percent.
func share(same []bool) float64 {
	n := 0
	for _, s := range same {
		if s {
			n++
		}
	}
	return 100 * float64(n) / float64(max(len(same), 1))
}
