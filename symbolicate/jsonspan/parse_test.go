package jsonspan

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", ``, "not JSON: byte 0: want a value"},
		{"only space", " \n", "not JSON: byte 2: want a value"},
		{"cut array", `[1,`, "not JSON: byte 3: want a value"},
		{"cut object", `{"a":1`, "not JSON: byte 6: want a comma or the end"},
		{"cut string", `{"a":"b`, "not JSON: byte 7: want a string"},
		{"line feed in a string", "[\"a\nb\"]", "not JSON: byte 3: want a string"},
		{"escape that does not exist", `["\x"]`, "not JSON: byte 2: want a string"},
		{"half an escape", `["\u12"]`, "not JSON: byte 2: want a string"},
		{"leading zero", `[01]`, "not JSON: byte 2: want a comma or the end"},
		{"no digit after the point", `[1.]`, "not JSON: byte 3: want a number"},
		{"no digit in the exponent", `[1e+]`, "not JSON: byte 4: want a number"},
		{"comma before the bracket", `[1,]`, "not JSON: byte 3: want a value"},
		{"comma before the brace", `{"a":1,}`, "not JSON: byte 7: want a key"},
		{"key without quotes", `{a:1}`, "not JSON: byte 1: want a key or }"},
		{"wrong bracket", `{"a":1]`, "not JSON: byte 6: want a comma or the end"},
		{"word", `[nul]`, "not JSON: byte 1: want a value"},
		{"two texts", `{} {}`, "not JSON: byte 3: want a comma or the end"},
		{"too deep", strings.Repeat("[", maxDepth+1), "not JSON: byte 10000: want fewer levels"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var d Doc
			err := d.Parse([]byte(tt.text))
			if err == nil || err.Error() != tt.want {
				t.Errorf("Parse(%.40q) = %v, want %s", tt.text, err, tt.want)
			}
			if kind := d.Root().Kind(); kind != None {
				t.Errorf("after an error the root is a %v", kind)
			}
		})
	}
}

// FuzzParse compares with encoding/json: the same texts are accepted, the spans
// of a container's parts are inside it and in order, and no edit is no change.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		`{"a":[1,-2.5e+10,null,true,false,"x\u00e9\n"],"a":{}}`, `[[],{},""]`, ` 0 `, `{"\u0061":"\ud83d\ude00"}`, `[1,]`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var d Doc
		err := d.Parse(text)
		if valid := json.Valid(text); valid != (err == nil) {
			t.Fatalf("Parse(%q) = %v, json.Valid = %v", text, err, valid)
		}
		if err != nil {
			return
		}
		if got := string(NewEdits(&d).AppendTo(nil)); got != string(text) {
			t.Fatalf("without edits %q became %q", text, got)
		}
		checkValue(t, d.Root())
	})
}

func checkValue(t *testing.T, v Value) {
	t.Helper()
	start, end := v.Span()
	at := start
	inside := func(part Value) {
		s, e := part.Span()
		if s < at || e <= s || e > end {
			t.Fatalf("part [%d,%d) after %d in [%d,%d)", s, e, at, start, end)
		}
		at = e
	}
	for k, m := range v.Members() {
		inside(k)
		inside(m)
		checkValue(t, m)
	}
	for el := range v.Elements() {
		inside(el)
		checkValue(t, el)
	}
	if v.Kind() == String {
		var want string
		if err := json.Unmarshal(v.Raw(), &want); err != nil {
			t.Fatal(err)
		}
		// encoding/json also mends bytes that are not UTF-8; Text leaves them.
		if got := strings.ToValidUTF8(v.Text(), "\ufffd"); got != want && strings.ToValidUTF8(want, "") == want && !strings.Contains(want, "\ufffd") {
			t.Fatalf("Text of %s = %q, encoding/json has %q", v.Raw(), got, want)
		}
	}
}
