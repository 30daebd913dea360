package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// inPlace returns a row about variants of parcel that are built anew, so that the
// split files lie where the program says that the compiler wrote them.
func inPlace(title string, names ...string) variant {
	return variant{title, func(l *lab) ([]question, error) {
		var all []question
		for _, name := range names {
			dir := filepath.Join(l.work, "testdata/bin/parcel", name)
			if err := l.build(name, dir); err != nil {
				return nil, err
			}
			q, err := l.parcelIn(name, dir)
			if err != nil {
				return nil, err
			}
			all = append(all, q)
		}
		return all, nil
	}}
}

// build runs parcel.sh in a copy of testdata.
func (l *lab) build(name, dir string) error {
	from, to := filepath.Join(l.repository, "testdata"), filepath.Join(l.work, "testdata")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(to, "src/parcel"), os.DirFS(filepath.Join(from, "src/parcel"))); err != nil && !os.IsExist(err) {
		return err
	}
	script, err := filepath.Abs(filepath.Join(from, "parcel.sh"))
	if err != nil {
		return err
	}
	cmd := exec.Command(script, name)
	cmd.Dir, cmd.Env = to, append(os.Environ(), "SRC="+dir)
	return described(cmd)
}

// described runs a command whose error says what it wrote.
func described(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return nil
}

// stubLabel is how objdump heads the code of a stub.
var stubLabel = regexp.MustCompile(`^([0-9a-f]+) <([^>@]+)@plt>:`)

// stubs returns a row about the stubs of programs in testdata/bin through which
// they call libraries. What each is called is what objdump says.
func stubs(title string, objdumps map[string]string) variant {
	return variant{title, func(l *lab) ([]question, error) {
		var all []question
		for file, objdump := range objdumps {
			q := question{path: filepath.Join(l.repository, "testdata/bin", file)}
			out, err := output(nil, objdump, "-d", q.path)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", objdump, err)
			}
			for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
				if m := stubLabel.FindStringSubmatch(lines.Text()); m != nil {
					addr, err := strconv.ParseUint(m[1], 16, 64)
					if err != nil {
						return nil, err
					}
					q.addrs, q.want = append(q.addrs, addr), append(q.want, []frame{newFrame(m[2], "", 0)})
				}
			}
			all = append(all, q)
		}
		return all, nil
	}}
}

// ours are the functions that a Go program is asked about: its own, and some of the
// runtime's.
var ours = regexp.MustCompile(`^(main\.|runtime\.print)`)

// strippedGo returns a row about a Go program without symbols and DWARF. The
// answers are llvm-symbolizer's for the same program with them.
func strippedGo(title string) variant {
	return variant{title, func(l *lab) ([]question, error) {
		stripped, whole := filepath.Join(l.work, "fleet"), filepath.Join(l.work, "fleet.whole")
		for path, flags := range map[string]string{stripped: "-s -w", whole: ""} {
			cmd := exec.Command("go", "build", "-trimpath", "-ldflags="+flags, "-o", path, "main.go")
			cmd.Dir, cmd.Env = filepath.Join(l.repository, "testdata/src/fleet"), append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
			if err := described(cmd); err != nil {
				return nil, err
			}
		}
		starts, err := functions(whole)
		if err != nil {
			return nil, err
		}
		q := question{path: stripped}
		for name, start := range starts {
			for i := uint64(0); ours.MatchString(name) && i < 64; i += 4 {
				q.addrs = append(q.addrs, start+i)
			}
		}
		llvm := tools[1]
		q.want = llvm.ask(l, question{path: whole, addrs: q.addrs})
		q.dropUnknown()
		return []question{q}, nil
	}}
}
