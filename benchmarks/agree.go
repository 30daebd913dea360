package main

import (
	"fmt"
	"os"
	"slices"
)

// leastAgreement is the percentage of equal answers below which a peer's times
// are not compared with ours: it does another job.
const leastAgreement = 90

// agreements say, for every tool that was asked about one input, what percentage
// of its answers equals ours, and why others could not be asked.
type agreements struct {
	Asked  int                // addresses that the fast tools were asked for
	Equal  map[string]float64 // by the key of a tool, in percent
	Failed map[string]string  // by the key of a tool
	Deaths map[string]int     // by the key of a tool: addresses that it crashed on
}

// A key tells a library from the command of the same project.
func libraryKey(name string) string    { return name + ", library" }
func symbolizerKey(name string) string { return name + ", command" }

// comparable reports whether the times of the tool count.
func (a agreements) comparable(key string) bool { return a.Equal[key] >= leastAgreement }

// admit adds a side to j, or why the tool has none.
func (a agreements) admit(j *job, key string, s side) {
	switch equal, ok := a.Equal[key]; {
	case a.comparable(key):
		j.sides = append(j.sides, s)
	case ok:
		j.absent[s.tool] = fmt.Sprintf("%.0f %% of its answers equal ours, under %d %%: not timed", equal, leastAgreement)
	default:
		j.absent[s.tool] = a.Failed[key]
	}
}

// agree compiles s with everything that compiles, asks every tool for the same
// addresses, and writes the files of addresses that are timed: those to which all
// comparable fast tools gave the same answer as ours.
func agree(s subject) (agreements, error) {
	result := agreements{Equal: map[string]float64{}, Failed: map[string]string{}, Deaths: map[string]int{}}
	for _, c := range compilers {
		if !c.reads(s.group) {
			continue
		}
		if err := c.command(s, 2).run(); err != nil {
			result.Failed[libraryKey(c.name)] = err.Error()
		}
	}
	addrs, err := s.draw(s.candidates())
	if err != nil {
		return result, err
	}
	result.Asked = len(addrs)
	all := s.file("candidates")
	if err := writeAddresses(all, addrs); err != nil {
		return result, err
	}
	reference, err := libraries[0].answers(s, all)
	if err != nil {
		return result, fmt.Errorf("%s: %w", s.name, err)
	}
	agreed := slices.Repeat([]bool{true}, len(addrs))
	compare := func(key string, got []chain, err error) {
		if err == nil && len(got) != len(addrs) {
			err = fmt.Errorf("%d answers to %d addresses", len(got), len(addrs))
		}
		if err != nil {
			result.Failed[key] = err.Error()
			return
		}
		same := equal(reference, got)
		result.Equal[key] = share(same)
		if result.comparable(key) {
			for i := range agreed {
				agreed[i] = agreed[i] && same[i]
			}
		}
	}
	for _, l := range libraries {
		if !l.reads(s.group) {
			continue
		}
		got, err := l.answers(s, all)
		compare(libraryKey(l.name), got, err)
	}
	for _, z := range symbolizers {
		if z.reads(s.group) && z.most == many && z.name != gimli && z.name != blazesym { // their commands are the libraries
			got, deaths, err := z.survive(s, addrs)
			result.Deaths[symbolizerKey(z.name)] = deaths
			compare(symbolizerKey(z.name), got, err)
		}
	}
	if s.group == elf {
		for _, name := range []string{gimli, blazesym} {
			result.copy(libraryKey(name), symbolizerKey(name))
		}
	}
	result.copy(libraryKey(ours), libraryKey(oursColumns))
	sample := make([]uint64, 0, s.many())
	for i, addr := range addrs {
		if agreed[i] && len(reference[i]) > 0 && len(sample) < s.many() {
			sample = append(sample, addr)
		}
	}
	if len(sample) < s.many() {
		return result, fmt.Errorf("%s: all tools agree on only %d of %d addresses", s.name, len(sample), len(addrs))
	}
	if err := s.writeSamples(sample); err != nil {
		return result, err
	}
	return result, result.addSlow(s)
}

// writeSamples writes the files of addresses that jobs read.
func (s subject) writeSamples(sample []uint64) error {
	for _, n := range []int{s.many(), timedLookups, some} {
		if err := writeAddresses(s.addressFile(n), sample[:min(n, len(sample))]); err != nil {
			return err
		}
	}
	for i, addr := range sample[:mostRounds] {
		if err := writeAddresses(s.singleFile(i), []uint64{addr}); err != nil {
			return err
		}
	}
	return nil
}

// addSlow asks the tools that take seconds for some addresses.
func (a agreements) addSlow(s subject) error {
	reference, err := libraries[0].answers(s, s.addressFile(some))
	if err != nil {
		return err
	}
	for _, z := range symbolizers {
		if z.most != some || !z.reads(s.group) {
			continue
		}
		got, err := z.answers(s, s.addressFile(some))
		if err != nil {
			a.Failed[symbolizerKey(z.name)] = err.Error()
			continue
		}
		a.Equal[symbolizerKey(z.name)] = share(equal(reference, got))
	}
	return nil
}

func (a agreements) copy(from, to string) {
	if equal, ok := a.Equal[from]; ok {
		a.Equal[to] = equal
	} else {
		a.Failed[to] = a.Failed[from]
	}
}

func (l library) answers(s subject, addresses string) ([]chain, error) {
	if missing := l.missing(); missing != "" {
		return nil, fmt.Errorf("%s", missing)
	}
	args, err := l.args(s, "answer")
	if err != nil {
		return nil, err
	}
	return answers(command{args: args, stdin: addresses, stdout: s.file("answers")}, readLLVM)
}

func (z symbolizer) answers(s subject, addresses string) ([]chain, error) {
	if missing := z.missing(); missing != "" {
		return nil, fmt.Errorf("%s", missing)
	}
	return answers(z.command(s, addresses, s.file("answers")), z.read)
}

// mostDeaths is how often a tool may crash before it is given up.
const mostDeaths = 1000

// survive asks for all addresses, and starts again behind each one that the tool
// crashes on, whose answer is then empty. Tools write an answer before they look
// at the next address.
func (z symbolizer) survive(s subject, addrs []uint64) (all []chain, deaths int, err error) {
	if missing := z.missing(); missing != "" {
		return nil, 0, fmt.Errorf("%s", missing)
	}
	rest, out := s.file("rest"), s.file("answers")
	defer os.Remove(rest)
	defer os.Remove(out)
	for {
		if err := writeAddresses(rest, addrs[len(all):]); err != nil {
			return nil, deaths, err
		}
		died := z.command(s, rest, out).run()
		got, err := readChains(out, z.read)
		if all = append(all, got...); died == nil || err != nil {
			return all, deaths, err
		}
		if deaths++; deaths > mostDeaths || len(all) >= len(addrs) {
			return nil, deaths, died
		}
		all = append(all, nil)
	}
}

func answers(c command, read reader) ([]chain, error) {
	defer os.Remove(c.stdout)
	if err := c.run(); err != nil {
		return nil, err
	}
	return readChains(c.stdout, read)
}
