package eventpb

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/nativesym/nativesym/internal/fixture"
)

var (
	messageLine = regexp.MustCompile(`^message (\w+) (?:\(Nested in ([\w.]+) \) )?sentry_protos/relay/v1/event\.proto$`)
	fieldLine   = regexp.MustCompile(`^(\d+) (\w+) ((?:repeated )?(?:map<string, [\w.]+>|[\w.]+))$`)
	oneofLine   = regexp.MustCompile(`^oneof (\w+)$`)
)

const pkg = "sentry_protos.relay.v1"

// No message, field, number, type or presence of the published schema is missing,
// and there is nothing else.
func TestSchemaIsThePublishedOne(t *testing.T) {
	text, err := os.ReadFile(fixture.Shared(t, "spec/relay-event-v1.txt"))
	if err != nil {
		t.Fatal(err)
	}
	want := published(string(text))
	got := make(map[string][]string)
	describe(File_sentry_protos_relay_v1_event_proto.Messages(), got)
	if len(want) < 100 {
		t.Fatalf("only %d messages were read from the publication", len(want))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-published +ours:\n%s", diff)
	}
}

// published reads the messages of the schema's documentation, and their fields.
func published(text string) map[string][]string {
	messages := make(map[string][]string)
	var name, oneof string
	inFields := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if m := messageLine.FindStringSubmatch(line); m != nil {
			parent := pkg
			if m[2] != "" {
				parent = m[2]
			}
			name, inFields, oneof = parent+"."+m[1], false, ""
			messages[name] = nil
			continue
		}
		switch o, f := oneofLine.FindStringSubmatch(line), fieldLine.FindStringSubmatch(line); {
		case line == "Field Type Description":
			inFields = true
		case !inFields:
		case o != nil:
			oneof = o[1]
		case f != nil:
			messages[name] = append(messages[name], strings.TrimSpace(fmt.Sprintf("%s %s = %s %s", f[3], f[2], f[1], oneof)))
			oneof = ""
		}
	}
	for name := range messages {
		slices.Sort(messages[name])
	}
	return messages
}

// describe writes our messages in the same way.
func describe(list protoreflect.MessageDescriptors, out map[string][]string) {
	for i := range list.Len() {
		m := list.Get(i)
		if m.IsMapEntry() {
			continue
		}
		var fields []string
		for k := range m.Fields().Len() {
			fd := m.Fields().Get(k)
			oneof := ""
			if o := fd.ContainingOneof(); o != nil {
				oneof = string(o.Name())
			}
			fields = append(fields, strings.TrimSpace(fmt.Sprintf("%s %s = %d %s", typeOf(fd), fd.Name(), fd.Number(), oneof)))
		}
		slices.Sort(fields)
		out[string(m.FullName())] = fields
		describe(m.Messages(), out)
	}
}

func typeOf(fd protoreflect.FieldDescriptor) string {
	name := fd.Kind().String()
	if fd.Message() != nil {
		name = string(fd.Message().FullName())
	}
	switch {
	case fd.IsMap():
		// In maps the documentation leaves out where a message is.
		value := typeOf(fd.MapValue())
		return "map<string, " + value[strings.LastIndexByte(value, '.')+1:] + ">"
	case fd.IsList():
		return "repeated " + name
	}
	return name
}
