package rpc

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/symbolicate"
)

// serveEnv holds the target at which a process of this program is a server, not a test.
const serveEnv = "NATIVESYM_RPC_TEST_SERVE"

func newEngine(t testing.TB) *symbolicate.Symbolicator {
	t.Helper()
	s := symbolicate.New(symbolicate.Options{Sources: []symbolicate.Source{source.NewDir(fixture.Path(t, "symbols"))}})
	t.Cleanup(s.Close)
	return s
}

// serveForever is the server's process. It ends when its standard input does.
func serveForever(target string) error {
	engine := symbolicate.New(symbolicate.Options{Sources: []symbolicate.Source{source.NewDir("../../testdata/symbols")}})
	defer engine.Close()
	s := NewServer(engine, Options{})
	l, err := Listen(target)
	if err != nil {
		return err
	}
	go func() {
		_, _ = bufio.NewReader(os.Stdin).ReadByte()
		_ = s.Shutdown(context.Background())
	}()
	return s.Serve(l)
}

// startServer starts a server in a process of its own and returns a client.
func startServer(b *testing.B) *Client {
	b.Helper()
	target := "unix:" + filepath.Join(b.TempDir(), "s")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveEnv+"="+target)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			b.Error(err)
		}
	})
	c, err := Dial(target, DialOptions{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	return c
}

// bigEvent is an event of many threads in the program of testdata/src/shop, with
// images beside it that nothing needs.
func bigEvent(threads, frames, images int) []byte {
	calls := []uint64{0x5555555552c1, 0x555555555286, 0x5555555553cd, 0x5555555553a0, 0x5555555553f6}
	var b bytes.Buffer
	b.WriteString(`{"platform":"native","threads":{"values":[`)
	for i := range threads {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"name":"worker %d","stacktrace":{"frames":[`, i, i)
		for k := range frames {
			if k > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"instruction_addr":"%#x","in_app":true,"trust":"cfi"}`, calls[(i+k)%len(calls)])
		}
		b.WriteString(`]}}`)
	}
	b.WriteString(`]},"debug_meta":{"images":[{"type":"elf","code_id":"75bc5782088d05859a5dba37c4c1166eef8b3f03","code_file":"/tmp/shop/shop","image_addr":"0x555555554000","image_size":36864}`)
	for i := range images {
		fmt.Fprintf(&b, `,{"type":"elf","code_id":"%040x","code_file":"/usr/lib/x86_64-linux-gnu/lib%d.so","image_addr":"%#x","image_size":65536}`, i+1, i, 0x7e0000000000+i*0x10000)
	}
	b.WriteString(`]}}`)
	return b.Bytes()
}

// BenchmarkOverhead is what it costs to have the engine in another process: the
// same event to the library and through a Unix socket.
func BenchmarkOverhead(b *testing.B) {
	engine, client := newEngine(b), startServer(b)
	for _, bb := range []struct {
		name                    string
		threads, frames, images int
	}{
		{"answer=1MB", 8, 133, 300},
		{"event=1MB", 120, 133, 300},
	} {
		event := bigEvent(bb.threads, bb.frames, bb.images)
		want, err := engine.Event(b.Context(), event)
		if err != nil {
			b.Fatal(err)
		}
		if got, err := client.Event(b.Context(), event); err != nil || !bytes.Equal(got, want) {
			b.Fatalf("the client's answer has %d bytes, the library's %d, %v", len(got), len(want), err)
		}
		for _, side := range []struct {
			name  string
			event func(context.Context, []byte) ([]byte, error)
		}{
			{"library", engine.Event},
			{"client", client.Event},
		} {
			b.Run(bb.name+"/"+side.name, func(b *testing.B) {
				b.SetBytes(int64(len(event)))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := side.event(b.Context(), event); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(len(want)), "B-out")
			})
		}
	}
}
