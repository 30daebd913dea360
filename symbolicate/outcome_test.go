package symbolicate

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What came of events is counted: once for each, whether it is explained or not, for
// all scopes together.
func TestOutcomes(t *testing.T) {
	s := newFake(Options{})
	const image = `"debug_meta":{"images":[{"type":"elf","code_id":"0000000000000000000000000000000000000001","code_file":"/x86_64.so","image_addr":"0x10000","image_size":65536}]}`
	const found, nowhere = `{"instruction_addr":"0x12000"}`, `{"instruction_addr":"0x90000"}`
	event := func(frames string) []byte {
		return []byte(`{"platform":"native","stacktrace":{"frames":[` + frames + `]},` + image + `}`)
	}
	events := [][]byte{
		event(`{"function":"f"}`), // nothing to look up
		event(found + "," + found),
		event(found + "," + nowhere),
		event(nowhere),
		[]byte("{"),
	}
	for _, text := range events {
		_, err := s.Event(t.Context(), text)
		_, _, explained := s.Scoped("other", nil, nil).Explain(t.Context(), text)
		if (err == nil) != (explained == nil) {
			t.Errorf("%s: %v, explained: %v", text, err, explained)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Event(cancelled, events[1]); err == nil {
		t.Error("a cancelled event has no error")
	}
	want := Outcomes{
		Events: [...]uint64{EventUntouched: 2, EventWhole: 2, EventPartly: 2, EventNot: 2, EventFailed: 3},
		Frames: [...]uint64{Untouched: 2, Symbolicated: 6, UnknownImage: 4, MissingSymbol: 0},
		Images: [...]uint64{ImageFound: 4, ImageOther: 0},
	}
	if diff := cmp.Diff(want, s.Stats().Outcomes); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}
