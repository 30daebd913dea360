package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// addrOptions are the flags of the addr command.
type addrOptions struct {
	obj       string
	symbols   []string
	arch      string
	style     style
	functions functions
	adjustVMA uint64

	noInlines, noDemangle bool
	relative              bool
	relativeNames         bool // which cannot be had
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
addresses, as nm and objdump print them. With --relative-address they count from
the start of the image, as in crash reports, whatever the format of the file;
llvm-symbolizer does that for Windows programs only. Names of data are not read,
so DATA is answered with ??.

The debug file of a stripped object is looked for in the --symbols folders by its
ids, compiled tables first, then where the object's own links lead: a PDB, dSYM or
debug link beside it, and /usr/lib/debug.

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
		Version: version(),
		RunE:    func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVarP(&o.obj, "obj", "e", "", "object file to look into")
	f.StringArrayVar(&o.symbols, "symbols", nil, "folder with debug files of stripped objects, and of build ids (repeatable)")
	f.Var(&o.style, "output-style", "shape of answers: LLVM, GNU or JSON")
	f.VarP(&o.functions, "functions", "f", "names of functions: linkage, short (as declared, without scopes and parameters) or none")
	f.Lookup("functions").NoOptDefVal = "linkage"
	yesNo(f, &o.noInlines, "inlines", "i", "show calls that were inlined", "show the function that was called, with the innermost line")
	yesNo(f, &o.noDemangle, "demangle", "C", "show the names people wrote", "show the linker's names")
	f.BoolVar(&o.relative, "relative-address", false, "addresses count from the start of the image")
	f.Uint64Var(&o.adjustVMA, "adjust-vma", 0, "number that was added to all addresses")
	f.BoolVarP(&o.pretty, "pretty-print", "p", false, "one line for each function")
	f.BoolVarP(&o.addresses, "addresses", "a", false, "show the address before its answer")
	f.BoolVarP(&o.basenames, "basenames", "s", false, "leave folders out of file names")
	f.BoolVar(&o.addr2line, "addr2line", false, "addresses, defaults and output of addr2line")
	f.BoolVar(&o.relativeNames, "relativenames", false, "")
	f.MarkHidden("relativenames") // llvm-symbolizer has it
	f.StringVar(&o.arch, "default-arch", "", "architecture to look into of a file with several (default the first)")
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
	if o.relativeNames {
		return usagef("there are no relative names: where the compiler ran is not kept")
	}
	if o.obj == "" && len(args) > 1 && isFile(args[0]) {
		return usagef("%s is a file, did you mean --obj %s?", args[0], args[0])
	}
	s := dialogue{
		addrOptions: o,
		parser:      queryParser{needModule: o.obj == "", hex: o.addr2line},
		modules:     newModules(cmd.Context(), o.symbols, o.arch, func(err error) { fmt.Fprintf(cmd.ErrOrStderr(), "symbolicate addr: %v\n", err) }),
		out: answerWriter{
			out: bufio.NewWriterSize(cmd.OutOrStdout(), 1<<16), style: o.style, functions: o.functions != functionsNone,
			pretty: o.pretty, addresses: o.addresses, basenames: o.basenames,
		},
		errOut: cmd.ErrOrStderr(),
	}
	defer s.modules.close()
	if o.obj != "" {
		m, err := s.modules.open(o.obj)
		if err != nil {
			return err
		}
		if o.addr2line {
			s.out.digits = 2 * m.addressSize()
		}
	}
	if len(args) > 0 {
		return s.answerArgs(args)
	}
	return s.answerLines(cmd.InOrStdin())
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
