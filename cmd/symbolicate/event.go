package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/symbolicate"
)

const eventLong = `Symbolicate events: crashes in Sentry's JSON format, whose frames have addresses
only, come out with functions, files, lines and inlined calls.

Debug files are found in the --symbols folders by the ids inside them, whatever
their names. An event with an image whose debug file is nowhere comes out whole;
its frames and images say what was missing.`

func newEvent() *cobra.Command {
	var symbols []string
	var format eventFormat
	var color when
	cmd := &cobra.Command{
		Use:   "event [--symbols DIR]... [FILE|-]...",
		Short: "Symbolicate crash events",
		Long:  eventLong,
		Example: `  symbolicate event --symbols ./symbols crash.json > symbolicated.json
  symbolicate event --symbols ./symbols --format pretty crash.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"-"}
			}
			sources, err := dirSources(symbols)
			if err != nil {
				return err
			}
			r := eventRun{
				engine: symbolicate.New(symbolicate.Options{Sources: sources}),
				format: format,
				out:    cmd.OutOrStdout(),
				colors: color.on(cmd.OutOrStdout()),
			}
			for _, path := range args {
				if err := r.file(cmd, path); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringArrayVar(&symbols, "symbols", nil, "folder with debug files (repeatable)")
	f.Var(&format, "format", "json, or pretty for people")
	f.Var(&color, "color", "colours in pretty stacks: auto, always or never")
	return cmd
}

// dirSources returns a source for each folder. One that is not there is a slip of
// the person who typed it, where the engine would only miss files.
func dirSources(dirs []string) ([]symbolicate.Source, error) {
	var sources []symbolicate.Source
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("%s is not a folder", dir)
		}
		sources = append(sources, source.NewDir(dir))
	}
	return sources, nil
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

// An eventRun is one run of the event command.
type eventRun struct {
	engine *symbolicate.Symbolicator
	format eventFormat
	out    io.Writer
	colors bool
}

func (r *eventRun) file(cmd *cobra.Command, path string) error {
	in, err := openInput(cmd, path)
	if err != nil {
		return err
	}
	defer in.Close()
	event, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	event, err = r.engine.Event(cmd.Context(), event)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if r.format == formatPretty {
		return writePretty(r.out, event, r.colors)
	}
	if !bytes.HasSuffix(event, []byte("\n")) {
		event = append(event, '\n')
	}
	_, err = r.out.Write(event)
	return err
}
