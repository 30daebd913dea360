package filecache

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// roleVariable is set where the test binary runs as another process of a test: to
// the name of a role, the cache directory and a number.
const roleVariable = "FILECACHE_TEST_ROLE"

// play is what another process does.
func play(role string) {
	f := strings.Split(role, "\n")
	number, err := strconv.ParseUint(f[2], 10, 64)
	if err == nil {
		err = roles[f[0]](f[1], number)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var roles = map[string]func(dir string, number uint64) error{
	"victim": victim,
	"racer":  racer,
	"holder": holder,
}

// A process is one that plays a role, and says when it is about to begin.
type process struct {
	*exec.Cmd
	stderr bytes.Buffer
}

func start(t *testing.T, role, dir string, number uint64) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.Command(self)}
	p.Env = append(os.Environ(), fmt.Sprintf("%s=%s\n%s\n%d", roleVariable, role, dir, number))
	p.Stderr = &p.stderr
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		p.Wait()
		t.Fatalf("%s: %v\n%s", role, err, &p.stderr)
	}
	return p
}

// content is what the file of a number has: up to 100 kB that depend on it.
func content(number uint64) []byte {
	random := rand.NewChaCha8([32]byte(binary.LittleEndian.AppendUint64(make([]byte, 24), number)))
	data := make([]byte, random.Uint64()%100_000)
	random.Read(data)
	return data
}

// contentMake writes content in pieces; every third number has none.
func contentMake(number uint64) func(context.Context, *os.File) ([]byte, error) {
	return func(_ context.Context, w *os.File) ([]byte, error) {
		if number%3 == 0 {
			return nil, &Miss{Reason: fmt.Sprint(number)}
		}
		for piece := range slices.Chunk(content(number), 4096) {
			if _, err := w.Write(piece); err != nil {
				return nil, err
			}
		}
		return fmt.Append(nil, number), nil
	}
}

