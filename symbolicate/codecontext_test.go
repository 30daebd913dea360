package symbolicate

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/debugimage/source"
)

// stacktrace.md, pre_context, context_line and post_context; field-behaviour.md
// 1.7, their last row.
func TestCodeContext(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	for i := range 0x1100 {
		fmt.Fprintf(&text, "line %d\n", i+1)
	}
	long := strings.Repeat("é", 151)
	code := strings.Replace(text.String(), "line 4113\n", long+"\n", 1)
	if err := os.WriteFile(filepath.Join(dir, "f.c"), []byte(code), 0o644); err != nil {
		t.Fatal(err)
	}
	out := symbolicateFake(t, Options{Code: source.NewCode(source.CodeRoot{Dir: dir, From: "/src"})},
		`{"platform":"native","stacktrace":{"frames":[
			{"instruction_addr":"0x12010","context_line":"sent"},
			{"instruction_addr":"0x11010","pre_context":[],"context_line":null}
		]},`+testImages+`}`)
	// 0x1010 is line 4112.
	want := `"pre_context":["line 4107","line 4108","line 4109","line 4110","line 4111"],"context_line":"line 4112"`
	if !strings.Contains(out, want) {
		t.Errorf("no %s in %s", want, out)
	}
	want = `"post_context":["` + strings.Repeat("é", 140) + `{snip}","line 4114","line 4115","line 4116","line 4117"]`
	if !strings.Contains(out, want) {
		t.Errorf("no %s in %s", want, out)
	}
	if n := strings.Count(out, `"context_line":"sent"`); n != 3 {
		t.Errorf("without source code the sender's is there %d times, want 3: in both frames and the raw one", n)
	}
}
