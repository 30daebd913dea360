package main

// A target is the ratio, theirs ÷ ours, that a measure of a job must reach.
type target struct {
	job     string
	measure measure
	peer    string
	ratio   float64
	where   func(s subject) bool // nil: everywhere
}

func plain(s subject) bool        { return !s.compressed }
func deflated(s subject) bool     { return s.compressed }
func huge(s subject) bool         { return s.huge }
func hugePlain(s subject) bool    { return s.huge && !s.compressed }
func hugeDeflated(s subject) bool { return s.huge && s.compressed }
func inC(s subject) bool          { return s.language == "C" }
func inCPP(s subject) bool        { return s.language == "C++" }

// targets are what the project promises. README.md has them as a table.
var targets = map[group][]target{elf: {
	{compileOne, processor, gsym, 5, plain},
	{compileOne, processor, gsym, 2.5, deflated},
	{compileTwo, wall, gsym, 6, plain},
	{compileTwo, wall, gsym, 2.5, deflated},
	{compileOne, memory, gsym, 5, plain},
	{compileOne, memory, gsym, 2, deflated},
	{compileTwo, memory, gsym, 5, plain},
	{compileTwo, memory, gsym, 2, deflated},
	{compileOne, processor, symCache, 4, nil},
	{compileOne, size, gsym, 1, nil},
	{compileOne, size, symCache, 1 / 0.55, inCPP},

	{lookup, hot, symCache, 1 / 0.65, nil},
	{lookup, random, symCache, 1 / 0.75, nil},
	{lookup, cold, symCache, 1 / 0.8, nil},
	{lookup, hot, gsym, 10, nil},
	{lookup, random, gsym, 10, nil},
	{lookup, cold, gsym, 10, nil},
	{lookup, sortedBatch, oursRandom, 2, nil},
	{lookup, sortedBatch, oursHot, 1.1, nil},

	{askOne, wall, llvm, 5, hugePlain},
	{askOne, processor, llvm, 5, hugePlain},
	{askOne, wall, llvm, 3, hugeDeflated},
	{askOne, processor, llvm, 3, hugeDeflated},
	{askOne, wall, elfutils, 1, huge},
	{askOne, processor, elfutils, 1, huge},
	{askOne, memory, llvm, 2, huge},

	{askSome, wall, llvm, 5, plain},
	{askSome, processor, llvm, 5, plain},
	{askSome, wall, llvm, 3, deflated},
	{askSome, processor, llvm, 3, deflated},
	{askSome, wall, gimli, 2, nil},
	{askSome, processor, gimli, 2, nil},

	{askMany, wall, llvm, 4, inC},
	{askMany, processor, llvm, 4, inC},
	{askMany, wall, llvm, 6, inCPP},
	{askMany, processor, llvm, 6, inCPP},
	{askMany, memory, llvm, 3, nil},
}, pdb: {
	{compileOne, processor, oursRate, 1, nil},
	{compileOne, memory, oursSize, 1, huge},
	{lookup, batch, llvm, 100, nil},
}, breakpad: {
	{budgeted, memory, oursBudget, 1, nil},
}}

// mustReach returns the ratio that a measure must reach; ok is false where nothing is promised.
func mustReach(s subject, job string, m measure, peer string) (ratio float64, ok bool) {
	for _, t := range targets[s.group] {
		if t.job == job && t.measure == m && t.peer == peer && (t.where == nil || t.where(s)) {
			return t.ratio, true
		}
	}
	return 0, false
}
