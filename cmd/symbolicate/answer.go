package main

import (
	"bufio"
	"fmt"
	"strconv"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// An answer is what a module says to a query.
type answer struct {
	query  query
	linked uint64  // the address that was looked up; 0 for a symbol that there is not
	module string  // path of the module, "" if the line was not understood
	frames []frame // innermost first; none: nothing is known
	err    error   // the module could not be read
}

// A frame is one function of an inline chain, in words.
type frame struct {
	function     string // "" unknown
	file         string // "" unknown
	line, column uint32 // 0 unknown
	start        uint64 // linked address of the function's entry; 0 unknown
}

// An answerWriter writes answers in the shapes of llvm-symbolizer 19.
type answerWriter struct {
	out       *bufio.Writer
	style     style
	functions bool // write the functions' names
	pretty    bool // a frame on one line
	addresses bool // begin with the address
	digits    int  // of such an address, at least; addr2line fills up with zeros, and shows those of symbols
	basenames bool // leave the folders of files out
	scratch   []byte
}

// unknown stands in where nothing is known of an address.
var unknown = []frame{{}}

// write writes one answer.
func (w *answerWriter) write(a answer) {
	if w.style == styleJSON {
		w.scratch = w.appendJSON(w.scratch[:0], a)
		w.out.Write(w.scratch)
		return
	}
	if len(a.frames) == 0 {
		a.frames = unknown
	}
	switch {
	case w.addresses && a.query.symbol == "":
		w.address(a.query.addr)
	case w.addresses && w.digits > 0:
		w.address(a.linked)
	}
	if a.query.data {
		w.out.WriteString("??\n0 0\n??:?\n")
	} else {
		for i, f := range a.frames {
			w.frame(f, i > 0)
		}
	}
	if w.style == styleLLVM {
		w.out.WriteByte('\n')
	}
}

func (w *answerWriter) address(addr uint64) {
	end := "\n"
	if w.pretty {
		end = ": "
	}
	fmt.Fprintf(w.out, "0x%0*x%s", w.digits, addr, end)
}

// frame writes a frame of the line-based styles.
func (w *answerWriter) frame(f frame, outer bool) {
	b := w.scratch[:0]
	if w.functions {
		if w.pretty && outer {
			b = append(b, " (inlined by) "...)
		}
		b = append(b, orUnknown(f.function)...)
		if w.pretty {
			b = append(b, " at "...)
		} else {
			b = append(b, '\n')
		}
	}
	b = append(b, orUnknown(w.path(f.file))...)
	b = strconv.AppendUint(append(b, ':'), uint64(f.line), 10)
	if w.style == styleLLVM {
		b = strconv.AppendUint(append(b, ':'), uint64(f.column), 10)
	}
	w.scratch = append(b, '\n')
	w.out.Write(w.scratch)
}

func orUnknown(s string) string {
	if s == "" {
		return "??"
	}
	return s
}

// path returns a file's path as the options want it written.
func (w *answerWriter) path(file string) string {
	if w.basenames {
		return debugimage.BaseName(file)
	}
	return file
}

// appendJSON appends the answer as an object whose members are sorted by name.
// Discriminators, and where an inlined function starts, are never known.
func (w *answerWriter) appendJSON(b []byte, a answer) []byte {
	b = append(b, '{')
	if a.query.symbol == "" && a.module != "" {
		b = append(appendHex(append(b, `"Address":"`...), a.query.addr), `",`...)
	}
	switch {
	case a.err != nil:
		b = append(jsonspan.AppendQuoted(append(b, `"Error":{"Message":`...), a.err.Error()), "},"...)
	case a.query.data:
		b = append(b, `"Data":{"Name":"","Size":"0x0","Start":"0x0"},`...)
	case a.query.symbol != "":
		b = append(w.appendFrames(append(b, `"Loc":`...), a.frames), ',')
	}
	b = jsonspan.AppendQuoted(append(b, `"ModuleName":`...), a.module)
	switch {
	case a.err != nil || a.query.data:
	case a.query.symbol != "":
		b = jsonspan.AppendQuoted(append(b, `,"SymName":`...), a.query.symbol)
	case len(a.frames) == 0:
		b = w.appendFrames(append(b, `,"Symbol":`...), unknown)
	default:
		b = w.appendFrames(append(b, `,"Symbol":`...), a.frames)
	}
	return append(b, '}')
}

func (w *answerWriter) appendFrames(b []byte, frames []frame) []byte {
	b = append(b, '[')
	for i, f := range frames {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(append(b, `{"Column":`...), uint64(f.column), 10)
		b = append(b, `,"Discriminator":0,"FileName":`...)
		b = jsonspan.AppendQuoted(b, w.path(f.file))
		b = append(b, `,"FunctionName":`...)
		if w.functions {
			b = jsonspan.AppendQuoted(b, f.function)
		} else {
			b = append(b, `""`...)
		}
		b = strconv.AppendUint(append(b, `,"Line":`...), uint64(f.line), 10)
		b = append(b, `,"StartAddress":"`...)
		if f.start != 0 {
			b = appendHex(b, f.start)
		}
		b = append(b, `","StartFileName":"","StartLine":0}`...)
	}
	return append(b, ']')
}

func appendHex(b []byte, v uint64) []byte {
	return strconv.AppendUint(append(b, "0x"...), v, 16)
}
