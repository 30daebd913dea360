// Package oracle holds demanglers to what others say, in tests: it reads tables
// of linker names with what independent demanglers make of them, and it knows
// what any symbol may cost.
//
// A table is text: the first line begins with # and names the columns, which
// tabs separate; the first column is the linker's name, each other one what a
// demangler answers.
package oracle

import (
	"os"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
)

// A Row is one name and the answers that count as right.
type Row struct {
	Symbol string
	Want   []string
}

// Read returns the rows of a table at path.
func Read(t testing.TB, path string) []Row {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rows []Row
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(strings.TrimRight(line, "\n"), "\t")
		rows = append(rows, Row{columns[0], columns[1:]})
	}
	if len(rows) == 0 {
		t.Fatalf("%s: no rows", path)
	}
	return rows
}

// Shared returns the rows of a table in "shared/demangle" beside the
// repository. It skips the test when there is no such table.
func Shared(t testing.TB, name string) []Row {
	t.Helper()
	return Read(t, fixture.Shared(t, "demangle/"+name))
}

// Check fails the test when got answers fewer than the given share of the rows
// as one of their oracles does, and logs the first differences. Spaces between
// closing angle brackets do not count.
func Check(t *testing.T, rows []Row, share float64, got func(symbol string) string) {
	t.Helper()
	const shown = 20
	wrong := 0
	for _, row := range rows {
		name := got(row.Symbol)
		if row.accepts(name) {
			continue
		}
		if wrong++; wrong <= shown {
			t.Logf("%s\n got  %s\n want %s", row.Symbol, name, strings.Join(row.Want, "\n  or  "))
		}
	}
	if right := len(rows) - wrong; float64(right) < share*float64(len(rows)) {
		t.Errorf("%d of %d names agree with an oracle (%.2f %%), want %.2f %%",
			right, len(rows), 100*float64(right)/float64(len(rows)), 100*share)
	}
}

func (r Row) accepts(name string) bool {
	name = closeBrackets(name)
	for _, want := range r.Want {
		if closeBrackets(want) == name {
			return true
		}
	}
	return false
}

// closeBrackets writes "> >" as ">>".
func closeBrackets(s string) string {
	for strings.Contains(s, "> >") {
		s = strings.ReplaceAll(s, "> >", ">>")
	}
	return s
}
