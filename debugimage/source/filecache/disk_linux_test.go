package filecache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mount mounts a file system in memory of a size that mount(8) takes.
func mount(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("mounting a small file system, which takes root: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func TestFullDisk(t *testing.T) {
	c, k := open(t, filepath.Join(mount(t, "1m"), "cache"), Options{})
	full := func(name string) {
		t.Helper()
		_, err := c.Get(t.Context(), Key{"file", name}, zeros(300<<10, 'x'))
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("got %v, want %v", err, syscall.ENOSPC)
		}
		if got := litter(t, c); got != nil {
			t.Errorf("leaves %q", got)
		}
	}
	for i := range byte(3) {
		if _, err := c.Get(t.Context(), Key{"file", string(rune('a' + i))}, zeros(300<<10, i)); err != nil {
			t.Fatal(err)
		}
		k.Add(time.Second)
	}
	full("d") // and all that is there is fresh
	full("d")
	for _, name := range []string{"a", "b", "c"} {
		if _, err := c.Get(t.Context(), Key{"file", name}, unwanted(t)); err != nil {
			t.Error(err)
		}
	}
	k.Add(time.Hour)
	full("d") // makes room
	if _, err := c.Get(t.Context(), Key{"file", "d"}, zeros(300<<10, 4)); err != nil {
		t.Errorf("the next: %v", err)
	}
	if _, err := c.Peek(Key{"file", "a"}); err != ErrAbsent {
		t.Errorf("the least recently used: %v, want %v", err, ErrAbsent)
	}
	c.GC(t.Context(), GCOptions{})
	consistent(t, c)
}

// Where not even an answer can be written, what is known is still told.
func TestFullDiskAndSmallFiles(t *testing.T) {
	dir := mount(t, "64k")
	c, k := open(t, filepath.Join(dir, "cache"), Options{})
	fill, err := os.Create(filepath.Join(dir, "fill"))
	if err != nil {
		t.Fatal(err)
	}
	defer fill.Close()
	for err == nil {
		_, err = fill.Write(make([]byte, 4096))
	}
	if _, err := c.Get(t.Context(), keyA, text("alpha")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a file: %v, want %v", err, syscall.ENOSPC)
	}
	if _, err := c.Get(t.Context(), keyA, fails(&Miss{Reason: "no"})); err == nil || err.Error() != "no" {
		t.Errorf("a miss: %v, want no", err)
	}
	if got := litter(t, c); got != nil {
		t.Errorf("leaves %q", got)
	}
	k.Add(time.Hour)
	os.Truncate(fill.Name(), 0)
	e, err := c.Get(t.Context(), keyA, text("alpha"))
	want(t, e, err, "alpha")
	c.GC(t.Context(), GCOptions{})
	consistent(t, c)
}

func TestReadOnlyDirectory(t *testing.T) {
	dir := mount(t, "1m")
	c, k := open(t, dir, Options{})
	c.Get(t.Context(), keyA, text("alpha"))
	remount := func(flags uintptr) {
		if err := syscall.Mount("none", dir, "", syscall.MS_REMOUNT|flags, ""); err != nil {
			t.Fatal(err)
		}
	}
	remount(syscall.MS_RDONLY)
	k.Add(time.Hour)
	e, err := c.Get(t.Context(), keyA, unwanted(t))
	want(t, e, err, "alpha")
	_, err = c.Get(t.Context(), keyB, unwanted(t))
	if want := "cache: open " + filepath.Join(dir, makeDir, keyB.hash()+lockSuffix) + ": read-only file system"; !errors.Is(err, syscall.EROFS) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := Open(dir, Options{}); !errors.Is(err, syscall.EROFS) {
		t.Errorf("Open: %v, want %v", err, syscall.EROFS)
	}
	remount(0)
	e, err = c.Get(t.Context(), keyB, text("beta"))
	want(t, e, err, "beta")
	consistent(t, c)
}

// A process that may not do something says so, and does it when it may.
func TestPermissionDenied(t *testing.T) {
	if os.Getuid() == 0 { // who may do everything
		asNobody(t)
		return
	}
	c, _ := open(t, t.TempDir(), Options{})
	e, err := c.Get(t.Context(), keyA, text("alpha"))
	want(t, e, err, "alpha")
	for _, path := range []string{e.Path, c.answerPath(keyA)} {
		os.Chmod(path, 0)
		if _, err := c.Get(t.Context(), keyA, unwanted(t)); !errors.Is(err, fs.ErrPermission) || err.Error() != "cache: open "+path+": permission denied" {
			t.Errorf("got %v", err)
		}
		os.Chmod(path, 0o600)
		e, err := c.Get(t.Context(), keyA, unwanted(t))
		want(t, e, err, "alpha")
	}
	os.Chmod(filepath.Join(c.dir, makeDir), 0)
	if _, err := c.Get(t.Context(), keyB, unwanted(t)); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v", err)
	}
	os.Chmod(filepath.Join(c.dir, makeDir), 0o700)
	e, err = c.Get(t.Context(), keyB, text("beta"))
	want(t, e, err, "beta")
	consistent(t, c)
}

// asNobody runs a test in a process of a user without rights.
func asNobody(t *testing.T) {
	const nobody = 65534
	dir, err := os.MkdirTemp("/tmp", "nobody")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	p := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	p.Dir = "/"
	p.Env = append(os.Environ(), "TMPDIR="+dir)
	p.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if out, err := p.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("as another user: %v\n%s", err, out)
	}
}

func init() { roles["lockless"] = lockless }

// lockless opens a cache where flock fails as on a file system that has none.
func lockless(dir string, _ uint64) error {
	fmt.Println("ready")
	program := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the number of the call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_FLOCK, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EOPNOTSUPP)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("%w: %v", errors.ErrUnsupported, err)
	}
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&filter))); errno != 0 {
		return fmt.Errorf("%w: %v", errors.ErrUnsupported, errno)
	}
	_, err := Open(dir, Options{})
	return err
}

func TestFileSystemWithoutLocks(t *testing.T) {
	dir := t.TempDir()
	p := start(t, "lockless", dir, 0)
	p.Wait()
	got := strings.TrimSpace(p.stderr.String())
	if strings.HasPrefix(got, errors.ErrUnsupported.Error()) {
		t.Skip("taking flock away: ", got)
	}
	if want := "cache " + dir + ": lock " + filepath.Join(dir, dirLock) + ": operation not supported"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	open(t, dir, Options{}) // what that left is no cache of another
}
