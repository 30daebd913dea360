package serve

import (
	"cmp"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
)

// limitMemory has garbage collection work harder when the program takes more than
// limit bytes. Of 0 that is nine tenths of what its control group may have, which
// leaves room for the kernel's part, unless GOMEMLIMIT says something. Until then
// collections are rare, unless GOGC says something: what a server keeps is little
// beside what goes through it, and mapped tables are no garbage. Rarer ones gain
// no more, and fill the limit.
func limitMemory(limit int64) {
	if limit == 0 && os.Getenv("GOMEMLIMIT") == "" {
		limit = controlGroupLimit("/") / 10 * 9
	}
	if limit > 0 {
		debug.SetMemoryLimit(limit)
	}
	if memoryLimit() > 0 && os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}

// memoryLimit returns the limit in effect, 0 if there is none.
func memoryLimit() int64 {
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 { // only asks
		return limit
	}
	return 0
}

// Of a memory limit, the tables that are kept and each file that is compiled may take
// so much: a part is left for what is no garbage, the pages of mapped files.
const limitShare = 4

// tableMemory returns how much the tables that are kept may take. What is given in
// the configuration stands.
func (c *Config) tableMemory() int64 {
	const usual = 1 << 30
	if limit := memoryLimit(); c.TableMemory == 0 && limit > 0 {
		return min(usual, limit/limitShare)
	}
	return cmp.Or(int64(c.TableMemory), usual)
}

// compileMemory returns how much compiling one file should take, 0 if it may take
// what it needs.
func (c *Config) compileMemory() int64 {
	return cmp.Or(int64(c.CompileMemory), memoryLimit()/limitShare)
}

// controlGroupLimit returns how many bytes of memory this process's control group
// (version 2) or one above it may have; 0 if there is no limit. root is that of
// the file system.
func controlGroupLimit(root string) int64 {
	text, _ := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	_, path, _ := strings.Cut(strings.TrimSpace(string(text)), "0::")
	var limit int64
	for dir := path; ; dir = filepath.Dir(dir) {
		text, _ := os.ReadFile(filepath.Join(root, "sys/fs/cgroup", dir, "memory.max"))
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && (limit == 0 || n < limit) {
			limit = n
		}
		if dir == "/" || dir == "." || dir == "" {
			return limit
		}
	}
}
