// Command lookup asks compiled files in-process, the way the programs in
// ../peers ask other libraries' files:
//
//	lookup answer FILE < ADDRS       print the chain of every address
//	lookup time FILE ADDRS MODES     print nanoseconds a lookup, a mode a line
//	lookup decode OBJECT             decode all debug information, compile nothing
//	lookup breakpad OBJECT COPIES    write what it says as a Breakpad file, several times over
//
// ADDRS holds linked addresses, one a line, in hexadecimal. Answers are written
// as llvm-symbolizer writes them, with linker names. For measuring only: it
// trusts its input.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/nativesym/nativesym/symbolicate/symcache"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "lookup:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return errors.New("usage: lookup answer FILE | lookup time FILE ADDRS MODES | lookup decode OBJECT | lookup breakpad OBJECT COPIES")
	}
	switch {
	case args[0] == "decode":
		return decode(os.Stdout, args[1])
	case args[0] == "breakpad" && len(args) == 3:
		return writeBreakpad(os.Stdout, args[1], args[2])
	}
	cache, err := symcache.OpenFile(args[1])
	if err != nil {
		return err
	}
	defer cache.Close()
	switch {
	case args[0] == "answer" && len(args) == 2:
		addrs, err := addresses(os.Stdin, cache.Base())
		if err != nil {
			return err
		}
		return answer(os.Stdout, cache, addrs)
	case args[0] == "time" && len(args) == 4:
		f, err := os.Open(args[2])
		if err != nil {
			return err
		}
		defer f.Close()
		addrs, err := addresses(f, cache.Base())
		if err != nil {
			return err
		}
		return times(os.Stdout, cache, addrs, strings.Split(args[3], ","))
	}
	return fmt.Errorf("cannot %s", strings.Join(args, " "))
}

// addresses reads linked addresses and makes them relative to base.
func addresses(r io.Reader, base uint64) ([]uint64, error) {
	var addrs []uint64
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		addr, err := strconv.ParseUint(lines.Text(), 0, 64)
		if err != nil {
			return nil, err
		}
		addrs = append(addrs, addr-base)
	}
	return addrs, lines.Err()
}

func answer(w io.Writer, cache *symcache.Cache, addrs []uint64) error {
	out := bufio.NewWriter(w)
	var frames []symcache.Frame
	for _, addr := range addrs {
		frames = cache.Lookup(frames[:0], addr)
		for _, f := range frames {
			fmt.Fprintf(out, "%s\n%s:%d:%d\n", f.Symbol, f.File, f.Line, f.Column)
		}
		out.WriteByte('\n')
	}
	return out.Flush()
}
