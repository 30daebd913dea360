package symbolicate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A member is a part of a JSON value as encoding/json's decoder sees it. An
// object's members keep their order and are all there, even those of one key;
// numbers keep their spelling.
type member struct {
	key   string // "" in an array
	token any    // a scalar, '{' or '['
	parts []member
}

func decode(t rapid.TB, text []byte) member {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var read func(key string) member
	token := func() json.Token {
		tok, err := d.Token()
		if err != nil && err != io.EOF {
			t.Fatalf("%v in %s", err, text)
		}
		return tok
	}
	read = func(key string) member {
		tok := token()
		m := member{key: key, token: tok}
		switch tok {
		case json.Delim('{'):
			for d.More() {
				m.parts = append(m.parts, read(token().(string)))
			}
			token()
		case json.Delim('['):
			for d.More() {
				m.parts = append(m.parts, read(""))
			}
			token()
		}
		return m
	}
	return read("")
}

func (m *member) get(key string) *member {
	for i := len(m.parts) - 1; i >= 0; i-- {
		if m.parts[i].key == key {
			return &m.parts[i]
		}
	}
	return &member{}
}

// set puts a part in the place of the one with its key, or at the end.
func (m *member) set(part member) {
	if old := m.get(part.key); old.key != "" {
		*old = part
		return
	}
	m.parts = append(m.parts, part)
}

func (m *member) String() string {
	if len(m.parts) == 0 {
		return fmt.Sprintf("%s=%v", m.key, m.token)
	}
	return fmt.Sprintf("%s=%v%v", m.key, m.token, m.parts)
}

// A role says what a part of an event is, and so what may change in it.
type role int

const (
	other     role = iota // nothing
	anEvent               // errors and raw_stacktrace may be added
	someItems             // exceptions or threads
	anItem                // raw_stacktrace may be added
	aTrace
	theFrames
	aFrame
	frameData
	debugMeta
	theImages
	anImage
	aMechanism
	aMeta
	aCode
)

// owned are the keys that are ours to write, by the role of what holds them.
var owned = map[role][]string{
	anEvent:   {"errors", "raw_stacktrace"},
	anItem:    {"raw_stacktrace"},
	aFrame:    fieldKeys[:data],
	frameData: {"symbolicator_status", "symbolicator_reason", "lookup_addr", "inlined"},
	aCode:     {"name", "code_name"},
	anImage:   {"debug_status", "arch", "features", "code_id", "debug_id"},
}

// inner returns the role of a part.
func (r role) inner(key string) role {
	switch r {
	case anEvent:
		switch key {
		case "exception", "threads", "sentry.interfaces.Exception", "sentry.interfaces.Threads", "sentry.interfaces.threads":
			return someItems
		case "stacktrace", "sentry.interfaces.Stacktrace":
			return aTrace
		case "debug_meta":
			return debugMeta
		}
	case someItems:
		switch key {
		case "values":
			return someItems
		case "":
			return anItem
		case "stacktrace":
			return aTrace
		case "mechanism":
			return aMechanism
		}
	case anItem:
		switch key {
		case "stacktrace":
			return aTrace
		case "mechanism":
			return aMechanism
		}
	case aMechanism:
		if key == "meta" {
			return aMeta
		}
	case aMeta:
		switch key {
		case "signal", "mach_exception", "errno":
			return aCode
		}
	case aTrace:
		switch key {
		case "frames":
			return theFrames
		case "":
			return aFrame // a bare list
		}
	case theFrames:
		return aFrame
	case aFrame:
		if key == "data" {
			return frameData
		}
	case debugMeta:
		if key == "images" {
			return theImages
		}
	case theImages:
		return anImage
	}
	return other
}

// checkKept fails unless out is in, but for what we own.
func checkKept(t rapid.TB, r role, path string, in, out member) {
	t.Helper()
	if in.token != out.token && !(r == frameData && in.token == nil) {
		t.Fatalf("%s: was %v, is %v", path, in.token, out.token)
	}
	inParts, outParts := in.parts, out.parts
	if in.token == json.Delim('[') && (r == theFrames || r == aTrace) {
		outParts = withoutInlined(t, inParts, outParts)
	}
	ours := owned[r]
	if r == someItems && in.token == json.Delim('{') && in.get("values").token == nil {
		ours = owned[anItem] // a single one without a list
	}
	isOurs := func(m member) bool { return m.key != "" && slices.Contains(ours, m.key) }
	addsData := r == aFrame && in.get("data").token == nil
	gone := func(m member) bool { return isOurs(m) || addsData && m.key == "data" }
	inParts = slices.DeleteFunc(slices.Clone(inParts), gone)
	outParts = slices.DeleteFunc(slices.Clone(outParts), gone)
	if len(inParts) != len(outParts) {
		t.Fatalf("%s: %d parts became %d:\n%v\n%v", path, len(inParts), len(outParts), inParts, outParts)
	}
	for i := range inParts {
		if inParts[i].key != outParts[i].key {
			t.Fatalf("%s: member %d was %q, is %q", path, i, inParts[i].key, outParts[i].key)
		}
		checkKept(t, r.inner(inParts[i].key), fmt.Sprintf("%s.%s[%d]", path, inParts[i].key, i), inParts[i], outParts[i])
	}
}

