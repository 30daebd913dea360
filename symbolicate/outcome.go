package symbolicate

import (
	"fmt"
	"sync/atomic"
)

// An EventOutcome is what came of an event.
type EventOutcome uint8

// The outcomes for an event.
const (
	EventUntouched EventOutcome = iota // it has no frame that was to be looked up
	EventWhole                         // all of those are symbolicated
	EventPartly                        // some are
	EventNot                           // none is
	EventFailed                        // there is an error in place of a result
)

// String returns the outcome in a word.
func (o EventOutcome) String() string {
	switch o {
	case EventUntouched:
		return "untouched"
	case EventWhole:
		return "whole"
	case EventPartly:
		return "partly"
	case EventNot:
		return "not"
	case EventFailed:
		return "failed"
	}
	return fmt.Sprintf("EventOutcome(%d)", uint8(o))
}

// Outcomes are numbers of what came of events: of themselves, their frames, and the
// images that these needed.
type Outcomes struct {
	Events [EventFailed + 1]uint64   // by EventOutcome
	Frames [MissingSymbol + 1]uint64 // by FrameStatus
	Images [ImageOther + 1]uint64    // by ImageStatus
}

// outcomes returns what came of the event, which is the only one of Events.
func (j *job) outcomes() (o Outcomes) {
	for i := range j.frames {
		o.Frames[j.frames[i].status]++
	}
	for _, f := range j.files {
		if f != nil {
			o.Images[f.status]++
		}
	}
	outcome := EventPartly
	switch asked, found := uint64(len(j.frames))-o.Frames[Untouched], o.Frames[Symbolicated]; {
	case asked == 0:
		outcome = EventUntouched
	case found == asked:
		outcome = EventWhole
	case found == 0:
		outcome = EventNot
	}
	o.Events[outcome] = 1
	return o
}

// An outcomeCounter is the sum of Outcomes. It is safe for concurrent use.
type outcomeCounter struct {
	events [len(Outcomes{}.Events)]atomic.Uint64
	frames [len(Outcomes{}.Frames)]atomic.Uint64
	images [len(Outcomes{}.Images)]atomic.Uint64
}

func (c *outcomeCounter) add(o *Outcomes) {
	addAll(c.events[:], o.Events[:])
	addAll(c.frames[:], o.Frames[:])
	addAll(c.images[:], o.Images[:])
}

func addAll(sums []atomic.Uint64, numbers []uint64) {
	for i, n := range numbers {
		if n > 0 {
			sums[i].Add(n)
		}
	}
}

// load returns the sum.
func (c *outcomeCounter) load() (o Outcomes) {
	loadAll(o.Events[:], c.events[:])
	loadAll(o.Frames[:], c.frames[:])
	loadAll(o.Images[:], c.images[:])
	return o
}

func loadAll(numbers []uint64, sums []atomic.Uint64) {
	for i := range sums {
		numbers[i] = sums[i].Load()
	}
}
