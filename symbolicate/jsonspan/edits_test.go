package jsonspan

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

func parse(t testing.TB, text string) *Doc {
	t.Helper()
	d := new(Doc)
	if err := d.Parse([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEdits(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		edit       func(e *Edits, root Value)
		want       string
	}{
		{
			"replace a value", `{ "a" : 1.0 , "b":2 }`,
			func(e *Edits, root Value) { e.Set(root, "a", []byte("9")) }, `{ "a" : 9 , "b":2 }`,
		},
		{
			"of two the last counts", `{"a":1,"a":2}`,
			func(e *Edits, root Value) { e.Set(root, "a", []byte("9")) }, `{"a":1,"a":9}`,
		},
		{
			"a key spelt with an escape", `{"\u0061":1}`,
			func(e *Edits, root Value) { e.Set(root, "a", []byte("9")) }, `{"\u0061":9}`,
		},
		{"new members", `{"a":{"b":1} }`, func(e *Edits, root Value) {
			e.Set(root, "x", []byte("9"))
			e.Set(root.Get("a"), "y", []byte("8"))
			e.Set(root, "z", []byte("7"))
		}, `{"a":{"b":1,"y":8},"x":9,"z":7 }`},
		{"new members of an empty object", `{ }`, func(e *Edits, root Value) {
			e.Set(root, "x", []byte("9"))
			e.Set(root, "y", []byte("8"))
		}, `{"x":9,"y":8 }`},
		{"more elements", `[[1],[]]`, func(e *Edits, root Value) {
			for el := range root.Elements() {
				e.Add(el, []byte("2"))
			}
			e.Add(root, []byte("3,4"))
		}, `[[1,2],[2],3,4]`},
		{
			"drop the first", `{"a":1, "b":2, "c":3}`,
			func(e *Edits, root Value) { e.Drop(root, "a") }, `{"b":2, "c":3}`,
		},
		{
			"drop the middle", `{"a":1, "b":2, "c":3}`,
			func(e *Edits, root Value) { e.Drop(root, "b") }, `{"a":1, "c":3}`,
		},
		{"drop the last and add", `{"a":1, "b":2, "c":3}`, func(e *Edits, root Value) {
			e.Drop(root, "c")
			e.Set(root, "d", []byte("4"))
		}, `{"a":1, "b":2,"d":4}`},
		{
			"drop all of one key", `{"a":1,"a":2,"b":3,"a":4}`,
			func(e *Edits, root Value) { e.Drop(root, "a") }, `{"b":3}`,
		},
		{
			"nothing else to keep", `{"a":1}`,
			func(e *Edits, root Value) { e.Drop(root, "a") }, `{"a":1}`,
		},
		{"a change inside what goes", `{"a":{"b":1},"c":2}`, func(e *Edits, root Value) {
			e.Set(root.Get("a"), "b", []byte("9"))
			e.Drop(root, "a")
		}, `{"c":2}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := parse(t, tt.text)
			e := NewEdits(d)
			tt.edit(e, d.Root())
			if got := string(e.AppendTo(nil)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// Whatever is quoted, encoding/json reads back.
func TestQuotedReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		quoted := AppendQuoted(nil, text)
		var back string
		if err := json.Unmarshal(quoted, &back); err != nil || back != text {
			t.Fatalf("%q became %s, which reads %q (%v)", text, quoted, back, err)
		}
		if got := string(AppendUnquoted(nil, quoted)); got != text {
			t.Fatalf("%s reads %q, want %q", quoted, got, text)
		}
	})
}

func TestGetDoesNotAllocate(t *testing.T) {
	root := parse(t, `{"a":{"b":[1,2,3]},"c":"d"}`).Root()
	sum := 0
	if n := testing.AllocsPerRun(100, func() {
		for el := range root.Get("a").Get("b").Elements() {
			start, end := el.Span()
			sum += end - start
		}
		if !root.Get("c").Is("d") {
			t.Error("c is not d")
		}
	}); n != 0 {
		t.Errorf("walking allocates %v times, want 0", n)
	}
}

func BenchmarkParse(b *testing.B) {
	text := []byte(`[`)
	for range 2000 {
		text = append(text, `{"instruction_addr":"0x7f0012345678","package":"/usr/lib/libsomething.so","in_app":true,"lineno":12},`...)
	}
	text = append(text[:len(text)-1], ']')
	var d Doc
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
