package golden

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// recorder is a testing.TB that keeps what would have failed the test.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	panic(r)
}

// failuresOf returns what Equal would have told the test.
func failuresOf(t *testing.T, name, got string) (failures []string) {
	r := &recorder{TB: t}
	defer func() {
		if p := recover(); p != nil && p != any(r) {
			panic(p)
		}
		failures = r.failures
	}()
	Equal(r, name, []byte(got))
	return r.failures
}

func TestEqual(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("testdata/a.golden", []byte("one\ntwo\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, file, got string
		want            string // part of the only failure, "" none
	}{
		{"the same", "a.golden", "one\ntwo\n", ""},
		{"another line", "a.golden", "one\n2\n", "testdata/a.golden (-want +got):"},
		{"no last newline", "a.golden", "one\ntwo", "testdata/a.golden (-want +got):"},
		{"no file", "b.golden", "one\n", "open testdata/b.golden: no such file or directory (a test with -update writes it)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(failuresOf(t, tt.file, tt.got), "\n")
			if !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("Equal said %q, want %q in it", got, tt.want)
			}
		})
	}
}

func TestUpdate(t *testing.T) {
	t.Chdir(t.TempDir())
	*update = true
	failed := failuresOf(t, "deep/er.golden", "new\n")
	*update = false
	if failed != nil {
		t.Fatalf("Equal with -update said %q", failed)
	}
	if failed := failuresOf(t, "deep/er.golden", "new\n"); failed != nil {
		t.Errorf("after -update Equal said %q", failed)
	}
}
