package eventpb

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// A Loss is a part of a JSON text that the schema has no place for.
type Loss struct {
	Path string // "exception.values[0].stacktrace.frames[2].data"
	Why  string
}

func (l Loss) String() string { return l.Path + ": " + l.Why }

// FromJSON returns the event that a JSON text holds, and what of the text the
// schema cannot hold. The error is one of JSON.
func FromJSON(text []byte) (*Event, []Loss, error) {
	return fromJSON(text, false)
}

func fromJSON(text []byte, unknown bool) (*Event, []Loss, error) {
	var d jsonspan.Doc
	if err := d.Parse(text); err != nil {
		return nil, nil, fmt.Errorf("event: %w", err)
	}
	ev := new(Event)
	r := jsonReader{unknown: unknown}
	if root := d.Root(); root.Kind() == jsonspan.Object {
		r.message("", root, ev.ProtoReflect())
	} else {
		r.lose("event", "not an object")
	}
	return ev, r.losses, nil
}

// Image returns the typed form of one of an event's debug images: a
// [Nativedebugimage], [Appledebugimage], [Proguarddebugimage],
// [Sourcemapdebugimage] or [Jvmdebugimage]. It is nil for other types.
func Image(v *structpb.Value) (proto.Message, []Loss, error) {
	var m proto.Message
	switch v.GetStructValue().GetFields()["type"].GetStringValue() {
	case "elf", "macho", "pe":
		m = new(Nativedebugimage)
	case "apple":
		m = new(Appledebugimage)
	case "proguard":
		m = new(Proguarddebugimage)
	case "sourcemap":
		m = new(Sourcemapdebugimage)
	case "jvm":
		m = new(Jvmdebugimage)
	default:
		return nil, nil, nil
	}
	w := jsonWriter{}
	w.value(v.ProtoReflect())
	if w.err != nil {
		return nil, nil, w.err
	}
	var d jsonspan.Doc
	if err := d.Parse(w.text); err != nil {
		return nil, nil, err
	}
	r := jsonReader{typed: true}
	r.message("", d.Root(), m.ProtoReflect())
	return m, r.losses, nil
}

// aliases are the names under which older senders write an event's fields.
var aliases = map[string]protoreflect.Name{
	"sentry.interfaces.Exception":   "exception",
	"sentry.interfaces.Stacktrace":  "stacktrace",
	"sentry.interfaces.Threads":     "threads",
	"sentry.interfaces.threads":     "threads",
	"sentry.interfaces.Breadcrumbs": "breadcrumbs",
	"sentry.interfaces.DebugMeta":   "debug_meta",
	"sentry.interfaces.Message":     "logentry",
	"sentry.interfaces.Contexts":    "contexts",
	"sentry.interfaces.Http":        "request",
	"sentry.interfaces.User":        "user",
	"sentry.interfaces.Sdk":         "sdk",
}

// A jsonReader fills messages from JSON values.
type jsonReader struct {
	unknown bool // take unknown fields from where ToJSON has put them
	typed   bool // the image's type is in the message's own
	losses  []Loss
}

func (r *jsonReader) lose(path, why string) { r.losses = append(r.losses, Loss{path, why}) }

