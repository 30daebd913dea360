package eventpb

import (
	"context"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/symbolicate"
)

func newSymbolicator(t testing.TB) *symbolicate.Symbolicator {
	t.Helper()
	return symbolicate.New(symbolicate.Options{Sources: []symbolicate.Source{source.NewDir(fixture.Path(t, "symbols"))}})
}

// The same event gives the same frames, through JSON and through protobuf.
func TestSameFramesAsJSON(t *testing.T) {
	s := newSymbolicator(t)
	for _, name := range []string{"linux-x86_64-crash.json", "linux-arm64-crash.json"} {
		t.Run(name, func(t *testing.T) {
			text := fixture.Read(t, "events/"+name)
			throughJSON, err := s.Event(t.Context(), text)
			if err != nil {
				t.Fatal(err)
			}
			want, _, err := FromJSON(throughJSON)
			if err != nil {
				t.Fatal(err)
			}
			ev, losses, err := FromJSON(text)
			if err != nil || len(losses) > 0 {
				t.Fatal(err, losses)
			}
			before := proto.Clone(ev)
			got, report, err := Symbolicate(t.Context(), s, ev)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
				t.Errorf("-through JSON +through protobuf:\n%s", diff)
			}
			if !proto.Equal(before, ev) {
				t.Error("the event was changed")
			}
			frames := got.GetException().GetValues()[0].GetStacktrace().GetFrames()
			if f := frames[len(frames)-1]; f.GetLineno() != 14 || f.GetFilename() != "catalogue.h" {
				t.Errorf("the youngest frame is %v, want catalogue.h:14", f)
			}
			if report.Frames[0].Status != symbolicate.Symbolicated {
				t.Errorf("the report says %v of the oldest frame", report.Frames[0].Status)
			}
		})
	}
}

// A field of a later version of the schema stays where it was.
func TestUnknownFieldsAreKept(t *testing.T) {
	unknown := protowire.AppendString(protowire.AppendTag(nil, 1000, protowire.BytesType), "from the future")
	ev, _, err := FromJSON([]byte(`{"platform":"native","exception":{"values":[{"stacktrace":{"frames":[{"function":"f"},{"instruction_addr":"0x5"}]}}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	frame := func(ev *Event) *Event_EventException_EventExceptionValues_EventExceptionValuesStacktrace_EventExceptionValuesStacktraceFrames {
		return ev.GetException().GetValues()[0].GetStacktrace().GetFrames()[1]
	}
	ev.ProtoReflect().SetUnknown(unknown)
	frame(ev).ProtoReflect().SetUnknown(unknown)
	got, _, err := Symbolicate(t.Context(), newSymbolicator(t), ev)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ev, got, protocmp.Transform()); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
	if string(frame(got).ProtoReflect().GetUnknown()) != string(unknown) {
		t.Error("the frame's unknown field is gone")
	}
}

// FuzzSymbolicate: an event of any bytes is symbolicated or refused, and has the
// frames that it has in JSON.
func FuzzSymbolicate(f *testing.F) {
	s := newSymbolicator(f)
	for _, name := range []string{"linux-x86_64-crash.json", "linux-arm64-crash.json"} {
		text, err := os.ReadFile(fixture.Path(f, "events/"+name))
		if err != nil {
			f.Fatal(err)
		}
		ev, _, err := FromJSON(text)
		if err != nil {
			f.Fatal(err)
		}
		wire, err := proto.Marshal(ev)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(wire)
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		ev := new(Event)
		if proto.Unmarshal(wire, ev) != nil {
			return
		}
		got, _, err := Symbolicate(context.Background(), s, ev)
		text, textErr := ToJSON(ev)
		if (err == nil) != (textErr == nil) {
			t.Fatalf("Symbolicate: %v, ToJSON: %v", err, textErr)
		}
		if err != nil {
			return
		}
		throughJSON, err := s.Event(context.Background(), text)
		if err != nil {
			t.Fatal(err)
		}
		want, _, err := FromJSON(throughJSON)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := want.GetStacktrace().GetFrames(), got.GetStacktrace().GetFrames(); len(a) != len(b) {
			t.Fatalf("%d frames through JSON, %d through protobuf", len(a), len(b))
		}
	})
}
