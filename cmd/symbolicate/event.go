package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/symbolicate"
)

const eventLong = `Symbolicate events: crashes in Sentry's JSON format, whose frames have addresses
only, come out with functions, files, lines and inlined calls.

Debug files are found in the --symbols folders by the ids inside them, whatever
their names. An event with an image whose debug file is nowhere comes out whole;
its frames and images say what was missing, and --explain says more.`

// eventOptions are the flags of the event command.
type eventOptions struct {
	symbols []string
	code    []string
	format  eventFormat
	color   when
	explain bool
	fromRaw bool
}

func newEvent() *cobra.Command {
	var o eventOptions
	cmd := &cobra.Command{
		Use:   "event [--symbols DIR]... [FILE|-]...",
		Short: "Symbolicate crash events",
		Long:  eventLong,
		Example: `  symbolicate event --symbols ./symbols crash.json > symbolicated.json
  symbolicate event --symbols ./symbols --code /build/app=./app --format pretty crash.json`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringArrayVar(&o.symbols, "symbols", nil, "folder with debug files (repeatable)")
	f.StringArrayVar(&o.code, "code", nil, "folder with source code to show around lines: DIR, or PREFIX=DIR for\nthe prefix that it had when it was compiled (repeatable)")
	f.Var(&o.format, "format", "json, or pretty for people")
	f.Var(&o.color, "color", "colours in pretty stacks: auto, always or never")
	f.BoolVar(&o.explain, "explain", false, "say on standard error how each frame came to what it is")
	f.BoolVar(&o.fromRaw, "from-raw", false, "start again from the stacks that an earlier run kept as raw_stacktrace")
	return cmd
}

func (o *eventOptions) run(cmd *cobra.Command, args []string) error {
	sources, err := dirSources(o.symbols)
	if err != nil {
		return err
	}
	code, err := codeRoots(o.code)
	if err != nil {
		return err
	}
	engine := symbolicate.New(symbolicate.Options{Sources: sources, Code: code, FromRaw: o.fromRaw})
	if len(args) == 0 {
		args = []string{"-"}
	}
	for _, path := range args {
		if err := o.file(cmd, engine, path); err != nil {
			return err
		}
	}
	return nil
}

// file symbolicates the event in a file.
func (o *eventOptions) file(cmd *cobra.Command, engine *symbolicate.Symbolicator, path string) error {
	in, err := openInput(cmd, path)
	if err != nil {
		return err
	}
	defer in.Close()
	event, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	event, report, err := engine.Explain(cmd.Context(), event)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if o.explain {
		explain(cmd.ErrOrStderr(), report)
	}
	out := cmd.OutOrStdout()
	if o.format == formatPretty {
		return writePretty(out, event, o.color.on(out))
	}
	if !bytes.HasSuffix(event, []byte("\n")) {
		event = append(event, '\n')
	}
	_, err = out.Write(event)
	return err
}

// explain writes what the engine did, a line for each image and frame.
func explain(out io.Writer, report *symbolicate.Report) {
	for i := range report.Images {
		fmt.Fprintf(out, "image %d: %s\n", i, visible(report.Images[i].String()))
	}
	for i := range report.Frames {
		fmt.Fprintln(out, visible(report.Frames[i].String()))
	}
}

// dirSources returns a source for each folder. One that is not there is a slip of
// the person who typed it, where the engine would only miss files.
func dirSources(dirs []string) ([]symbolicate.Source, error) {
	var sources []symbolicate.Source
	for _, dir := range dirs {
		if err := checkDir(dir); err != nil {
			return nil, err
		}
		sources = append(sources, source.NewDir(dir))
	}
	return sources, nil
}

// codeRoots returns the source code in folders, nil if there are none.
func codeRoots(flags []string) (*source.Code, error) {
	var roots []source.CodeRoot
	for _, flag := range flags {
		root := source.CodeRoot{Dir: flag}
		if from, dir, ok := strings.Cut(flag, "="); ok {
			root = source.CodeRoot{From: from, Dir: dir}
		}
		if err := checkDir(root.Dir); err != nil {
			return nil, err
		}
		roots = append(roots, root)
	}
	if roots == nil {
		return nil, nil
	}
	return source.NewCode(roots...), nil
}

func checkDir(dir string) error {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is not a folder", dir)
	}
	return err
}

// An eventFormat is how events are written.
type eventFormat uint8

// The formats of events.
const (
	formatJSON eventFormat = iota
	formatPretty
)

var eventFormatNames = []string{formatJSON: "json", formatPretty: "pretty"}

func (f *eventFormat) String() string     { return eventFormatNames[*f] }
func (f *eventFormat) Type() string       { return "format" }
func (f *eventFormat) Set(v string) error { return setEnum(f, v, eventFormatNames) }

// A when says when to use colours.
type when uint8

// When to use colours.
const (
	whenAuto when = iota
	whenAlways
	whenNever
)

var whenNames = []string{whenAuto: "auto", whenAlways: "always", whenNever: "never"}

func (w *when) String() string     { return whenNames[*w] }
func (w *when) Type() string       { return "when" }
func (w *when) Set(v string) error { return setEnum(w, v, whenNames) }

// on reports whether to write colours to out: with auto on a terminal, unless
// the environment has NO_COLOR (no-color.org).
func (w when) on(out io.Writer) bool {
	if w != whenAuto {
		return w == whenAlways
	}
	file, ok := out.(*os.File)
	return ok && term.IsTerminal(int(file.Fd())) && os.Getenv("NO_COLOR") == ""
}
