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
	"syscall"
	"time"
)

// timeLimit ends a process that is not worth waiting for.
const timeLimit = 90 * time.Second

// A command is a process to run and to measure.
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

// launch is the argument that makes this program start another and report its cost.
const launch = "launch"

// costOf runs c through a second process of this program. The kernel counts
// what the parent held as memory of a child until the child has its own program,
// so a child of this process, which holds many answers, would seem large.
func costOf(c command) (cost, error) {
	return run(c, true)
}

// run runs c, measured or not.
func run(c command, measured bool) (cost, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
	defer cancel()
	args := c.args
	if measured {
		self, err := os.Executable()
		if err != nil {
			return cost{}, err
		}
		args = append([]string{self, launch}, args...)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	closeFiles, err := c.redirect(cmd)
	if err != nil {
		return cost{}, err
	}
	defer closeFiles()
	var stderr, report bytes.Buffer
	cmd.Stderr = &stderr
	var spent cost
	if measured {
		err = withReport(cmd, &report)
	} else {
		err = cmd.Run()
	}
	switch {
	case ctx.Err() != nil:
		return cost{}, fmt.Errorf("%s: still running after %v", c.args[0], timeLimit)
	case err != nil:
		return cost{}, fmt.Errorf("%s: %w: %s", c.args[0], err, firstLine(stderr.String()))
	case !measured:
		return cost{}, nil
	}
	err = json.Unmarshal(report.Bytes(), &spent)
	return spent, err
}

func (c command) redirect(cmd *exec.Cmd) (closeFiles func(), err error) {
	var files []*os.File
	closeFiles = func() {
		for _, f := range files {
			f.Close()
		}
	}
	if c.stdin != "" {
		f, err := os.Open(c.stdin)
		if err != nil {
			return nil, err
		}
		files, cmd.Stdin = append(files, f), f
	}
	if c.stdout != "" {
		f, err := os.Create(c.stdout)
		if err != nil {
			closeFiles()
			return nil, err
		}
		files, cmd.Stdout = append(files, f), f
	}
	return closeFiles, nil
}

// withReport runs a launcher and collects what it writes to its file 3.
func withReport(cmd *exec.Cmd, report *bytes.Buffer) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	cmd.ExtraFiles = []*os.File{w}
	err = cmd.Start()
	w.Close()
	if err != nil {
		return err
	}
	_, readErr := report.ReadFrom(r)
	return errors.Join(cmd.Wait(), readErr)
}

// launchMain is the second process: it starts a third with its own files and
// writes what that one cost to file 3.
func launchMain(args []string) error {
	report := os.NewFile(3, "report")
	syscall.CloseOnExec(3)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if err != nil {
		return err
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return json.NewEncoder(report).Encode(cost{
		Wall: wall,
		CPU:  cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
		RSS:  usage.Maxrss * 1024, // Linux counts kibibytes
	})
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
