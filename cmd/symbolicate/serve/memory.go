package serve

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
)

// limitMemory has garbage collection work harder when the program takes more than
// limit bytes. Of 0 that is nine tenths of what its control group may have, which
// leaves room for the kernel's part, unless GOMEMLIMIT says something.
func limitMemory(limit int64) {
	if limit == 0 && os.Getenv("GOMEMLIMIT") == "" {
		limit = controlGroupLimit("/") / 10 * 9
	}
	if limit > 0 {
		debug.SetMemoryLimit(limit)
	}
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
