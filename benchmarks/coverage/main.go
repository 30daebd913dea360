// Command coverage asks nativesym and other tools about one small program that is
// stored in every way in which debug information is, and writes a table of who
// answers with the whole chain: function, file and line of every frame.
//
// What is expected stands in golden files that a test compares with
// llvm-symbolizer's answers for the plain build; where that does not apply, the
// table says where it comes from. The command trusts its inputs and the tools it
// starts, and is made for Linux. It runs in the folder benchmarks.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
)

// missing is the version of a tool that is not there, whose column stays empty.
const missing = "missing"

func main() {
	output := flag.String("o", "COVERAGE.md", "the table")
	repository := flag.String("repository", "..", "folder of the repository")
	flag.Parse()
	if err := run(*repository, *output); err != nil {
		fmt.Fprintln(os.Stderr, "coverage:", err)
		os.Exit(1)
	}
}

func run(repository, output string) error {
	work, err := os.MkdirTemp("", "coverage")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	l := lab{repository: repository, work: work}
	var text bytes.Buffer
	text.WriteString(head)
	for _, t := range tools {
		fmt.Fprintf(&text, "| %s | %s |\n", t.name, t.version())
	}
	for _, part := range parts {
		fmt.Fprintf(&text, "\n## %s\n\n%s\n\n", part.title, part.text)
		if err := l.table(&text, part.variants); err != nil {
			return err
		}
	}
	return os.WriteFile(output, text.Bytes(), 0o644)
}

const head = `# Who reads what

Made by ` + "`make -C benchmarks coverage`" + `, which asks every tool about every row: one
small C++ program of ours (testdata/src/parcel), stored in each of the ways in which
debug information is, at every address where the answer changes. An answer counts if
all of it is right: as many frames, and of each the function, the file and the line.
Of names, which tools spell differently, the last part is compared, without parameters.

**✓** every answer is right · **n %** so many are · words: no whole chain is right, but
at nine in ten addresses the outermost function is, or the innermost line · **–** neither

| tool | version |
|---|---|
`

// table writes a row for each variant.
func (l *lab) table(text *bytes.Buffer, variants []variant) error {
	text.WriteString("| |")
	for _, t := range tools {
		fmt.Fprintf(text, " %s |", t.name)
	}
	text.WriteString("\n|---|")
	for range tools {
		text.WriteString(":-:|")
	}
	text.WriteByte('\n')
	for _, v := range variants {
		questions, err := v.questions(l)
		if err != nil {
			return fmt.Errorf("%s: %w", v.title, err)
		}
		fmt.Fprintf(text, "| %s |", v.title)
		for _, t := range tools {
			var s score
			if t.version() == missing {
				text.WriteString(" |")
				continue
			}
			for _, q := range questions {
				s.add(q, t.ask(l, q))
			}
			fmt.Fprintf(text, " %s |", s)
		}
		text.WriteByte('\n')
	}
	return nil
}
