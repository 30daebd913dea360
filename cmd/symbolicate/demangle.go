package main

import (
	"bufio"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/nativesym/nativesym/demangle"
)

func newDemangle() *cobra.Command {
	var o demangle.Options
	cmd := &cobra.Command{
		Use:   "demangle [NAME...]",
		Short: "Turn linker names into the names people wrote",
		Long: `Turn linker names into the names people wrote: C++ (Itanium and Microsoft),
Rust, Swift and more, each name by what it looks like.

Without arguments text is copied from standard input line by line, with every
linker name in it replaced.`,
		Example: `  symbolicate demangle _ZNK4shop4Item3netEv
  nm program | symbolicate demangle`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return demangleLines(cmd.OutOrStdout(), cmd.InOrStdin(), o)
			}
			for _, symbol := range args {
				result, _ := demangle.Name(symbol, o)
				name := result.Name
				if o.Short {
					name = result.Short
				}
				if _, err := fmt.Fprintln(cmd.OutOrStdout(), name); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVar(&o.Short, "short", false, "names as issue lists show them")
	f.BoolVar(&o.NoParameters, "no-params", false, "leave parameters out")
	f.BoolVar(&o.NoTemplateArgs, "no-template-args", false, "leave template and generic arguments out")
	f.BoolVar(&o.ReturnType, "return-type", false, "show return types where names have them")
	f.BoolVar(&o.Hash, "hash", false, "keep the hash that ends legacy Rust names")
	return cmd
}

// demangleLines copies text, and sends on what it has whenever more would have
// to be waited for.
func demangleLines(out io.Writer, in io.Reader, o demangle.Options) error {
	lines, w := bufio.NewReaderSize(in, maxLine), bufio.NewWriter(out)
	var scratch []byte
	for {
		line, err := lines.ReadSlice('\n') // of a longer line, as much as fits
		scratch = demangle.ReplaceAll(scratch[:0], string(line), o)
		w.Write(scratch)
		if lines.Buffered() == 0 || err != nil && err != bufio.ErrBufferFull {
			if err := w.Flush(); err != nil {
				return err
			}
		}
		switch err {
		case nil, bufio.ErrBufferFull:
		case io.EOF:
			return nil
		default:
			return fmt.Errorf("standard input: %w", err)
		}
	}
}
