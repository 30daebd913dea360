package serve

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

// passedSockets returns the sockets that systemd opened for this process, as
// sd_listen_fds(3) has it: file descriptors from 3 on. There are none if it did not.
func passedSockets() ([]net.Listener, error) {
	const first = 3
	if os.Getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) {
		return nil, nil
	}
	n, err := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	if err != nil {
		return nil, fmt.Errorf("LISTEN_FDS: %w", err)
	}
	var listeners []net.Listener
	for fd := first; fd < first+n; fd++ {
		file := os.NewFile(uintptr(fd), "passed by systemd")
		l, err := net.FileListener(file)
		file.Close()
		if err != nil {
			closeAll(listeners)
			return nil, fmt.Errorf("socket %d from systemd: %w", fd, err)
		}
		listeners = append(listeners, l)
	}
	return listeners, nil
}

// notify tells systemd something about this process, as sd_notify(3) has it. It
// does nothing where nobody listens for it.
func notify(state string) error {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil
	}
	conn, err := net.Dial("unixgram", path) // a leading @ is net's spelling of abstract sockets, too
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Write([]byte(state))
	return err
}

// watchdog tells systemd every now and then that this process lives, if it asked
// for that (sd_watchdog_enabled(3)), until ctx is done.
func watchdog(ctx context.Context) {
	micros, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	if err != nil || micros <= 0 {
		return
	}
	tick := time.NewTicker(time.Duration(micros) * time.Microsecond / 3)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			notify("WATCHDOG=1")
		case <-ctx.Done():
			return
		}
	}
}
