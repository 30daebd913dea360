package serve

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/symbolicate/rpc"
)

// TestMetrics holds that the metrics are those of CONFIG.md's table, after a server
// has done something of everything.
func TestMetrics(t *testing.T) {
	c := serverConfig(t)
	c.Symbols = nil
	c.Cache = filepath.Join(t.TempDir(), "cache")
	c.HTTP = []string{newStore(t, c.Cache).URL + " layout=native"}
	c.Symbols = serverConfig(t).Symbols
	c.AllowNetwork = []string{"127.0.0.1"}
	r := start(t, c)
	symbolicated(t, r.dial(t, 0, rpc.DialOptions{}))
	_, running := r.get("/metrics")
	if want := "\nnativesym_ready 1\n"; !strings.Contains(running, want) {
		t.Errorf("while the server runs there is no %s:\n%s", want, running)
	}
	r.end()
	_, text := r.get("/metrics")
	got := make(map[string]bool)
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (nativesym_\S+)`).FindAllStringSubmatch(text, -1) {
		got[m[1]] = true
	}
	var want []string
	for _, row := range metricRows() {
		want = append(want, row.name)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("metrics (-documented +exported):\n%s", diff)
	}
	for _, series := range []string{
		`nativesym_rpc_seconds_count{code="OK",method="SymbolicateEvent"} 1`,
		`nativesym_events_total 1`,
		`nativesym_event_outcomes_total{outcome="partly"} 1`,
		`nativesym_frames_total{status="symbolicated"} 6`,
		`nativesym_images_total{status="found"} 1`,
		`nativesym_requests_running 0`,
		`nativesym_requests_refused_total 0`,
		`nativesym_compiles_total 1`,
		`nativesym_cache_total{kind="table",what="made"} 1`,
		`nativesym_source_seconds_count{kind="dir",result="found"} 1`,
		`nativesym_source_seconds_count{kind="http",result="missing"} 1`,
		`nativesym_ready 0`,
		`nativesym_rpc_in_flight 0`,
		`go_goroutines `,
	} {
		if !strings.Contains(text, "\n"+series) {
			t.Errorf("there is no %s:\n%s", series, text)
		}
	}
}
