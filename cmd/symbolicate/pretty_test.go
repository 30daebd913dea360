package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/internal/golden"
)

func TestPretty(t *testing.T) {
	event, err := os.ReadFile("testdata/pretty/event.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		golden string
		colors bool
	}{
		{"pretty/plain.golden", false},
		{"pretty/colors.golden", true},
	} {
		t.Run(tt.golden, func(t *testing.T) {
			var out bytes.Buffer
			if err := writePretty(&out, event, tt.colors); err != nil {
				t.Fatal(err)
			}
			golden.Equal(t, tt.golden, out.Bytes())
		})
	}
}

// TestPrettySendsNoControls holds that nothing of an event steers the terminal.
func TestPrettySendsNoControls(t *testing.T) {
	event := []byte(`{"exception": {"values": [{"type": "\u001b]0;gone\u0007", "value": "\u009b31m",
		"stacktrace": {"frames": [{"function": "\u001b[2J\r", "abs_path": "\u202e/gnp", "lineno": "\u001b"}]}}]},
		"threads": [{"id": "\u0000", "name": "\u001bc", "stacktrace": {"frames": []}}],
		"debug_meta": {"images": [{"code_file": "\u001b[A", "debug_id": "\u001b", "debug_status": "\u001b"}]}}`)
	var out bytes.Buffer
	if err := writePretty(&out, event, false); err != nil {
		t.Fatal(err)
	}
	for _, r := range out.String() {
		if r != '\n' && !strings.ContainsRune(visible(string(r)), r) {
			t.Errorf("wrote %q in %q", r, out.String())
		}
	}
}

func TestPrettyNotJSON(t *testing.T) {
	err := writePretty(new(bytes.Buffer), []byte(`{"a": }`), false)
	if got, want := errText(err), "not JSON: byte 6: want a value"; got != want {
		t.Errorf("error %q, want %q", got, want)
	}
}
