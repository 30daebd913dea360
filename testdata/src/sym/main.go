// Command sym writes the Breakpad symbol file of a Mach-O program that has a debug
// map, for tests: sym PROGRAM DSYM. It asks llvm-symbolizer about every
// instruction, so that what a reader makes of the file can be held against another
// reader's answers.
package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// base is what the linker adds to all addresses.
const base = 1 << 32

type function struct{ addr, size uint64 }

// A frame is one of llvm-symbolizer's; the innermost comes first.
type frame struct {
	Name string `json:"FunctionName"`
	File string `json:"FileName"`
	Line int
}

type answer struct {
	addr   uint64
	frames []frame
}

func main() {
	log.SetFlags(0)
	program, dsym := os.Args[1], os.Args[2]
	id := strings.ReplaceAll(strings.Fields(run("", "llvm-dwarfdump-19", "--uuid", dsym))[1], "-", "")
	w := writer{files: map[string]int{}, origins: map[string]int{}}
	for _, f := range functions(program) {
		w.function(f, ask(dsym, f))
	}
	fmt.Printf("MODULE Mac arm64 %s0 %s\nINFO CODE_ID %s\n", id, filepath.Base(program), id)
	fmt.Print(w.heads.String(), w.text.String())
	fmt.Println("PUBLIC 0 0 _mh_execute_header")
}

func run(input, name string, args ...string) string {
	cmd := exec.Command(name, args...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.Output()
	if err != nil {
		log.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

// functions lists the functions of the debug map, by address.
func functions(program string) (list []function) {
	open := false
	for line := range strings.Lines(run("", "llvm-nm-19", "-ap", program)) {
		f := strings.Fields(line)
		if len(f) < 5 || f[4] != "FUN" {
			continue
		}
		n, _ := strconv.ParseUint(f[0], 16, 64)
		if open = !open; open {
			list = append(list, function{addr: n})
		} else {
			list[len(list)-1].size = n
		}
	}
	slices.SortFunc(list, func(a, b function) int { return cmp.Compare(a.addr, b.addr) })
	return list
}

// ask returns the frames at each instruction of a function.
func ask(dsym string, f function) (answers []answer) {
	var input strings.Builder
	for addr := f.addr; addr < f.addr+f.size; addr += 4 {
		fmt.Fprintf(&input, "%#x\n", addr)
		answers = append(answers, answer{addr: addr})
	}
	lines := strings.Split(strings.TrimSpace(run(input.String(), "llvm-symbolizer-19", "--obj="+dsym, "--output-style=JSON")), "\n")
	for i := range answers {
		var a struct{ Symbol []frame }
		if err := json.Unmarshal([]byte(lines[i]), &a); err != nil {
			log.Fatal(err)
		}
		answers[i].frames = a.Symbol
	}
	return answers
}

type writer struct {
	files, origins map[string]int // by name, their number
	heads          strings.Builder
	text           strings.Builder
}

func (w *writer) number(kind string, names map[string]int, name string) int {
	n, ok := names[name]
	if !ok {
		n = len(names)
		names[name] = n
		fmt.Fprintf(&w.heads, "%s %d %s\n", kind, n, name)
	}
	return n
}

// function writes the records of a function: what is equal from one instruction
// to the next becomes one record.
func (w *writer) function(f function, answers []answer) {
	outer := answers[0].frames[len(answers[0].frames)-1]
	fmt.Fprintf(&w.text, "FUNC %x %x 0 %s\n", f.addr-base, f.size, outer.Name)
	for i, a := range answers {
		for depth := range len(a.frames) - 1 {
			if i > 0 && slices.Equal(chain(a, depth), chain(answers[i-1], depth)) {
				continue
			}
			end := i
			for end < len(answers) && slices.Equal(chain(a, depth), chain(answers[end], depth)) {
				end++
			}
			callee, caller := a.frames[len(a.frames)-2-depth], a.frames[len(a.frames)-1-depth]
			fmt.Fprintf(&w.text, "INLINE %d %d %d %d %x %x\n", depth, caller.Line, w.number("FILE", w.files, caller.File),
				w.number("INLINE_ORIGIN", w.origins, callee.Name), a.addr-base, 4*(end-i))
		}
	}
	for i := 0; i < len(answers); {
		end := i
		for end < len(answers) && place(answers[end]) == place(answers[i]) {
			end++
		}
		at := answers[i].frames[0]
		fmt.Fprintf(&w.text, "%x %x %d %d\n", answers[i].addr-base, 4*(end-i), at.Line, w.number("FILE", w.files, at.File))
		i = end
	}
}

// chain tells the calls of an answer down to a depth: who calls whom from where.
func chain(a answer, depth int) []frame {
	n := len(a.frames)
	if n-2 < depth {
		return nil
	}
	calls := slices.Clone(a.frames[n-2-depth:])
	calls[0].File, calls[0].Line = "", 0 // where in the callee is not a part of it
	return calls
}

func place(a answer) frame {
	return frame{File: a.frames[0].File, Line: a.frames[0].Line}
}
