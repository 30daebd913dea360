package symcache

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// example is the input of the example in FORMAT.md.
func example() input {
	return input{
		DebugID: "493dbb31-6cd9-98a3-fd67-3f8b0a8b1a34", CodeID: "31bb3d49d96ca398", Arch: "x86_64", Base: 0x400000,
		Source: units{newUnit().fn("main", 0x401000, 0x401020).
			inline(1, "square", "/src/main.c", 12, 0x401008, 0x401010).
			row(0x401000, "/src/main.c", 10).row(0x401008, "/src/square.h", 3).row(0x401010, "/src/main.c", 13).row(0x401020, "", -1)},
		Symbols: symbols("_start", 0x401020, 0x10),
	}
}

// FORMAT.md shows a table as hex and what it answers: both have to be true.
func TestFormatExample(t *testing.T) {
	doc, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	table := documented(t, string(doc))
	res, err := compile(example(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(hex.Dump(res.Table), hex.Dump(table)); diff != "" {
		t.Errorf("FORMAT.md does not show what is written (-written +documented):\n%s", diff)
	}
	c, err := Open(table)
	if err != nil {
		t.Fatal(err)
	}
	answers := 0
	for line := range strings.Lines(string(doc)) {
		var addr uint64
		rest, ok := strings.CutPrefix(line, "    0x")
		if !ok {
			continue
		}
		hexAddr, want, _ := strings.Cut(strings.TrimSpace(rest), "  ")
		for _, d := range hexAddr {
			addr = addr<<4 | uint64(strings.IndexRune("0123456789abcdef", d))
		}
		if got := show(c.Lookup(nil, addr)); got != strings.TrimSpace(want) {
			t.Errorf("%#x is %q, FORMAT.md says %q", addr, got, strings.TrimSpace(want))
		}
		answers++
	}
	if answers < 5 {
		t.Errorf("FORMAT.md has %d answers, want at least 5", answers)
	}
}

// documented returns the bytes of the lines that look as hexdump -C prints them.
func documented(t *testing.T, doc string) (table []byte) {
	for line := range strings.Lines(doc) {
		f := strings.Fields(strings.SplitN(line, "|", 2)[0])
		if len(f) < 2 || len(f[0]) != 8 || !strings.HasPrefix(line, "    0000") {
			continue
		}
		for _, h := range f[1:] {
			b, err := hex.DecodeString(h)
			if err != nil {
				t.Fatalf("FORMAT.md: %q: %v", line, err)
			}
			table = append(table, b...)
		}
	}
	return table
}
