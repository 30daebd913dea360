package main

import (
	"os"
	"runtime/debug"

	"github.com/nativesym/nativesym/objfile"
)

// spendMemory has garbage collected less often than usual, up to a heap that fits
// the file: commands end soon, and most of what a collection would look at is
// still in use. A budget in bytes, if not 0, bounds it further, and whoever set
// GOGC or GOMEMLIMIT is obeyed.
func spendMemory(file *objfile.File, budget int64) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	// What compiling keeps is a few percent of the file; half of a budget is left
	// to the file's own pages.
	limit := 48<<20 + file.Size()/8
	if budget > 0 {
		limit = min(limit, budget/2)
	}
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(limit)
}
