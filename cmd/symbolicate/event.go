package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/nativesym/nativesym/symbolicate"
)

const eventLong = `Symbolicate events: crashes in Sentry's JSON format, whose frames have addresses
only, come out with functions, files, lines and inlined calls.

Debug files are found in the --symbols folders by the ids inside them, whatever
their names, and then on the servers that you name; without one nothing is asked
for over the net. An event with an image whose debug file is nowhere comes out
whole; its frames and images say what was missing, and --explain says more.

With --remote a server (symbolicate serve) does the work, with its debug files. What
is written is the same.`

// eventOptions are the flags of the event command.
type eventOptions struct {
	engine  engineFlags
	remote  remote
	in, out encoding
	format  eventFormat
	color   when
	lines   bool
	explain bool
	fromRaw bool

	written bool // an event was, so that the next is set off from it
}

func newEvent() *cobra.Command {
	var o eventOptions
	cmd := &cobra.Command{
		Use:   "event [--symbols DIR]... [FILE|-]...",
		Short: "Symbolicate crash events",
		Long:  eventLong,
		Example: `  symbolicate event --symbols ./symbols crash.json > symbolicated.json
  symbolicate event --symbols ./symbols --code /build/app=./app --format pretty crash.json
  symbolicate event --debuginfod https://debuginfod.debian.net/ crash.json
  symbolicate event --remote unix:/run/nativesym/socket --lines < crashes.ndjson`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	o.engine.define(f)
	f.Var(&o.in, "in", "what the events are: json, or protobuf (sentry_protos.relay.v1.Event)")
	f.Var(&o.out, "out", "what to write them as: json or protobuf")
	f.Var(&o.format, "format", "json, or pretty for people")
	f.Var(&o.color, "color", "colours in pretty stacks: auto, always or never")
	f.BoolVar(&o.lines, "lines", false, "each line of the input is an event")
	f.BoolVar(&o.explain, "explain", false, "say on standard error how each frame came to what it is")
	f.BoolVar(&o.fromRaw, "from-raw", false, "start again from the stacks that an earlier run kept as raw_stacktrace")
	o.remote.define(f)
	return cmd
}

func (o *eventOptions) run(cmd *cobra.Command, args []string) error {
	if o.lines && o.explain {
		return usagef("--explain is for single events, not for --lines")
	}
	if o.lines && (o.in != encodingJSON || o.out != encodingJSON) {
		return usagef("--lines is for events in JSON: protobuf has no lines")
	}
	if o.out != encodingJSON && o.format == formatPretty {
		return usagef("--format pretty shows the event that --out json writes")
	}
	engine, done, err := o.open(cmd)
	if err != nil {
		return err
	}
	defer done()
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

// open returns the engine that is asked for.
func (o *eventOptions) open(cmd *cobra.Command) (engine symbolicator, done func(), err error) {
	if o.remote.target == "" {
		if name := changed(o.remote.set); name != "" {
			return nil, nil, usagef("--%s is for --remote", name)
		}
		engine, err := o.engine.open()
		if err != nil {
			return nil, nil, err
		}
		if o.fromRaw {
			return local{engine.FromRaw()}, engine.Close, nil
		}
		return local{engine.Symbolicator}, engine.Close, nil
	}
	if name := changed(o.engine.set); name != "" {
		return nil, nil, usagef("--%s is for an engine here, and with --remote it is there", name)
	}
	client, err := o.remote.dial(o.fromRaw)
	if err != nil {
		return nil, nil, err
	}
	return client, func() { client.Close() }, nil
}

// file symbolicates the event, or the line by line events, in a file.
func (o *eventOptions) file(cmd *cobra.Command, engine symbolicator, path string) error {
	in, err := openInput(cmd, path)
	if err != nil {
		return err
	}
	defer in.Close()
	if o.lines {
		return o.stream(cmd, engine, path, in)
	}
	event, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	event, report, err := symbolicateEvent(cmd.Context(), engine, event, o.in, o.out, cmd.ErrOrStderr())
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if o.explain {
		explain(cmd.ErrOrStderr(), report)
	}
	if o.out == encodingProtobuf {
		_, err := cmd.OutOrStdout().Write(event)
		return err
	}
	return o.write(cmd.OutOrStdout(), event)
}

// stream symbolicates events that have a line each. One that is no event is
// reported and left out.
func (o *eventOptions) stream(cmd *cobra.Command, engine symbolicator, path string, in io.Reader) error {
	lines := eventLines{in: bufio.NewReader(in)}
	var failed error
	for event, err := range engine.Events(cmd.Context(), lines.all) {
		number := lines.numbers[0]
		lines.numbers = lines.numbers[1:]
		if err != nil {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s:%d: %v\n", cmd.CommandPath(), path, number, err)
			failed = errReported
			continue
		}
		if err := o.write(cmd.OutOrStdout(), event); err != nil {
			return err
		}
	}
	if lines.err != nil && !errors.Is(lines.err, io.EOF) { // nil: the server has gone, which was said
		return fmt.Errorf("%s: %w", path, lines.err)
	}
	return failed
}

// eventLines reads events that have a line each, between which there may be
// empty ones.
type eventLines struct {
	in      *bufio.Reader
	numbers []int // of the lines of events that are under way
	err     error // that ended the reading
}

func (l *eventLines) all(yield func(event []byte) bool) {
	for number := 1; l.err == nil; number++ {
		var line []byte
		line, l.err = l.in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		l.numbers = append(l.numbers, number)
		if !yield(line) {
			return
		}
	}
}

func (o *eventOptions) write(out io.Writer, event []byte) error {
	if o.format == formatPretty {
		return o.writePretty(out, event)
	}
	if !bytes.HasSuffix(event, []byte("\n")) {
		event = append(event, '\n')
	}
	_, err := out.Write(event)
	return err
}

// writePretty sets an event off from the one before. Some have nothing to show.
func (o *eventOptions) writePretty(out io.Writer, event []byte) error {
	var text bytes.Buffer
	if o.written {
		text.WriteByte('\n')
	}
	blank := text.Len()
	if err := writePretty(&text, event, o.color.on(out)); err != nil || text.Len() == blank {
		return err
	}
	o.written = true
	_, err := out.Write(text.Bytes())
	return err
}

// openInput opens a file to read, or standard input for "-".
func openInput(cmd *cobra.Command, path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(cmd.InOrStdin()), nil
	}
	return os.Open(path)
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
