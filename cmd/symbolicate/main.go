// Command symbolicate turns the addresses of native crashes into functions,
// files and lines.
//
// It has one subcommand a file, and nothing here knows a debug format: that is
// for the packages. Exit codes: 0 it worked, 1 something could not be read,
// 2 it was called the wrong way.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

func main() {
	os.Exit(run(os.Args))
}

// run is main with its arguments, the program's name first.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends what does not heed the first
	root := newRoot()
	root.SetArgs(dialect(filepath.Base(args[0]), args[1:]))
	cmd, err := root.ExecuteContextC(ctx)
	var usage *usageError
	switch {
	case err == nil || errors.Is(err, errReported):
	case errors.As(err, &usage):
		fmt.Fprintf(os.Stderr, "%s: %v\nRun '%s --help' for what it takes.\n", cmd.CommandPath(), err, cmd.CommandPath())
		return exitUsage
	default:
		fmt.Fprintf(os.Stderr, "%s: %v\n", cmd.CommandPath(), err)
	}
	if err != nil {
		return exitFailure
	}
	return exitOK
}

// dialect lets the binary stand in for the tools it speaks like: called by the
// name of one, it takes that one's arguments.
func dialect(program string, args []string) []string {
	switch {
	case strings.Contains(program, "addr2line"):
		return append([]string{"addr", "--addr2line"}, args...)
	case strings.Contains(program, "llvm-symbolizer"):
		taken := []string{"addr"}
		for _, arg := range args {
			if strings.HasPrefix(arg, "-demangle=") {
				arg = "-" + arg // the one long flag it takes with one dash
			}
			taken = append(taken, arg)
		}
		return taken
	}
	return args
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "symbolicate",
		Short: "Turn the addresses of native crashes into functions, files and lines",
		Long: `Turn the addresses of native crashes into functions, files and lines.

Exit codes: 0 it worked, 1 something could not be read, 2 wrong usage.`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return usagef("there is no command %q%s", args[0], didYouMean(cmd.SuggestionsFor(args[0])))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	root.SuggestionsMinimumDistance = 2
	root.AddCommand(newEvent(), newAddr(), newInfo(), newCompile(), newDemangle(), newServe(), newCache())
	return root
}

// version says which build this is: of the module, or of the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version + " of " + info.Main.Path
}

func didYouMean(commands []string) string {
	if len(commands) == 0 {
		return ""
	}
	return ", did you mean " + strings.Join(commands, " or ") + "?"
}

// A usageError says that the command was called the wrong way.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// errReported ends a command whose faults have been written already.
var errReported = errors.New("reported")

// minArgs is how many arguments a command takes at least, and what they are.
func minArgs(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < n {
			return usagef("name %s", what)
		}
		return nil
	}
}
