package main

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"unicode"

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

// hostile is an event that tries to steer the terminal wherever it can.
const hostile = `{"exception": {"values": [{"type": "\u001b]0;gone\u0007", "value": "\u009b31m",
	"stacktrace": {"frames": [{"function": "\u001b[2J\r", "abs_path": "\u202e/gnp", "lineno": "\u001b"}]}}]},
	"threads": [{"id": "\u0000", "name": "\u001bc", "stacktrace": {"frames": []}}],
	"debug_meta": {"images": [{"code_file": "\u001b[A", "debug_id": "\u001b", "debug_status": "\u001b"}]}}`

// FuzzPretty holds that whatever is JSON is shown, and nothing in it steers the
// terminal.
func FuzzPretty(f *testing.F) {
	f.Add([]byte(hostile))
	event, err := os.ReadFile("testdata/pretty/event.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(event)
	f.Fuzz(func(t *testing.T, event []byte) {
		var out bytes.Buffer
		if err := writePretty(&out, event, false); (err == nil) != json.Valid(event) {
			t.Errorf("error %v, and valid is %v", err, json.Valid(event))
		}
		for _, r := range out.String() {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Fatalf("wrote %q in %q", r, out.String())
			}
		}
	})
}

func TestPrettyNotJSON(t *testing.T) {
	err := writePretty(new(bytes.Buffer), []byte(`{"a": }`), false)
	if got, want := errText(err), "not JSON: byte 6: want a value"; got != want {
		t.Errorf("error %q, want %q", got, want)
	}
}
