package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/nativesym/nativesym/internal/fixture"
)

// addr runs the addr command.
func addr(t *testing.T, in io.Reader, out io.Writer, args ...string) error {
	t.Helper()
	root := newRoot()
	root.SetArgs(append([]string{"addr"}, args...))
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(io.Discard)
	return root.ExecuteContext(t.Context())
}

// addrShop asks about one of our programs.
func addrShop(t *testing.T, in io.Reader, out io.Writer) error {
	t.Helper()
	return addr(t, in, out, "--no-demangle", "--obj", fixture.Path(t, "bin/shop-clang19-x86_64"))
}

const (
	giveUp = "_ZN4shop7give_upEPKc\n/src/shop/main.cc:16:0\n\n"
	nobody = "??\n??:0:0\n\n"
)

// TestAnswersAtOnce holds what programs at the other end of a pipe rely on: each
// answer comes before the next question, even if that has begun to arrive.
func TestAnswersAtOnce(t *testing.T) {
	questions, ask := io.Pipe()
	answer, answers := io.Pipe()
	done := make(chan error)
	go func() {
		err := addrShop(t, questions, answers)
		answers.CloseWithError(io.EOF)
		done <- err
	}()
	got := bufio.NewReader(answer)
	for _, tt := range []struct{ send, want string }{
		{"0x4011a0\n", giveUp},
		{"0x4011a0\n0x", giveUp},
		{"10\n", nobody},
		{"nonsense\n", nobody},
		{"0x4011a0\n0x4011a0\n", giveUp + giveUp},
	} {
		if _, err := io.WriteString(ask, tt.send); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, len(tt.want))
		if _, err := io.ReadFull(got, b); err != nil || string(b) != tt.want {
			t.Fatalf("after %q: %q, error %v; want %q", tt.send, b, err, tt.want)
		}
	}
	ask.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestLines(t *testing.T) {
	long := strings.Repeat(" ", maxLine)
	for _, tt := range []struct{ name, in, want string }{
		{"no last newline", "0x4011a0", giveUp},
		{"carriage returns", "0x4011a0\r\n0x10\r\n", giveUp + nobody},
		{"a long line is one question", long + long + "0x4011a0\n0x4011a0\n", nobody + giveUp},
		{"as long as a line may be", long[len("0x4011a0\n"):] + "0x4011a0\n", giveUp},
		{"zero bytes", "\x00\n0x4011a0\n", nobody + giveUp},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for how, in := range map[string]io.Reader{
				"at once":        strings.NewReader(tt.in),
				"byte by byte":   iotest.OneByteReader(strings.NewReader(tt.in)),
				"end with bytes": iotest.DataErrReader(strings.NewReader(tt.in)),
			} {
				var out bytes.Buffer
				if err := addrShop(t, in, &out); err != nil {
					t.Fatal(err)
				}
				if out.String() != tt.want {
					t.Errorf("%s: answers %q, want %q", how, out.String(), tt.want)
				}
			}
		})
	}
}

func TestLineErrors(t *testing.T) {
	broken := errors.New("the wire is cut")
	in := io.MultiReader(strings.NewReader("0x4011a0\n"), iotest.ErrReader(broken))
	var out bytes.Buffer
	err := addrShop(t, in, &out)
	if got, want := errText(err), "standard input: the wire is cut"; got != want {
		t.Errorf("error %q, want %q", got, want)
	}
	if out.String() != giveUp {
		t.Errorf("answers before the error: %q, want %q", out.String(), giveUp)
	}

	reader, writer := io.Pipe()
	reader.CloseWithError(broken)
	if err := addrShop(t, strings.NewReader("0x10\n"), writer); !errors.Is(err, broken) {
		t.Errorf("writing to a closed pipe: error %v, want %v", err, broken)
	}
}
