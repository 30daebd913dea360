package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

// A row is one line of the report: one measure of one job, ours against one peer's.
// Fields without a value are null: what a side did not do, a target that does not exist.
type row struct {
	Measure string   `json:"measure"`
	Input   string   `json:"input"`
	Peer    string   `json:"peer"`
	Unit    string   `json:"unit"`
	Ours    *float64 `json:"ours"`   // median
	Theirs  *float64 `json:"theirs"` // median
	Ratio   *float64 `json:"ratio"`  // theirs ÷ ours
	Must    *float64 `json:"must"`   // ratio of the target
	Met     *bool    `json:"met"`

	least, most float64 // ratios of single rounds
}

// A trial is everything that was found out about one input.
type trial struct {
	Subject string
	Agreed  agreements
	Results []result
}

// rows returns the report's lines for one job on s. A peer that has no figures
// gets the lines of what we did.
func rows(s subject, r result) []row {
	var all []row
	mine := r.Samples[ours]
	peers := slices.Concat(slices.Collect(maps.Keys(r.Samples)), slices.Collect(maps.Keys(r.Failed)))
	slices.Sort(peers)
	for _, m := range measures {
		for _, peer := range slices.Compact(peers) {
			theirs := r.Samples[peer][m]
			failed := r.Failed[peer] != "" && len(mine[m]) > 0 && m != batch && m != sortedBatch &&
				(r.Job != lookup || peer != llvm)
			if peer != ours && (len(theirs) > 0 || failed) {
				all = append(all, newRow(s, r.Job, m, peer, mine[m], theirs))
			}
		}
	}
	if r.Job == lookup && len(mine) > 0 {
		all = append(all,
			newRow(s, r.Job, batch, oursRandom, mine[batch], mine[random]),
			newRow(s, r.Job, sortedBatch, oursRandom, mine[sortedBatch], mine[random]),
			newRow(s, r.Job, sortedBatch, oursHot, mine[sortedBatch], mine[hot]))
	}
	if r.Job == compileOne && s.group != elf && len(mine) > 0 {
		megabytes := float64(s.bytes) / 1e6
		all = append(all,
			newRow(s, r.Job, processor, oursRate, mine[processor], slices.Repeat([]float64{megabytes / 150 * 1e3}, len(mine[processor]))),
			newRow(s, r.Job, memory, oursSize, mine[memory], slices.Repeat([]float64{3 * megabytes}, len(mine[memory]))))
	}
	if table, err := os.Stat(s.file(compilers[0].output)); r.Job == budgeted && len(mine) > 0 && err == nil {
		most := 256*1.048576 + 2*float64(table.Size())/1e6
		all = append(all,
			newRow(s, r.Job, processor, oursRate, mine[processor], slices.Repeat([]float64{float64(s.bytes) / 150e3}, len(mine[processor]))),
			newRow(s, r.Job, memory, oursBudget, mine[memory], slices.Repeat([]float64{most}, len(mine[memory]))))
	}
	return all
}

func newRow(s subject, job string, m measure, peer string, mine, theirs []float64) row {
	r := row{Measure: job + ": " + string(m), Input: s.name, Peer: peer, Unit: m.unit()}
	must, promised := mustReach(s, job, m, peer)
	if promised {
		r.Must = rounded(must)
	}
	if len(mine) > 0 {
		r.Ours = rounded(median(mine))
	}
	if len(theirs) > 0 {
		r.Theirs = rounded(median(theirs))
	}
	if r.Ours == nil || r.Theirs == nil {
		return r
	}
	ratio := compare(mine, theirs)
	r.Ratio = rounded(ratio.value)
	r.least, r.most = ratio.least, ratio.most
	if promised {
		met := ratio.value >= must
		r.Met = &met
	}
	return r
}

// rounded keeps four digits, more than a timing has.
func rounded(x float64) *float64 {
	if x != 0 {
		unit := math.Pow(10, math.Floor(math.Log10(math.Abs(x)))-3)
		x = math.Round(x/unit) * unit
		x = math.Round(x*1e6) / 1e6
	}
	return &x
}

// writeJSON writes the rows as peers.json has them: one a line.
func writeJSON(out *bytes.Buffer, all []row) error {
	lines := make([][]byte, len(all))
	for i, r := range all {
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		lines[i] = line
	}
	fmt.Fprintf(out, "[\n%s\n]\n", bytes.Join(lines, []byte(",\n")))
	return nil
}

// writeTable writes the rows for people.
func writeTable(w *bytes.Buffer, all []row) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "input\tmeasure\tpeer\tours\ttheirs\tunit\tratio\t(least – most)\tmust\tmet")
	for _, r := range all {
		spread := ""
		if r.Ratio != nil {
			spread = fmt.Sprintf("(%.2f – %.2f)", r.least, r.most)
		}
		met := ""
		if r.Met != nil {
			met = map[bool]string{true: "yes", false: "NO"}[*r.Met]
		}
		fmt.Fprintln(table, strings.Join([]string{
			r.Input, r.Measure, r.Peer, number(r.Ours), number(r.Theirs), r.Unit, number(r.Ratio), spread, number(r.Must), met,
		}, "\t"))
	}
	table.Flush()
}

func number(x *float64) string {
	switch {
	case x == nil:
		return "–"
	case math.Abs(*x) >= 100:
		return fmt.Sprintf("%.0f", *x)
	}
	return fmt.Sprintf("%.2f", *x)
}

// writeTargets writes how many targets were met, and which were not.
func writeTargets(w *bytes.Buffer, all []row) {
	promised, met := 0, 0
	var unmet bytes.Buffer
	table := tabwriter.NewWriter(&unmet, 0, 0, 2, ' ', 0)
	for _, r := range all {
		switch {
		case r.Met == nil:
			continue
		case *r.Met:
			met++
		default:
			fmt.Fprintf(table, "not met:\t%s\t%s\t%s\t%s of %s\n", r.Input, r.Measure, r.Peer, number(r.Ratio), number(r.Must))
		}
		promised++
	}
	table.Flush()
	fmt.Fprintf(w, "%d of %d targets met\n%s", met, promised, unmet.Bytes())
}

// writeAgreement writes how many answers were equal, and who is missing and why.
func writeAgreement(w *bytes.Buffer, trials []trial) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "input\ttool\tanswers equal to ours")
	for _, t := range trials {
		for _, key := range slices.Sorted(maps.Keys(t.Agreed.Equal)) {
			if key == libraryKey(ours) || key == libraryKey(oursColumns) {
				continue
			}
			fmt.Fprintf(table, "%s\t%s\t%.2f %%", t.Subject, key, t.Agreed.Equal[key])
			if n := t.Agreed.Deaths[key]; n > 0 {
				fmt.Fprintf(table, "; it crashed on %d of %d addresses, which are not timed", n, t.Agreed.Asked)
			}
			fmt.Fprintln(table)
		}
		for _, r := range t.Results {
			for _, tool := range slices.Sorted(maps.Keys(r.Failed)) {
				fmt.Fprintf(table, "%s\t%s\tno figures for %s: %s\n", t.Subject, tool, r.Job, r.Failed[tool])
			}
		}
	}
	table.Flush()
}
