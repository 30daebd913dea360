package serve

import (
	"fmt"
	"os"
	"strings"
	"testing"

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
			fmt.Fprintf(&b, "| `%s` %s | %s | %s |\n", f.Name, kind, value, upperFirst(usage))
		})
		b.WriteByte('\n')
	}
	return b.String()
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
