package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// A report is everything that was found out.
type report struct {
	options    options
	loadBefore string // as the kernel averages it over a minute
	group      string // why there is no control group, "" there is one
	costs      []cost
	load       load
	peak       int64
	groupPeak  int64
}

// A row is a line of the report. Must is the most that Value may be.
type row struct {
	Measure string   `json:"measure"`
	Value   float64  `json:"value"`
	Unit    string   `json:"unit"`
	Must    *float64 `json:"must"`
	Met     *bool    `json:"met"`
}

// maxOverhead is how much longer an event may take in the server, in percent.
const maxOverhead = 25

func (r *report) rows() (rows []row) {
	add := func(measure string, value float64, unit string) {
		rows = append(rows, row{Measure: measure, Value: value, Unit: unit})
	}
	bound := func(measure string, value float64, unit string, must float64) {
		met := value <= must
		rows = append(rows, row{measure, value, unit, &must, &met})
	}
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	for _, c := range r.costs {
		what := fmt.Sprintf("event of %.2f MB, answer of %.2f MB", float64(c.event)/1e6, float64(c.answer)/1e6)
		add(what+": library", ms(c.library.time), "ms")
		add(what+": server", ms(c.server.time), "ms")
		add(what+": library, work of processors", ms(c.library.work), "ms")
		add(what+": server, work of processors", ms(c.server.work), "ms")
		bound(what+": overhead", 100*c.overhead(), "%", maxOverhead)
	}
	n := len(r.load.streams) + len(r.load.calls)
	add("load: answers", float64(n), "")
	bound("load: errors and wrong answers", float64(len(r.load.errors)), "", 0)
	add("load: throughput", float64(n)/r.load.took.Seconds(), "events/s")
	add("load: throughput of JSON", float64(r.load.bytes)/1e6/r.load.took.Seconds(), "MB/s")
	for _, side := range []struct {
		name  string
		times []time.Duration
	}{{"call", r.load.calls}, {"event of a stream", r.load.streams}} {
		if n := len(side.times); n > 0 {
			add("load: "+side.name+", median", ms(side.times[n/2]), "ms")
			add("load: "+side.name+", p99", ms(side.times[n*99/100]), "ms")
			add("load: "+side.name+", longest", ms(side.times[n-1]), "ms")
		}
	}
	bound("server: most memory resident", float64(r.peak)/(1<<20), "MiB", float64(r.options.memory))
	if r.group == "" {
		bound("server: most memory of the control group", float64(r.groupPeak)/(1<<20), "MiB", float64(r.options.memory))
	}
	return rows
}

// write writes the report as text and as JSON.
func (r *report) write(name string) error {
	rows := r.rows()
	var text bytes.Buffer
	fmt.Fprintf(&text, "%s\n%d clients for %v, half of them streams; GOMEMLIMIT %d MiB, ", processor(), r.options.clients, r.options.duration, r.options.memory)
	if r.group == "" {
		text.WriteString("a control group of the same\n")
	} else {
		fmt.Fprintf(&text, "no control group: %s\n", r.group)
	}
	fmt.Fprintf(&text, "clients and server share the processor; load of the machine before: %s\n\n", r.loadBefore)
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		must := "\t"
		if row.Must != nil {
			must = fmt.Sprintf("at most %g\t%s", *row.Must, map[bool]string{true: "yes", false: "NO"}[*row.Met])
		}
		fmt.Fprintf(table, "%s\t%.4g\t%s\t%s\n", row.Measure, row.Value, row.Unit, must)
	}
	data, err := json.MarshalIndent(rows, "", "\t")
	err = errors.Join(err, table.Flush())
	os.Stdout.Write(text.Bytes())
	return errors.Join(err, os.WriteFile(name+".txt", text.Bytes(), 0o644), os.WriteFile(name+".json", append(data, '\n'), 0o644))
}

// processor returns what the machine calls its processor.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	name := runtime.GOARCH
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			name = strings.TrimSpace(value)
		}
	}
	return fmt.Sprintf("%s, %d cores, %s", name, runtime.NumCPU(), runtime.Version())
}

// loadAverage returns how many processes wanted a processor in the last minute.
func loadAverage() string {
	text, _ := os.ReadFile("/proc/loadavg")
	average, _, _ := strings.Cut(string(text), " ")
	return average
}
