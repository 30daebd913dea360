package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
)

// processorName returns what the machine calls its processor, and how many cores it has.
func processorName() string {
	cores := fmt.Sprintf("%d cores, %s", runtime.NumCPU(), runtime.Version())
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return cores
	}
	for line := range strings.Lines(string(text)) {
		if key, name, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(name) + ", " + cores
		}
	}
	return cores
}

// machine returns what the run's figures depend on: the processor and the tools.
func machine() string {
	lines := []string{processorName()}
	for _, program := range []string{"llvm-symbolizer-19", "llvm-gsymutil-19", "eu-addr2line", "addr2line"} {
		lines = append(lines, version(program))
	}
	return strings.Join(append(lines, crates("symbolic", "addr2line", "blazesym")...), "\n")
}

var versionNumber = regexp.MustCompile(`\d+\.\d+`)

// version returns the first line with a number of what program says about its version.
func version(program string) string {
	out, err := exec.Command(program, "--version").Output()
	if err != nil {
		return program + ": missing"
	}
	for line := range strings.Lines(string(out)) {
		if versionNumber.MatchString(line) {
			return program + ": " + strings.TrimSpace(line)
		}
	}
	return program + ": of an unknown version"
}

// crates returns which versions of crates peers/ was locked to.
func crates(names ...string) []string {
	text, err := os.ReadFile("peers/Cargo.lock")
	if err != nil {
		return []string{"peers/Cargo.lock: missing"}
	}
	var found []string
	for _, name := range names {
		if _, rest, ok := strings.Cut(string(text), fmt.Sprintf("name = %q\nversion = \"", name)); ok {
			version, _, _ := strings.Cut(rest, "\"")
			found = append(found, name+" (crate): "+version)
		}
	}
	return found
}
