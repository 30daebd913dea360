package symbolicate

import (
	"unicode/utf8"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// What events have of the source code: as many lines before and after a frame's
// own as Sentry's senders give, and of long lines as much as Symbolicator does.
const (
	linesAround  = 5
	maxLineRunes = 150
	cutLineRunes = 140
	cutMark      = "{snip}"
)

// A codeContext is the source code around a frame's line.
type codeContext struct {
	before, after [][]byte
	line          []byte
	ok            bool
}

// codeAround returns the source code around a line, from the first of several
// places that has it: what the user names for the purpose, then what was uploaded
// for the build (which is all that Symbolicator has for ELF), then what the compiler
// left in the debug file. None of them has to be there; each is opened when it is
// asked. Whoever the debug file is from is asked last: that takes time.
func codeAround(file string, line uint32, user *source.Code, others ...func() *source.Code) (c codeContext) {
	if file == "" || line == 0 {
		return c
	}
	if c.take(user, file, line) {
		return c
	}
	for _, open := range others {
		if open != nil && c.take(open(), file, line) {
			break
		}
	}
	return c
}

// farCode returns the source code that can be asked for where an image's file is
// from, for this event; nil if there is none.
func (j *job) farCode(image int32) *source.Code {
	file := j.files[image]
	if file.far == nil {
		return nil
	}
	code, ok := j.far[image]
	if !ok {
		code = file.far(j.ctx)
		if j.far == nil {
			j.far = make(map[int32]*source.Code)
		}
		j.far[image] = code
	}
	return code
}

// take takes the source code around a line from code, which may be nil, if that
// has it.
func (c *codeContext) take(code *source.Code, file string, line uint32) bool {
	if code != nil {
		c.before, c.line, c.after, c.ok = code.Lines(file, int(line), linesAround)
	}
	return c.ok
}

// appendCode appends a line of source code as a JSON string, cut if it is long.
func appendCode(dst, line []byte) []byte {
	if utf8.RuneCount(line) <= maxLineRunes {
		return jsonspan.AppendQuoted(dst, string(line))
	}
	end := 0
	for range cutLineRunes {
		_, n := utf8.DecodeRune(line[end:])
		end += n
	}
	return jsonspan.AppendQuoted(dst, string(line[:end])+cutMark)
}

// appendCodeList appends lines of source code as a JSON list.
func appendCodeList(dst []byte, lines [][]byte) []byte {
	dst = append(dst, '[')
	for i, line := range lines {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendCode(dst, line)
	}
	return append(dst, ']')
}
