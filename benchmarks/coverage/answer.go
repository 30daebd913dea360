package main

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/nativesym/nativesym/demangle"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A frame is what is compared of one: the last part of the function's name, the
// base name of the file, and the line.
type frame struct {
	function, file string
	line           int
}

// newFrame takes over what a tool or a golden file says.
func newFrame(name, file string, line int) frame {
	f := frame{function: lastPart(name), line: line}
	if line != 0 {
		f.file = path.Base(file)
	}
	return f
}

// unknown is what tools print where they know nothing.
func (f frame) unknown() bool { return (f.function == "" || f.function == "??") && f.line == 0 }

// clonePart is what compilers append to the names of parts and copies of functions.
var clonePart = regexp.MustCompile(`(\.(cold|part|constprop|isra|__part|lto_priv)(\.\d+)*)+$`)

// lastPart returns the last part of a function's name, mangled or not.
func lastPart(name string) string {
	name = strings.TrimSuffix(clonePart.ReplaceAllString(name, ""), "@plt")
	result, _ := demangle.Name(name, demangle.Options{Language: debuginfo.CPP})
	short := result.Short
	if i := strings.LastIndex(short, "::"); i >= 0 {
		short = short[i+2:]
	}
	generic, _, _ := strings.Cut(short, "<T>")
	return generic
}

// A score counts right answers.
type score struct{ asked, whole, functions, lines int }

// add compares a tool's answers with what is expected.
func (s *score) add(q question, answers [][]frame) {
	for i, want := range q.want {
		s.asked++
		if i >= len(answers) || len(answers[i]) == 0 || len(want) == 0 {
			continue
		}
		got := answers[i]
		whole := len(got) == len(want)
		for k := 0; whole && k < len(want); k++ {
			whole = got[k] == want[k]
		}
		if whole {
			s.whole++
		}
		if got[len(got)-1].function == want[len(want)-1].function {
			s.functions++
		}
		if got[0].line == want[0].line && want[0].line != 0 {
			s.lines++
		}
	}
}

// String returns what the table shows.
func (s score) String() string {
	most := func(n int) bool { return 10*n >= 9*s.asked }
	switch {
	case s.asked == 0:
		return ""
	case s.whole == s.asked:
		return "✓"
	case s.whole > 0:
		return fmt.Sprintf("%d %%", 100*s.whole/s.asked)
	case most(s.functions) && most(s.lines):
		return "function, line"
	case most(s.functions):
		return "function"
	case most(s.lines):
		return "line"
	}
	return "–"
}