// message sets the fields of m from an object's members.
func (r *jsonReader) message(path string, v jsonspan.Value, m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	for k, val := range v.Members() {
		key := k.Text()
		fd := fields.ByName(protoreflect.Name(key))
		if fd == nil && path == "" {
			fd = fields.ByName(aliases[key])
		}
		at := join(path, key)
		switch {
		case fd == nil && r.unknown && key == unknownKey:
			bytes, _ := base64.StdEncoding.DecodeString(val.Text())
			m.SetUnknown(bytes)
		case fd == nil && r.typed && path == "" && key == "type":
		case fd == nil:
			r.lose(at, "no such field")
		case val.Kind() == jsonspan.Null && !isValue(fd):
		default:
			if m.Has(fd) {
				r.lose(at, "occurs twice: the last counts")
				m.Clear(fd)
			}
			r.field(at, val, m, fd)
		}
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// isValue reports whether a field holds any JSON value.
func isValue(fd protoreflect.FieldDescriptor) bool {
	return !fd.IsMap() && !fd.IsList() && fd.Message() != nil && fd.Message().FullName() == valueName
}

const valueName = "google.protobuf.Value"

// field sets one field of m.
func (r *jsonReader) field(path string, v jsonspan.Value, m protoreflect.Message, fd protoreflect.FieldDescriptor) {
	before := len(r.losses)
	switch {
	case fd.IsMap():
		r.mapField(path, v, m.Mutable(fd).Map(), fd)
	case fd.IsList():
		r.list(path, v, m.Mutable(fd).List(), fd)
	case fd.Message() != nil:
		r.messageField(path, v, m, fd)
	default:
		if s, why := scalar(v, fd.Kind()); why != "" {
			r.lose(path, why)
		} else {
			m.Set(fd, s)
		}
	}
	if !m.Has(fd) && !fd.HasPresence() && len(r.losses) == before {
		r.lose(path, "empty, which is the same as absent")
	}
}

// messageField sets a field that is a message. A bare list may stand for a
// message that has nothing but values, as in exception and threads.
func (r *jsonReader) messageField(path string, v jsonspan.Value, m protoreflect.Message, fd protoreflect.FieldDescriptor) {
	inner := m.NewField(fd).Message()
	values := fd.Message().Fields().ByName("values")
	switch {
	case isValue(fd):
		r.value(path, v, inner.Interface().(*structpb.Value))
	case v.Kind() == jsonspan.Object:
		r.message(path, v, inner)
	case v.Kind() == jsonspan.Array && values != nil && values.IsList():
		r.list(path, v, inner.Mutable(values).List(), values)
	default:
		r.lose(path, "not an object")
		return
	}
	m.Set(fd, protoreflect.ValueOfMessage(inner))
}

func (r *jsonReader) list(path string, v jsonspan.Value, list protoreflect.List, fd protoreflect.FieldDescriptor) {
	if v.Kind() != jsonspan.Array {
		r.lose(path, "not a list")
		return
	}
	i := -1
	for el := range v.Elements() {
		i++
		at := fmt.Sprintf("%s[%d]", path, i)
		if s, ok := r.element(at, el, list.NewElement(), fd); ok {
			list.Append(s)
		}
	}
}

func (r *jsonReader) mapField(path string, v jsonspan.Value, m protoreflect.Map, fd protoreflect.FieldDescriptor) {
	if v.Kind() != jsonspan.Object {
		r.lose(path, "not an object")
		return
	}
	for k, el := range v.Members() {
		at := join(path, k.Text())
		key, _ := validUTF8(k.Text())
		if s, ok := r.element(at, el, m.NewValue(), fd.MapValue()); ok {
			m.Set(protoreflect.ValueOfString(key).MapKey(), s)
		}
	}
}

// element returns an element of a list or map: empty, a new one of its kind,
// filled from v.
func (r *jsonReader) element(path string, v jsonspan.Value, empty protoreflect.Value, fd protoreflect.FieldDescriptor) (protoreflect.Value, bool) {
	if fd.Message() == nil {
		s, why := scalar(v, fd.Kind())
		if why != "" {
			r.lose(path, why)
		}
		return s, why == ""
	}
	if any, ok := empty.Message().Interface().(*structpb.Value); ok {
		r.value(path, v, any)
		return empty, true
	}
	if v.Kind() != jsonspan.Object {
		r.lose(path, "not an object")
	}
	r.message(path, v, empty.Message())
	return empty, true
}

// value makes out any JSON value.
func (r *jsonReader) value(path string, v jsonspan.Value, out *structpb.Value) {
	switch v.Kind() {
	case jsonspan.Bool:
		out.Kind = &structpb.Value_BoolValue{BoolValue: v.True()}
	case jsonspan.Number:
		n, why := number(v.Text())
		if why != "" {
			r.lose(path, why)
		}
		out.Kind = &structpb.Value_NumberValue{NumberValue: n}
	case jsonspan.String:
		s, ok := validUTF8(v.Text())
		if !ok {
			r.lose(path, "not UTF-8")
		}
		out.Kind = &structpb.Value_StringValue{StringValue: s}
	case jsonspan.Array:
		list := new(structpb.ListValue)
		for el := range v.Elements() {
			any := new(structpb.Value)
			r.value(fmt.Sprintf("%s[%d]", path, len(list.Values)), el, any)
			list.Values = append(list.Values, any)
		}
		out.Kind = &structpb.Value_ListValue{ListValue: list}
	case jsonspan.Object:
		fields := make(map[string]*structpb.Value)
		for k, el := range v.Members() {
			key, _ := validUTF8(k.Text())
			if fields[key] != nil {
				r.lose(join(path, key), "occurs twice: the last counts")
			}
			fields[key] = new(structpb.Value)
			r.value(join(path, key), el, fields[key])
		}
		out.Kind = &structpb.Value_StructValue{StructValue: &structpb.Struct{Fields: fields}}
	default:
		out.Kind = &structpb.Value_NullValue{}
	}
}

// scalar returns v as a value of the kind, or why it is none.
func scalar(v jsonspan.Value, kind protoreflect.Kind) (protoreflect.Value, string) {
	text := v.Text()
	switch k := v.Kind(); {
	case k == jsonspan.Array || k == jsonspan.Object || k == jsonspan.Null:
		return protoreflect.Value{}, "not a " + kind.String()
	case kind == protoreflect.StringKind:
		s, ok := validUTF8(text) // numbers and bools as they are spelled
		if !ok {
			return protoreflect.Value{}, "not UTF-8"
		}
		return protoreflect.ValueOfString(s), ""
	case kind == protoreflect.BoolKind && k == jsonspan.Bool:
		return protoreflect.ValueOfBool(v.True()), ""
	case kind == protoreflect.Uint64Kind:
		if n, err := strconv.ParseUint(text, 10, 64); err == nil {
			return protoreflect.ValueOfUint64(n), ""
		}
	case kind == protoreflect.Int64Kind:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return protoreflect.ValueOfInt64(n), ""
		}
	case kind == protoreflect.DoubleKind && k == jsonspan.Number:
		if n, why := number(text); why == "" {
			return protoreflect.ValueOfFloat64(n), ""
		}
	}
	return protoreflect.Value{}, "not a " + kind.String()
}

// maxDigits is how many decimal digits a double tells apart.
const maxDigits = 17

// number returns the number that text spells as a double, and what is lost of it.
func number(text string) (n float64, why string) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, "too large for a double"
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	digits := strings.Trim(strings.NewReplacer("-", "", ".", "").Replace(mantissa), "0")
	exact := len(digits) <= maxDigits
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		exact = math.Abs(n) < 1<<63 && int64(n) == i
	}
	if !exact {
		return n, "rounded to a double"
	}
	return n, ""
}

// validUTF8 returns s with what is not UTF-8 replaced, and whether nothing was.
func validUTF8(s string) (string, bool) {
	if utf8.ValidString(s) {
		return s, true
	}
	return strings.ToValidUTF8(s, "\ufffd"), false
}
