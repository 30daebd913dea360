package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// timeLimit ends a process that is not worth waiting for; a launcher has a
// little longer, to end the one that it started.
const (
	timeLimit   = 90 * time.Second
	launchLimit = timeLimit + 5*time.Second
)

// A command is a process to run, and perhaps to measure.
type command struct {
	args   []string
	stdin  string // a file; none if empty
	stdout string // a file; what is written is dropped if empty
}

// A cost is what a process took, as the kernel counted it.
type cost struct {
	Wall time.Duration // from start to end
	CPU  time.Duration // user and system time of all its threads
	RSS  int64         // most memory resident at one time, in bytes
}

// launch is the argument that makes this program start another and write down
// its cost.
const launch = "launch"

// costOf runs c through a second process of this program. The kernel counts what
// the parent held as memory of a child until the child has its own program, so a
// child of this process, which holds many answers, would seem large.
func costOf(c command) (cost, error) {
	var spent cost
	self, err := os.Executable()
	if err != nil {
		return spent, err
	}
	dir, err := os.MkdirTemp("", "cost")
	if err != nil {
		return spent, err
	}
	defer os.RemoveAll(dir)
	report := dir + "/report"
	c.args = append([]string{self, launch, report}, c.args...)
	if err := c.run(); err != nil {
		return spent, err
	}
	text, err := os.ReadFile(report)
	if err != nil {
		return spent, err
	}
	err = json.Unmarshal(text, &spent)
	return spent, err
}

// launchMain is the second process: it starts a third with its own files and
// writes what that one cost to the file args[0].
func launchMain(args []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[1], args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("still running after %v", timeLimit)
	case err != nil:
		return err
	}
	text, err := json.Marshal(cost{
		Wall: wall,
		CPU:  cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
		RSS:  peakMemory(cmd.ProcessState),
	})
	return errors.Join(err, os.WriteFile(args[0], text, 0o644))
}

// run runs c to its end.
func (c command) run() (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), launchLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	if c.stdin != "" {
		f, err := os.Open(c.stdin)
		if err != nil {
			return err
		}
		defer f.Close()
		cmd.Stdin = f
	}
	if c.stdout != "" {
		f, err := os.Create(c.stdout)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		cmd.Stdout = f
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		says, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
		return fmt.Errorf("%w %s", err, says)
	}
	return nil
}
