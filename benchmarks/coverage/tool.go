package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// A tool is one column of the table.
type tool struct {
	name    string
	version func() string
	answer  func(l *lab, path string, addrs []byte) ([]byte, error)
	read    func(out string) [][]frame
}

const (
	symbolicateProgram = "inputs/bin/symbolicate"
	peersProgram       = "peers/target/release/peers"
)

var tools = []tool{
	{"nativesym", ourVersion, command(symbolicateProgram, "addr", "--no-demangle", "--obj"), readLLVM},
	{"llvm-symbolizer", versionOf("llvm-symbolizer-19"), command("llvm-symbolizer-19", "--no-demangle", "--obj"), readLLVM},
	{"gimli addr2line", crate("addr2line"), command(peersProgram, "addr2line", "answer"), readLLVM},
	{"symbolic SymCache", crate("symbolic"), askSymCache, readLLVM},
	{"blazesym", crate("blazesym"), command(peersProgram, "blazesym", "answer"), readLLVM},
	{"eu-addr2line", versionOf("eu-addr2line"), command("eu-addr2line", "-a", "-f", "-i", "-e"), readAddr2line},
	{"binutils addr2line", versionOf("addr2line"), command("addr2line", "-a", "-f", "-i", "-e"), readAddr2line},
}

// ask returns a tool's answers to a question, none if it fails.
func (t tool) ask(l *lab, q question) [][]frame {
	var addrs bytes.Buffer
	for _, addr := range q.addrs {
		fmt.Fprintf(&addrs, "%#x\n", addr)
	}
	out, err := t.answer(l, q.path, addrs.Bytes())
	if err != nil && len(out) == 0 {
		return nil
	}
	return t.read(string(out))
}

// command returns what runs a program whose last argument is a path; the program
// in peers is told, after that, that addresses are linked ones.
func command(program string, args ...string) func(*lab, string, []byte) ([]byte, error) {
	return func(_ *lab, path string, addrs []byte) ([]byte, error) {
		args := append(args[:len(args):len(args)], path)
		if program == peersProgram {
			args = append(args, "0")
		}
		return output(addrs, program, args...)
	}
}

func output(stdin []byte, program string, args ...string) ([]byte, error) {
	cmd := exec.Command(program, args...)
	cmd.Stdin = bytes.NewReader(stdin)
	return cmd.Output()
}

// askSymCache converts a file and looks addresses up in what it is converted to.
func askSymCache(l *lab, path string, addrs []byte) ([]byte, error) {
	cache := filepath.Join(l.work, "symcache")
	if _, err := output(nil, peersProgram, "symcache", "compile", path, cache); err != nil {
		return nil, err
	}
	base, err := output(nil, peersProgram, "symcache", "base", path)
	if err != nil {
		return nil, err
	}
	return output(addrs, peersProgram, "symcache", "answer", cache, strings.TrimSpace(string(base)))
}

// readLLVM reads llvm-symbolizer's style: for every frame a line with the name
// and one with file:line:column, for every address a blank line at the end.
func readLLVM(out string) (answers [][]frame) {
	var frames []frame
	name := ""
	for line := range strings.Lines(out) {
		switch line = strings.TrimSuffix(line, "\n"); {
		case line == "":
			answers = append(answers, known(frames))
			frames, name = nil, ""
		case name == "":
			name = line
		default:
			file, number := place(line)
			frames = append(frames, newFrame(name, file, number))
			name = ""
		}
	}
	return answers
}

// inlinedAt is what eu-addr2line appends to the name of an inlined function.
var inlinedAt = regexp.MustCompile(` inlined at .*`)

// readAddr2line reads the style of addr2line -a -f -i: for every address a line
// that repeats it, then for every frame a line with the name and one with the place.
func readAddr2line(out string) (answers [][]frame) {
	name := ""
	for line := range strings.Lines(out) {
		switch line = strings.TrimSuffix(line, "\n"); {
		case name == "" && strings.HasPrefix(line, "0x"):
			answers = append(answers, nil)
		case name == "":
			name = inlinedAt.ReplaceAllString(line, "")
		case len(answers) > 0:
			file, number := place(line)
			last := &answers[len(answers)-1]
			*last = append(*last, newFrame(name, file, number))
			name = ""
		}
	}
	for i := range answers {
		answers[i] = known(answers[i])
	}
	return answers
}

// place takes file:line:column apart, whose column may be missing, and what
// addr2line says of discriminators.
var placeParts = regexp.MustCompile(`^(.*?):(\d+|\?)(?::\d+)?(?: \(discriminator.*)?$`)

func place(text string) (file string, line int) {
	m := placeParts.FindStringSubmatch(text)
	if m == nil {
		return "", 0
	}
	line, _ = strconv.Atoi(m[2]) // 0 for a question mark
	return m[1], line
}

// known returns frames, or nil if they are one that says nothing.
func known(frames []frame) []frame {
	if len(frames) == 1 && frames[0].unknown() {
		return nil
	}
	return frames
}
