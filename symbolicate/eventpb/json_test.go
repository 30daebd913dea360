package eventpb

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	"pgregory.net/rapid"

	"github.com/nativesym/nativesym/internal/fixture"
)

func TestFromJSON(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       string // ToJSON of the event
		losses     []string
	}{
		{"nothing", `{}`, `{}`, nil},
		{"fields in the order of their numbers", `{"platform":"native","event_id":"9ec7"}`, `{"event_id":"9ec7","platform":"native"}`, nil},
		{"any values", `{"extra":{"a":[1,2.5,"x",null,true,{}]},"timestamp":1.5e9}`, `{"extra":{"a":[1,2.5,"x",null,true,{}]},"timestamp":1500000000}`, nil},
		{"maps", `{"contexts":{"os":{"name":"Linux"}},"modules":{"b":"2","a":"1"}}`, `{"contexts":{"os":{"name":"Linux"}},"modules":{"a":"1","b":"2"}}`, nil},
		{"null is absent, but where any value is", `{"level":null,"extra":null}`, `{"extra":null}`, nil},
		{
			"zero and empty with presence", `{"exception":{"values":[{"stacktrace":{"frames":[{"in_app":false,"lineno":0,"function":""}]}}]}}`,
			`{"exception":{"values":[{"stacktrace":{"frames":[{"function":"","in_app":false,"lineno":0}]}}]}}`, nil,
		},
		{"a bare list", `{"exception":[{"type":"A"}]}`, `{"exception":{"values":[{"type":"A"}]}}`, nil},
		{"a name of old", `{"sentry.interfaces.Exception":{"values":[{"type":"A"}]}}`, `{"exception":{"values":[{"type":"A"}]}}`, nil},
		{
			"numbers as text and text as numbers", `{"stacktrace":{"frames":[{"instruction_addr":4096,"lineno":"7"}]}}`,
			`{"stacktrace":{"frames":[{"instruction_addr":"4096","lineno":7}]}}`, nil,
		},
		{
			"no such field", `{"x":1,"stacktrace":{"frames":[{"data":{}}]}}`, `{"stacktrace":{"frames":[{}]}}`,
			[]string{"x: no such field", "stacktrace.frames[0].data: no such field"},
		},
		{
			"another type", `{"level":[],"threads":7,"stacktrace":{"frames":[3,{"lineno":1.5,"in_app":1}],"registers":{"a":{}}},"fingerprint":"x"}`,
			`{"stacktrace":{"frames":[{},{}]}}`,
			[]string{
				"level: not a string", "threads: not an object", "stacktrace.frames[0]: not an object",
				"stacktrace.frames[1].lineno: not a uint64", "stacktrace.frames[1].in_app: not a bool",
				"stacktrace.registers.a: not a string", "fingerprint: not a list",
			},
		},
		{
			"empty without presence", `{"fingerprint":[],"errors":[{"type":""}]}`, `{"errors":[{}]}`,
			[]string{"fingerprint: empty, which is the same as absent", "errors[0].type: empty, which is the same as absent"},
		},
		{
			"twice", `{"level":"a","level":"b","extra":{"a":1,"a":2}}`, `{"extra":{"a":2},"level":"b"}`,
			[]string{"level: occurs twice: the last counts", "extra.a: occurs twice: the last counts"},
		},
		{
			"numbers that a double does not hold", `{"extra":[9007199254740993,1e999,0.12345678901234567890,18446744073709551616]}`,
			`{"extra":[9007199254740992,0,0.12345678901234568,18446744073709552000]}`,
			[]string{"extra[0]: rounded to a double", "extra[1]: too large for a double", "extra[2]: rounded to a double", "extra[3]: rounded to a double"},
		},
		{"not an object", `[1]`, `{}`, []string{"event: not an object"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev, losses, err := FromJSON([]byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			got, err := ToJSON(ev)
			if err != nil || string(got) != tt.want {
				t.Errorf("got  %s (%v)\nwant %s", got, err, tt.want)
			}
			var lost []string
			for _, l := range losses {
				lost = append(lost, l.String())
			}
			if diff := cmp.Diff(tt.losses, lost); diff != "" {
				t.Errorf("losses, -want +got:\n%s", diff)
			}
		})
	}
}

func TestConversionErrors(t *testing.T) {
	if _, _, err := FromJSON([]byte(`{"a"`)); err == nil || err.Error() != "event: not JSON: byte 4: want :" {
		t.Errorf("got %v", err)
	}
	ev := &Event{HasExtra: &Event_Extra{Extra: structpb.NewNumberValue(math.NaN())}}
	if _, err := ToJSON(ev); err == nil || err.Error() != "event: NaN is no number in JSON" {
		t.Errorf("got %v", err)
	}
}

