package symbolicate

import (
	"strconv"

	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// writeMechanisms fills in the names that senders may leave to the server: those
// of signals, their codes, Mach exceptions and errors. A name that is there stays.
func (j *job) writeMechanisms(edits *jsonspan.Edits) {
	for _, ex := range j.exceptions {
		meta := ex.Get("mechanism").Get("meta")
		if signal := meta.Get("signal"); signal.Kind() == jsonspan.Object {
			number, _ := integer(signal.Get("number"))
			s := Signal{number, j.os}
			fill(edits, signal, "name", s.Name())
			if code, ok := integer(signal.Get("code")); ok {
				fill(edits, signal, "code_name", s.CodeName(code))
			}
		}
		if mach := meta.Get("mach_exception"); mach.Kind() == jsonspan.Object {
			number, _ := integer(mach.Get("exception"))
			fill(edits, mach, "name", machExceptions.name(number))
		}
		if errno := meta.Get("errno"); errno.Kind() == jsonspan.Object {
			number, _ := integer(errno.Get("number"))
			fill(edits, errno, "name", j.os.errorName(number))
		}
	}
}

// fill sets a member that is not there.
func fill(edits *jsonspan.Edits, object jsonspan.Value, key, text string) {
	if text != "" && object.Get(key).Kind() <= jsonspan.Null {
		edits.Set(object, key, quoted(text))
	}
}

// integer reads a number, also one written as a string.
func integer(v jsonspan.Value) (int64, bool) {
	n, err := strconv.ParseInt(v.Text(), 10, 64)
	return n, err == nil
}
