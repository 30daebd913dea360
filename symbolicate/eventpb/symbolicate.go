package eventpb

import (
	"context"

	"github.com/nativesym/nativesym/symbolicate"
)

// Symbolicate returns the event with its native stack traces symbolicated, and a
// report of how it came to that. The event itself is not changed. Fields that the
// schema does not know are kept.
//
// The schema has no place for a frame's data and for raw_stacktrace. What the
// JSON form says there is in the report: the status of each frame, and why.
func Symbolicate(ctx context.Context, s *symbolicate.Symbolicator, ev *Event) (*Event, *symbolicate.Report, error) {
	text, err := toJSON(ev, true)
	if err != nil {
		return nil, nil, err
	}
	text, report, err := s.Explain(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	out, _, err := fromJSON(text, true)
	return out, report, err
}