// checkContent reports what is wrong with what Get returned for a number.
func checkContent(number uint64, e Entry, err error) error {
	if number%3 == 0 {
		if m, ok := err.(*Miss); !ok || m.Reason != fmt.Sprint(number) {
			return fmt.Errorf("%d: got %v, want a miss", number, err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("%d: %w", number, err)
	}
	data, err := os.ReadFile(e.Path)
	if err != nil {
		return fmt.Errorf("%d: %w", number, err)
	}
	if !bytes.Equal(data, content(number)) || string(e.Meta) != fmt.Sprint(number) {
		return fmt.Errorf("%d: file of %d bytes, meta %q, is another's", number, len(data), e.Meta)
	}
	return nil
}

func numbered(number uint64) Key { return Key{"number", fmt.Sprint(number)} }

// victim gets one file after the other, some of them new, collects now and then,
// and forgets some, until it is killed.
func victim(dir string, seed uint64) error {
	c, err := Open(dir, Options{MaxBytes: 2 << 20})
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(seed, 1))
	fmt.Println("ready")
	for {
		n := random.Uint64N(200)
		e, err := c.Get(context.Background(), numbered(n), contentMake(n))
		if err := checkContent(n, e, err); err != nil && !errors.Is(err, fs.ErrNotExist) { // the other may have collected it
			return err
		}
		switch random.IntN(20) {
		case 0, 1, 2, 3:
			c.Forget(numbered(random.Uint64N(200)))
		case 4:
			if _, err := c.GC(context.Background(), GCOptions{MaxBytes: -1}); err != nil {
				return err
			}
		}
	}
}

func TestKilledProcessesLeaveAUsableCache(t *testing.T) {
	kills := 100
	if testing.Short() {
		kills = 10
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 2))
	dir := t.TempDir()
	c, _ := open(t, dir, Options{})
	c.now = time.Now
	unfinished := 0
	for range kills / 2 {
		victims := []*process{start(t, "victim", dir, random.Uint64()), start(t, "victim", dir, random.Uint64())}
		for _, p := range victims {
			time.Sleep(time.Duration(random.Int64N(int64(10 * time.Millisecond)))) // the random moment
			p.Process.Kill()
			p.Wait()
			if p.stderr.Len() > 0 {
				t.Fatalf("victim: %s", &p.stderr)
			}
		}
		unfinished += len(litter(t, c))
		for range 5 {
			n := random.Uint64N(200)
			e, err := c.Get(t.Context(), numbered(n), contentMake(n))
			if err := checkContent(n, e, err); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.GC(t.Context(), GCOptions{}); err != nil {
			t.Fatal(err)
		}
		consistent(t, c)
	}
	t.Logf("%d unfinished files were left", unfinished)
}

// consistent checks that a cache that nobody uses holds answers with their files
// and nothing else, and knows how much.
func consistent(t *testing.T, c *Cache) {
	t.Helper()
	items, err := c.List()
	if err != nil {
		t.Fatal(err)
	}
	blobs, total := map[string]bool{}, usage{answers: int64(len(items))}
	for _, it := range items {
		if it.Path == "" || blobs[it.Path] {
			continue
		}
		blobs[it.Path] = true
		total.bytes += it.Size
		if info, err := os.Stat(it.Path); err != nil || info.Size() != it.Size {
			t.Errorf("%v: %v", it.Key, err)
		}
	}
	answers := 0
	c.eachFile(t.Context(), answerDir, func(string, string) { answers++ })
	c.eachFile(t.Context(), blobDir, func(path, _ string) {
		if !blobs[path] {
			t.Errorf("%s has no answer", path)
		}
	})
	if answers != len(items) {
		t.Errorf("%d files of answers, %d answers", answers, len(items))
	}
	if u, known := c.readUsage(); !known || u != total {
		t.Errorf("usage %v, known %v; want %v", u, known, total)
	}
	if names := litter(t, c); names != nil {
		t.Errorf("litter: %q", names)
	}
}

const (
	racers    = 8
	raceFiles = 60
)

// racer gets all files of a race, in its own order, and writes down which it made.
func racer(dir string, number uint64) error {
	c, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(dir, answerDir, "log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for _, i := range rand.New(rand.NewPCG(number, 3)).Perm(raceFiles) {
		n := uint64(i)
		e, err := c.Get(context.Background(), numbered(n), func(ctx context.Context, w *os.File) ([]byte, error) {
			fmt.Fprintln(log, n)
			return contentMake(n)(ctx, w)
		})
		if err := checkContent(n, e, err); err != nil {
			return err
		}
	}
	return nil
}

func TestProcessesMakeEachFileOnce(t *testing.T) {
	dir := t.TempDir()
	c, _ := open(t, dir, Options{})
	var all []*process
	for i := range racers {
		all = append(all, start(t, "racer", dir, uint64(i)))
	}
	for _, p := range all {
		if err := p.Wait(); err != nil {
			t.Errorf("%v: %s", err, &p.stderr)
		}
	}
	log, err := os.ReadFile(filepath.Join(dir, answerDir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	made := strings.Fields(string(log))
	slices.Sort(made)
	if once := slices.Compact(slices.Clone(made)); len(made) != raceFiles || len(once) != raceFiles {
		t.Errorf("%d files were made, %d different ones, want %d", len(made), len(once), raceFiles)
	}
	c.GC(t.Context(), GCOptions{}) // counts
	consistent(t, c)
}

// holder makes a file until it is killed.
func holder(dir string, number uint64) error {
	c, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	_, err = c.Get(context.Background(), numbered(number), func(ctx context.Context, w *os.File) ([]byte, error) {
		w.WriteString("half")
		fmt.Println("ready")
		time.Sleep(time.Hour)
		return nil, nil
	})
	return err
}

func TestWaitingForAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	c, _ := open(t, dir, Options{})
	p := start(t, "holder", dir, 1)
	defer p.Wait()
	defer p.Process.Kill()

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := c.Get(ctx, numbered(1), unwanted(t)); err != context.DeadlineExceeded {
		t.Errorf("waiting: got %v, want %v", err, context.DeadlineExceeded)
	}
	if r, err := c.GC(t.Context(), GCOptions{MaxBytes: -1}); err != nil || r.Unfinished != 0 || len(litter(t, c)) != 2 {
		t.Errorf("collecting what is being made: %+v, %v, %q is left", r, err, litter(t, c))
	}
	e, err := c.Get(t.Context(), numbered(2), contentMake(2))
	if err := checkContent(2, e, err); err != nil {
		t.Errorf("another key: %v", err)
	}
	p.Process.Kill()
	p.Wait()
	e, err = c.Get(t.Context(), numbered(1), contentMake(1))
	if err := checkContent(1, e, err); err != nil {
		t.Errorf("after its end: %v", err)
	}
	if r, err := c.GC(t.Context(), GCOptions{}); err != nil || r.Unfinished != 1 || r.Freed != 4 {
		t.Errorf("collecting what it left: %+v, %v", r, err)
	}
	consistent(t, c)
}
