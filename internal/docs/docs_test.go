// Package docs holds the documents to their word: what they show runs, and the
// files they name exist.
package docs

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
)

// TestReadmeProgram runs the program that the README opens with.
func TestReadmeProgram(t *testing.T) {
	skipShort(t)
	program := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(program, []byte(block(t, "go", 0)), 0o644); err != nil {
		t.Fatal(err)
	}
	out := run(t, "go", "run", program)
	if want := `"function":"main","symbol":"main","lang":"cpp","filename":"main.cc"`; !strings.Contains(out, want) {
		t.Errorf("the program writes no frame with %s:\n%s", want, out)
	}
}

// TestReadmeCommands runs the README's commands.
func TestReadmeCommands(t *testing.T) {
	skipShort(t)
	if got, want := block(t, "sh", 0), "make demo"; !strings.HasPrefix(got, want) {
		t.Errorf("the first block of commands is %q, want %q in front", got, want)
	}
	if out, want := run(t, "make", "--no-print-directory", "demo"), "shop::Item::net"; !strings.Contains(out, want) {
		t.Errorf("make demo shows no %s:\n%s", want, out)
	}
	out := run(t, "bash", "-e", "-c", block(t, "sh", 1))
	for _, want := range []string{"SIGSEGV: invalid access at 0x8", "/src/shop/catalogue.h:14:31\n", "main\n/src/shop/main.cc:75:11\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("the commands do not show %q:\n%s", want, out)
		}
	}
}

// TestReadmeServer starts the README's server on other ports, and has its clients
// ask it.
func TestReadmeServer(t *testing.T) {
	skipShort(t)
	serve, rest, _ := strings.Cut(block(t, "sh", 2), "\n")
	ports := strings.NewReplacer("127.0.0.1:50051", freePort(t), "127.0.0.1:9464", freePort(t))
	binary := filepath.Join(t.TempDir(), "symbolicate")
	run(t, "go", "build", "-o", binary, "./cmd/symbolicate")
	args := strings.Fields(strings.TrimSuffix(ports.Replace(serve), "&"))
	server := exec.Command(binary, args[1:]...)
	server.Dir = fixture.Root(t)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Signal(os.Interrupt)
		if err := server.Wait(); err != nil {
			t.Errorf("the server ended: %v", err)
		}
	})
	bash := func(commands string) string {
		return run(t, "bash", "-e", "-c", strings.ReplaceAll(ports.Replace(commands), "bin/symbolicate", binary))
	}
	contains := func(what, out, want string) {
		t.Helper()
		if !strings.Contains(out, want) {
			t.Errorf("%s does not show %q:\n%s", what, want, out)
		}
	}
	out := bash(rest) // the client waits for the server
	contains("event --remote", out, "shop::Item::net ")
	contains("/readyz", out, "ready\n")

	program := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(program, []byte(ports.Replace(block(t, "go", 1))), 0o644); err != nil {
		t.Fatal(err)
	}
	contains("the client in Go", run(t, "go", "run", program), `"function":"shop::Item::net"`)

	if _, err := exec.LookPath("grpcurl"); err != nil {
		t.Skip("the README's calls of grpcurl: ", err)
	}
	out = bash(block(t, "sh", 3))
	contains("SymbolicateEvent", out, `"json": "`)
	contains("LookupAddresses", out, `"shop::Item::net"`)
	contains("Check", out, `"status": "SERVING"`)
}

func skipShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds programs")
	}
}

// freePort returns an address that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// block returns the README's n-th block of a language.
func block(t *testing.T, language string, n int) string {
	t.Helper()
	blocks := regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(read(t, "README.md"), -1)
	if n >= len(blocks) {
		t.Fatalf("README.md has %d blocks of %s, want more than %d", len(blocks), language, n)
	}
	return blocks[n][1]
}

// run runs a command in the root of the repository and returns what it writes.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skip(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = fixture.Root(t)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(fixture.Root(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestLinks follows the links of the documents into the repository, and the
// paths that they name in backquotes.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)\)`)
	path := regexp.MustCompile("`((?:objfile|symbolicate|debugimage|demangle|cmd|internal|testdata|benchmarks|deploy)/[A-Za-z0-9_./-]+)`")
	for _, doc := range []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "testdata/README.md", "cmd/symbolicate/serve/CONFIG.md"} {
		text := read(t, doc)
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			exists(t, doc, filepath.Join(filepath.Dir(doc), m[1]))
		}
		for _, m := range path.FindAllStringSubmatch(text, -1) {
			exists(t, doc, m[1])
		}
	}
}

func exists(t *testing.T, doc, path string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(fixture.Root(t), path)); err != nil {
		t.Errorf("%s names %s, which is not there", doc, path)
	}
}
