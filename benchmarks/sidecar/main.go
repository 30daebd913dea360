// Command sidecar puts load on a server of its own, symbolicate serve in another
// process: clients call and stream mixed events, every answer is compared with the
// library's byte for byte and in its order, and time and memory are taken. Before
// that, an event of a megabyte goes to the server and to the library in turn,
// which says what it costs to have the engine elsewhere.
//
//	sidecar [-duration 60s] [-clients 64] [-memory 512] [-serve symbolicate] [-o results/sidecar]
//
// The server gets its memory limit as GOMEMLIMIT, and as a control group where
// this process may make one. For measuring only: it trusts its input.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/symbolicate"
)

type options struct {
	duration time.Duration
	clients  int
	memory   int64 // MiB
	serve    string
	testdata string
	out      string
}

func main() {
	var o options
	flag.DurationVar(&o.duration, "duration", 60*time.Second, "how long the load lasts")
	flag.IntVar(&o.clients, "clients", 64, "how many clients there are at once")
	flag.Int64Var(&o.memory, "memory", 512, "the server's memory limit in MiB")
	flag.StringVar(&o.serve, "serve", "inputs/bin/symbolicate", "the program that has the serve command")
	flag.StringVar(&o.testdata, "testdata", "../testdata", "folder with events and symbols")
	flag.StringVar(&o.out, "o", "results/sidecar", "file to write, without .txt and .json")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "sidecar:", err)
		os.Exit(1)
	}
}

// run measures and writes the report. It is an error if an answer was wrong.
func run(ctx context.Context, o options) (err error) {
	dir, err := os.MkdirTemp("", "sidecar")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	big, err := newBigEvents(dir)
	if err != nil {
		return err
	}
	symbols := []string{o.testdata + "/symbols", dir}
	engine := symbolicate.New(symbolicate.Options{Sources: []symbolicate.Source{source.NewDir(symbols[0]), source.NewDir(symbols[1])}})
	defer engine.Close()
	inputs, err := readInputs(ctx, engine, o.testdata+"/events", big[0])
	if err != nil {
		return err
	}
	s, err := startServer(o, symbols)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	r := report{options: o, loadBefore: loadAverage(), group: s.group.problem}
	if r.costs, err = compare(ctx, engine, s, big); err != nil {
		return err
	}
	if r.load, err = putLoad(ctx, s.target, inputs, o); err != nil {
		return err
	}
	if r.peak, r.groupPeak, err = s.memory(); err != nil {
		return err
	}
	if err := r.write(o.out); err != nil {
		return err
	}
	return r.load.err()
}
