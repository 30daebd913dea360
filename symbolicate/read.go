package symbolicate

import (
	"strconv"
	"strings"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// The names under which events hold what matters here: the alias, then what
// older senders write. The alias wins.
var (
	exceptionKeys  = []string{"exception", "sentry.interfaces.Exception"}
	stacktraceKeys = []string{"stacktrace", "sentry.interfaces.Stacktrace"}
	threadsKeys    = []string{"threads", "sentry.interfaces.Threads", "sentry.interfaces.threads"}
	debugMetaKeys  = []string{"debug_meta", "sentry.interfaces.DebugMeta"}
)

const rawStacktrace = "raw_stacktrace"

// read fills j from its parsed event.
func (j *job) read(fromRaw bool) {
	event := j.doc.Root()
	for im := range event.First(debugMetaKeys...).Get("images").Elements() {
		j.values = append(j.values, im)
		j.images = append(j.images, readImage(im))
	}
	j.os = readOS(event, j.images)
	platform := event.Get("platform")
	j.native = isNative(platform)
	r := stackReader{j: j, fromRaw: fromRaw, native: j.native || platform.Kind() <= jsonspan.Null}
	r.readAll(event)
}

// isNative reports whether frames of a platform are machine code whose symbols
// are in debug files.
func isNative(platform jsonspan.Value) bool {
	switch string(platform.Bytes()) {
	case "native", "c", "objc", "cocoa", "swift":
		return true
	}
	return false
}

// A stackReader reads the stacks of an event.
type stackReader struct {
	j       *job
	fromRaw bool
	native  bool // the event's platform, which frames without their own have
	images  map[objfile.DebugID]int32
}

func (r *stackReader) readAll(event jsonspan.Value) {
	exceptions := values(event.First(exceptionKeys...))
	r.j.exceptions = exceptions
	signal := Signal{OS: r.j.os}
	for _, ex := range exceptions {
		if signal.Number = readSignal(ex); signal.Number != 0 {
			break
		}
	}
	for i, ex := range exceptions {
		own := Signal{readSignal(ex), r.j.os}
		if own.Number == 0 {
			own = signal
		}
		r.read(stack{owner: ex, key: "stacktrace", kind: inException, nth: i, signal: own})
	}
	for _, key := range stacktraceKeys {
		if event.Get(key).Kind() > jsonspan.Null {
			r.read(stack{owner: event, key: key, kind: inEvent, signal: signal})
			break
		}
	}
	threads := values(event.First(threadsKeys...))
	for i, th := range threads {
		r.read(stack{owner: th, key: "stacktrace", kind: inThread, nth: i, signal: signal})
	}
	if m, ok := r.j.findMove(exceptions, threads); ok {
		r.j.move = &m
	}
}

// values returns the items of an interface that holds several: an object's
// values, a bare list, or a single item by itself.
func values(v jsonspan.Value) []jsonspan.Value {
	list := v
	if v.Kind() == jsonspan.Object {
		if list = v.Get("values"); list.Kind() == jsonspan.None {
			return []jsonspan.Value{v}
		}
	}
	var items []jsonspan.Value
	for item := range list.Elements() {
		items = append(items, item)
	}
	return items
}

// readSignal returns the number of the signal that an exception came from, 0 if
// it does not say.
func readSignal(exception jsonspan.Value) int64 {
	m := exception.Get("mechanism")
	number := m.Get("meta").Get("signal").Get("number")
	if number.Kind() == jsonspan.None {
		number = m.Get("posix_signal").Get("signal")
	}
	n, _ := integer(number)
	return n
}

// read adds the stack that s.owner has under s.key, if it has one.
func (r *stackReader) read(s stack) {
	s.trace = s.owner.Get(s.key)
	if raw := s.owner.Get(rawStacktrace); r.fromRaw && raw.Kind() > jsonspan.Null && s.trace.Kind() != jsonspan.None {
		s.trace = raw
	}
	s.list = s.trace
	if s.trace.Kind() == jsonspan.Object {
		s.list = s.trace.Get("frames")
	}
	if s.list.Kind() != jsonspan.Array {
		return
	}
	s.first = len(r.j.frames)
	for v := range s.list.Elements() {
		f := r.readFrame(v)
		s.native = s.native || f.native()
		if f.adjust != AdjustAuto {
			s.adjust = AdjustYes // for the frames that say nothing themselves
		}
		r.j.frames = append(r.j.frames, f)
	}
	s.end = len(r.j.frames)
	if s.native {
		r.j.native = true
		registers := s.trace.Get("registers").First("rip", "eip", "pc", "srr0")
		pc, _ := debugimage.ParseAddr(registers.Bytes())
		s.pc = debugimage.Abs(pc)
	}
	s.spreadAdjust(r.j.frames[s.first:s.end])
	r.j.stacks = append(r.j.stacks, s)
}

// readFrame reads an element of a stack's list.
func (r *stackReader) readFrame(v jsonspan.Value) frame {
	f := frame{value: v, image: -1}
	native := r.native
	var function, lineno, mode, data jsonspan.Value
	hasAddr := false
	for k, m := range v.Members() {
		switch string(k.Bytes()) {
		case "platform":
			if m.Kind() > jsonspan.Null {
				native = isNative(m)
			}
		case "instruction_addr":
			f.addr, hasAddr = parseAddr(m)
		case "image_addr":
			a, _ := parseAddr(m)
			f.imageAddr = debugimage.Abs(a)
		case "symbol_addr":
			a, _ := parseAddr(m)
			f.symbolAddr = debugimage.Abs(a)
		case "adjust_instruction_addr":
			f.adjust = readAdjust(m)
		case "addr_mode":
			mode = m
		case "function":
			function = m
		case "lineno":
			lineno = m
		case "data":
			data = m
		}
	}
	switch {
	case !native:
		f.skipped = skippedPlatform
	case !hasAddr:
		f.skipped = skippedNoAddr
	default:
		f.skipped = skipDone(function, lineno, data)
	}
	if f.native() {
		f.image = r.readMode(mode)
		f.inRel = f.image >= 0
	}
	return f
}

// skipDone says whether a frame needs nothing: it went through here or through a
// server like this one before, its sender knew function and line, or its data
// member is nothing that a status could be put in.
func skipDone(function, lineno, data jsonspan.Value) skipReason {
	switch data.Kind() {
	case jsonspan.None, jsonspan.Null:
	case jsonspan.Object:
		if data.Get("symbolicator_status").Kind() != jsonspan.None {
			return skippedDone
		}
	default:
		return skippedData
	}
	if line := lineno.Text(); function.Text() != "" && line != "" && line != "0" {
		return skippedDone
	}
	return notSkipped
}

func readAdjust(v jsonspan.Value) Adjust {
	switch {
	case v.Kind() != jsonspan.Bool:
		return AdjustAuto
	case v.True():
		return AdjustYes
	}
	return AdjustNever
}

// parseAddr reads an address, a string or a number.
func parseAddr(v jsonspan.Value) (uint64, bool) {
	if k := v.Kind(); k != jsonspan.String && k != jsonspan.Number {
		return 0, false
	}
	return debugimage.ParseAddr(v.Bytes())
}

// readMode returns which image an address is relative to, -1 if it is absolute:
// "rel:" and the image's index or its debug id. What is neither counts as absolute.
func (r *stackReader) readMode(mode jsonspan.Value) int32 {
	which, ok := strings.CutPrefix(mode.Text(), "rel:")
	if !ok {
		return -1
	}
	if i, err := strconv.ParseUint(which, 10, 31); err == nil {
		if i < uint64(len(r.j.images)) {
			return int32(i)
		}
		return -1
	}
	id, err := objfile.ParseDebugID(which)
	if err != nil {
		return -1
	}
	if r.images == nil {
		r.images = make(map[objfile.DebugID]int32)
		for i := range r.j.images {
			r.images[r.j.images[i].DebugID] = int32(i)
		}
	}
	if i, ok := r.images[id]; ok {
		return i
	}
	return -1
}
