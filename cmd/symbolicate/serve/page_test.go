package serve

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"

	"github.com/nativesym/nativesym/internal/golden"
)

// TestConfigPage holds the tables of CONFIG.md equal to those in the code. With
// -update it writes them.
func TestConfigPage(t *testing.T) {
	page, err := os.ReadFile("CONFIG.md")
	if err != nil {
		t.Fatal(err)
	}
	text := replacePart(t, string(page), "settings", settingsTable())
	text = replacePart(t, text, "metrics", metricsTable())
	golden.Equal(t, "../CONFIG.md", []byte(text))
}

// replacePart replaces what stands between <!-- name --> and <!-- end -->.
func replacePart(t *testing.T, page, name, with string) string {
	t.Helper()
	head, rest, ok1 := strings.Cut(page, "<!-- "+name+" -->\n")
	_, tail, ok2 := strings.Cut(rest, "<!-- end -->\n")
	if !ok1 || !ok2 {
		t.Fatalf("CONFIG.md has no part %s", name)
	}
	return head + "<!-- " + name + " -->\n" + with + "<!-- end -->\n" + tail
}

func settingsTable() string {
	var b strings.Builder
	for _, g := range Default().Groups() {
		fmt.Fprintf(&b, "## %s\n\n| setting | default | meaning |\n|---|---|---|\n", g.Title)
		g.VisitAll(func(f *pflag.Flag) {
			kind, usage := pflag.UnquoteUsage(f)
			value := f.Value.String()
			if list, ok := f.Value.(pflag.SliceValue); ok {
				value = strings.Join(list.GetSlice(), ", ")
				kind += " (list)"
			}
			if value != "" {
				value = "`" + value + "`"
			}
			fmt.Fprintf(&b, "| `%s` %s | %s | %s |\n", f.Name, kind, value, upperFirst(strings.TrimSuffix(usage, repeatable)))
		})
		b.WriteByte('\n')
	}
	return b.String()
}

// A metricRow is what there is to say of a metric.
type metricRow struct{ name, labels, help string }

// metricRows returns what there is to say of our metrics, by name.
func metricRows() []metricRow {
	descs := make(chan *prometheus.Desc, 1000)
	m := newMetrics()
	for _, c := range []prometheus.Collector{m.seconds, m.inFlight, m.events, m.finds, new(numbers)} {
		c.Describe(descs)
	}
	close(descs)
	var rows []metricRow
	for d := range descs {
		// A Desc shows itself, and nothing else of it can be had.
		parts := descParts.FindStringSubmatch(d.String())
		rows = append(rows, metricRow{parts[1], parts[3], parts[2]})
	}
	slices.SortFunc(rows, func(a, b metricRow) int { return cmp.Compare(a.name, b.name) })
	return rows
}

var descParts = regexp.MustCompile(`fqName: "(.*)", help: "(.*)", unit: .*, variableLabels: \{([^}]*)\}`)

func metricsTable() string {
	var b strings.Builder
	b.WriteString("| metric | labels | meaning |\n|---|---|---|\n")
	for _, row := range metricRows() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", row.name, strings.ReplaceAll(row.labels, ",", ", "), row.help)
	}
	return b.String()
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
