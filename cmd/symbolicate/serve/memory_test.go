package serve

import (
	"math"
	"runtime/debug"
	"testing"
)

// What is kept and what is compiled fits a memory limit, unless the configuration
// knows better; and with a limit collections are rare until it is near.
func TestSharesOfMemory(t *testing.T) {
	t.Setenv("GOGC", "")
	before, percent := debug.SetMemoryLimit(-1), debug.SetGCPercent(100)
	t.Cleanup(func() {
		debug.SetMemoryLimit(before)
		debug.SetGCPercent(percent)
	})
	for _, tt := range []struct {
		limit                   int64
		tables, compile         ByteSize
		wantTables, wantCompile int64
		wantPercent             int
	}{
		{limit: math.MaxInt64, wantTables: 1 << 30, wantPercent: 100},
		{limit: math.MaxInt64, tables: 2 << 30, compile: 1 << 20, wantTables: 2 << 30, wantCompile: 1 << 20, wantPercent: 100},
		{limit: 512 << 20, wantTables: 128 << 20, wantCompile: 128 << 20, wantPercent: 200},
		{limit: 512 << 20, tables: 1 << 30, compile: 1 << 30, wantTables: 1 << 30, wantCompile: 1 << 30, wantPercent: 200},
		{limit: 64 << 30, wantTables: 1 << 30, wantCompile: 16 << 30, wantPercent: 200},
	} {
		debug.SetGCPercent(100)
		limitMemory(tt.limit)
		c := &Config{TableMemory: tt.tables, CompileMemory: tt.compile}
		tables, compile, percent := c.tableMemory(), c.compileMemory(), debug.SetGCPercent(100)
		if tables != tt.wantTables || compile != tt.wantCompile || percent != tt.wantPercent {
			t.Errorf("%+v: %d for tables, %d to compile, %d percent", tt, tables, compile, percent)
		}
	}
}
