package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/nativesym/nativesym/symbolicate/rpc"
)

// A server is a process of symbolicate serve.
type server struct {
	cmd    *exec.Cmd
	target string
	dir    string
	group  group
}

// startTime is how long a server may take to be ready.
const startTime = 30 * time.Second

// startServer starts a server and waits until it is ready.
func startServer(o options, symbols []string) (*server, error) {
	dir, err := os.MkdirTemp("", "sidecar")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, target: "unix:" + filepath.Join(dir, "socket")}
	s.group = newGroup(o.memory << 20)
	args := []string{o.serve, "serve", "--listen", s.target, "--log-level", "warn"}
	for _, dir := range symbols {
		args = append(args, "--symbols", dir)
	}
	if s.group.dir != "" {
		// The shell enters the group, and then becomes the server.
		args = append([]string{"sh", "-c", `echo $$ >"$0" && exec "$@"`, filepath.Join(s.group.dir, "cgroup.procs")}, args...)
	}
	s.cmd = exec.Command(args[0], args[1:]...)
	s.cmd.Env = append(os.Environ(), fmt.Sprintf("GOMEMLIMIT=%dMiB", o.memory))
	s.cmd.Stdout, s.cmd.Stderr = os.Stderr, os.Stderr
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	client, err := rpc.Dial(s.target, rpc.DialOptions{ConnectTimeout: startTime})
	if err != nil {
		return nil, errors.Join(err, s.stop())
	}
	defer client.Close()
	if err := client.Ready(context.Background()); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// stop ends the server as a supervisor does.
func (s *server) stop() error {
	err := s.cmd.Process.Signal(syscall.SIGTERM)
	if waitErr := s.cmd.Wait(); waitErr != nil {
		err = fmt.Errorf("the server ends with %w", waitErr)
	}
	return errors.Join(err, s.group.remove(), os.RemoveAll(s.dir))
}

// memory returns the most bytes that the server had resident, and the most that its
// control group had, page cache included; 0 if there is none.
func (s *server) memory() (peak, groupPeak int64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			peak, err = strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kb), "kB")), 10, 64)
			return peak << 10, s.group.peak(), err
		}
	}
	return 0, 0, errors.New("/proc has no VmHWM")
}

// work returns how long processors have worked for this process and for the server.
func (s *server) work() time.Duration {
	return workOf(os.Getpid()) + workOf(s.cmd.Process.Pid)
}

// workOf returns how long processors have worked for a process, which the kernel tells
// to the tick: a hundredth of a second.
func workOf(pid int) (work time.Duration) {
	const tick = 10 * time.Millisecond
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, _ := strings.Cut(string(text), ") ") // a name may have blanks
	if fields := strings.Fields(after); len(fields) > 12 {
		user, _ := strconv.Atoi(fields[11])
		system, _ := strconv.Atoi(fields[12])
		work = time.Duration(user+system) * tick
	}
	return work
}
