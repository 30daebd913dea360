package main

import (
	"maps"
	"slices"
)

// mostRounds is how many rounds a job can have: that many single addresses are drawn.
const mostRounds = 20

// figures are what one run of a job gave, by measure.
type figures map[measure]float64

// A side is one tool's way of doing a job.
type side struct {
	tool string
	run  func(round int) (figures, error)
}

// A job is done by every side in turn, round after round, so that a busy
// moment of the machine falls on all of them.
type job struct {
	name   string
	input  string
	sides  []side
	absent map[string]string // by tool: why it has no side
}

// A result is what came of a job.
type result struct {
	Job     string
	Input   string
	Samples map[string]map[measure][]float64 // by tool; one figure a round
	Failed  map[string]string                // by tool: why it has no figures
}

// do runs the rounds of j. A side that fails once is left out from then on.
func (j job) do(rounds int) result {
	r := result{Job: j.name, Input: j.input, Samples: map[string]map[measure][]float64{}, Failed: maps.Clone(j.absent)}
	for round := range rounds {
		for i := range j.sides {
			s := j.sides[(i+round)%len(j.sides)]
			if r.Failed[s.tool] != "" {
				continue
			}
			got, err := s.run(round)
			if err != nil {
				r.Failed[s.tool] = err.Error()
				delete(r.Samples, s.tool)
				continue
			}
			r.add(s.tool, got)
		}
	}
	return r
}

func (r result) add(tool string, got figures) {
	if r.Samples[tool] == nil {
		r.Samples[tool] = map[measure][]float64{}
	}
	for m, value := range got {
		r.Samples[tool][m] = append(r.Samples[tool][m], value)
	}
}

// A ratio is theirs ÷ ours over the rounds of a job.
type ratio struct {
	ours, theirs float64 // medians
	value        float64 // of the medians
	least, most  float64 // of single rounds
}

// compare compares what two sides needed, round by round.
func compare(ours, theirs []float64) ratio {
	var single []float64
	for i := range min(len(ours), len(theirs)) {
		single = append(single, theirs[i]/ours[i])
	}
	r := ratio{ours: median(ours), theirs: median(theirs), least: slices.Min(single), most: slices.Max(single)}
	r.value = r.theirs / r.ours
	return r
}

// median returns the middle of values, or the mean of the middle two.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
