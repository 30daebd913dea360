package eventpb

import (
	"encoding/base64"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// unknownKey is the member in which a message's unknown fields go through the
// engine, which keeps every member it does not know.
const unknownKey = "$protobuf_unknown_fields"

// ToJSON returns the event as JSON: fields in the order of their numbers, maps in
// that of their keys. It fails on a number that JSON does not have: an infinity,
// or none at all. Unknown fields have no names and are left out.
func ToJSON(ev *Event) ([]byte, error) { return toJSON(ev, false) }

func toJSON(ev *Event, unknown bool) ([]byte, error) {
	w := jsonWriter{unknown: unknown}
	w.message(ev.ProtoReflect())
	if w.err != nil {
		return nil, fmt.Errorf("event: %w", w.err)
	}
	return w.text, nil
}

// A jsonWriter writes messages as JSON. After an error it writes on, in vain.
type jsonWriter struct {
	unknown bool // write unknown fields, too
	text    []byte
	err     error
}

// message writes the fields that m has.
func (w *jsonWriter) message(m protoreflect.Message) {
	if m.Descriptor().FullName() == valueName {
		w.value(m)
		return
	}
	w.text = append(w.text, '{')
	comma := w.commas()
	for _, fd := range byNumber(m.Descriptor()) {
		if m.Has(fd) {
			comma()
			w.key(string(fd.Name()))
			w.field(m.Get(fd), fd)
		}
	}
	if u := m.GetUnknown(); w.unknown && len(u) > 0 {
		comma()
		w.key(unknownKey)
		w.text = jsonspan.AppendQuoted(w.text, base64.StdEncoding.EncodeToString(u))
	}
	w.text = append(w.text, '}')
}

// byNumber returns the fields of a message in the order of their numbers.
func byNumber(d protoreflect.MessageDescriptor) []protoreflect.FieldDescriptor {
	fields := make([]protoreflect.FieldDescriptor, d.Fields().Len())
	for i := range fields {
		fields[i] = d.Fields().Get(i)
	}
	slices.SortFunc(fields, func(a, b protoreflect.FieldDescriptor) int { return int(a.Number() - b.Number()) })
	return fields
}

// commas returns a function that writes a comma, but not at its first call.
func (w *jsonWriter) commas() func() {
	first := true
	return func() {
		if !first {
			w.text = append(w.text, ',')
		}
		first = false
	}
}

func (w *jsonWriter) key(key string) {
	w.text = jsonspan.AppendQuoted(w.text, key)
	w.text = append(w.text, ':')
}

func (w *jsonWriter) field(v protoreflect.Value, fd protoreflect.FieldDescriptor) {
	switch {
	case fd.IsList():
		w.text = append(w.text, '[')
		comma := w.commas()
		for i := range v.List().Len() {
			comma()
			w.single(v.List().Get(i), fd)
		}
		w.text = append(w.text, ']')
	case fd.IsMap():
		w.mapField(v.Map(), fd.MapValue())
	default:
		w.single(v, fd)
	}
}

func (w *jsonWriter) mapField(m protoreflect.Map, fd protoreflect.FieldDescriptor) {
	var keys []string
	m.Range(func(k protoreflect.MapKey, _ protoreflect.Value) bool {
		keys = append(keys, k.String())
		return true
	})
	slices.Sort(keys)
	w.text = append(w.text, '{')
	comma := w.commas()
	for _, k := range keys {
		comma()
		w.key(k)
		w.single(m.Get(protoreflect.ValueOfString(k).MapKey()), fd)
	}
	w.text = append(w.text, '}')
}

// single writes a value that is neither a list nor a map.
func (w *jsonWriter) single(v protoreflect.Value, fd protoreflect.FieldDescriptor) {
	switch fd.Kind() {
	case protoreflect.StringKind:
		w.text = jsonspan.AppendQuoted(w.text, v.String())
	case protoreflect.BoolKind:
		w.text = strconv.AppendBool(w.text, v.Bool())
	case protoreflect.Uint64Kind:
		w.text = strconv.AppendUint(w.text, v.Uint(), 10)
	case protoreflect.Int64Kind:
		w.text = strconv.AppendInt(w.text, v.Int(), 10)
	case protoreflect.DoubleKind:
		w.number(v.Float())
	case protoreflect.MessageKind:
		w.message(v.Message())
	default:
		w.err = fmt.Errorf("field %s: a %s has no place in an event", fd.FullName(), fd.Kind())
	}
}

// value writes a google.protobuf.Value.
func (w *jsonWriter) value(m protoreflect.Message) {
	switch k := m.Interface().(*structpb.Value).GetKind().(type) {
	case *structpb.Value_NumberValue:
		w.number(k.NumberValue)
	case *structpb.Value_StringValue:
		w.text = jsonspan.AppendQuoted(w.text, k.StringValue)
	case *structpb.Value_BoolValue:
		w.text = strconv.AppendBool(w.text, k.BoolValue)
	case *structpb.Value_ListValue:
		w.text = append(w.text, '[')
		comma := w.commas()
		for _, el := range k.ListValue.GetValues() {
			comma()
			w.value(el.ProtoReflect())
		}
		w.text = append(w.text, ']')
	case *structpb.Value_StructValue:
		w.text = append(w.text, '{')
		comma := w.commas()
		fields := k.StructValue.GetFields()
		for _, key := range slices.Sorted(maps.Keys(fields)) {
			comma()
			w.key(key)
			w.value(fields[key].ProtoReflect())
		}
		w.text = append(w.text, '}')
	default: // null, and nothing at all
		w.text = append(w.text, "null"...)
	}
}

// number writes a double: whole ones as integers are written, as far as that is
// shorter.
func (w *jsonWriter) number(n float64) {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		w.err = fmt.Errorf("%v is no number in JSON", n)
		return
	}
	format, precision := byte('g'), -1
	if math.Abs(n) < 1e21 {
		format = 'f'
	}
	if math.Abs(n) < 1<<63 && n == math.Trunc(n) {
		precision = 0 // all digits: the shortest that mean n spell another integer
	}
	w.text = strconv.AppendFloat(w.text, n, format, precision, 64)
}
