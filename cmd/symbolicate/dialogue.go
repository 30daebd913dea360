package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A dialogue is one run of the addr command.
type dialogue struct {
	*addrOptions
	parser  queryParser
	modules *modules
	out     answerWriter
	errOut  io.Writer
	frames  []frame
}

// answerArgs answers what is on the command line: as one array, if as JSON.
func (s *dialogue) answerArgs(args []string) error {
	out, brackets := s.out.out, [3]string{}
	if s.style == styleJSON {
		brackets = [3]string{"[", ",", "]\n"}
	}
	s.expect(args)
	for i, line := range args {
		out.WriteString(brackets[min(i, 1)])
		s.answer(line)
	}
	out.WriteString(brackets[2])
	return out.Flush()
}

// maxLine is where a line is cut: a path and an address are shorter.
const maxLine = 64 << 10

// answerLines answers each line of in, and flushes whenever the next line would
// have to be waited for: programs ask through a pipe, one line at a time.
func (s *dialogue) answerLines(in io.Reader) error {
	lines := bufio.NewReaderSize(in, maxLine)
	expected := 0 // bytes of lines that were looked at ahead
	for {
		line, err := lines.ReadSlice('\n')
		if expected -= len(line); expected <= 0 && lines.Buffered() > 0 {
			expected = s.expectBuffered(line, lines)
		}
		if len(line) > 0 {
			s.answer(string(bytes.TrimRight(line, "\r\n")))
			s.endLine()
		}
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = lines.ReadSlice('\n') // the rest of the line that was answered
		}
		if next, _ := lines.Peek(lines.Buffered()); err != nil || bytes.IndexByte(next, '\n') < 0 {
			if err := s.out.out.Flush(); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("standard input: %w", err)
		}
	}
}

// expectBuffered looks at the lines that can be read without waiting, and returns
// how many bytes they are. The current line is one of them.
func (s *dialogue) expectBuffered(current []byte, lines *bufio.Reader) int {
	next, _ := lines.Peek(lines.Buffered())
	next = next[:bytes.LastIndexByte(next, '\n')+1]
	s.expect(append([]string{string(current)}, strings.Split(string(next), "\n")...))
	return len(next)
}

// expect tells the object file on the command line which addresses are asked
// about next: answering them together is cheaper. What is wrong with a line or
// with the file is said when its turn comes.
func (s *dialogue) expect(lines []string) {
	if s.obj == "" || len(lines) < 2 {
		return
	}
	m, err := s.modules.open(s.obj)
	if err != nil {
		return
	}
	var addrs []uint64
	for _, line := range lines {
		if q, err := s.parser.parse(line); err == nil && !q.data && q.symbol == "" {
			addrs = append(addrs, s.linked(m, q.addr))
		}
	}
	m.expect(addrs)
}

// linked returns the linked address that an address asked about stands for.
func (s *dialogue) linked(m *module, addr uint64) uint64 {
	addr -= s.adjustVMA
	if s.relative {
		addr += m.base
	}
	return addr
}

// endLine ends an answer to a line: as JSON it is a line too.
func (s *dialogue) endLine() {
	if s.style == styleJSON {
		s.out.out.WriteByte('\n')
	}
}

// answer answers one line. What cannot be understood is answered too: whoever
// asks counts answers.
func (s *dialogue) answer(line string) {
	q, err := s.parser.parse(line)
	if err != nil {
		fmt.Fprintf(s.errOut, "symbolicate addr: %v\n", err)
		s.out.write(answer{})
		return
	}
	a := answer{query: q, module: s.moduleName(q)}
	if a.frames, a.linked, a.err = s.lookUp(s.frames[:0], q); a.err != nil {
		fmt.Fprintf(s.errOut, "symbolicate addr: %v\n", a.err)
	}
	s.frames = a.frames
	s.out.write(a)
	if m, err := s.module(q); err == nil {
		if fault := m.fault(); fault != nil {
			fmt.Fprintf(s.errOut, "symbolicate addr: %s is damaged, some answers lack what it hides: %v\n", a.module, fault)
		}
	}
}

func (s *dialogue) moduleName(q query) string {
	switch {
	case s.obj != "":
		return s.obj
	case q.path != "":
		return q.path
	}
	return q.buildID
}

func (s *dialogue) module(q query) (*module, error) {
	if q.buildID != "" {
		return s.modules.openBuildID(q.buildID)
	}
	return s.modules.open(s.moduleName(q))
}

// lookUp appends the frames of what is asked about, and returns the linked address
// of that, too.
func (s *dialogue) lookUp(dst []frame, q query) (frames []frame, addr uint64, err error) {
	m, err := s.module(q)
	if err != nil || q.data {
		return dst, 0, err
	}
	addr = s.linked(m, q.addr)
	if q.symbol != "" {
		entry, ok := m.symbol(q.symbol)
		if !ok {
			return dst, 0, nil
		}
		addr = entry + q.offset
	}
	dst, err = m.frames(dst, addr, nameOptions{mangled: s.noDemangle, short: s.functions == functionsShort})
	if s.noInlines || q.symbol != "" {
		dst = s.single(dst)
	}
	return dst, addr, err
}

// single leaves one frame of a chain: the innermost place, and the function that
// the linker knows there; addr2line, and llvm-symbolizer for short names, say the
// innermost function.
func (s *dialogue) single(chain []frame) []frame {
	n := len(chain)
	if n < 2 {
		return chain
	}
	if !s.addr2line && s.functions != functionsShort {
		chain[0].function, chain[0].start = chain[n-1].function, chain[n-1].start
	}
	return chain[:1]
}