// The examples of relay-event-v1.txt: Nativedebugimage, Appledebugimage,
// Proguarddebugimage, Sourcemapdebugimage and Jvmdebugimage.
func TestImage(t *testing.T) {
	for _, tt := range []struct {
		image string
		want  proto.Message
	}{
		{`{"type":"elf","code_file":"/lib/libc.so","debug_id":"e20a","image_size":90112,"image_addr":"0x7f5140527000"}`, &Nativedebugimage{
			CodeFile: "/lib/libc.so", DebugId: "e20a", HasImageSize: &Nativedebugimage_ImageSize{ImageSize: 90112}, HasImageAddr: &Nativedebugimage_ImageAddr{ImageAddr: "0x7f5140527000"},
		}},
		{`{"type":"apple","uuid":"84a0","image_addr":"0x1000","image_size":1,"name":"a","cpu_type":12}`, &Appledebugimage{
			Uuid: "84a0", ImageAddr: "0x1000", ImageSize: 1, Name: "a", HasCpuType: &Appledebugimage_CpuType{CpuType: 12},
		}},
		{`{"type":"proguard","uuid":"84a0"}`, &Proguarddebugimage{Uuid: "84a0"}},
		{`{"type":"sourcemap","code_file":"https://example.com/main.min.js","debug_id":"3958"}`, &Sourcemapdebugimage{CodeFile: "https://example.com/main.min.js", DebugId: "3958"}},
		{`{"type":"jvm","debug_id":"3958"}`, &Jvmdebugimage{DebugId: "3958"}},
		{`{"type":"wasm","debug_id":"3958"}`, nil},
		{`7`, nil},
	} {
		ev, losses, err := FromJSON([]byte(`{"debug_meta":{"images":[` + tt.image + `]}}`))
		if err != nil || len(losses) > 0 {
			t.Fatal(err, losses)
		}
		got, losses, err := Image(ev.GetDebugMeta().GetImages()[0])
		if err != nil || len(losses) > 0 {
			t.Fatal(err, losses)
		}
		if diff := cmp.Diff(tt.want, got, protocmp.Transform()); diff != "" {
			t.Errorf("%s, -want +got:\n%s", tt.image, diff)
		}
	}
}

// Any event comes back from JSON as it was.
func TestJSONHoldsEveryEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ev := new(Event)
		drawMessage(t, ev.ProtoReflect(), 0)
		text, err := ToJSON(ev)
		if err != nil || !json.Valid(text) {
			t.Fatalf("%v: %s", err, text)
		}
		back, losses, err := FromJSON(text)
		if err != nil || len(losses) > 0 {
			t.Fatalf("%v, %v: %s", err, losses, text)
		}
		if !proto.Equal(ev, back) {
			t.Fatalf("%s\nis not\n%s", back, ev)
		}
	})
}

// drawMessage sets some fields of m.
func drawMessage(t *rapid.T, m protoreflect.Message, depth int) {
	if any, ok := m.Interface().(*structpb.Value); ok {
		proto.Merge(any, drawAny(t, depth))
		return
	}
	fields := m.Descriptor().Fields()
	for range rapid.IntRange(0, 4).Draw(t, "fields") {
		fd := fields.Get(rapid.IntRange(0, fields.Len()-1).Draw(t, "field"))
		switch {
		case fd.IsMap():
			v := m.Mutable(fd).Map().NewValue()
			if fd.MapValue().Message() != nil {
				drawMessage(t, v.Message(), depth+1)
			} else {
				v = protoreflect.ValueOfString(drawString(t))
			}
			m.Mutable(fd).Map().Set(protoreflect.ValueOfString(drawString(t)).MapKey(), v)
		case fd.IsList() && fd.Message() != nil:
			drawMessage(t, m.Mutable(fd).List().AppendMutable().Message(), depth+1)
		case fd.IsList():
			m.Mutable(fd).List().Append(protoreflect.ValueOfString(drawString(t)))
		case fd.Message() != nil:
			drawMessage(t, m.Mutable(fd).Message(), depth+1)
		default:
			m.Set(fd, drawScalar(t, fd.Kind()))
		}
	}
}

func drawScalar(t *rapid.T, kind protoreflect.Kind) protoreflect.Value {
	switch kind {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(rapid.Bool().Draw(t, "bool"))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(rapid.Uint64().Draw(t, "uint64"))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(rapid.Int64().Draw(t, "int64"))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(rapid.Float64().Draw(t, "double"))
	}
	return protoreflect.ValueOfString(drawString(t))
}

func drawString(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "a", "é\"\\\n\x00", "null", "0x11010", "values"}).Draw(t, "string")
}

func drawAny(t *rapid.T, depth int) *structpb.Value {
	kind := rapid.IntRange(0, 5).Draw(t, "kind")
	if depth > 4 {
		kind %= 4
	}
	switch kind {
	case 0:
		return structpb.NewNullValue()
	case 1:
		return structpb.NewBoolValue(rapid.Bool().Draw(t, "bool"))
	case 2:
		return structpb.NewNumberValue(rapid.Float64().Draw(t, "number"))
	case 3:
		return structpb.NewStringValue(drawString(t))
	case 4:
		return structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{drawAny(t, depth+1)}})
	}
	return structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{drawString(t): drawAny(t, depth+1)}})
}

// FuzzFromJSON: what an event holds of any text, it holds again after a round trip.
func FuzzFromJSON(f *testing.F) {
	for _, name := range []string{"linux-x86_64-crash.json", "linux-arm64-crash.json"} {
		if text, err := os.ReadFile(fixture.Path(f, "events/"+name)); err == nil {
			f.Add(text)
		}
	}
	f.Add([]byte(`{"exception":[{"stacktrace":{"frames":[{"lineno":"1","vars":{"a":[1e999,null]}}],"registers":{"pc":1}}}],"tags":[["a","b"]]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		ev, _, err := FromJSON(text)
		if err != nil {
			if json.Valid(text) {
				t.Fatal(err)
			}
			return
		}
		again, err := ToJSON(ev)
		if err != nil {
			t.Fatal(err)
		}
		back, losses, err := FromJSON(again)
		if err != nil || len(losses) > 0 || !proto.Equal(ev, back) {
			t.Fatalf("%s: %v, %v\n%s\nis not\n%s", again, err, losses, back, ev)
		}
	})
}
