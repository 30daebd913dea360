// Command benchmarks has nativesym and the tools people would pick instead do
// the same jobs on the same files in one run, and compares what it took.
// README.md says what is measured and how; `make peers` runs it.
//
// It trusts its inputs and the tools it starts, and is made for Linux.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	var err error
	if len(os.Args) > 3 && os.Args[1] == launch {
		err = launchMain(os.Args[2:])
	} else {
		err = mainErr()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(1)
	}
}

// options are what a run is told.
type options struct {
	inputs string // folder
	work   string // folder for what is made of the inputs, and for the state of the run
	output string // results are this path with .json and .txt
	group  group
	only   string // names of inputs, separated by commas; all of the group if empty

	rounds int
	resume bool
}

func mainErr() error {
	var o options
	flag.StringVar(&o.inputs, "inputs", "inputs", "folder of the inputs")
	flag.StringVar(&o.work, "work", "inputs/work", "folder for compiled files and unfinished results")
	flag.StringVar((*string)(&o.group), "group", string(elf), "kind of inputs to use: elf, pdb or breakpad")
	flag.StringVar(&o.output, "o", "results/peers", "where results go, without .json and .txt")
	flag.StringVar(&o.only, "only", "", "names of the inputs to use, separated by commas")
	flag.IntVar(&o.rounds, "rounds", 5, fmt.Sprintf("rounds of every job, %d at most", mostRounds))
	flag.BoolVar(&o.resume, "resume", false, "keep what an unfinished run measured")
	flag.Parse()
	if o.rounds < 1 || o.rounds > mostRounds {
		return fmt.Errorf("%d rounds: from 1 to %d are possible", o.rounds, mostRounds)
	}
	return o.run()
}

func (o options) run() error {
	var all []row
	var trials []trial
	var missing []string
	for _, in := range inputs {
		if in.group != o.group || o.only != "" && !slices.Contains(strings.Split(o.only, ","), in.name) {
			continue
		}
		s, err := newSubject(in, o.inputs, o.work)
		if err != nil {
			missing = append(missing, err.Error())
			continue
		}
		t, err := o.try(s)
		if err != nil {
			missing = append(missing, err.Error())
			continue
		}
		trials = append(trials, t)
		for _, r := range t.Results {
			all = append(all, rows(s, r)...)
		}
	}
	return o.report(all, trials, missing)
}

// try asks every tool about s and does all jobs, or those that are left.
func (o options) try(s subject) (trial, error) {
	t := trial{Subject: s.name}
	state := s.file("trial.json")
	if o.resume {
		if text, err := os.ReadFile(state); err == nil {
			if err := json.Unmarshal(text, &t); err != nil {
				return t, fmt.Errorf("%s: %w", state, err)
			}
		}
	}
	if t.Agreed.Asked == 0 && !s.budgeted {
		start := time.Now()
		var err error
		if t.Agreed, err = agree(s); err != nil {
			return t, err
		}
		progress("%s: comparing answers took %.0f s", s.name, time.Since(start).Seconds())
	}
	for _, j := range jobs(s, t.Agreed) {
		if slices.ContainsFunc(t.Results, func(r result) bool { return r.Job == j.name }) {
			continue
		}
		start := time.Now()
		t.Results = append(t.Results, j.do(o.rounds))
		progress("%s: %s took %.0f s", s.name, j.name, time.Since(start).Seconds())
		text, err := json.Marshal(t)
		if err != nil {
			return t, err
		}
		if err := os.WriteFile(state, text, 0o644); err != nil {
			return t, err
		}
	}
	return t, nil
}

func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// report writes the results to their files and, for people, to standard output.
func (o options) report(all []row, trials []trial, missing []string) error {
	if err := os.MkdirAll(filepath.Dir(o.output), 0o755); err != nil {
		return err
	}
	var table, list bytes.Buffer
	fmt.Fprintf(&table, "%s\n%d rounds, interleaved; ratio = theirs ÷ ours of the medians\n\n", machine(), o.rounds)
	writeTable(&table, all)
	fmt.Fprintln(&table)
	writeTargets(&table, all)
	fmt.Fprintln(&table)
	writeAgreement(&table, trials)
	for _, m := range missing {
		fmt.Fprintln(&table, m)
	}
	if err := writeJSON(&list, all); err != nil {
		return err
	}
	_, err := os.Stdout.Write(table.Bytes())
	return errors.Join(err,
		os.WriteFile(o.output+".txt", table.Bytes(), 0o644),
		os.WriteFile(o.output+".json", list.Bytes(), 0o644))
}
