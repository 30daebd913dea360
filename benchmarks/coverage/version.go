package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

func ourVersion() string { return "this repository" }

var versionNumber = regexp.MustCompile(`\d+\.\d+[\w.]*`)

// versionOf returns what asks a program for its version.
func versionOf(program string) func() string {
	return func() string {
		out, err := exec.Command(program, "--version").Output()
		if err != nil {
			return missing
		}
		return versionNumber.FindString(string(out))
	}
}

// crate returns what asks for the version that peers/ was locked to.
func crate(name string) func() string {
	return func() string {
		if _, err := os.Stat(peersProgram); err != nil {
			return missing
		}
		text, err := os.ReadFile("peers/Cargo.lock")
		if err != nil {
			return missing
		}
		_, rest, _ := strings.Cut(string(text), fmt.Sprintf("name = %q\nversion = \"", name))
		version, _, _ := strings.Cut(rest, "\"")
		return version
	}
}
