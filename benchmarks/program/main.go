// Command program writes the sources of a program to measure with, as large as
// asked for:
//
//	program DIR MODULES FUNCTIONS
//
// Each of the modules is a C++ file with that many functions. What they share is
// inlined: methods of class templates, of which every function instantiates its
// own, nested a few calls deep, with loops and branches between them. It needs no
// library, so that any compiler can build it for any system. The same numbers make
// the same sources.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "program:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return errors.New("usage: program DIR MODULES FUNCTIONS")
	}
	dir := args[0]
	modules, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	functions, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	files := map[string]string{"belt.h": header, "main.cc": entry(modules)}
	for m := range modules {
		files[fmt.Sprintf("module%d.cc", m)] = module(m, functions)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// header is what all modules inline.
const header = `// A belt carries numbers round; stations beside it change them.
#pragma once

namespace belt {

template <unsigned Size>
struct Belt {
  unsigned slots[Size];
  unsigned at = 0;

  unsigned &slot(unsigned i) { return slots[(at + i) % Size]; }
  unsigned next() {
    at = at + 1 == Size ? 0 : at + 1;
    return slot(0);
  }
  void put(unsigned i, unsigned v) {
    if (slot(i) != v)
      slot(i) = v;
  }
};

inline unsigned turn(unsigned v, unsigned by) {
  return v << (by & 31) | v >> (-by & 31);
}

template <unsigned Salt>
struct Station {
  unsigned seen = Salt;

  unsigned stir(unsigned v) {
    if (v & 1)
      seen = turn(seen, v) ^ Salt;
    return seen + v;
  }

  template <unsigned Size>
  unsigned pass(Belt<Size> &b, unsigned i) {
    unsigned v = stir(b.next());
    if (v % (Salt % 7 + 2) == 0)
      b.put(i, v);
    return v;
  }
};

template <unsigned Salt>
struct Line {
  Station<Salt> first;
  Station<Salt * 3 + 1> last;

  template <unsigned Size>
  unsigned run(Belt<Size> &b, unsigned rounds) {
    unsigned sum = 0;
    for (unsigned i = 0; i < rounds; i++) {
      sum += first.pass(b, i);
      if (sum > Salt)
        sum ^= last.pass(b, sum);
    }
    return sum;
  }
};

}  // namespace belt
`

// module returns the source of a module.
func module(m, functions int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "#include \"belt.h\"\n\nnamespace module%d {\n", m)
	for f := range functions {
		salt := m*functions + f + 5
		fmt.Fprintf(&s, `
static __attribute__((noinline)) unsigned shift%[1]d(belt::Belt<%[2]d> &b, unsigned rounds) {
  belt::Line<%[3]du> line;
  unsigned sum = line.run(b, rounds);
  auto settle = [&](unsigned by) {
    if (sum %% %[4]d)
      b.put(by, belt::turn(sum, by));
    return b.slot(by);
  };
  sum += settle(%[1]d);
  sum ^= settle(sum);
  return sum;
}
`, f, 8<<(f%4), salt, f%5+2)
	}
	s.WriteByte('\n')
	for size := range 4 {
		fmt.Fprintf(&s, "static belt::Belt<%d> b%d;\n", 8<<size, size)
	}
	s.WriteString("\nunsigned run(unsigned rounds) {\n  unsigned sum = 0;\n")
	for f := range functions {
		fmt.Fprintf(&s, "  sum += shift%d(b%d, rounds);\n", f, f%4)
	}
	s.WriteString("  return sum;\n}\n\n}\n")
	return s.String()
}

// entry returns the source of where the program starts.
func entry(modules int) string {
	var s strings.Builder
	for m := range modules {
		fmt.Fprintf(&s, "namespace module%[1]d { unsigned run(unsigned rounds); }\n", m)
	}
	s.WriteString("\nextern \"C\" int start() {\n  unsigned sum = 0;\n")
	for m := range modules {
		fmt.Fprintf(&s, "  sum += module%d::run(sum);\n", m)
	}
	s.WriteString("  return sum;\n}\n")
	return s.String()
}
