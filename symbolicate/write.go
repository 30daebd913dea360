package symbolicate

import (
	"bytes"
	"errors"
	"runtime/debug"

	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// write appends the event with what came of its frames and images. The names of
// functions are in mapped tables, of which one may be cut short even now: then it is
// written again without that. Without a dst the result may share the text.
func (j *job) write(dst []byte) []byte {
	for {
		n := len(j.lost)
		if out := j.tryWrite(dst); len(j.lost) == n {
			return out
		}
		j.traces = j.traces[:0]
	}
}

// tryWrite returns what was written, unless it loses the table of an image.
func (j *job) tryWrite(dst []byte) []byte {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if cause := recover(); cause != nil && !j.loseBy(cause) {
			panic(cause)
		}
	}()
	return j.writeAll(dst)
}

// loseBy loses the table that a panic is the fault of, and reports whether there is
// one.
func (j *job) loseBy(cause any) bool {
	for i, f := range j.files {
		if f == nil || f.status != ImageFound {
			continue
		}
		err := safely(func() error { return guard(f.table, func() error { panic(cause) }) })
		if fault := (*panicError)(nil); errors.As(err, &fault) {
			continue // not in this one
		}
		status := j.lose(int32(i), err).status.frameStatus()
		for _, k := range j.order {
			if f := &j.frames[k]; f.image == int32(i) {
				f.first, f.end, f.status = 0, 0, status
			}
		}
		return true
	}
	return false
}

func (j *job) writeAll(dst []byte) []byte {
	edits := jsonspan.NewEdits(&j.doc)
	for i := range j.stacks {
		s := &j.stacks[i]
		if !s.native {
			continue
		}
		if j.move != nil && j.move.thread == i {
			j.move.apply(edits, s)
		}
		j.writeStack(edits, s)
	}
	if len(j.order) > 0 {
		j.writeImages(edits)
		j.writeErrors(edits)
	}
	if j.native {
		j.writeMechanisms(edits)
	}
	if dst == nil && edits.Empty() {
		return j.doc.Text()
	}
	return edits.AppendTo(dst)
}

// writeStack puts the symbolicated trace in its place, and beside it the trace as
// it was, unless an earlier run has kept that already.
func (j *job) writeStack(edits *jsonspan.Edits, s *stack) {
	start := len(j.traces)
	j.traces = j.appendTrace(j.traces, s)
	edits.Set(s.owner, s.key, j.traces[start:])
	if s.owner.Get(rawStacktrace).Kind() <= jsonspan.Null {
		edits.Set(s.owner, rawStacktrace, s.trace.Raw())
	}
}

// appendTrace appends the trace of s with its frames symbolicated.
func (j *job) appendTrace(dst []byte, s *stack) []byte {
	text := j.doc.Text()
	start, end := s.trace.Span()
	listStart, _ := s.list.Span()
	at := listStart + 1
	dst = append(dst, text[start:at]...)
	for i := s.first; i < s.end; i++ {
		f := &j.frames[i]
		frameStart, frameEnd := f.value.Span()
		dst = j.appendFrame(dst, f, text[at:frameStart])
		at = frameEnd
	}
	return append(dst, text[at:end]...)
}

// An event grows by its inlined calls: each is a frame that repeats what the sender
// said of the one that really exists. One that was made for the purpose grows a
// hundredfold, so when the traces have this many bytes, and this many times those of
// the event, what was inlined is left out of the frames that follow. Of events that
// are not, the largest grow to less than half of that.
const (
	maxGrown  = 16 << 20
	maxGrowth = 2
)

// appendFrame appends f, or in its place a frame for each call that was inlined
// at its address: the outermost first, as events run from callers to callees.
// The gap is what the text has between the frame before and this one.
func (j *job) appendFrame(dst []byte, f *frame, gap []byte) []byte {
	dst = append(dst, gap...)
	if f.end-f.first > 1 && len(dst) > maxGrown+maxGrowth*len(j.doc.Text()) {
		f.first, f.cut = f.end-1, true
	}
	found := j.found[f.first:f.end]
	switch {
	case !f.native():
		return append(dst, f.value.Raw()...)
	case len(found) == 0:
		w := frameWriter{j: j, f: f, inApp: j.verdict(f, "", nil)}
		return w.append(dst)
	case f.rule == RuleSymbol:
		found = found[len(found)-1:] // what is inlined at the entry has nothing to do with f
	}
	file := j.files[f.image]
	space := gap[bytes.IndexByte(gap, ',')+1:]
	for i := len(found) - 1; i >= 0; i-- {
		at := &found[i]
		w := frameWriter{j: j, f: f, at: at, inlined: i < len(found)-1}
		w.name, w.path = file.names.function(at), file.names.path(at.File)
		w.inApp = j.verdict(f, at.File, w.path)
		w.code = codeAround(at.File, w.line(), j.code, file.code, file.embedded)
		if !w.code.ok && file.far != nil && w.line() != 0 {
			w.code.take(j.farCode(f.image), at.File, w.line())
		}
		dst = w.append(dst)
		if i > 0 {
			dst = append(dst, ',')
			dst = append(dst, space...)
		}
	}
	return dst
}
