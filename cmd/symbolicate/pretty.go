package main

import (
	"bufio"
	"cmp"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// writePretty writes a symbolicated event the way people read a crash: the
// newest frame first, what crashed before the other threads, the images last.
//
//	SIGSEGV: invalid access at 0x8
//
//	Thread 1 main, crashed
//	   0 ┌ shop::Item::net              /src/shop/catalogue.h:14:31
//	   1 └ (anonymous namespace)::cost  /src/shop/main.cc:41:60
//	   2   libc.so.6 + 0x3faf1          no debug file
//
//	    13   int64_t discount; // in percent
//	    14 ▸ int64_t net() const { return cents - cents * discount / 100; }
//	    15 };
//
// A bracket holds the functions that are one frame of the machine: the last of
// them was called, the others are inlined into it. Below what crashed stands the
// source code of its newest frame that has some.
//
// Events come from strangers, so whatever could steer a terminal is shown, not sent.
func writePretty(out io.Writer, event []byte, colors bool) error {
	var doc jsonspan.Doc
	if err := doc.Parse(event); err != nil {
		return err
	}
	p := prettyWriter{Writer: bufio.NewWriter(out), colors: colors, reasons: make(map[string]string)}
	p.event(doc.Root())
	return p.Flush()
}

type prettyWriter struct {
	*bufio.Writer
	colors  bool
	blank   bool              // a blank line comes before the next section
	reasons map[string]string // why frames in an image have no function, by its address
}

// Colours, as parameters of the terminal's SGR sequence.
const (
	plain  = ""
	bold   = "1"
	dim    = "2"
	red    = "31;1"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

// put writes text in a colour, with control characters made visible.
func (p *prettyWriter) put(color, text string) {
	text = visible(text)
	if !p.colors || color == plain || text == "" {
		p.WriteString(text)
		return
	}
	p.WriteString("\x1b[" + color + "m" + text + "\x1b[0m")
}

// pad writes what is missing from text to fill width columns, and a gap.
func (p *prettyWriter) pad(text string, width int) {
	p.WriteString(strings.Repeat(" ", max(0, width-utf8.RuneCountInString(visible(text)))+2))
}

// visible replaces what is not meant to be seen.
func visible(text string) string {
	clean := func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return utf8.RuneError
	}
	return strings.Map(clean, text)
}

// section starts a part of the report, set off by a blank line.
func (p *prettyWriter) section() {
	if p.blank {
		p.WriteByte('\n')
	}
	p.blank = true
}

func (p *prettyWriter) event(event jsonspan.Value) {
	threads := event.First("threads")
	for exception := range values(event.Get("exception")) {
		p.exception(exception)
		if trace := exception.Get("stacktrace"); trace.Kind() == jsonspan.Object {
			p.section()
			p.threadTitle(threadOf(threads, exception.Get("thread_id")), exception.Get("thread_id"), true)
			p.stack(trace)
			p.code(trace.Get("frames"))
		}
	}
	if trace := event.Get("stacktrace"); trace.Kind() == jsonspan.Object {
		p.section()
		p.stack(trace)
	}
	for thread := range values(threads) {
		if trace := thread.Get("stacktrace"); trace.Kind() == jsonspan.Object {
			p.section()
			p.threadTitle(thread, thread.Get("id"), thread.Get("crashed").True())
			p.stack(trace)
		}
	}
	p.images(event.Get("debug_meta").Get("images"))
}

// values yields what an interface of an event holds: {"values": […]} or a bare list.
func values(v jsonspan.Value) func(func(jsonspan.Value) bool) {
	if v.Kind() == jsonspan.Object {
		v = v.Get("values")
	}
	return v.Elements()
}

func threadOf(threads, id jsonspan.Value) jsonspan.Value {
	for thread := range values(threads) {
		if text := thread.Get("id").Text(); text != "" && text == id.Text() {
			return thread
		}
	}
	return jsonspan.Value{}
}

func (p *prettyWriter) exception(exception jsonspan.Value) {
	p.section()
	kind, value := exception.Get("type").Text(), exception.Get("value").Text()
	p.put(red, cmp.Or(kind, "crash"))
	if value != "" {
		p.put(plain, ": "+value)
	}
	p.WriteByte('\n')
}

func (p *prettyWriter) threadTitle(thread, id jsonspan.Value, crashed bool) {
	title := "Thread"
	for _, word := range []string{id.Text(), thread.Get("name").Text()} {
		if word != "" {
			title += " " + word
		}
	}
	p.put(bold, title)
	if crashed {
		p.put(plain, ", crashed")
	}
	p.WriteByte('\n')
}

// A row is a frame as the report shows it.
type row struct {
	function string
	location string
	resolved bool
	inlined  bool // into the frame that is one older
}

func (p *prettyWriter) stack(trace jsonspan.Value) {
	var rows []row
	for frame := range trace.Get("frames").Elements() {
		rows = append(rows, rowOf(frame))
		p.note(frame)
	}
	width := 0
	for _, r := range rows {
		if n := utf8.RuneCountInString(visible(r.function)); n <= widest {
			width = max(width, n)
		}
	}
	for i := range rows {
		p.row(i, rows, width)
	}
}

// widest is how many columns the names of functions may take before the place in
// the source goes to the next line.
const widest = 56

// row writes the frame that is number i from the newest, which is the last.
func (p *prettyWriter) row(i int, rows []row, width int) {
	at := len(rows) - 1 - i
	r := rows[at]
	inner := at+1 < len(rows) && rows[at+1].inlined
	number := strconv.Itoa(i)
	p.WriteString(strings.Repeat(" ", max(0, 4-len(number))))
	p.put(dim, number+bracket(inner, r.inlined))
	color := bold
	if !r.resolved {
		color = dim
	}
	p.put(color, r.function)
	if utf8.RuneCountInString(visible(r.function)) > width {
		p.WriteString("\n      ")
		p.put(dim, continued(r.inlined))
		p.pad("", width)
	} else {
		p.pad(r.function, width)
	}
	color = cyan
	if !r.resolved {
		color = yellow
	}
	p.put(color, r.location)
	p.WriteByte('\n')
}

// bracket draws the part of the bracket before a row: inner says that the row
// above is inlined into it, outer that it is inlined into the row below.
func bracket(inner, outer bool) string {
	switch {
	case inner && outer:
		return " │ "
	case inner:
		return " └ "
	case outer:
		return " ┌ "
	}
	return "   "
}

func continued(outer bool) string {
	if outer {
		return "│ "
	}
	return "  "
}

func rowOf(frame jsonspan.Value) row {
	r := row{function: frame.First("function", "raw_function", "symbol").Text()}
	image := debugimage.BaseName(frame.Get("package").Text())
	if r.resolved = r.function != ""; !r.resolved {
		r.function = place(frame.Get("instruction_addr").Text(), frame.Get("image_addr").Text(), image)
		r.location = reason(frame)
		return r
	}
	r.inlined = frame.Get("data").Get("inlined").True()
	r.location = frame.First("abs_path", "filename").Text()
	for _, key := range []string{"lineno", "colno"} {
		number := frame.Get(key).Text()
		if r.location == "" || number == "" || number == "0" {
			break
		}
		r.location += ":" + number
	}
	if r.location == "" && image != "" {
		r.location = "in " + image
	}
	return r
}

// place names an address without a function: by its offset in its image, if it
// is in one.
func place(addr, imageAddr, image string) string {
	a, err1 := strconv.ParseUint(addr, 0, 64)
	base, err2 := strconv.ParseUint(imageAddr, 0, 64)
	switch {
	case image == "":
		return cmp.Or(addr, "??")
	case err1 != nil || err2 != nil || a < base:
		return addr + " in " + image
	}
	return image + " + 0x" + strconv.FormatUint(a-base, 16)
}

// reasons say in words why a frame has no function.
var reasons = map[string]string{
	"missing":        "no debug file",
	"missing_symbol": "no symbol there",
	"unknown_image":  "in no image",
	"malformed":      "damaged debug file",
}

func reason(frame jsonspan.Value) string {
	status := frame.Get("data").Get("symbolicator_status").Text()
	if words, ok := reasons[status]; ok {
		return words
	}
	return status
}
