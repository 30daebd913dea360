package symbolicate

import (
	"bytes"
	"strconv"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// A field is a member of a frame that is ours to write.
type field uint8

// The fields, in the order in which new ones are written.
const (
	function field = iota
	rawFunction
	symbol
	lang
	filename
	absPath
	lineno
	colno
	pkg
	imageAddr
	symbolAddr
	inAppField
	preContext
	contextLine
	postContext
	data
	numFields

	ofCall  // not ours; about the call that really exists, so not repeated for inlined ones
	notOurs // not ours
)

var fieldKeys = [numFields]string{
	"function", "raw_function", "symbol", "lang", "filename", "abs_path", "lineno", "colno",
	"package", "image_addr", "symbol_addr", "in_app",
	"pre_context", "context_line", "post_context", "data",
}

func fieldOf(key []byte) field {
	switch string(key) {
	case "function":
		return function
	case "raw_function":
		return rawFunction
	case "symbol":
		return symbol
	case "lang":
		return lang
	case "filename":
		return filename
	case "abs_path":
		return absPath
	case "lineno":
		return lineno
	case "colno":
		return colno
	case "package":
		return pkg
	case "image_addr":
		return imageAddr
	case "symbol_addr":
		return symbolAddr
	case "in_app":
		return inAppField
	case "pre_context":
		return preContext
	case "context_line":
		return contextLine
	case "post_context":
		return postContext
	case "data":
		return data
	case "vars", "lock", "stack_start":
		return ofCall
	}
	return notOurs
}

// A frameWriter writes one frame of the output.
type frameWriter struct {
	j       *job
	f       *frame
	at      *symcache.Frame // what is there, nil when that is unknown
	name    *funcName       // of at
	path    *pathName       // of at; nil unknown
	code    codeContext
	inApp   verdict
	inlined bool // into the frame before it
	copied  int  // bytes of the sender's that it repeats, if it is inlined
}

// maxCopied is how many bytes of members that are not ours the frame of an inlined
// call repeats from the one that really exists: more than any sender writes, and
// little beside what is written of the call itself.
const maxCopied = 1 << 10

// copies reports whether n bytes of the sender's are written in this frame.
func (w *frameWriter) copies(n int) bool {
	if !w.inlined || w.copied+n <= maxCopied {
		w.copied += n
		return true
	}
	return false
}

// An action is what becomes of a member.
type action uint8

const (
	keep action = iota // as the sender has it, if he does
	add                // ours, if the sender has none
	set                // ours
	drop               // not there, even if the sender has it
)

// action returns what becomes of a field. What the debug file says of a function
// replaces what the sender says of it, all of it: half of each would be wrong.
func (w *frameWriter) action(id field) action {
	found := w.at != nil
	im := w.image()
	switch id {
	case data:
		return set
	case inAppField:
		return when(w.inApp != undecided, add, keep)
	case pkg:
		return when(im != nil && im.CodeFile != "", set, keep)
	case imageAddr:
		return when(im != nil && im.Addr != 0, add, keep)
	}
	if !found {
		return keep
	}
	switch id {
	case function, symbol:
		return set
	case rawFunction:
		return when(w.name.raw != "", set, drop)
	case lang:
		return when(w.name.lang != "", set, keep)
	case filename, absPath:
		return when(w.path != nil, set, keep)
	case lineno:
		return when(w.line() != 0, set, drop)
	case colno:
		return when(w.line() != 0 && w.at.Column != 0, set, drop)
	case preContext, contextLine, postContext:
		return when(w.code.ok, set, keep)
	case symbolAddr, ofCall:
		if w.inlined {
			return drop // an inlined call has no entry, no locks and no start of the stack
		}
		return when(id == symbolAddr, set, keep)
	}
	return keep
}

func when(cond bool, yes, no action) action {
	if cond {
		return yes
	}
	return no
}

// image returns the image of the frame, or nil.
func (w *frameWriter) image() *debugimage.Image {
	if w.f.image < 0 {
		return nil
	}
	return &w.j.images[w.f.image]
}

// line returns the frame's line in the source. At a symbol's address that stands
// in for the frame's own, there is no line that would be the frame's.
func (w *frameWriter) line() uint32 {
	if w.f.rule == RuleSymbol {
		return 0
	}
	return w.at.Line
}

// append appends the frame: the members that the sender gave in their order,
// with ours in place of those we know better, then ours that are new.
func (w *frameWriter) append(dst []byte) []byte {
	text := w.j.doc.Text()
	start, end := w.f.value.Span()
	done := start + 1 // up to where text was dealt with
	dst = append(dst, '{')
	last := w.lastMembers()
	var written [numFields]bool
	empty := true
	for k, m := range w.f.value.Members() {
		keyStart, _ := k.Span()
		valueStart, valueEnd := m.Span()
		gap := text[done:keyStart]
		done = valueEnd
		id := fieldOf(k.Bytes())
		act := w.action(id)
		ours := id < numFields && m == last[id] && (act == set || act == add && m.Kind() == jsonspan.Null)
		if act == drop || !ours && !w.copies(valueEnd-keyStart) {
			continue
		}
		if empty {
			gap = gap[bytes.IndexByte(gap, ',')+1:] // there is one after dropped members
		}
		empty = false
		dst = append(dst, gap...)
		dst = append(dst, text[keyStart:valueStart]...)
		if id < numFields {
			written[id] = true
		}
		if ours {
			dst = w.appendValue(dst, id, m)
		} else {
			dst = append(dst, text[valueStart:valueEnd]...)
		}
	}
	for id := range numFields {
		if act := w.action(id); written[id] || act != set && act != add {
			continue
		}
		if !empty {
			dst = append(dst, ',')
		}
		empty = false
		dst = append(dst, '"')
		dst = append(dst, fieldKeys[id]...)
		dst = append(dst, '"', ':')
		dst = w.appendValue(dst, id, jsonspan.Value{})
	}
	return append(dst, text[done:end]...)
}

// lastMembers returns the sender's values of our fields. Of several members with
// one key the last counts, so it is the one to replace.
func (w *frameWriter) lastMembers() (last [numFields]jsonspan.Value) {
	for k, m := range w.f.value.Members() {
		if id := fieldOf(k.Bytes()); id < numFields {
			last[id] = m
		}
	}
	return last
}

// appendValue appends the value of a field, which replaces old.
func (w *frameWriter) appendValue(dst []byte, id field, old jsonspan.Value) []byte {
	switch id {
	case function:
		return append(dst, w.name.function...)
	case rawFunction:
		return append(dst, w.name.raw...)
	case symbol:
		return append(dst, w.name.symbol...)
	case lang:
		return append(dst, w.name.lang...)
	case filename:
		return append(dst, w.path.base...)
	case absPath:
		return append(dst, w.path.path...)
	case lineno:
		return strconv.AppendUint(dst, uint64(w.line()), 10)
	case colno:
		return strconv.AppendUint(dst, uint64(w.at.Column), 10)
	case pkg:
		return jsonspan.AppendQuoted(dst, w.image().CodeFile)
	case imageAddr:
		return appendAddr(dst, uint64(w.image().Addr))
	case symbolAddr:
		return appendAddr(dst, w.entry())
	case preContext:
		return appendCodeList(dst, w.code.before)
	case contextLine:
		return appendCode(dst, w.code.line)
	case postContext:
		return appendCodeList(dst, w.code.after)
	case inAppField:
		return strconv.AppendBool(dst, w.inApp == inApp)
	}
	return w.appendData(dst, old)
}

// entry returns the address of the function, of the same kind as the frame's.
func (w *frameWriter) entry() uint64 {
	if w.f.inRel {
		return w.at.Entry
	}
	return uint64(w.image().Addr) + w.at.Entry
}

// appendData appends the frame's data: what the sender had in it, and the status.
func (w *frameWriter) appendData(dst []byte, old jsonspan.Value) []byte {
	dst = append(dst, '{')
	for k, m := range old.Members() {
		switch string(k.Bytes()) {
		case "symbolicator_status", "symbolicator_reason", "lookup_addr", "inlined":
			continue
		}
		if !w.copies(len(k.Raw()) + len(m.Raw())) {
			continue
		}
		dst = append(dst, k.Raw()...)
		dst = append(dst, ':')
		dst = append(dst, m.Raw()...)
		dst = append(dst, ',')
	}
	dst = append(dst, `"symbolicator_status":"`...)
	dst = append(dst, w.f.status.String()...)
	dst = append(dst, '"')
	if reason := w.j.reason(w.f); reason != "" {
		dst = append(dst, `,"symbolicator_reason":`...)
		dst = jsonspan.AppendQuoted(dst, reason)
	}
	if w.f.status == Symbolicated || w.f.status == MissingSymbol {
		if w.f.looked != w.f.addr {
			dst = append(dst, `,"lookup_addr":`...)
			dst = appendAddr(dst, w.f.looked)
		}
	}
	if w.inlined {
		dst = append(dst, `,"inlined":true`...)
	}
	return append(dst, '}')
}

// appendAddr appends an address as events spell it.
func appendAddr(dst []byte, a uint64) []byte {
	dst = append(dst, `"0x`...)
	dst = strconv.AppendUint(dst, a, 16)
	return append(dst, '"')
}
