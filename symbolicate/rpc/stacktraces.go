package rpc

import (
	"context"
	"strconv"

	"github.com/nativesym/nativesym/symbolicate"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// maxFrames is how many frames a request may have: those of some thousand threads.
const maxFrames = 100_000

// stacktraces symbolicates stack traces. It makes an event of them, whose exceptions
// have them, so that there is one set of rules.
func (s *Server) stacktraces(ctx context.Context, r *SymbolicateStacktracesRequest) (*SymbolicateStacktracesResponse, error) {
	if err := checkTraces(r); err != nil {
		return nil, err
	}
	engine, err := s.engineFor(r.GetScope(), false)
	if err != nil {
		return nil, err
	}
	text, report, err := engine.Explain(ctx, eventOf(r))
	if err != nil {
		return nil, err
	}
	var event jsonspan.Doc
	if err := event.Parse(text); err != nil {
		return nil, err
	}
	out := new(SymbolicateStacktracesResponse)
	for i := range report.Images {
		out.Images = append(out.Images, fromImageReport(&report.Images[i]))
	}
	frames := report.Frames
	for exception := range event.Root().Get("exception").Get("values").Elements() {
		n := len(r.GetStacktraces()[len(out.Stacktraces)].GetFrames())
		out.Stacktraces = append(out.Stacktraces, traceOf(exception.Get("stacktrace").Get("frames"), frames[:n]))
		frames = frames[n:]
	}
	return out, nil
}

// checkTraces returns what is wrong with a request.
func checkTraces(r *SymbolicateStacktracesRequest) error {
	frames := 0
	for i, trace := range r.GetStacktraces() {
		for k, f := range trace.GetFrames() {
			if f.Image != nil && f.GetImage() >= uint32(len(r.GetImages())) {
				return badField("stacktraces["+strconv.Itoa(i)+"].frames["+strconv.Itoa(k)+"].image", "%d, of %d images", f.GetImage(), len(r.GetImages()))
			}
		}
		frames += len(trace.GetFrames())
	}
	if frames > maxFrames {
		return badField("stacktraces", "%d frames, where %d are the most", frames, maxFrames)
	}
	return nil
}

// adjustments are the words of events for what addresses are.
var adjustments = map[Adjustment]string{
	Adjustment_ADJUSTMENT_AUTO:          "auto",
	Adjustment_ADJUSTMENT_ALL:           "all",
	Adjustment_ADJUSTMENT_ALL_BUT_FIRST: "all_but_first",
	Adjustment_ADJUSTMENT_NONE:          "none",
}

// eventOf returns the event that a request is about.
func eventOf(r *SymbolicateStacktracesRequest) []byte {
	var w jsonWriter
	w.open('{').text("platform", "native")
	w.key("contexts").open('{').key("os").open('{').text("name", r.GetOs()).close('}').close('}')
	w.key("exception").open('{').key("values").open('[')
	for _, trace := range r.GetStacktraces() {
		w.open('{').key("mechanism").open('{').key("meta").open('{').key("signal").open('{')
		w.number("number", uint64(r.GetSignal())).close('}').close('}').close('}')
		w.key("stacktrace").open('{').text("instruction_addr_adjustment", adjustments[trace.GetAdjustment()])
		w.key("registers").open('{').addr("pc", trace.GetPc()).close('}')
		w.key("frames").open('[')
		for _, f := range trace.GetFrames() {
			w.open('{').addr("instruction_addr", f.GetAddr())
			if f.Image != nil {
				w.text("addr_mode", "rel:"+strconv.FormatUint(uint64(f.GetImage()), 10))
			}
			w.close('}')
		}
		w.close(']').close('}').close('}')
	}
	w.close(']').close('}')
	w.key("debug_meta").open('{').key("images").open('[')
	for _, im := range r.GetImages() {
		w.image(im)
	}
	return w.close(']').close('}').close('}').out
}

// traceOf returns the stack trace of an event's frames, of which some are inlined
// calls: reports has those that were there before.
func traceOf(list jsonspan.Value, reports []symbolicate.FrameReport) *SymbolicatedStacktrace {
	out := new(SymbolicatedStacktrace)
	i, left := -1, 0 // the frame before, and what is still to come of it
	for v := range list.Elements() {
		if left == 0 {
			i++
			left = max(1, reports[i].Calls)
		}
		left--
		out.Frames = append(out.Frames, frameOf(v, i, &reports[i]))
	}
	return out
}

// frameOf returns a frame of an event.
func frameOf(v jsonspan.Value, index int, report *symbolicate.FrameReport) *Frame {
	f := &Frame{
		Index:       uint32(index),
		Status:      FrameStatus(report.Status),
		Reason:      clean(report.Reason),
		Image:       fromIndex(report.Image),
		LookedUp:    report.Looked,
		Inlined:     v.Get("data").Get("inlined").True(),
		Function:    v.Get("function").Text(),
		RawFunction: v.Get("raw_function").Text(),
		Symbol:      v.Get("symbol").Text(),
		Lang:        v.Get("lang").Text(),
		Filename:    v.Get("filename").Text(),
		AbsPath:     v.Get("abs_path").Text(),
		Lineno:      uint32(integer(v.Get("lineno"))),
		Colno:       uint32(integer(v.Get("colno"))),
		SymbolAddr:  integer(v.Get("symbol_addr")),
		ContextLine: v.Get("context_line").Text(),
		PreContext:  texts(v.Get("pre_context")),
		PostContext: texts(v.Get("post_context")),
	}
	if inApp := v.Get("in_app"); inApp.Kind() == jsonspan.Bool {
		own := inApp.True()
		f.InApp = &own
	}
	return f
}
