package symbolicate

import (
	"fmt"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// A stack is a stack trace of the event.
type stack struct {
	owner  jsonspan.Value // object that the trace is a member of
	key    string         // of that member
	trace  jsonspan.Value // what is read: that member, or the raw one kept beside it
	list   jsonspan.Value // the trace's frames
	kind   stackKind
	nth    int // of its kind
	first  int // of its frames in job.frames
	end    int
	native bool           // one of its frames is to be symbolicated
	adjust Adjust         // of callers
	pc     debugimage.Abs // program counter in the registers, 0 without
	signal Signal
}

// A stackKind says where in an event a stack is.
type stackKind uint8

const (
	inException stackKind = iota
	inEvent
	inThread
)

// String returns where the stack is in its event.
func (s *stack) String() string {
	switch s.kind {
	case inException:
		return fmt.Sprintf("exception.values[%d]", s.nth)
	case inThread:
		return fmt.Sprintf("threads.values[%d]", s.nth)
	}
	return "event"
}

// spreadAdjust gives the frames that say nothing what holds for the stack.
func (s *stack) spreadAdjust(frames []frame) {
	callers, top := s.adjust, s.adjust
	switch adjustment := s.trace.Get("instruction_addr_adjustment"); {
	case adjustment.Is("all"):
		callers, top = AdjustYes, AdjustYes
	case adjustment.Is("all_but_first"):
		callers, top = AdjustYes, AdjustNever
	case adjustment.Is("none"):
		callers, top = AdjustNever, AdjustNever
	}
	for i := range frames {
		switch f := &frames[i]; {
		case f.adjust != AdjustAuto:
		case i == len(frames)-1:
			f.adjust = top
		default:
			f.adjust = callers
		}
	}
}

// addr returns f's address for [CallAddr], as far as the stack knows it.
func (s *stack) addr(f *frame, top bool) FrameAddr {
	return FrameAddr{Addr: f.abs, Top: top, Adjust: f.adjust, PC: s.pc, Signal: s.signal}
}
