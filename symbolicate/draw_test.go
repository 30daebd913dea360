package symbolicate

import (
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// drawEvent draws an event of the kind that has native stacks, with oddities.
func drawEvent(t *rapid.T) string {
	platform := rapid.SampledFrom([]string{"native", "native", "cocoa", "javascript", "csharp"}).Draw(t, "platform")
	parts := []string{`"platform":"` + platform + `"`}
	items := func(name string) string {
		var list []string
		for range rapid.IntRange(0, 2).Draw(t, name) {
			members := []string{`"id":1`}
			if rapid.IntRange(0, 3).Draw(t, "has a stack") > 0 {
				members = append(members, `"stacktrace":`+drawTrace(t))
			}
			if rapid.Bool().Draw(t, "mechanism") {
				members = append(members, `"mechanism":`+drawObject(t, `"meta":`+drawObject(t, `"signal":{"number":11 }`, `"mach_exception":{"exception":1.0,"name":null}`, `"errno":{"number":"2"}`)))
			}
			if rapid.Bool().Draw(t, "crashed") {
				members = append(members, `"crashed":true`)
			}
			list = append(list, drawObject(t, members...))
		}
		if rapid.Bool().Draw(t, "bare") {
			return `[` + strings.Join(list, ",") + `]`
		}
		return drawObject(t, `"values":[`+strings.Join(list, " , ")+`]`)
	}
	for _, key := range []string{"exception", "threads", "sentry.interfaces.Exception"} {
		if rapid.Bool().Draw(t, key) {
			parts = append(parts, `"`+key+`": `+items(key))
		}
	}
	if rapid.Bool().Draw(t, "stacktrace") {
		parts = append(parts, `"stacktrace" :`+drawTrace(t))
	}
	if rapid.Bool().Draw(t, "images") {
		parts = append(parts, strings.ReplaceAll(testImages, "\n", "\n "))
	}
	if rapid.Bool().Draw(t, "errors") {
		parts = append(parts, `"errors":`+rapid.SampledFrom([]string{`[]`, `[{"type":"x"}]`, `[1,{"type":"native_missing_dsym","image_path":"/opt/nosuch.so","image_uuid":"00000006-0000-0000-0000-000000000000"}]`, `null`, `{}`}).Draw(t, "list"))
	}
	return drawObject(t, parts...)
}

func drawTrace(t *rapid.T) string {
	var frames []string
	for range rapid.IntRange(0, 4).Draw(t, "frames") {
		frames = append(frames, drawFrame(t))
	}
	list := `[` + strings.Join(frames, " ,\n") + rapid.SampledFrom([]string{"", " ", "\n"}).Draw(t, "space") + `]`
	switch rapid.IntRange(0, 9).Draw(t, "shape") {
	case 0:
		return list
	case 1:
		return drawValue(t)
	}
	return drawObject(t, `"frames":`+list, `"registers":{"rip":"0x11010"}`)
}

func drawFrame(t *rapid.T) string {
	if rapid.IntRange(0, 19).Draw(t, "odd frame") == 0 {
		return drawValue(t)
	}
	addr := rapid.SampledFrom([]string{`"0x11010"`, `"0x12020"`, `77840`, `"0x13010"`, `"0x14fff"`, `"0xa1010"`, `"0x99"`, `"zz"`, `1e5`, `null`}).Draw(t, "addr")
	parts := []string{`"instruction_addr":` + addr}
	for _, extra := range []string{
		`"function":"<redacted>"`, `"raw_function":null`, `"lineno":0`, `"lineno":12`, `"symbol_addr":"0x11000"`, `"image_addr": null`,
		`"package":"/x/y"`, `"data":{"a" : 1.50,"b":[]}`, `"data":null`, `"data":5`, `"data":{}`, `"vars":{"x":1e2}`, `"in_app":true`,
		`"platform":"java"`, `"platform":"native"`, `"abs_path":"/a/b.c"`, `"stack_start":true`, `"function":"f"`, `"inst\u0072uction_addr":"0x11011"`,
		`"data":{"symbolicator_status":"missing"}`, `"addr_mode":"rel:0"`,
	} {
		if rapid.IntRange(0, 7).Draw(t, "extra") == 0 {
			parts = append(parts, extra)
		}
	}
	return drawObject(t, parts...)
}

// drawObject draws an object with the given members and some others.
func drawObject(t *rapid.T, members ...string) string {
	for range rapid.IntRange(0, 2).Draw(t, "others") {
		key := rapid.SampledFrom([]string{`"x"`, `"\u0061\/"`, `"x"`, `"é"`, `"sdk"`}).Draw(t, "key")
		i := rapid.IntRange(0, len(members)).Draw(t, "at")
		members = slices.Insert(slices.Clone(members), i, key+rapid.SampledFrom([]string{":", " : "}).Draw(t, "colon")+drawValue(t))
	}
	comma := rapid.SampledFrom([]string{",", " , ", ",\n\t"}).Draw(t, "comma")
	return "{" + strings.Join(members, comma) + rapid.SampledFrom([]string{"", " "}).Draw(t, "end") + "}"
}

func drawValue(t *rapid.T) string {
	return rapid.SampledFrom([]string{
		`1.0`, `-0`, `1E+3`, `12345678901234567890123`, `"a\u00e9\n\/"`, `"\ud83d"`, `null`, `true`, `[]`, `{}`, `[1 , [2]]`, `{"a":1,"a":2}`, `{ }`, `"0x11010"`,
	}).Draw(t, "value")
}
