package jsonspan

import "testing"

func TestValues(t *testing.T) {
	root := parse(t, ` {"s":"a\u00e9\n\ud83d\ude00\ud83d","n":-1.50e+3,"t":true,"f":false,"z":null,"a":[1,[2],{}],"o":{"x":1,"x":2}, "p":"plain"} `).Root()
	for _, tt := range []struct {
		value Value
		kind  Kind
		text  string
		raw   string
	}{
		{root.Get("s"), String, "aé\n😀\ufffd", `"a\u00e9\n\ud83d\ude00\ud83d"`},
		{root.Get("p"), String, "plain", `"plain"`},
		{root.Get("n"), Number, "-1.50e+3", "-1.50e+3"},
		{root.Get("t"), Bool, "true", "true"},
		{root.Get("f"), Bool, "false", "false"},
		{root.Get("z"), Null, "", "null"},
		{root.Get("a"), Array, "", "[1,[2],{}]"},
		{root.Get("o").Get("x"), Number, "2", "2"},
		{root.Get("missing"), None, "", ""},
		{root.Get("missing").Get("x").Get("y"), None, "", ""},
		{root.Get("a").Get("x"), None, "", ""},
		{root.First("missing", "z", "n", "t"), Number, "-1.50e+3", "-1.50e+3"},
		{root.First("missing", "z"), None, "", ""},
		{Value{}, None, "", ""},
	} {
		if tt.value.Kind() != tt.kind || tt.value.Text() != tt.text || string(tt.value.Raw()) != tt.raw {
			t.Errorf("got kind %d, text %q, raw %s, want %d, %q, %s",
				tt.value.Kind(), tt.value.Text(), tt.value.Raw(), tt.kind, tt.text, tt.raw)
		}
	}
	if !root.Get("t").True() || root.Get("f").True() || root.Get("s").True() || (Value{}).True() {
		t.Error("True is true of another word")
	}
	if !root.Get("p").Is("plain") || root.Get("n").Is("-1.50e+3") {
		t.Error("Is is for strings")
	}
	for range root.Get("n").Members() {
		t.Error("a number has members")
	}
	n := 0
	for range root.Get("a").Elements() {
		if n++; n == 2 {
			break
		}
	}
	for range root.Get("o").Members() {
		break
	}
	if n != 2 {
		t.Errorf("%d elements before the break, want 2", n)
	}
}

func TestAppendQuoted(t *testing.T) {
	for text, want := range map[string]string{
		"plain":           `"plain"`,
		"":                `""`,
		"\"\\\n\r\t\x00/": `"\"\\\n\r\t\u0000/"`,
		"é😀":              `"é😀"`,
		"a\xffb\xc3":      "\"a\ufffdb\ufffd\"",
		"\ufffd":          "\"\ufffd\"",
	} {
		if got := string(AppendQuoted(nil, text)); got != want {
			t.Errorf("AppendQuoted(%q) = %s, want %s", text, got, want)
		}
	}
}

// A Doc whose text was let go has no values, and neither have those it gave out.
func TestReset(t *testing.T) {
	d := parse(t, `{"a":1}`)
	a := d.Root().Get("a")
	d.Reset()
	if a.Kind() != None || d.Root().Kind() != None || d.Text() != nil {
		t.Errorf("after Reset: %d, %d, %q", a.Kind(), d.Root().Kind(), d.Text())
	}
}
