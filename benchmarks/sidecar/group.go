package main

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A group is a control group with a memory limit, of either version.
type group struct {
	dir      string // "" there is none
	problem  string // why
	peakFile string
}

// newGroup makes a control group, if this process may.
func newGroup(limit int64) group {
	name := "sidecar-" + strconv.Itoa(os.Getpid())
	var problems []error
	for _, version := range []struct{ root, limit, peak string }{
		{"/sys/fs/cgroup", "memory.max", "memory.peak"},
		{"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.max_usage_in_bytes"},
	} {
		g := group{dir: filepath.Join(version.root, name), peakFile: version.peak}
		_, err := os.Stat(filepath.Join(version.root, "cgroup.procs"))
		if err == nil {
			err = os.Mkdir(g.dir, 0o755)
		}
		if err == nil {
			// The kernel has made the file, or the group has no such limit.
			err = os.WriteFile(filepath.Join(g.dir, version.limit), []byte(strconv.FormatInt(limit, 10)), 0)
			if err == nil {
				return g
			}
			_ = os.Remove(g.dir)
		}
		problems = append(problems, err)
	}
	return group{problem: strings.ReplaceAll(errors.Join(problems...).Error(), "\n", "; ")}
}

// peak returns the most memory that the group had, 0 if that is not known.
func (g group) peak() int64 {
	text, err := os.ReadFile(filepath.Join(g.dir, g.peakFile))
	if err != nil {
		return 0
	}
	n, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n
}

func (g group) remove() error {
	if g.dir == "" {
		return nil
	}
	return os.Remove(g.dir)
}
