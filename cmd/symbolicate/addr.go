package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// addrOptions are the flags of the addr command.
type addrOptions struct {
	obj       string
	symbols   []string
	style     style
	functions functions
	adjustVMA uint64

	noInlines, noDemangle bool
	relative              bool
	pretty                bool
	addresses             bool
	basenames             bool
	addr2line             bool // flags and defaults of addr2line
}

const addrLong = `Answer which functions and lines of an object file addresses belong to, the way
llvm-symbolizer does: its flags, its output.

Addresses come as arguments or, without any, as lines on standard input. Each
line is answered, and the answer flushed, before the next one is waited for; a
line that cannot be understood is answered with ?? and a message on standard
error. A line is

	[CODE|DATA] [FILE:path|BUILDID:hex] (0xaddress | address | symbol[+offset])

with the file on the line exactly when --obj is not given. Addresses are linked
addresses, as nm and objdump print them; with --relative-address they count from
the start of the image, as loaders and crash reports do. Names of data are not
read, so DATA is answered with ??.

Run under the name addr2line or llvm-symbolizer, the command takes that tool's
arguments.`

func newAddr() *cobra.Command {
	o := addrOptions{functions: functionsLinkage}
	cmd := &cobra.Command{
		Use:   "addr --obj FILE [ADDRESS...]",
		Short: "Look up addresses in an object file, like llvm-symbolizer",
		Long:  addrLong,
		Example: `  symbolicate addr --obj program 0x401424
  symbolicate addr --obj program --output-style=JSON < addresses
  symbolicate addr --obj program -p -a main+4`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVarP(&o.obj, "obj", "e", "", "object file to look into")
	f.StringArrayVar(&o.symbols, "symbols", nil, "folder with debug files of stripped objects, and of build ids (repeatable)")
	f.Var(&o.style, "output-style", "shape of answers: LLVM, GNU or JSON")
	f.VarP(&o.functions, "functions", "f", "names of functions: linkage, short (no parameters) or none")
	f.Lookup("functions").NoOptDefVal = "linkage"
	yesNo(f, &o.noInlines, "inlines", "i", "show calls that were inlined", "show the function that was called, with the innermost line")
	yesNo(f, &o.noDemangle, "demangle", "C", "show the names people wrote", "show the linker's names")
	f.BoolVar(&o.relative, "relative-address", false, "addresses count from the start of the image")
	f.Uint64Var(&o.adjustVMA, "adjust-vma", 0, "number that was added to all addresses")
	f.BoolVarP(&o.pretty, "pretty-print", "p", false, "one line for each function")
	f.BoolVarP(&o.addresses, "addresses", "a", false, "show the address before its answer")
	f.BoolVarP(&o.basenames, "basenames", "s", false, "leave folders out of file names")
	f.BoolVar(&o.addr2line, "addr2line", false, "addresses, defaults and output of addr2line")
	aliases(f, map[string]string{
		"exe": "obj", "print-address": "addresses", "inlining": "inlines", "debug-file-directory": "symbols",
	})
	return cmd
}

// asAddr2line changes the defaults of what was not asked for.
func (o *addrOptions) asAddr2line(changed func(string) bool) {
	o.style = styleGNU
	if !changed("functions") {
		o.functions = functionsNone
	}
	o.noInlines = !changed("inlines")
	o.noDemangle = !changed("demangle")
	if o.obj == "" {
		o.obj = "a.out"
	}
}

func (o *addrOptions) run(cmd *cobra.Command, args []string) error {
	if o.addr2line {
		o.asAddr2line(cmd.Flags().Changed)
	}
	s := session{
		addrOptions: o,
		parser:      queryParser{needModule: o.obj == "", hex: o.addr2line},
		modules:     newModules(cmd.Context(), o.symbols),
		out: answerWriter{
			out: bufio.NewWriterSize(cmd.OutOrStdout(), 1<<16), style: o.style, functions: o.functions != functionsNone,
			pretty: o.pretty, addresses: o.addresses, basenames: o.basenames,
		},
		errOut: cmd.ErrOrStderr(),
	}
	defer s.modules.close()
	if o.obj != "" {
		if _, err := s.modules.open(o.obj); err != nil {
			return err
		}
	}
	if len(args) > 0 {
		return s.answerArgs(args)
	}
	return s.answerLines(cmd.InOrStdin())
}

// A session is one run of the addr command.
type session struct {
	*addrOptions
	parser  queryParser
	modules *modules
	out     answerWriter
	errOut  io.Writer
	frames  []frame
}

// answerArgs answers what is on the command line: as one array, if as JSON.
func (s *session) answerArgs(args []string) error {
	out, brackets := s.out.out, [3]string{}
	if s.style == styleJSON {
		brackets = [3]string{"[", ",", "]\n"}
	}
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
func (s *session) answerLines(in io.Reader) error {
	lines := bufio.NewReaderSize(in, maxLine)
	for {
		line, err := lines.ReadSlice('\n')
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

// endLine ends an answer to a line: as JSON it is a line too.
func (s *session) endLine() {
	if s.style == styleJSON {
		s.out.out.WriteByte('\n')
	}
}

// answer answers one line. What cannot be understood is answered too: whoever
// asks counts answers.
func (s *session) answer(line string) {
	q, err := s.parser.parse(line)
	if err != nil {
		fmt.Fprintf(s.errOut, "symbolicate addr: %v\n", err)
		s.out.write(answer{})
		return
	}
	a := answer{query: q, module: s.moduleName(q)}
	if a.frames, a.err = s.lookUp(s.frames[:0], q); a.err != nil {
		fmt.Fprintf(s.errOut, "symbolicate addr: %v\n", a.err)
	}
	s.frames = a.frames
	s.out.write(a)
}

func (s *session) moduleName(q query) string {
	switch {
	case s.obj != "":
		return s.obj
	case q.path != "":
		return q.path
	}
	return q.buildID
}

func (s *session) module(q query) (*module, error) {
	if q.buildID != "" {
		return s.modules.openBuildID(q.buildID)
	}
	return s.modules.open(s.moduleName(q))
}

// lookUp appends the frames of what is asked about.
func (s *session) lookUp(dst []frame, q query) ([]frame, error) {
	m, err := s.module(q)
	if err != nil || q.data {
		return dst, err
	}
	addr := q.addr - s.adjustVMA
	switch {
	case q.symbol != "":
		entry, ok := m.symbol(q.symbol)
		if !ok {
			return dst, nil
		}
		addr = entry + q.offset
	case s.relative:
		addr += m.base()
	}
	dst, err = m.frames(dst, addr, nameOptions{mangled: s.noDemangle, short: s.functions == functionsShort})
	if s.noInlines || q.symbol != "" {
		dst = s.single(dst)
	}
	return dst, err
}

// single leaves one frame of a chain: the innermost place, and the function that
// the linker knows there; addr2line, and llvm-symbolizer for short names, say the
// innermost function.
func (s *session) single(chain []frame) []frame {
	n := len(chain)
	if n < 2 {
		return chain
	}
	if !s.addr2line && s.functions != functionsShort {
		chain[0].function, chain[0].start = chain[n-1].function, chain[n-1].start
	}
	return chain[:1]
}

// openInput opens a file to read, or standard input for "-".
func openInput(cmd *cobra.Command, path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(cmd.InOrStdin()), nil
	}
	return os.Open(path)
}