// withoutInlined takes the frames out of a list that stand for inlined calls and
// checks that they claim nothing that the frame they come from does not have.
func withoutInlined(t rapid.TB, in, out []member) []member {
	t.Helper()
	var kept []member
	for _, f := range out {
		inlined := f.get("data").get("inlined").token == true
		if n := len(kept); inlined && n > 0 && n <= len(in) && in[n-1].get("data").get("symbolicator_status").token == nil {
			from := in[n-1]
			for _, m := range f.parts {
				if slices.Contains(owned[aFrame], m.key) || m.key == "data" {
					continue
				}
				if !slices.ContainsFunc(from.parts, func(o member) bool { return o.String() == m.String() }) {
					t.Fatalf("an inlined frame has %v, which %v has not", m, from)
				}
			}
			continue
		}
		kept = append(kept, f)
	}
	return kept
}

func checkLossless(t rapid.TB, s *Symbolicator, event []byte) []byte {
	t.Helper()
	before := bytes.Clone(event)
	out, err := s.Event(context.Background(), event)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(event, before) {
		t.Fatal("the input was changed")
	}
	in := decode(t, event)
	got := decode(t, out)
	moveStack(&in, &got)
	if errs := in.get("errors"); errs.token != nil {
		others := func(m member) member {
			m.parts = slices.DeleteFunc(slices.Clone(m.parts), func(e member) bool {
				kind, _ := e.get("type").token.(string)
				return slices.Contains(errorTypes, kind)
			})
			return m
		}
		checkKept(t, other, "errors", others(*errs), others(*got.get("errors")))
	}
	checkKept(t, anEvent, "event", in, got)
	again, err := s.Event(context.Background(), out)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again, out) {
		t.Fatalf("a second run changes the result\nfrom %s\nto   %s", out, again)
	}
	return out
}

// moveStack puts the stack of a crashed thread where the output has it, if that
// is in its only exception.
func moveStack(in, out *member) {
	items := func(event *member, keys ...string) []member {
		list := event.get(keys[0])
		for _, key := range keys[1:] {
			if list.token == nil {
				list = event.get(key)
			}
		}
		switch {
		case list.token == json.Delim('{') && list.get("values").token == nil:
			return []member{*list}
		case list.token == json.Delim('{'):
			return list.get("values").parts
		}
		return list.parts
	}
	ex, exOut := items(in, exceptionKeys...), items(out, exceptionKeys...)
	threads, threadsOut := items(in, threadsKeys...), items(out, threadsKeys...)
	if len(ex) != 1 || len(exOut) != 1 || len(threads) != len(threadsOut) {
		return
	}
	for i := range threads {
		trace := threads[i].get("stacktrace")
		if trace.token == nil || threadsOut[i].get("stacktrace").token != nil {
			continue
		}
		isStack := func(m member) bool { return m.key == "stacktrace" }
		if ex[0].get("thread_id").token == nil {
			ex[0].set(member{key: "thread_id", token: threads[i].get("id").token})
		}
		ex[0].set(*trace)
		threads[i].parts = slices.DeleteFunc(threads[i].parts, isStack)
		return
	}
}

// Every event comes back with what we do not own as it was, in its order and
// spelling, and a second run changes nothing.
func TestNothingIsLost(t *testing.T) {
	s := newFake(Options{})
	rapid.Check(t, func(t *rapid.T) {
		checkLossless(t, s, []byte(drawEvent(t)))
	})
}

// FuzzEvent: any bytes either are an error of JSON or come back with nothing lost.
func FuzzEvent(f *testing.F) {
	f.Add([]byte(`{"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x12010"},{"instruction_addr":"0x11010"}]},` + testImages + `}`))
	f.Add([]byte(`{"exception":[{"stacktrace":[{"instruction_addr":69648,"data":{"a":1.0}}]}],"errors":null,` + testImages + `}`))
	f.Add([]byte(`{"threads":{"values":[{"id":1,"crashed":true,"stacktrace":{"registers":{"pc":"0x1"},"frames":[{"instruction_addr":"0xa1010","function":"x"}]}}]},` + testImages + `}`))
	s := newFake(Options{})
	f.Fuzz(func(t *testing.T, event []byte) {
		if !json.Valid(event) {
			if out, err := s.Event(context.Background(), event); err == nil || out != nil {
				t.Fatalf("Event(%q) = %q, %v, want an error", event, out, err)
			}
			return
		}
		if out := checkLossless(t, s, event); len(out) > 40*len(event)+100_000 {
			t.Fatalf("%d bytes became %d", len(event), len(out))
		}
	})
}
